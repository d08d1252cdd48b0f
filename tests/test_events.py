"""Captions say what the recorded numbers say: the notebook's settings, and what its remarks deny."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from vizgd.events import ending, largest_stable_rate, setting, summary
from vizgd.gallery import GALLERY
from vizgd.objectives.lookup import objective_from
from vizgd.planning import record_runs, run_labels


def _caption(name):
    comparison = GALLERY[name]
    objective = objective_from(comparison.objective)
    trajectories = record_runs(objective, comparison)
    return summary(objective, run_labels(comparison, trajectories), trajectories)


def test_half_the_curvature_is_the_rate_that_lands_in_one_step_and_two_rates_end_equally_near():
    caption = _caption("learning-rates")
    assert "α=0.5 reaches the minimum in 1 step" in caption
    assert "α=0.1 and α=0.9 are 0.0099 from the minimum" in caption


def test_four_starts_end_in_two_minima():
    caption = _caption("local-minima")
    assert "Start 4 reaches the minimum" in caption
    assert "start 2 reaches the minimum" in caption
    assert "start −1" in caption
    assert "in a local minimum, at −0.25 with loss −0.418" in caption


def test_momentum_on_the_bowl_is_farther_away_than_plain_descent():
    caption = _caption("momentum")
    assert "After 50 steps, Gradient descent α=0.05 is 0.036 from the minimum" in caption
    assert "Momentum α=0.05 β=0.9 is 0.47" in caption


def test_of_three_optimizers_on_the_bowl_plain_descent_comes_nearest():
    caption = _caption("optimizers")
    assert "Gradient descent α=0.1 is 0.0088 from the minimum" in caption
    assert "Adam α=0.5 is 0.24" in caption
    assert "Momentum α=0.1 β=0.9 is 0.31" in caption


def test_the_loss_of_momentum_rises_in_22_of_50_steps_and_that_of_plain_descent_never():
    objective = objective_from("sphere")
    endings = [ending(objective, t) for t in record_runs(objective, GALLERY["momentum"])]
    assert [end.rises for end in endings] == [0, 22]


def test_a_diverging_run_says_its_step():
    assert "α=1.1 diverges at step" in _caption("divergence")


def test_noise_escapes_where_the_exact_gradient_stays():
    caption = _caption("noisy-escape")
    assert "Exact gradient stops in a local minimum" in caption
    assert caption.startswith("After 200 steps, noisy gradient")


@pytest.mark.parametrize("name", ["ravine", "plateau", "second-order", "saddle"])
def test_where_the_claim_is_said_to_hold_plain_descent_is_the_last(name):
    comparison = GALLERY[name]
    objective = objective_from(comparison.objective)
    losses = [t.losses[-1] for t in record_runs(objective, comparison)]
    assert type(comparison.runs[0].optimizer).__name__ == "GradientDescent"
    if name == "saddle":
        # All leave in the end: what counts is when the loss falls below that of the saddle.
        left = [int(np.argmax(t.losses < -0.5)) for t in record_runs(objective, comparison)]
        assert left[0] == max(left)
    else:
        assert losses[0] == max(losses)


@pytest.mark.parametrize("name", ["sphere", "quadratic_k100", "rosenbrock", "quadratic_rotated", "bowl_1d"])
def test_the_largest_stable_rate_is_two_over_the_largest_eigenvalue(name):
    objective = objective_from(name)
    step = 1e-4
    point = np.array(objective.minimizers[0])
    identity = np.eye(len(point))
    hessian = [
        (objective.gradient(point + step * e) - objective.gradient(point - step * e)) / (2 * step)
        for e in identity
    ]
    assert largest_stable_rate(objective) == pytest.approx(2 / np.linalg.eigvalsh(hessian).max(), rel=1e-4)


def test_gradient_descent_is_stable_just_below_that_rate_and_not_above():
    objective = objective_from("quadratic_k10")
    rate = largest_stable_rate(objective)
    below = vg.record(objective, vg.GradientDescent(learning_rate=0.99 * rate), (3, 2), 2000)
    above = vg.record(objective, vg.GradientDescent(learning_rate=1.01 * rate), (3, 2), 2000)
    assert below.status.kind == "converged"
    assert above.status.kind == "diverged"


def test_where_no_curvature_is_known_nothing_is_said_of_a_rate():
    for name in ("saddle", "constant_zero", "softplus_no_minimum"):
        assert largest_stable_rate(objective_from(name)) is None
        assert "2/L" not in setting(objective_from(name), gradient_descent=True)


@pytest.mark.parametrize(
    ("objective", "start", "nature"),
    [
        ("saddle", (1.0, 0.0), "saddle"),
        ("quartic", -1.0, "local minimum"),
        ("constant_zero", (0.5, 0.5), "flat"),
    ],
)
def test_a_point_where_the_gradient_vanishes_is_called_what_it_is(objective, start, nature):
    trajectory = vg.record(objective, vg.GradientDescent(learning_rate=0.05), start, 400)
    assert ending(objective_from(objective), trajectory).nature == nature


def test_a_run_that_ends_at_once_is_told_too():
    objective = objective_from("sphere")
    trajectory = vg.record(objective, vg.BFGS(), (0.0, 0.0), 5)
    assert "minimum" in summary(objective, ["BFGS"], [trajectory])
