"""Captions say what the recorded numbers say: the notebook's settings, and what its remarks deny."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.formatting import NO_BREAK
from vizgd.comparisons.gallery import GALLERY
from vizgd.comparisons.labels import run_labels
from vizgd.comparisons.resolving import record_runs, resolved, run_objectives
from vizgd.objectives.lookup import objective_from
from vizgd.recording.events import ending, largest_stable_rate, setting, summary

from ..gallery_films import planned


def _read(caption):
    """Return a caption as it is read: where its lines may not be broken is the legend's business."""
    return caption.replace(NO_BREAK, " ")


def _caption(name):
    comparison = GALLERY[name]
    objective = objective_from(comparison.objective)
    trajectories = _recorded(objective, comparison)
    objectives = run_objectives(objective, comparison)
    return _read(summary(objectives, run_labels(comparison, trajectories), trajectories))


def _film_caption(comparison):
    """Return what stands under a film when its runs have ended."""
    panel = next(panel for panel in planned(comparison).panels if panel.name == "caption")
    return _read(" ".join(mark.text for mark in panel.marks if np.isfinite(mark.xy.values[1]).all()))


def _film_setting(comparison):
    """Return what stands there while they move."""
    panel = next(panel for panel in planned(comparison).panels if panel.name == "caption")
    return _read(" ".join(mark.text for mark in panel.marks if np.isfinite(mark.xy.values[0]).all()))


def _recorded(objective, comparison):
    return record_runs(run_objectives(objective, comparison), comparison)


def test_half_the_curvature_is_the_rate_that_lands_in_one_step_and_two_rates_end_equally_near():
    caption = _caption("learning-rates")
    assert "α=0.5 reaches the minimum in 1 step" in caption
    assert "distance from the minimum: 0.0099 (α=0.1 and α=0.9), 4.4 (α=0.01)" in caption


def test_four_starts_end_in_two_minima():
    caption = _caption("local-minima")
    assert "Start 4 reaches the minimum" in caption
    assert "start 2 reaches the minimum" in caption
    assert "start −1" in caption
    assert "in a local minimum, at −0.25 with loss −0.418" in caption


def test_momentum_on_the_bowl_is_farther_away_than_plain_descent():
    caption = _caption("momentum")
    assert "After 50 steps, distance from the minimum: 0.036 (Gradient descent α=0.05)" in caption
    assert "0.47 (Momentum α=0.05 β=0.9)" in caption


def test_of_three_optimizers_on_the_bowl_plain_descent_comes_nearest():
    caption = _caption("optimizers")
    assert (
        "minimum: 0.0088 (Gradient descent α=0.1), 0.24 (Adam α=0.5), 0.31 (Momentum α=0.1 β=0.9)." in caption
    )


def test_the_loss_of_momentum_rises_in_22_of_50_steps_and_that_of_plain_descent_never():
    objective = objective_from("sphere")
    losses = [run.losses for run in _recorded(objective, GALLERY["momentum"])]
    rises = [np.count_nonzero(np.diff(path) > 1e-12 * np.abs(path[:-1])) for path in losses]
    assert rises == [0, 22]


def test_a_diverging_run_says_its_step():
    assert "α=1.2 diverges at step" in _caption("divergence")


def test_newton_is_said_to_stop_in_a_saddle_that_the_others_leave():
    caption = _caption("saddle")
    assert caption.endswith("Newton α=1 stops in a saddle, at (0, 0) with loss 0.")
    assert caption.count("stops") == 1


def test_of_noise_it_is_said_how_many_seeds_escape_where_the_exact_gradient_stays():
    caption = _film_caption(GALLERY["noisy-escape"])
    assert "Exact gradient stops in a local minimum" in caption
    count, escaped = map(
        int, re.search(r"Of (\d+) seeds, (\d+) .*? in the basin of the minimum", caption).groups()
    )
    run = GALLERY["noisy-escape"].runs[1]
    ends = [
        vg.record("tilted_double_well", run.optimizer, 1.7, 200, noise=run.noise, seed=seed).iterates[-1, 0]
        for seed in range(count)
    ]
    # Where the slope is zero between the wells.
    hill = np.sort(np.roots([4.0, 0.0, -4.0, 0.3]).real)[1]
    assert escaped == sum(end < hill for end in ends)
    assert caption.endswith("Shown: seed 0.")


@pytest.mark.parametrize("name", ["schedules", "batch-sizes", "noisy-escape"])
def test_runs_that_are_compared_under_chance_share_it(name):
    chancy = [run for run in GALLERY[name].runs if run.noise or run.sampler]
    assert {run.seed for run in chancy} == {0}
    assert len({run.noise for run in chancy}) == 1


