"""Time is counted in frames, and every run is where it should be in each of them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vizgd as vg
from vizgd.drawing.clock import clock_for, default_seconds
from vizgd.objectives.datasets.samplers import WithReplacement


def _runs(*steps):
    descent = vg.GradientDescent(learning_rate=0.01)
    return [vg.record("x**2", descent, 3.0, count) for count in steps]


@given(
    steps=st.lists(st.integers(1, 40), min_size=1, max_size=3),
    rate=st.sampled_from([Fraction(25), Fraction(100, 3), Fraction(60), Fraction(30000, 1001)]),
    seconds=st.floats(0.2, 20),
    pace=st.sampled_from(["iterations", "together"]),
)
def test_every_run_goes_from_its_start_to_its_end_and_never_back(steps, rate, seconds, pace):
    clock = clock_for(_runs(*steps), rate=rate, seconds=seconds, pace=pace)
    assert clock.frames == clock.intro + clock.run + clock.hold
    assert abs(clock.frames - seconds * rate) <= 1 or clock.run == 1
    for run, count in enumerate(steps):
        positions = [clock.position(run, frame) for frame in range(clock.frames)]
        assert clock.intro == 0 or positions[0] == 0.0
        assert positions[-1] == count
        assert (np.diff(positions) >= 0).all()
    assert clock.progress(clock.frames - 1) == 1.0


def test_runs_share_the_count_of_steps_unless_they_are_to_end_together():
    runs = _runs(10, 40)
    shared = clock_for(runs, rate=Fraction(25), seconds=8.0)
    middle = shared.intro + shared.run // 2
    assert shared.position(0, middle) == 10
    assert shared.position(1, middle) == pytest.approx(20, abs=0.5)
    together = clock_for(runs, rate=Fraction(25), seconds=8.0, pace="together")
    assert together.position(1, middle) == pytest.approx(4 * together.position(0, middle))


def test_runs_can_share_the_count_of_examples_seen():
    descent = vg.GradientDescent(learning_rate=0.01)
    full = vg.record("line", descent, (0, 0), 10)
    single = vg.record("line", descent, (0, 0), 500, sampler=WithReplacement())
    clock = clock_for([full, single], rate=Fraction(25), seconds=8.0, pace="examples")
    middle = clock.intro + clock.run // 2
    assert clock.position(0, middle) * 100 == pytest.approx(500, abs=10)
    assert clock.position(1, middle) == pytest.approx(500, abs=10)


def test_a_run_without_a_step_stands_still():
    still = vg.record("x**2", vg.BFGS(), 0.0, 5)
    assert still.steps == 0
    clock = clock_for([still], rate=Fraction(25), seconds=2.0)
    assert {clock.position(0, frame) for frame in range(clock.frames)} == {0.0}


def test_longer_runs_get_longer_films_but_not_in_proportion():
    assert default_seconds(10) < default_seconds(100) < default_seconds(10_000) < 3 * default_seconds(10)
