"""What is measured of a run is what was recorded, by name, with a sentence where there is no such thing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.drawing.clock import clock_for
from vizgd.drawing.theme import LIGHT
from vizgd.objectives.lookup import objective_from
from vizgd.views.charts import measures
from vizgd.views.charts.measures import measure_runs
from vizgd.views.view import Subject

RAVINE = "x**2 + 10*y**2"


def subject(*optimizers, objective=RAVINE, start=(5.0, 2.0), steps=20):
    known = objective_from(objective)
    trajectories = tuple(vg.record(known, one, start=start, steps=steps) for one in optimizers)
    clock = clock_for(trajectories, rate=25)
    labels = tuple(f"run {number}" for number in range(len(optimizers)))
    return Subject(known, trajectories, labels, clock, LIGHT, known.domain, optimizers=optimizers)


MOMENTUM = vg.Momentum(learning_rate=0.02, beta=0.8)


@given(beta=st.floats(0.0, 0.95), rate=st.floats(1e-4, 0.05))
@settings(max_examples=20, deadline=None)
def test_lengths_are_those_of_the_recorded_vectors(beta, rate):
    seen = subject(vg.Momentum(learning_rate=rate, beta=beta))
    trajectory = seen.trajectories[0]
    (velocity,) = measure_runs(seen, "velocity")
    (gradient,) = measure_runs(seen, "gradient_norm")
    assert velocity.values[:-1] == pytest.approx(np.linalg.norm(trajectory.terms["velocity"], axis=1))
    assert gradient.values == pytest.approx(np.linalg.norm(trajectory.gradients, axis=1))


def test_coordinates_are_those_of_the_iterates_and_of_vectors():
    seen = subject(MOMENTUM)
    trajectory = seen.trajectories[0]
    assert (measure_runs(seen, "y")[0].values == trajectory.iterates[:, 1]).all()
    assert (measure_runs(seen, "x2")[0].values == trajectory.iterates[:, 1]).all()
    assert (measure_runs(seen, "gradient.x")[0].values == trajectory.gradients[:, 0]).all()


def test_a_zigzag_has_a_cosine_of_minus_one_and_a_straight_descent_of_one():
    hopping = subject(vg.GradientDescent(learning_rate=0.9), objective="x**2", start=8.0)
    falling = subject(vg.GradientDescent(learning_rate=0.1), objective="x**2", start=8.0)
    for seen, cosine in ((hopping, -1.0), (falling, 1.0)):
        (values,) = (one.values for one in measure_runs(seen, "cosine"))
        assert np.isnan(values[[0, -1]]).all()
        assert values[1:-1] == pytest.approx(np.full(len(values) - 2, cosine))


def test_a_run_without_the_quantity_has_no_curve():
    with_velocity, without = measure_runs(
        subject(MOMENTUM, vg.GradientDescent(learning_rate=0.01)), "velocity"
    )
    assert np.isfinite(with_velocity.values).all()
    assert np.isnan(without.values).all()


def test_what_torch_keeps_is_measured_by_its_own_names():
    seen = subject(vg.Torch(torch.optim.SGD, lr=0.02, momentum=0.8))
    (ours,) = measure_runs(subject(MOMENTUM), "velocity")
    (theirs,) = measure_runs(seen, "momentum_buffer")
    assert theirs.values == pytest.approx(ours.values)


@pytest.mark.parametrize(
    ("name", "said"), [("velocty", "velocity"), ("x3", "x1 to x2"), ("gradient.z", "gradient")]
)
def test_an_unknown_quantity_is_told_with_those_that_there_are(name, said):
    with pytest.raises(UsageError) as refused:
        measure_runs(subject(MOMENTUM), name)
    assert said in str(refused.value)


@pytest.mark.parametrize("name", ["excess", "distance"])
def test_no_distance_is_measured_from_a_minimum_that_is_not_known(name):
    falling = subject(vg.GradientDescent(learning_rate=0.1), objective="x**2 - y**2", start=(1.0, 1.0))
    with pytest.raises(UsageError, match=f"no {name} can be measured"):
        measure_runs(falling, name)


def test_the_loss_on_a_plane_is_that_of_the_orthogonal_projection():
    scales = np.array([1.0, 3.0, 0.1, 2.0])
    bowl = vg.Objective(
        "bowl4",
        lambda params: (scales * np.square(params)).sum(axis=-1),
        lambda params: 2.0 * scales * params,
        domain=((-5.0, 5.0),) * 4,
        variables=("a", "b", "c", "d"),
    )
    seen = subject(MOMENTUM, vg.Adam(learning_rate=0.2), objective=bowl, start=(3.0, -2.0, 4.0, 1.0))
    first, second = (trajectory.iterates for trajectory in seen.trajectories)
    best = min(seen.trajectories, key=lambda one: one.losses[-1]).iterates[-1]
    # The plane of the principal components of both paths, through the end of the better one.
    both = np.concatenate([first, second])
    axes = np.linalg.svd(both - both.mean(axis=0))[2][:2]
    for measured, path in zip(measure_runs(seen, "on_plane_loss"), (first, second), strict=True):
        shadow = best + (path - best) @ axes.T @ axes
        assert measured.values == pytest.approx((scales * shadow**2).sum(axis=1))
    chosen = measure_runs(seen, "on_plane_loss", (0, 2))[0]
    shadow = np.where([True, False, True, False], first, best)
    assert chosen.values == pytest.approx((scales * shadow**2).sum(axis=1))


def test_without_a_plane_there_is_no_loss_on_it():
    with pytest.raises(UsageError, match="no plane"):
        measure_runs(subject(MOMENTUM), "on_plane_loss")
    with_plane = measure_runs(subject(MOMENTUM), "on_plane_loss", (0, 1))
    assert with_plane[0].values == pytest.approx(subject(MOMENTUM).trajectories[0].losses)


def test_of_a_long_run_the_loss_on_a_plane_is_asked_for_at_some_iterates_only(monkeypatch):
    monkeypatch.setattr(measures, "MOST_ON_PLANE", 5)
    seen = subject(MOMENTUM)
    (measured,) = measure_runs(seen, "on_plane_loss", (0, 1))
    losses = seen.trajectories[0].losses
    assert measured.values[::5] == pytest.approx(losses[::5])
    assert measured.values == pytest.approx(np.interp(np.arange(21), np.arange(0, 21, 5), losses[::5]))
