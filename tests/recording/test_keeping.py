"""Long runs: side by side where that changes no bit, and in no more memory than they are given."""

from __future__ import annotations

import math
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.progress import listening
from vizgd.comparisons import resolving
from vizgd.objectives.expressions import expression
from vizgd.objectives.lookup import objective_from
from vizgd.optimizers.catalogue import OPTIMIZERS
from vizgd.optimizers.line_search import LineSearch
from vizgd.recording.keeping import DRAWN
from vizgd.recording.loop import record_within
from vizgd.recording.many.side_by_side import pays, record_together

RULES = [
    name
    for name in OPTIMIZERS
    if not issubclass(OPTIMIZERS[name], LineSearch) and not OPTIMIZERS[name].needs_hessian
]
OBJECTIVES = ["x**2 + 10*y**2 + sin(3*x)", "rosenbrock", "exp(x) + y**4 - log(6 - x)", "abs(x) + y**2"]
COORDINATES = st.floats(-4, 4)
ARRAYS = ("iterates", "losses", "gradients", "learning_rates", "examples")


def _compared(objective, runs, steps):
    comparison = vg.Comparison("t", objective, runs, steps=steps)
    own = objective_from(objective)
    return resolving.record_runs([own] * len(runs), comparison)


def _assert_same(one, other):
    assert one.status == other.status
    assert list(one.terms) == list(other.terms)
    pairs = [(getattr(one, name), getattr(other, name)) for name in ARRAYS]
    for before, after in [*pairs, *zip(one.terms.values(), other.terms.values(), strict=True)]:
        assert before.shape == after.shape
        assert before.tobytes() == after.tobytes()


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(OBJECTIVES),
    st.lists(
        st.tuples(st.sampled_from(RULES), COORDINATES, COORDINATES, st.floats(1e-4, 3.0)),
        min_size=2,
        max_size=7,
    ),
)
def test_runs_that_are_recorded_side_by_side_are_to_the_bit_those_recorded_alone(objective, settings):
    rules = [OPTIMIZERS[name](learning_rate=rate) for name, _, _, rate in settings]
    _assert_same_alone(objective, rules, np.array([(x, y) for _, x, y, _ in settings]), 40)


def _assert_same_alone(objective, rules, starts, steps):
    own = objective_from(objective)
    together = record_together(math.inf, own, rules, starts, steps)
    for rule, start, one in zip(rules, starts, together, strict=True):
        _assert_same(one, vg.record(objective, rule, start, steps))


def test_decays_and_schedules_stay_what_they_are_side_by_side():
    rules = [vg.Adam(0.1, beta1=0.8), vg.Adam(0.1, beta1=0.9), vg.Adam(vg.Cosine(0.2, 30), epsilon=1e-3)]
    rules += [vg.Momentum(0.01, beta=0.5), vg.Momentum(0.02, beta=0.95), vg.Adam(0.3, beta1=0.8)]
    _assert_same_alone("rosenbrock", rules, np.full((6, 2), (3.0, 2.0)), 50)


def test_runs_with_chance_of_their_own_are_recorded_alone():
    runs = [vg.Run(vg.Adam(0.1 * (1 + k)), (3, 2), noise=0.5 * (k % 2), seed=3) for k in range(14)]
    for run, one in zip(runs, _compared("rosenbrock", runs, 50), strict=True):
        alone = vg.record("rosenbrock", run.optimizer, run.start, 50, noise=run.noise, seed=run.seed)
        _assert_same(one, alone)


def test_few_runs_are_recorded_one_by_one():
    assert pays(["Adam"] * 6)
    assert not pays(["Adam"] * 5)
    assert not pays([*"abcdefgh"])


@pytest.mark.parametrize("names", [["gradient-descent"], ["gradient-descent", "momentum", "adam", "lion"]])
def test_runs_side_by_side_ask_for_one_gradient_a_step(names, monkeypatch):
    asked: list[tuple[int, ...]] = []
    for name in ("evaluate_slopes", "evaluate_slopes_at"):
        asking = getattr(expression, name)
        monkeypatch.setattr(
            expression, name, lambda program, at, asking=asking: asked.append(at.shape) or asking(program, at)
        )
    rules = [OPTIMIZERS[names[k % len(names)]] for k in range(36)]
    runs = [vg.Run(rule(learning_rate=1e-3 * (1 + k)), (k / 9, 1)) for k, rule in enumerate(rules)]
    _compared("x**2 + 3*y**2", runs, 200)
    assert asked.count((2, 36)) == 200
    assert len(asked) <= 200 + 2 * 36


def test_a_long_run_that_jumps_to_and_fro_is_kept_jumping():
    run = record_within(50_000, "x**2", vg.GradientDescent(0.999), (3,), 1000)
    assert run.every > 1
    assert (np.diff(np.sign(run.iterates[:-1, 0])) != 0).all()


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(RULES),
    st.sampled_from(OBJECTIVES),
    COORDINATES,
    COORDINATES,
    st.floats(1e-4, 3.0),
    st.integers(100, 20_000),
    st.sampled_from([0.0, 0.3]),
)
def test_a_run_with_little_room_is_judged_by_every_step_and_keeps_the_last(
    name, objective, x, y, rate, room, noise
):
    whole = vg.record(objective, OPTIMIZERS[name](learning_rate=rate), (x, y), 150, noise=noise)
    few = record_within(room, objective, OPTIMIZERS[name](learning_rate=rate), (x, y), 150, noise=noise)
    assert few.status == whole.status
    kept = few.iterations
    assert kept[0] == 0
    assert kept[-1] == whole.steps
    assert (np.diff(kept[:-1]) == few.every).all()
    for array in ("iterates", "losses", "gradients", "examples"):
        np.testing.assert_array_equal(getattr(few, array), getattr(whole, array)[kept])
    np.testing.assert_array_equal(few.learning_rates, whole.learning_rates[kept[:-1]])
    for term, values in few.terms.items():
        np.testing.assert_array_equal(values, whole.terms[term][kept[:-1]])


