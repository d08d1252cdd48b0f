"""A model's loss as a function of its parameters, which leaves the model as it was."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import vizgd as vg
from vizgd.nn import Recorder
from vizgd.views import plane

from .models import data, flat, full_loss, functional, model


def test_the_objective_is_the_loss_at_any_parameters():
    module = model()
    recording = Recorder(module, torch.optim.SGD(module.parameters(), lr=0.1))
    objective = recording.objective(full_loss(module))
    point = flat(module) + 0.1
    other = model().double()
    torch.nn.utils.vector_to_parameters(torch.from_numpy(point), other.parameters())
    inputs, targets = data()
    loss = functional.binary_cross_entropy_with_logits(other(inputs.double())[:, 0], targets.double())
    loss.backward()
    expected = np.concatenate([p.grad.numpy().ravel() for p in other.parameters()])
    assert objective.value(point) == pytest.approx(loss.item(), rel=1e-5)
    np.testing.assert_allclose(objective.gradient(point), expected, rtol=1e-3, atol=1e-6)
    assert objective.value(np.stack([[point] * 2] * 3)).shape == (3, 2)


def test_asking_the_objective_leaves_no_trace():
    module = torch.nn.Sequential(model(), torch.nn.Dropout(0.5))
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    objective = Recorder(module, optimizer).objective(full_loss(module))
    full_loss(module)().backward()
    gradients = [p.grad.clone() for p in module.parameters()]
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    torch.manual_seed(7)
    state = torch.get_rng_state()
    values = objective.value(np.array([objective.start] * 3))
    objective.gradient(np.zeros(objective.dimension))
    assert values[0] == values[1] == values[2]  # whatever dropout draws, each point draws the same
    assert torch.equal(torch.get_rng_state(), state)
    for name, tensor in module.state_dict().items():
        assert torch.equal(tensor, before[name]), name
    for parameter, gradient in zip(module.parameters(), gradients, strict=True):
        assert torch.equal(parameter.grad, gradient)


def test_a_plane_is_evaluated_in_the_model_as_its_points_are_by_themselves():
    import torch

    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.BatchNorm1d(5), torch.nn.Linear(5, 1))
    inputs, targets = torch.randn(20, 3), torch.randn(20, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    recorder = vg.nn.Recorder(model, optimizer)

    def loss():
        return torch.nn.functional.mse_loss(torch.nn.functional.dropout(model(inputs), 0.2), targets)

    for _ in range(4):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    objective = recorder.objective(loss)
    own = objective.value.__self__
    found = plane.random_plane(np.array(objective.start), np.random.default_rng(0))
    places = np.random.default_rng(1).standard_normal((7, 2))
    expected = objective.value(found.params(places))
    np.testing.assert_allclose(own.on_plane(found.origin, found.directions, places), expected, rtol=1e-5)
    assert all(tensor.equal(before[name]) for name, tensor in model.state_dict().items())
