"""Of a model that is trained each tensor is kept as it was, wherever it changed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vizgd.base.errors import UsageError
from vizgd.nn import Recorder, recorder

from .models import data, deep, full_loss, judged, model, trained_losses

functional = torch.nn.functional


def test_running_averages_are_those_of_each_iterate():
    module = deep()
    optimizer = torch.optim.Adam(module.parameters(), lr=0.05)
    recording = Recorder(module, optimizer)
    losses = trained_losses(module, optimizer, loss=judged(module))
    objective = recording.objective(judged(module))
    run = recording.trajectory(objective)
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)
    # The landscape is that of the end of training: there both are one, and at the start they are not.
    assert objective.value(run.iterates[-1]) == pytest.approx(losses[-1], rel=1e-6)
    assert abs(objective.value(run.iterates[0]) - losses[0]) > 1e-3


def test_a_layer_that_is_thawed_was_frozen_before():
    module = deep()
    module[0].requires_grad_(False)
    optimizer = torch.optim.SGD([p for p in module.parameters() if p.requires_grad], lr=0.3)
    recording = Recorder(module, optimizer)

    def thaw(step):
        if step == 5:
            module[0].requires_grad_(True)
            optimizer.add_param_group({"params": module[0].parameters()})

    early = recording.objective(judged(module))
    losses = trained_losses(module, optimizer, loss=judged(module), before=thaw)
    run = recording.trajectory(recording.objective(judged(module)))
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)
    assert run.iterates.shape[1] == sum(p.numel() for p in module.parameters())
    assert np.ptp(run.iterates[:6, :24], axis=0).max() == 0
    assert (np.ptp(run.iterates[5:, :18], axis=0) > 0).all()
    assert (run.gradients[:5, :24] == 0).all()
    with pytest.raises(UsageError, match=r"(?s)thawed.*after training"):
        recording.trajectory(early)


def test_what_changes_without_an_optimizer_is_recorded_too():
    module = torch.nn.ModuleDict({"student": model(normalized=False), "teacher": model(normalized=False)})
    module["teacher"].requires_grad_(False)
    optimizer = torch.optim.SGD(module["student"].parameters(), lr=0.5)
    recording = Recorder(module, optimizer)
    inputs, targets = data()

    def averaged(step):
        del step
        for old, new in zip(module["teacher"].parameters(), module["student"].parameters(), strict=True):
            old.data.mul_(0.9).add_(new.data, alpha=0.1)

    def loss():
        return functional.binary_cross_entropy_with_logits(module["teacher"](inputs)[:, 0], targets)

    losses = [loss().item()]
    for step in range(6):
        optimizer.zero_grad()
        full_loss(module["student"])().backward()
        averaged(step)
        optimizer.step()
        losses.append(loss().item())
    run = recording.trajectory(recording.objective(loss))
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)


def test_a_parameter_beside_the_model_is_recorded_when_the_optimizer_gets_it():
    module, scale = model(normalized=False), torch.nn.Parameter(torch.tensor(1.0))
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    recording = Recorder(module, optimizer)
    inputs, targets = data()

    def loss():
        return functional.binary_cross_entropy_with_logits(scale * module(inputs)[:, 0], targets)

    losses = [loss().item()]
    for step in range(6):
        if step == 2:
            optimizer.add_param_group({"params": [scale]})
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
        losses.append(loss().item())
    run = recording.trajectory(recording.objective(loss))
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)
    assert run.iterates.shape[1] == 27


def test_a_model_that_grows_cannot_be_one_landscape():
    module = model(normalized=False)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    recording = Recorder(module, optimizer)
    trained_losses(module, optimizer, 2)
    module.append(torch.nn.Linear(1, 1))
    optimizer.add_param_group({"params": module[-1].parameters()})
    trained_losses(module, optimizer, 2)
    with pytest.raises(UsageError, match=r"new parameter, 3\.weight"):
        recording.trajectory(recording.objective(full_loss(module)))


@pytest.mark.parametrize("steps", [20, 23, 38])
def test_every_second_iterate_that_is_dropped_takes_its_buffers_along(steps, monkeypatch):
    monkeypatch.setattr(recorder, "MOST_BYTES", 3000)
    module = deep()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    recording = Recorder(module, optimizer)
    losses = trained_losses(module, optimizer, steps, loss=judged(module))
    run = recording.trajectory(recording.objective(judged(module)))
    assert run.every in (4, 8)
    np.testing.assert_allclose(run.losses, losses[run.iterations], rtol=1e-6)
    again = recording.trajectory(recording.objective(judged(module)))
    np.testing.assert_array_equal(again.iterates, run.iterates)
    np.testing.assert_array_equal(again.gradients, run.gradients)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_any_precision_is_kept_as_it_is(dtype):
    module = model(normalized=False).to(dtype)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    recording = Recorder(module, optimizer)
    inputs, targets = data()

    def loss():
        return functional.mse_loss(module(inputs.to(dtype))[:, 0], targets.to(dtype))

    losses, points = (
        [loss().item()],
        [[v for p in module.parameters() for v in p.detach().flatten().tolist()]],
    )
    for _ in range(4):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
        losses.append(loss().item())
        points.append([v for p in module.parameters() for v in p.detach().flatten().tolist()])
    run = recording.trajectory(recording.objective(loss))
    np.testing.assert_array_equal(run.losses, losses)
    np.testing.assert_array_equal(run.iterates, points)
    assert run.iterates.dtype == (np.float64 if dtype == torch.float64 else np.float32)


@pytest.mark.filterwarnings("ignore:Sparse invariant checks")
@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.SparseAdam, torch.optim.Adagrad])
def test_sparse_gradients_are_taken(kind):
    torch.manual_seed(0)
    module = torch.nn.EmbeddingBag(20, 4, sparse=True)
    words, targets = torch.arange(12).reshape(3, 4) % 5, torch.randn(3, 4)
    optimizer = kind(module.parameters(), lr=0.1)
    recording = Recorder(module, optimizer)

    def loss():
        return functional.mse_loss(module(words), targets)

    losses, gradients = [loss().item()], []
    for _ in range(4):
        optimizer.zero_grad()
        loss().backward()
        gradients.append(module.weight.grad.to_dense().numpy().ravel())
        optimizer.step()
        losses.append(loss().item())
    objective = recording.objective(loss)
    run = recording.trajectory(objective)
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)
    np.testing.assert_allclose(run.gradients[:-1], gradients, rtol=1e-6)
    assert (run.gradients[-1] != 0).sum() == 20
