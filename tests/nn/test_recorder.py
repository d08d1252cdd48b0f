"""The recorder follows a training loop of torch without touching it, and gives its loss as an objective."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.nn import Recorder, recorder

from .models import full_loss, model, trained


def test_every_step_is_kept_with_its_gradient_and_its_rate():
    module = model()
    optimizer = torch.optim.Adam(module.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    recording = Recorder(module, optimizer)
    iterates, gradients = trained(module, optimizer, 5, schedule.step)
    trajectory = recording.trajectory(recording.objective(full_loss(module)))
    np.testing.assert_array_equal(trajectory.iterates, iterates)
    np.testing.assert_array_equal(trajectory.gradients[:-1], gradients)
    np.testing.assert_allclose(trajectory.learning_rates, [0.1, 0.1, 0.05, 0.05, 0.025])
    assert trajectory.status.kind == "moving"
    assert trajectory.iterations.tolist() == [0, 1, 2, 3, 4, 5]


def test_shared_parameters_count_once_and_frozen_ones_not_at_all():
    module = model(normalized=False)
    tied = torch.nn.Linear(3, 5)
    tied.weight = module[0].weight
    both = torch.nn.ModuleList([module, tied])
    module[2].bias.requires_grad_(False)
    optimizer = torch.optim.SGD([p for p in both.parameters() if p.requires_grad], lr=0.1)
    objective = Recorder(both, optimizer).objective(full_loss(module))
    assert objective.dimension == 15 + 5 + 5 + 5
    assert objective.variables[0] == "0.0.weight[0]"
    assert objective.filters.tolist() == [*np.repeat(range(5), 3), *[-1] * 5, *[5] * 5, *[-1] * 5]
    # The second bias has no part in the loss.
    assert (objective.gradient(np.array(objective.start))[-5:] == 0).all()


def test_some_steps_may_be_kept_with_their_numbers():
    module = model()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    recording = Recorder(module, optimizer, every=3)
    iterates, gradients = trained(module, optimizer, 10)
    trajectory = recording.trajectory(recording.objective(full_loss(module)))
    np.testing.assert_array_equal(trajectory.iterates, iterates[::3])
    np.testing.assert_array_equal(trajectory.gradients[:-1], gradients[:9:3])
    assert trajectory.iterations.tolist() == [0, 3, 6, 9]


@pytest.mark.parametrize("steps", [20, 21, 22, 23, 37])
def test_memory_is_bounded_by_dropping_every_second_iterate(steps, monkeypatch):
    module = model(normalized=False)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.01)
    monkeypatch.setattr(recorder, "MOST_BYTES", 8 * 2 * 26 * 4)  # of 26 parameters in single precision
    recording = Recorder(module, optimizer)
    iterates, gradients = trained(module, optimizer, steps)
    trajectory = recording.trajectory(recording.objective(full_loss(module)))
    assert len(trajectory.iterates) <= 8
    assert trajectory.every in (4, 8)
    np.testing.assert_array_equal(trajectory.iterates, iterates[trajectory.iterations])
    np.testing.assert_array_equal(trajectory.gradients[:-1], gradients[trajectory.iterations[:-1]])


def test_a_run_that_ends_in_nan_ends_before_it():
    module = model(normalized=False)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    recording = Recorder(module, optimizer)
    count = itertools.count()

    def spoil():
        if next(count) == 2:
            with torch.no_grad():
                module[0].weight[0, 0] = torch.nan

    trained(module, optimizer, 5, spoil)
    trajectory = recording.trajectory(recording.objective(full_loss(module)))
    assert trajectory.steps == 3
    assert trajectory.status.kind == "diverged"
    assert np.isfinite(trajectory.iterates).all()


def test_closing_takes_the_hook_away():
    module = model()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    recording = Recorder(module, optimizer)
    trained(module, optimizer, 2)
    recording.close()
    trained(module, optimizer, 2)
    assert recording.trajectory(recording.objective(full_loss(module))).steps == 2


def test_what_was_recorded_becomes_a_film_that_counts_the_optimizers_steps():
    module = model()
    optimizer = torch.optim.Adam(module.parameters(), lr=0.05)
    recording = Recorder(module, optimizer, every=2)
    trained(module, optimizer, 12)
    objective = recording.objective(full_loss(module))
    run = vg.Run(recording.trajectory(objective), label="Adam")
    comparison = vg.Comparison("Trained by torch", objective, [run])
    from ..gallery_films import planned

    text = planned(comparison, (320, 180)).describe()
    assert "iteration 12 of 12" in text
    assert "PC\u00a01 (" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((torch.nn.Linear, None), "no torch Module"),
        ((model(), model()), "no torch Optimizer"),
        ((torch.nn.Tanh(), torch.optim.SGD(model().parameters())), "nothing to record"),
    ],
)
def test_what_cannot_be_recorded_is_refused(arguments, said):
    with pytest.raises(UsageError, match=said):
        Recorder(*arguments)


def test_wrong_counts_and_empty_recordings_are_refused():
    module = model()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    with pytest.raises(UsageError, match="every is 0"):
        Recorder(module, optimizer, every=0)
    recording = Recorder(module, optimizer)
    with pytest.raises(UsageError, match="no step yet"):
        recording.trajectory(recording.objective(full_loss(module)))
