"""A sweep is `record` run by run, without the paths."""

import dataclasses
import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.optimizers.problems import BOWL, HIMMELBLAU, RAVINE, ROSENBROCK, one_dimensional
from vizgd.base.errors import UsageError
from vizgd.objectives.catalogue import OBJECTIVES
from vizgd.objectives.datasets.dataset import least_squares
from vizgd.objectives.lookup import objective_from
from vizgd.optimizers.adam import Adam
from vizgd.optimizers.catalogue import OPTIMIZERS
from vizgd.optimizers.cycles import Cosine, LinearWarmup, OneCycle
from vizgd.optimizers.descent import GradientDescent, Momentum
from vizgd.optimizers.line_search import BFGS, LineSearch
from vizgd.optimizers.newton import Newton
from vizgd.optimizers.schedules import Exponential, InverseTime
from vizgd.recording.loop import record
from vizgd.recording.many import sweeps as module
from vizgd.recording.many.sweeps import Sweep, sweep

RULES = [name for name in OPTIMIZERS if not issubclass(OPTIMIZERS[name], LineSearch)]
SCHEDULES = [
    lambda rate: rate,
    lambda rate: Cosine(rate, steps=15, restarts=True),
    lambda rate: LinearWarmup(Exponential(rate, factor=0.9), steps=5),
    lambda rate: OneCycle(rate, steps=30),
    lambda rate: lambda count: rate / (1 + count),
]
ROUGH = [
    "rosenbrock",
    "1/x + y**2",  # a pole
    "log(x) + y**2",  # not defined left of it
    "abs(x) + max(x, y)**2",  # kinks
    "sqrt(x**2 + y**2)",
    "exp(x**2) - y**4",  # leaves fast, and overflows
    "1e300*x**2 + y**2",  # a loss that is infinite where the gradient is not
    *["ackley", "himmelblau", "six_hump_camel", "beale", "branin"],
]


def assert_is(runs, place, run, *, exactly=True):
    """Check one run of a sweep against its recording."""
    status = run.status
    assert Sweep.kinds[runs.outcomes[place]] == status.kind
    assert runs.iterations[place] == (run.steps if status.iteration is None else status.iteration)
    if exactly:
        np.testing.assert_array_equal(runs.iterates[place], run.iterates[-1])
        np.testing.assert_array_equal(runs.losses[place], run.losses[-1])
    else:
        np.testing.assert_allclose(runs.iterates[place], run.iterates[-1], rtol=1e-12, atol=1e-300)


def assert_recorded(objective, optimizer, starts, steps, **settings):
    runs = sweep(objective, optimizer, starts, steps, **settings)
    kept = objective_from(objective)
    with np.errstate(all="ignore"):
        sound = np.isfinite(kept.value(starts)) & np.isfinite(kept.gradient(starts)).all(axis=-1)
    for place in np.ndindex(starts.shape[:-1]):
        if sound[place]:
            assert_is(runs, place, record(objective, optimizer, starts[place], steps, **settings))
        else:
            assert (runs.outcomes[place], runs.iterations[place]) == (2, 0)
            np.testing.assert_array_equal(runs.iterates[place], starts[place])
    return runs


@settings(deadline=None, max_examples=150)
@given(
    name=st.sampled_from(RULES),
    text=st.sampled_from(ROUGH),
    schedule=st.sampled_from(SCHEDULES),
    exponent=st.floats(-4, 3),
    steps=st.integers(1, 40),
    tolerance=st.sampled_from([0, 1e-5, 0.1, 10]),
    seed=st.integers(0, 2**32),
)
def test_a_sweep_is_its_runs_recorded_one_by_one(name, text, schedule, exponent, steps, tolerance, seed):
    objective = objective_from(text)
    low, high = np.array(objective.domain).T
    starts = np.random.default_rng(seed).uniform(low, high, (2, 3, 2))
    starts[0, 0] = 0.0
    starts[1, 1] = np.round(starts[1, 1])
    starts = np.clip(starts, low, high)
    optimizer = OPTIMIZERS[name](learning_rate=schedule(10.0**exponent))
    assert_recorded(objective, optimizer, starts, steps, tolerance=tolerance)


@pytest.mark.parametrize("name", list(OBJECTIVES))
def test_a_sweep_of_any_objective_is_its_runs_recorded(name):
    objective = OBJECTIVES[name]
    low, high = np.array(objective.domain).T
    starts = np.random.default_rng(1).uniform(low, high, (4, objective.dimension))
    for optimizer in (Adam(0.1), Momentum(0.3, 0.8)):
        assert_recorded(objective, optimizer, starts, 30)


@pytest.mark.parametrize("objective", [RAVINE, HIMMELBLAU, ROSENBROCK, BOWL], ids=lambda o: o.name)
@pytest.mark.parametrize("rate", [0.01, 0.2, 1.5])
def test_objectives_of_ones_own_are_swept_too(objective, rate):
    starts = np.random.default_rng(2).uniform(-2, 2, (5, 2))
    assert_recorded(objective, Momentum(rate, 0.5), starts, 40, tolerance=1e-3)