def test_runs_under_noise_are_ranked_by_many_seeds():
    caption = _film_caption(GALLERY["schedules"])
    told = dict(re.findall(r"([\d.]+) \(([^)]*)\)", caption))
    assert "median distance from the minimum over 400 seeds" in caption
    for value, labels in told.items():
        for label in labels.split(" and "):
            (run,) = (run for run in GALLERY["schedules"].runs if run.label == label)
            ends = [
                vg.record(
                    GALLERY["schedules"].objective, run.optimizer, (-4, 3), 100, noise=2.0, seed=seed
                ).iterates[-1]
                for seed in range(400)
            ]
            assert float(value) == pytest.approx(np.median(np.linalg.norm(ends, axis=1)), rel=0.06)


def test_what_cannot_be_counted_is_called_one_draw():
    def own(params, gradient):
        return params - 0.1 * gradient

    caption = _film_caption(vg.Comparison("t", "x**2", [vg.Run(own, start=3.0, noise=1.0, seed=7)], steps=20))
    assert "in the one draw shown" in caption
    assert caption.endswith("Shown: seed 7.")
    assert "reaches" not in caption


@pytest.mark.parametrize("name", ["ravine", "plateau", "second-order", "saddle"])
def test_where_the_claim_is_said_to_hold_plain_descent_is_the_last(name):
    comparison = GALLERY[name]
    objective = objective_from(comparison.objective)
    losses = [t.losses[-1] for t in _recorded(objective, comparison)]
    assert type(comparison.runs[0].optimizer).__name__ == "GradientDescent"
    if name == "saddle":
        # All leave in the end: what counts is when the loss falls below that of the saddle.
        left = [int(np.argmax(t.losses < -0.5)) for t in _recorded(objective, comparison)]
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


def test_of_several_minima_the_sharpest_sets_the_rate():
    curvatures = np.array([[2.0, 8.0]])
    objective = replace(
        objective_from("quartic"),
        minimizers=((-1.0,), (1.0,)),
        hessian=lambda points: np.where(points > 0, curvatures.max(), curvatures.min())[..., None],
    )
    assert largest_stable_rate(objective) == pytest.approx(0.25)
    assert setting(objective, gradient_descent=True).startswith("Near the minima, gradient descent is stable")


def test_the_rate_is_said_to_hold_near_the_minimum():
    said = setting(objective_from("rosenbrock"), gradient_descent=True)
    assert said == (
        "Near the minimum, gradient descent is stable up to a rate of 2/L = 0.002 "
        "(L: the largest curvature there)."
    )


def _after(objective, rates, steps, labels):
    objective = objective_from(objective)
    runs = [
        vg.record(objective, vg.GradientDescent(learning_rate=rate), 4.0, count)
        for rate, count in zip(rates, steps, strict=True)
    ]
    return _read(summary([objective] * len(runs), labels, runs))


def test_a_number_is_never_said_to_be_what_a_setting_is():
    """Not "α=1 is 3", which reads as an equation, and a false one."""
    caption = _caption("divergence")
    assert " is " not in caption
    assert "(α=1)" in caption


def test_distances_keep_two_digits_and_lone_runs_need_no_name():
    assert _after("bowl_1d", [0.25], [1], ["GD"]) == "After 1 step, distance from the minimum: 2.0."


def test_what_the_numbers_measure_is_said_once():
    caption = _after("bowl_1d", [0.1, 0.1], [2, 3], ["short (2)", "long"])
    assert caption == "After 3 steps, distance from the minimum: 2.0 (long). After 2 steps: 2.6 [short (2)]."


def test_where_no_minimum_is_known_losses_are_told():
    caption = _after("x**2 - 3*x", [0.1, 0.01], [4, 4], ["a", "b"])
    assert caption.startswith("After 4 steps, loss: ")
    assert caption.endswith(" (b).")


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
        ("-x**2", 0.0, "maximum"),
        ("x**2 - y**4", (1.0, 0.0), "flat"),
        ("-abs(x) - 0.1*x**2", 0.0, "kink"),
        ("exp(100*x)", -0.2, "flat"),
        ("softplus_no_minimum", -12.0, "flat"),
        ("x**2 + 1e-6*(y - 3)**2", (1.0, 0.0), "flat"),
    ],
)
def test_a_point_where_the_gradient_vanishes_is_called_what_it_is(objective, start, nature):
    trajectory = vg.record(objective, vg.GradientDescent(learning_rate=0.05), start, 400)
    assert ending(objective_from(objective), trajectory).nature == nature


def test_a_run_that_ends_at_once_is_told_too():
    objective = objective_from("sphere")
    trajectory = vg.record(objective, vg.BFGS(), (0.0, 0.0), 5)
    assert "minimum" in summary([objective], ["BFGS"], [trajectory])


