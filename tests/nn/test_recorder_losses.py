"""The losses of a run are those that its loop logs, or those that the model had at each step."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.nn import Recorder

from .models import data, model, trained_losses

functional = torch.nn.functional


def logged(module, optimizer, where, *, every=1, micro=1, skip=()):
    """Train with losses that the loop logs, and return those, by the parameters that they are of."""
    inputs, targets = data()
    recording = Recorder(module, optimizer, every=every)
    losses = []
    for step in range(7):
        optimizer.zero_grad()
        parts = []
        for part in range(micro):
            batch = torch.arange(4) + 4 * ((step + part) % 3)
            loss = functional.binary_cross_entropy_with_logits(module(inputs[batch])[:, 0], targets[batch])
            loss.backward()
            parts.append(loss.item())
            if where == "before" or part < micro - 1:
                recording.log(loss)
        if step not in skip:
            optimizer.step()
        if where == "after":
            with torch.no_grad():
                module(inputs)  # what is asked for validation has nothing to do with it
            recording.log(parts[-1])
        losses.append(np.mean(parts))
    return recording, losses


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("micro", [1, 3])
def test_losses_that_the_loop_logs_are_the_losses(where, micro):
    module = model(normalized=False)
    recording, losses = logged(module, torch.optim.SGD(module.parameters(), lr=0.5), where, micro=micro)
    run = recording.trajectory()
    assert run.steps == 6  # the loop has no loss of the last parameters
    np.testing.assert_allclose(run.losses, losses, rtol=1e-6)
    assert len(run.gradients) == 7


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_loss_whose_step_was_skipped_is_of_the_same_parameters_as_the_next(where):
    module = model(normalized=False)
    recording, losses = logged(module, torch.optim.SGD(module.parameters(), lr=0.5), where, skip=(0, 3))
    expected = [np.mean(losses[:2]), losses[2], np.mean(losses[3:5]), *losses[5:]]
    np.testing.assert_allclose(recording.trajectory().losses, expected, rtol=1e-6)


def test_a_model_of_which_only_parts_are_called_is_logged_as_well():
    for late in (False, True):
        module = model(normalized=False)
        optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
        recording = Recorder(module, optimizer)
        inputs, targets = data()
        losses = []
        for _ in range(4):
            optimizer.zero_grad()
            loss = functional.mse_loss(module[2](module[1](module[0](inputs)))[:, 0], targets)
            loss.backward()
            losses.append(loss.item())
            if late:
                optimizer.step()
            recording.log(loss)
            if not late:
                optimizer.step()
        np.testing.assert_allclose(recording.trajectory().losses, losses, rtol=1e-6)


def test_losses_that_are_not_known_are_not_made_up():
    module = model(normalized=False)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    recording = Recorder(module, optimizer)
    trained_losses(module, optimizer, 3)
    with pytest.raises(UsageError, match=r"(?s)not known.*recorder\.log"):
        recording.trajectory()
    recording.log(1.0)
    with pytest.raises(UsageError, match=r"not known|no loss was logged"):
        recording.trajectory()
    with pytest.raises(UsageError, match="expected one number"):
        recording.log(torch.zeros(3))


@pytest.mark.parametrize("logged", [True, False])
def test_losses_of_mini_batches_are_called_so_in_pictures_and_files(logged, tmp_path):
    import torch

    import vizgd as vg
    from vizgd.films.request import storyboard_of
    from vizgd.storyboard.look import Look

    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)).double()
    inputs, optimizer = torch.randn(10, 2, dtype=torch.float64), torch.optim.SGD(model.parameters(), lr=0.01)
    recorder = vg.nn.Recorder(model, optimizer)
    for _ in range(4):
        optimizer.zero_grad()
        loss = model(inputs).square().mean()
        loss.backward()
        recorder.log(loss)
        optimizer.step()
    objective = recorder.objective(lambda: model(inputs).square().mean())
    run = vg.Run(recorder.trajectory(None if logged else objective), label="SGD")
    comparison = vg.Comparison(title="", objective=objective, runs=[run])
    with pytest.warns(UserWarning, match="only charts"):  # a model is not saved
        vg.save(comparison, tmp_path / "run.npz")
    again = vg.load(tmp_path / "run.npz")
    assert again.runs[0].trajectory.batch_losses == logged
    shown = repr(storyboard_of(comparison, Look()))
    assert ("mini-batch loss" in shown) == logged


def test_a_run_in_single_precision_comes_back_bit_for_bit(tmp_path):
    torch.manual_seed(0)
    model = torch.nn.Linear(2, 1)
    inputs, optimizer = torch.randn(10, 2), torch.optim.SGD(model.parameters(), lr=0.01)
    recorder = vg.nn.Recorder(model, optimizer)
    for _ in range(3):
        optimizer.zero_grad()
        model(inputs).square().mean().backward()
        optimizer.step()
    run = recorder.trajectory(recorder.objective(lambda: model(inputs).square().mean()))
    loaded = vg.load(vg.save(run, tmp_path / "run.npz")).runs[0].trajectory
    assert loaded.iterates.dtype == run.iterates.dtype == np.float32
    np.testing.assert_array_equal(loaded.iterates, run.iterates)