def test_a_loss_over_data_is_swept():
    line = least_squares(np.linspace(-1, 1, 20), np.linspace(-2, 4, 20))
    starts = np.random.default_rng(3).uniform(-2, 2, (6, 2))
    runs = assert_recorded(line, GradientDescent(0.4), starts, 200)
    assert runs.converged.all()


@pytest.mark.parametrize("name", RULES)
def test_a_grid_of_hyper_parameters_is_one_call(name):
    rule = OPTIMIZERS[name]
    fields = {field.name for field in dataclasses.fields(rule)}
    second, values = next(
        (field, grid)
        for field, grid in {
            "beta1": (0.0, 0.5, 0.9),
            "beta": (0.0, 0.5, 0.9),
            "radius": (0.1, 1.0, 5.0),
            "epsilon": (0.0, 1e-8, 0.1),
            "learning_rate": (0.1, 0.2, 0.3),
        }.items()
        if field in fields
    )
    rates, others = np.array([1e-3, 0.05, 2.0, 300.0]), np.array(values)
    grid = rule(**{"learning_rate": rates[:, None, None]} | {second: others[:, None]})
    if second == "learning_rate":
        grid, rates = rule(learning_rate=others[:, None]), others
        runs = sweep("himmelblau", grid, (1.0, 2.0), 60)
        assert runs.outcomes.shape == (3,)
    else:
        runs = sweep("himmelblau", grid, (1.0, 2.0), 60)
        assert runs.outcomes.shape == (4, 3)
    for place in np.ndindex(runs.outcomes.shape):
        one = {"learning_rate": rates[place[0]]} | ({} if len(place) == 1 else {second: others[place[1]]})
        assert_is(runs, place, record("himmelblau", rule(**one), (1.0, 2.0), 60), exactly=second != "beta1")


def test_grids_of_starts_and_of_rates_and_rates_for_each_component_broadcast():
    starts = np.random.default_rng(4).uniform(-1, 1, (3, 2))
    rates = np.array([[0.3, 0.03], [0.1, 0.01], [3.0, 0.01], [1e-3, 1e-3]])[:, None]
    runs = sweep(RAVINE, GradientDescent(rates), starts, 50)
    assert runs.iterates.shape == (4, 3, 2)
    for place in np.ndindex(4, 3):
        expected = record(RAVINE, GradientDescent(rates[place[0], 0]), starts[place[1]], 50)
        assert_is(runs, place, expected)
    same = sweep(RAVINE, GradientDescent([0.3, 0.03]), starts, 50)
    np.testing.assert_array_equal(same.iterates, runs.iterates[0])


SCHEDULED = {
    "declared": lambda rates: InverseTime(rates, decay=np.array([0.0, 0.1])[:, None]),
    "nested": lambda rates: LinearWarmup(InverseTime(rates, decay=np.array([0.0, 0.1])[:, None]), steps=4),
    "a function": lambda rates: lambda count: rates / (1 + np.array([0.0, 0.1])[:, None] * count),
}


@pytest.mark.parametrize("kind", SCHEDULED)
def test_schedules_may_hold_grids(kind, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 6)  # blocks of 3 runs, across the rows of the grid
    rates, decays = np.array([0.01, 0.02, 0.04]), (0.0, 0.1)
    runs = sweep(RAVINE, GradientDescent(SCHEDULED[kind](rates[:, None, None])), (5, 2), 30)
    assert runs.outcomes.shape == (3, 2)
    for i, j in np.ndindex(3, 2):
        schedule = InverseTime(rates[i], decay=decays[j])
        if kind == "nested":
            schedule = LinearWarmup(schedule, steps=4)
        assert_is(runs, (i, j), record(RAVINE, GradientDescent(schedule), (5, 2), 30))


@pytest.mark.parametrize("total", [1, 5, 6, 7, 100])
def test_blocks_neither_overlap_nor_leave_gaps(total, monkeypatch):
    starts = np.random.default_rng(5).uniform(-2, 2, (total, 2))
    whole = sweep("rosenbrock", Adam(0.1), starts, 20)
    monkeypatch.setattr(module, "BLOCK", 6)
    calls = []
    runs = sweep("rosenbrock", Adam(0.1), starts, 20, progress=lambda *counts: calls.append(counts))
    for ours, expected in zip(dataclasses.astuple(runs), dataclasses.astuple(whole), strict=True):
        np.testing.assert_array_equal(ours, expected)
    assert len(calls) == math.ceil(total / 3)
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert calls[-1] == (total, total)


def test_a_single_start_is_a_sweep_without_axes():
    runs = sweep("rosenbrock", Adam(0.1), (-1.5, 2.0), 20)
    assert runs.iterates.shape == (2,)
    assert runs.losses.shape == runs.outcomes.shape == runs.iterations.shape == ()
    assert_is(runs, (), record("rosenbrock", Adam(0.1), (-1.5, 2.0), 20))
    own = sweep("rosenbrock", Adam(0.1), steps=20)
    assert_is(own, (), record("rosenbrock", Adam(0.1), steps=20))


