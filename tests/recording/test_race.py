"""Who is at the goal, and when: against plain NumPy over the recorded losses."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import vizgd as vg
from tests.optimizers.problems import RAVINE, ROSENBROCK
from vizgd.recording.race import places_in, race_of

LOSSES = st.lists(
    hnp.arrays(np.float64, st.integers(1, 9), elements=st.floats(0, 1e6) | st.just(np.nan)),
    min_size=2,
    max_size=5,
)
KNOWN = dataclasses.replace(RAVINE, minimizers=((0.0, 0.0),), minimum=0.0)
RULES = [vg.GradientDescent(0.05), vg.Momentum(0.03), vg.Adam(0.3), vg.AdaGrad(1.0), vg.GradientDescent(0.2)]


def with_losses(losses):
    run = vg.record(RAVINE, vg.GradientDescent(0.01), steps=max(1, len(losses) - 1))
    return dataclasses.replace(run, iterates=run.iterates[: len(losses)], losses=losses)


def test_a_run_is_at_the_goal_at_its_first_loss_that_is_low_enough():
    runs = [vg.record(RAVINE, rule, (5, 2), 200) for rule in RULES]
    for tolerance in (None, 1.0, 1e-6):
        race = race_of([KNOWN] * len(runs), runs, tolerance)
        assert race.known
        assert race.tolerance == (tolerance or 1e-3 * runs[0].losses[0])
        for run, finish in zip(runs, race.finishes, strict=True):
            low = np.flatnonzero(run.losses <= race.tolerance)
            assert finish == (low[0] if len(low) else None)


@given(losses=LOSSES, tolerance=st.none() | st.floats(1e-6, 1e6))
def test_whatever_the_losses_progress_never_falls_and_is_whole_from_the_goal_on(losses, tolerance):
    unknown = dataclasses.replace(RAVINE, minimum=None, minimizers=())
    runs = [with_losses(one) for one in losses]
    race = race_of([unknown] * len(runs), runs, tolerance)
    assert not race.known
    for run, finish in enumerate(race.finishes):
        progress = race.progress(run)
        assert ((progress >= 0) & (progress <= 1)).all()
        assert (np.diff(progress) >= 0).all()
        if finish is None:
            assert (progress < 1).all()
        else:
            assert (progress[finish:] == 1).all()
            assert (progress[:finish] < 1).all()


def test_where_no_minimum_is_known_the_goal_is_near_the_lowest_loss_that_was_seen():
    unknown = dataclasses.replace(ROSENBROCK, minimum=None, minimizers=())
    runs = [vg.record(unknown, rule, steps=60) for rule in (vg.Adam(0.1), vg.GradientDescent(1e-3))]
    race = race_of([unknown] * 2, runs)
    lowest = min(run.losses.min() for run in runs)
    assert race.references == (lowest, lowest)
    assert race.tolerance == pytest.approx(1e-3 * (runs[0].losses[0] - lowest))
    best = int(np.argmin([run.losses.min() for run in runs]))
    assert race.finishes[best] is not None


def test_progress_is_the_part_of_the_powers_of_ten():
    losses = np.array([1000.0, 100.0, 500.0, 10.0, 1.0, 0.1])
    race = race_of([KNOWN] * 2, [with_losses(losses), with_losses(np.array([500.0, 300.0]))], 1.0)
    assert race.decades == pytest.approx(3)
    np.testing.assert_allclose(race.progress(0), [0, 1 / 3, 1 / 3, 2 / 3, 1, 1])
    assert race.finishes == (4, None)


@given(
    progress=hnp.arrays(np.float64, (3, 5), elements=st.sampled_from([0.0, 0.25, 0.5, 0.9])),
    finished=hnp.arrays(np.bool_, (3, 5)),
    out=hnp.arrays(np.bool_, (3, 5)),
    costs=hnp.arrays(np.float64, 5, elements=st.sampled_from([1.0, 2.0, 3.0])),
)
def test_places_are_those_of_sorting_by_hand(progress, finished, costs, out):
    places = places_in(progress, finished, costs, out)
    for moment in range(3):

        def key(run, moment=moment):
            if finished[moment, run]:
                return (0, costs[run], run)
            return (2 if out[moment, run] else 1, -progress[moment, run], run)

        order = sorted(range(5), key=key)
        assert [order.index(run) for run in range(5)] == places[moment].tolist()


def test_on_a_constant_function_everybody_is_at_the_goal_at_once():
    flat = vg.objective_from("0*x + 0*y + 3", start=(1, 1))
    runs = [vg.record(flat, vg.Adam(0.1), (1, 1), 3)] * 2
    race = race_of([flat] * 2, runs)
    assert race.finishes == (0, 0)
    assert race.progress(0).tolist() == [1.0] * 4