def test_terms_are_given_up_before_iterates():
    lean = record_within(150 * 8 * (10 + DRAWN), "rosenbrock", vg.Adam(0.01), (0, 0), 150)
    assert lean.every == 1
    assert set(lean.terms) == {"iteration", "learning_rate", "step"}
    foreign = record_within(3000, "rosenbrock", "BFGS", (-1.0, 2.0), 150)
    assert foreign.iterations[-1] == vg.record("rosenbrock", "BFGS", (-1.0, 2.0), 150).steps


def test_the_bytes_of_a_comparison_do_not_grow_with_its_steps(monkeypatch):
    room = 500_000
    monkeypatch.setattr(resolving, "ROOM", room)
    monkeypatch.setattr("vizgd.recording.keeping.PIECE", 25_000)
    runs = [vg.Run(vg.GradientDescent(1e-3 * (1 + k)), start=(k, 1)) for k in range(4)]
    peaks = []
    _compared("x**2 + 3*y**2", runs, 50)
    # Of fewer steps, less than the room is kept: every k-th iterate, with whole k.
    for steps in (10_000, 30_000):
        tracemalloc.start()
        _compared("x**2 + 3*y**2", runs, steps)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]
    assert peaks[1] < 30_000 * len(runs) * 8 * 10  # what all of it would take, and then some


def test_many_parameters_take_what_their_iterates_take():
    count, steps = 20_000, 10
    target = np.linspace(-1, 1, count)
    objective = vg.Objective(
        "far", lambda p: ((p - target) ** 2).sum(-1), lambda p: 2 * (p - target), ((-2, 2),) * count
    )
    tracemalloc.start()
    vg.record(objective, vg.GradientDescent(0.1), np.zeros(count), steps)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # Iterates, gradients and steps, and as much again while they are looked at.
    assert peak < 8 * 8 * count * (steps + 1)


def test_a_thinned_run_is_counted_in_steps_wherever_it_is_shown(tmp_path):
    run = record_within(2000, "x**2 + y**2", vg.GradientDescent(0.05), (3, 2), 151)
    assert run.every > 1
    assert run.iterations[-1] == 151
    assert repr(run).startswith("<Trajectory of 151 steps")
    comparison = vg.Comparison("t", "x**2 + y**2", [vg.Run(run, label="GD")])
    assert comparison.runs[0].steps == 151
    loaded = vg.load(vg.save(comparison, tmp_path / "run.npz")).runs[0].trajectory
    _assert_same(run, loaded)
    np.testing.assert_array_equal(loaded.iterations, run.iterations)
    with pytest.raises(vg.UsageError, match="it took 400 steps"):
        vg.load(vg.save(replace(run, taken=400), tmp_path / "odd.npz"))


@pytest.mark.parametrize("names", [["adam"], ["adam", "momentum", "lion"]])
def test_runs_side_by_side_tell_how_far_they_are(names, monkeypatch):
    monkeypatch.setattr("vizgd.base.progress.PERIOD", 0.0)
    runs = [vg.Run(OPTIMIZERS[names[k % len(names)]](learning_rate=0.01), (k / 9, 1)) for k in range(12)]
    heard: list[float] = []
    with listening(heard.append):
        _compared("x**2 + 3*y**2", [*runs, vg.Run(vg.Adam(0.1), (1, 1), noise=0.1)], 50)
    assert heard == sorted(heard)
    assert heard[0] == pytest.approx(12 / 13 / 50)
    assert heard[-1] > 0.99
    assert sum(share < 12 / 13 for share in heard) == 49


def _downhill(params, gradient):
    return params - 1e-3 * gradient


@pytest.mark.parametrize("room", [600, 3000, 20_000])
@pytest.mark.parametrize(
    "optimizer", ["BFGS", "Nelder-Mead", _downhill], ids=["BFGS", "Nelder-Mead", "function"]
)
def test_a_method_of_another_library_keeps_to_its_room_while_it_is_recorded(optimizer, room, monkeypatch):
    whole = vg.record("rosenbrock", optimizer, (-1.0, 2.0), 150)
    monkeypatch.setattr("vizgd.recording.keeping.PIECE", 200)
    few = record_within(room, "rosenbrock", optimizer, (-1.0, 2.0), 150)
    assert few.status == whole.status
    assert few.iterations[-1] == whole.steps
    assert 8 * few.steps * 8 <= room + 8 * 8
    for array in ("iterates", "losses", "gradients", "examples"):
        np.testing.assert_array_equal(getattr(few, array), getattr(whole, array)[few.iterations])
    for term, values in few.terms.items():
        np.testing.assert_array_equal(values, whole.terms[term][few.iterations[:-1]])


def test_the_bytes_of_a_function_do_not_grow_with_its_steps(monkeypatch):
    monkeypatch.setattr("vizgd.recording.keeping.PIECE", 25_000)
    record_within(500_000, "rosenbrock", _downhill, (-1.0, 2.0), 50)
    peaks = []
    for steps in (3000, 12_000):
        tracemalloc.start()
        record_within(500_000, "rosenbrock", _downhill, (-1.0, 2.0), steps)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]
