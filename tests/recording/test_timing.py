"""Seconds are those between the steps of a run, and measuring them changes nothing of it."""

from __future__ import annotations

import time

import numpy as np
import pytest

import vizgd as vg
from tests.optimizers.problems import RAVINE
from vizgd.comparisons.resolving import record_comparison
from vizgd.recording import timing
from vizgd.recording.loop import record_within


@pytest.mark.parametrize("optimizer", [vg.Adam(0.1), "BFGS", vg.Newton(), vg.GradientDescent(5.0)])
def test_a_run_that_is_measured_is_the_run_that_is_not(optimizer):
    timed, plain = (vg.record(RAVINE, optimizer, steps=12, timed=timed) for timed in (True, False))
    np.testing.assert_array_equal(timed.iterates, plain.iterates)
    assert plain.seconds is None
    assert timed.seconds.shape == (timed.steps + 1,)
    assert timed.seconds[0] == 0.0
    assert (np.diff(timed.seconds) > 0).all()


def test_what_is_told_is_the_median_of_the_repeats(monkeypatch):
    ticks = iter(range(10_000))
    # Each look at the clock is a second later: two looks a step, one when the repeats begin.
    monkeypatch.setattr(timing, "perf_counter", lambda: float(next(ticks)))
    monkeypatch.setattr(timing, "LONG", 1e9)
    run = vg.record(RAVINE, vg.Adam(0.1), steps=4, timed=True)
    assert run.seconds.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_a_slow_step_is_seen_to_be_slow_and_a_function_of_the_users_runs_once():
    calls = []

    def slow(params, gradient):
        calls.append(1)
        time.sleep(0.02 if len(calls) == 3 else 0.0)
        return params - 0.1 * gradient

    run = vg.record(RAVINE, slow, steps=5, timed=True)
    assert len(calls) == 5
    assert int(np.argmax(np.diff(run.seconds))) == 2


def test_a_race_by_seconds_records_its_runs_one_by_one_and_measures_them():
    runs = [vg.Run(vg.Adam(rate)) for rate in np.linspace(0.1, 0.8, 8)]
    found = record_comparison(vg.Comparison("t", RAVINE, runs, steps=6, pace="seconds"))
    assert all((np.diff(one.seconds) > 0).all() for one in found.trajectories)


def test_of_a_run_that_was_thinned_out_each_iterate_has_the_time_of_all_steps_before_it():
    run = record_within(3000.0, RAVINE, vg.Adam(0.01), None, 200, timed=True)
    assert run.every > 1
    assert (np.diff(run.seconds) > 0).all()
    assert len(run.seconds) == len(run.iterates)