GD = vg.GradientDescent
RUN = vg.Run(GD(0.05), start=(1, 1))


@pytest.mark.parametrize(
    "runs",
    [
        [RUN],
        [RUN, replace(RUN, optimizer=GD(0.1))],
        [RUN, replace(RUN, optimizer=GD(0.1), label="larger"), replace(RUN, optimizer=GD(0.2))],
    ],
    ids=["one alone", "two rates", "three rates"],
)
def test_the_stable_rate_is_told_where_runs_differ_in_nothing_else(runs):
    assert "stable up to a rate of 2/L = 1 " in _film_setting(vg.Comparison("t", "sphere", runs, steps=9))


@pytest.mark.parametrize(
    "runs",
    [
        [replace(RUN, optimizer=vg.Momentum(0.05))],
        [RUN, replace(RUN, optimizer=vg.Momentum(0.05))],
        [replace(RUN, optimizer=GD(vg.Cosine(0.05, steps=9)))],
        [replace(RUN, noise=0.1)],
        [RUN, replace(RUN, start=(1, 2))],
        [RUN, replace(RUN, steps=5)],
        [RUN, replace(RUN, objective="x**2 + 9*y**2")],
        [replace(RUN, optimizer=GD([0.05, 0.1]))],
    ],
    ids=["momentum", "two rules", "schedule", "noise", "starts", "steps", "objectives", "rates of their own"],
)
def test_it_is_not_told_where_they_differ_in_more_or_descend_otherwise(runs):
    said = _film_setting(vg.Comparison("t", "sphere", runs, steps=9))
    assert "stable" not in said
    assert said == objective_from("sphere").description


@pytest.mark.parametrize(
    ("objective", "start"),
    [
        ("abs(x-1) + 0.1*x**2", 4.0),
        ("(x-1)**2 + 5*y**2 + abs(x) + 2*abs(y)", (3.0, 2.0)),
        ("max(x, -2*x) + x**2", 3.0),
        ("max(1 - x, 0) + 0.5*x**2", 3.0),
        (lambda x: abs(x - 1) + 0.1 * x**2, 4.0),
        (lambda p: np.abs(p).sum() + p @ p, (3.0, 2.0)),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_around_a_kink_no_rate_is_called_stable(objective, start):
    run = vg.Run(GD(0.09), start=start)
    assert "stable" not in _film_setting(vg.Comparison("t", objective, [run], steps=9))


def test_a_dent_beside_the_minimum_is_another_one():
    objective = replace(objective_from("x**2 + 0.1*sin(400*x)**2"), minimizers=((0.0,),), minimum=0.0)
    dent = vg.record(objective, vg.Newton(), np.pi / 400, 30)
    assert dent.status.kind == "converged"
    assert abs(dent.iterates[-1, 0]) < 0.01
    assert ending(objective, dent).kind == "elsewhere"


def test_no_rate_is_called_stable_with_which_a_run_goes_up_and_down():
    """The minimum of a hinge loss is smooth, but the kinks of its examples are near."""
    x = np.linspace(-2, 2, 9)

    def hinge(a, b):
        return np.mean(np.maximum(0, 1 - 2 * x * (a + b * x))) + 0.1 * b**2

    objective = vg.objective_from(hinge, domain=[(-5, 5)] * 2)
    for rate, settles in ((0.5, True), (1.0, False), (5.0, False)):
        run = vg.Run(GD(rate), start=(3, -3))
        said = _film_setting(vg.Comparison("t", objective, [run], steps=60))
        assert ("stable up to a rate of 2/L = 10 " in said) == settles


@pytest.mark.parametrize(
    "objective", ["(x + y - 2)**2", "(sqrt(x**2 + y**2) - 2)**2", "max(x**2 - 1, 0) + 0*y"]
)
def test_a_minimum_in_a_valley_of_minima_is_reached_wherever(objective):
    run = vg.Run(GD(0.1), start=(3, 1))
    known = resolved(vg.Comparison("t", objective, [run], steps=100))
    said = summary(known.objectives, known.labels, known.trajectories)
    assert said.startswith("Gradient descent α=0.1 reaches the minimum in ")


def test_beside_a_jump_nothing_is_called_a_minimum_nor_a_rate_stable():
    run = vg.Run(GD(0.1), start=2.3)
    comparison = vg.Comparison("t", "floor(x) + x**2", [run], steps=60)
    known = resolved(comparison)
    said = summary(known.objectives, known.labels, known.trajectories)
    assert "stops where the gradient vanishes" in said
    assert "stable" not in _film_setting(comparison)
