"""Time is counted in frames, and every run is where it should be in each of them."""

from __future__ import annotations

from dataclasses import replace
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


def _in_parts(runs, beats, parts=3, **options):
    return clock_for(runs, rate=Fraction(25), parts=parts, beats=beats, **options)


@given(
    steps=st.lists(st.integers(1, 30), min_size=1, max_size=3),
    parts=st.one_of(st.integers(1, 5), st.lists(st.integers(1, 30), min_size=1, max_size=4)),
    beats=st.lists(st.integers(2, 6), min_size=3, max_size=3),
    seconds=st.one_of(st.none(), st.floats(2, 30)),
)
def test_steps_in_parts_are_played_from_start_to_end_and_never_back(steps, parts, beats, seconds):
    clock = _in_parts(_runs(*steps), beats[: len(steps)], parts, seconds=seconds)
    for run, count in enumerate(steps):
        positions = clock.positions(run, clock.moments)
        assert positions[0] == 0.0
        assert positions[-1] == count
        assert (np.diff(positions) >= -1e-12).all()
        one_by_one = [clock.position(run, clock.intro - 1 + k) for k in range(clock.run + 1)]
        np.testing.assert_allclose(one_by_one, positions, rtol=0, atol=1e-9)


def test_a_run_stands_at_its_iterate_beat_after_beat_and_goes_on_in_the_last():
    clock = _in_parts(_runs(40), (4,))
    played = clock.played_of(0)
    assert played.steps.tolist() == [0, 1, 2]
    for row, step in enumerate(played.steps):
        begins = played.begins[row]
        assert (np.diff(begins) > 0).all()
        for beat in range(4):
            middle = np.array((begins[beat] + begins[beat + 1]) / 2)
            assert played.beats(middle) == pytest.approx(beat + 0.5)
            if beat < 3:
                assert clock.positions(0, middle) == step
        assert step < clock.positions(0, np.array(0.1 * begins[3] + 0.9 * begins[4])) < step + 1
        assert clock.positions(0, begins[4]) == pytest.approx(step + 1)
    after = np.array((1.0 + played.begins[-1, -1]) / 2)
    assert played.beats(after) == np.inf


def test_runs_play_the_same_step_in_the_same_time_and_go_on_together():
    clock = _in_parts(_runs(20, 20, 2), (2, 5, 3), parts=[1, 2, 10])
    few, many, short = clock.played
    assert many.steps.tolist() == [0, 1, 9]
    assert short.steps.tolist() == [0, 1]
    np.testing.assert_allclose(few.begins[:, [0, -2, -1]], many.begins[:, [0, -2, -1]])
    np.testing.assert_allclose(short.begins[:, [0, -2, -1]], many.begins[:2, [0, -2, -1]])
    moments = clock.moments
    np.testing.assert_allclose(clock.positions(0, moments), clock.positions(1, moments), atol=1e-9)


def test_a_film_is_longer_by_what_the_parts_take_and_the_others_keep_their_pace():
    plain, parts = clock_for(_runs(40), rate=Fraction(25)), _in_parts(_runs(40), (3,))
    pace = float(plain.run / plain.rate) / 40
    lasting = np.diff(parts.reached[0]) * float(parts.run / parts.rate)
    np.testing.assert_allclose(lasting[:3], 2.0, rtol=0.01)
    np.testing.assert_allclose(lasting[3:], pace, rtol=0.02)
    assert parts.seconds == pytest.approx(plain.seconds + 3 * (2.0 - pace), abs=0.05)


def test_with_a_given_length_parts_take_their_share_and_at_least_what_can_be_followed():
    usual = _in_parts(_runs(40), (3,))
    half = _in_parts(_runs(40), (3,), seconds=usual.seconds * 0.8)
    share = np.diff(usual.reached[0])[0]
    assert np.diff(half.reached[0])[0] == pytest.approx(share, rel=1e-6)
    short = _in_parts(_runs(40), (3,), seconds=6.0)
    assert np.diff(short.reached[0])[0] * float(short.run / short.rate) == pytest.approx(0.8)
    hasty = _in_parts(_runs(40), (3,), seconds=2.0)
    assert 3 * np.diff(hasty.reached[0])[0] == pytest.approx(0.75)


def test_what_cannot_be_played_in_parts_goes_at_the_usual_pace():
    (full,) = _runs(40)
    thinned = replace(
        full,
        iterates=full.iterates[::10],
        losses=full.losses[::10],
        gradients=full.gradients[::10],
        examples=full.examples[::10],
        learning_rates=full.learning_rates[::10],
        terms={name: values[::10] for name, values in full.terms.items()},
        every=10,
    )
    clock = _in_parts([*_runs(40), thinned], (2, 0))
    assert clock.played_of(1) is None
    assert clock.positions(1, np.array(1.0)) == 4
    plain = clock_for(_runs(40), rate=Fraction(25))
    for parts, beats in ((3, (0,)), (0, (2,)), ([90], (2,))):
        same = _in_parts(_runs(40), beats, parts)
        np.testing.assert_array_equal(same.reached[0], plain.reached[0])
        assert same.played_of(0) is None
