"""Losses of networks hold against torch and finite differences, whatever their layers, loss and batch."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.nn import Network, losses, network_loss

LAYERS = {"squared": (2, 5, 1), "logistic": (2, 6, 4, 1), "cross-entropy": (2, 7, 3)}


def examples(loss, count=20, seed=1):
    rng = np.random.default_rng(seed)
    classes = {"squared": rng.standard_normal(count), "logistic": rng.integers(0, 2, count)}
    targets = classes.get(loss, np.arange(count) % 3)
    return rng.standard_normal((count, 2)), targets.astype(float)


def of_torch(network):
    """Return the same network in torch, in double precision and in training mode."""
    layers: list[torch.nn.Module] = []
    last = len(network.sizes) - 1
    for layer in range(1, last + 1):
        fan_in, out = network.sizes[layer - 1 : layer + 1]
        normalized = network.batch_norm and layer < last
        layers.append(torch.nn.Linear(fan_in, out, bias=not normalized))
        if normalized:
            layers.append(torch.nn.BatchNorm1d(out))
        if layer < last:
            layers.append(torch.nn.Tanh() if network.activation == "tanh" else torch.nn.ReLU())
    return torch.nn.Sequential(*layers).double()


def torch_loss(loss, outputs, targets):
    functional = torch.nn.functional
    if loss == "squared":
        return functional.mse_loss(outputs[:, 0], targets)
    if loss == "logistic":
        return functional.binary_cross_entropy_with_logits(outputs[:, 0], targets)
    return functional.cross_entropy(outputs, targets.long())


@pytest.mark.parametrize(
    ("loss", "activation", "batch_norm"), list(itertools.product(LAYERS, ("tanh", "relu"), (False, True)))
)
def test_value_and_gradient_are_those_of_torch(loss, activation, batch_norm):
    inputs, targets = examples(loss)
    network = Network(LAYERS[loss], activation, batch_norm)
    objective = network_loss(network, inputs, targets, loss)
    module = of_torch(network)
    params = np.random.default_rng(2).standard_normal((2, 3, network.dimension))
    values, gradients = objective.value(params), objective.gradient(params)
    for index in np.ndindex(2, 3):
        torch.nn.utils.vector_to_parameters(torch.from_numpy(params[index]), module.parameters())
        module.zero_grad()
        found = torch_loss(loss, module(torch.from_numpy(inputs)), torch.from_numpy(targets))
        found.backward()
        gradient = torch.cat([p.grad.ravel() for p in module.parameters()]).numpy()
        assert values[index] == pytest.approx(found.item(), rel=1e-12)
        np.testing.assert_allclose(gradients[index], gradient, rtol=1e-9, atol=1e-12)


@settings(max_examples=15, deadline=None)
@given(
    hidden=st.lists(st.integers(1, 5), max_size=2),
    loss=st.sampled_from(["squared", "logistic"]),
    batch_norm=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_gradients_are_slopes(hidden, loss, batch_norm, seed):
    inputs, targets = examples(loss, count=7, seed=seed)
    objective = network_loss(Network((2, *hidden, 1), "tanh", batch_norm), inputs, targets, loss)
    rng = np.random.default_rng(seed)
    params, direction = rng.standard_normal((2, objective.dimension))
    step = 1e-6
    slope = (objective.value(params + step * direction) - objective.value(params - step * direction)) / (
        2 * step
    )
    assert objective.gradient(params) @ direction == pytest.approx(slope, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_batch_is_normalized_and_averaged_by_itself(batch_norm):
    inputs, targets = examples("logistic")
    network = Network((2, 4, 1), batch_norm=batch_norm)
    objective = network_loss(network, inputs, targets)
    some = np.array([3, 1, 7, 7, 12])
    alone = network_loss(network, inputs[some], targets[some])
    params = np.array(objective.start)
    assert objective.samples.value(params, some) == pytest.approx(alone.value(params), rel=1e-14)
    np.testing.assert_allclose(objective.samples.gradient(params, some), alone.gradient(params), rtol=1e-12)


def test_many_networks_at_once_are_evaluated_as_each_by_itself(monkeypatch):
    inputs, targets = examples("cross-entropy")
    objective = network_loss(Network((2, 6, 3), batch_norm=True), inputs, targets, "cross-entropy")
    params = np.random.default_rng(3).standard_normal((11, objective.dimension))
    together = objective.value(params)
    monkeypatch.setattr(losses, "BLOCK", 1)
    np.testing.assert_allclose(objective.value(params), together, rtol=1e-14)
    np.testing.assert_allclose([objective.value(one) for one in params], together, rtol=1e-14)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_predictions_are_probabilities_normalized_by_the_whole_data_set(batch_norm):
    inputs, targets = examples("cross-entropy")
    network = Network((2, 6, 3), batch_norm=batch_norm)
    objective = network_loss(network, inputs, targets, "cross-entropy")
    params = np.random.default_rng(4).standard_normal((2, network.dimension))
    said = objective.samples.predict(params, inputs[:5])
    assert said.shape == (2, 5, 3)
    np.testing.assert_allclose(said.sum(axis=-1), 1.0)
    module = of_torch(network)
    torch.nn.utils.vector_to_parameters(torch.from_numpy(params[1]), module.parameters())
    expected = torch.softmax(module(torch.from_numpy(inputs)), dim=1).detach().numpy()[:5]
    np.testing.assert_allclose(said[1], expected, rtol=1e-10)


def test_training_lowers_the_loss_also_on_mini_batches():
    inputs, labels = vg.nn.moons(np.random.default_rng(0), 60)
    objective = network_loss(Network((2, 8, 1)), inputs, labels)
    sampler = vg.ShuffledEpochs(10)
    trajectory = vg.record(objective, vg.Adam(learning_rate=0.05), steps=120, sampler=sampler)
    assert trajectory.losses[-1] < 0.5 * trajectory.losses[0]
    assert trajectory.examples[-1] == 1200


WRONG = [
    (lambda: Network((2,)), "sizes of a network"),
    (lambda: Network((2, 0, 1)), "sizes of a network"),
    (lambda: Network((2, 3, 1), "sigmoid"), "expected 'tanh' or 'relu'"),
    (lambda: Network((2, 3, 1), batch_norm=1), "batch_norm is 1"),
    (lambda: network_loss(Network((3, 2, 1)), *examples("logistic")), "3 inputs"),
    (lambda: network_loss(Network((2, 2, 2)), *examples("logistic")), "logistic wants 1 outputs"),
    (lambda: network_loss(Network((2, 2, 1)), *examples("squared")), "0 or 1"),
    (
        lambda: network_loss(Network((2, 2, 2)), *examples("cross-entropy"), "cross-entropy"),
        "wants 3 outputs",
    ),
    (lambda: network_loss(Network((2, 2, 1)), *examples("squared"), "cross-entropy"), "whole number"),
    (lambda: network_loss(Network((2, 2, 1)), *examples("squared"), "sqared"), "did you mean 'squared'"),
    (lambda: network_loss(Network((1, 2, 1)), [0.0, np.nan], [0, 1]), "finite"),
    (lambda: network_loss(Network((1, 2, 1)), [0.0, 1.0], [0, 1, 1]), "do not fit"),
    (lambda: network_loss(Network((1, 1)), [0.0, 1.0], [0, 1]).value(np.zeros(3)), "network of 2 parameters"),
]


@pytest.mark.parametrize(("make", "said"), WRONG, ids=[row[1] for row in WRONG])
def test_what_makes_no_network_is_refused_with_what_would(make, said):
    with pytest.raises(UsageError) as caught:
        make()
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 4