def test_the_masks_say_what_the_outcomes_say():
    runs = sweep("x**2", GradientDescent([[0.1], [0.5], [1.5]]), 1.0, 50)
    assert runs.outcomes.tolist() == [0, 1, 2]
    assert runs.moving.tolist() == [True, False, False]
    assert runs.converged.tolist() == [False, True, False]
    assert runs.diverged.tolist() == [False, False, True]
    assert runs.iterations.tolist() == [50, 1, 24]


def test_a_run_that_is_lost_stays_where_it_ended_while_others_go_on():
    steep = one_dimensional(lambda x: 1e300 * x**2, lambda x: 2e300 * x)
    runs = sweep(steep, GradientDescent(1e-300 * np.array([[0.4], [1e10], [1e308]])), 1.0, 30)
    assert runs.iterations.tolist()[1:] == [1, 0]
    assert runs.iterates[2, 0] == 1.0
    assert runs.iterates[1, 0] == pytest.approx(1.0 - 2e10)
    assert not runs.diverged[0]


def test_nothing_warns_whatever_the_callers_settings():
    starts = np.random.default_rng(6).uniform(-5, 5, (50, 2))
    before = np.geterr()
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        for optimizer in (GradientDescent(10.0), Adam(100.0), Newton()):
            runs = sweep("exp(x**2*y**2) + log(x) - 1/y", optimizer, starts, 30)
            assert np.isfinite(runs.iterates).all()
    assert np.geterr() == before


def test_the_starts_and_the_optimizer_are_left_as_they_were():
    starts = np.asfortranarray(np.random.default_rng(7).uniform(-1, 1, (4, 2)))
    rates = np.full((4, 1), 0.1)
    kept = starts.copy()
    sweep(BOWL, GradientDescent(rates), starts, 10)
    np.testing.assert_array_equal(starts, kept)
    np.testing.assert_array_equal(rates, 0.1)


def test_an_error_in_a_block_reaches_the_caller_and_ends_the_sweep(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 2)

    def failing(points):
        if len(points) and points[0, 0] > 0.5:
            raise ZeroDivisionError("mine")
        return points

    objective = dataclasses.replace(BOWL, gradient=failing)
    with pytest.raises(UsageError, match="ZeroDivisionError: mine"):
        sweep(objective, GradientDescent(0.1), np.linspace(0, 1, 50)[:, None] * [1, 1], 5)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"optimizer": BFGS()}, "line search"),
        ({"optimizer": Adam}, "is not an optimizer"),
        ({"optimizer": Newton(), "objective": dataclasses.replace(BOWL, hessian=None)}, "second derivatives"),
        ({"steps": 0}, "above 0"),
        ({"tolerance": -1}, "tolerance"),
        ({"starts": [[0.0, 0.0, 0.0]]}, "one number for each of x, y"),
        ({"starts": 1.0}, "one number for each of x, y"),
        ({"starts": [["a", "b"]]}, "one number for each of x, y"),
        ({"starts": [[0.0, 0.0], [np.nan, 0.0]]}, r"starts\[1\] is \[nan, 0.0\]"),
        ({"starts": [[[0.0, 0.0], [0.0, -np.inf]]]}, r"starts\[0, 1\] is"),
        ({"starts": (0.0, np.inf)}, r"starts is \[0.0, inf\]"),
        ({"starts": None, "objective": dataclasses.replace(BOWL, start=None)}, "no start of its own"),
        ({"optimizer": Adam(np.ones((3, 1)))}, r"\(3, 1\) does not fit starts \(4, 2\)"),
        ({"optimizer": Adam([0.1, 0.2, 0.3])}, "learning_rate"),
        ({"optimizer": Adam(Cosine(np.ones((3, 1)), steps=3))}, "learning_rate"),
    ],
)
def test_what_cannot_be_swept_is_named(settings, said):
    given = {"objective": BOWL, "optimizer": Adam(), "starts": np.zeros((4, 2)), "steps": 5} | settings
    with pytest.raises(UsageError, match=said):
        sweep(**given)


def test_one_dimension_takes_a_last_axis_too():
    with pytest.raises(UsageError, match="does not fit starts"):
        sweep("x**2", GradientDescent([0.1, 0.5]), 1.0)


def test_a_function_of_one_point_is_swept_from_starts_that_say_its_dimension():
    starts = [[(1, 2), (3, 4)]]
    ours = sweep(lambda p: p @ p, GradientDescent(0.1), starts, steps=5)
    np.testing.assert_array_equal(ours.iterates, sweep("x*x + y*y", GradientDescent(0.1), starts, 5).iterates)
    assert sweep(lambda x: x**2, GradientDescent(0.5), 3.0, steps=5).converged
