"""What is known of minima is held against everything that was recorded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.objectives.catalogue import OBJECTIVES
from vizgd.objectives.lookup import objective_from
from vizgd.recording.many.ensembles import Chancy, run_ensembles
from vizgd.recording.outlook import known_minima

NUMBERS = st.floats(-2, 2).map(lambda number: round(number, 2))
RULES = st.sampled_from(
    [vg.GradientDescent(0.05), vg.Momentum(0.2, 0.95), vg.Adam(0.5), vg.GradientDescent(1.5), vg.Newton()]
)


@settings(max_examples=60, deadline=None)
@given(
    coefficients=st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    rule=RULES,
    start=st.floats(-4, 4),
    noise=st.sampled_from([0.0, 3.0]),
)
def test_no_claimed_minimum_is_above_a_recorded_loss(coefficients, rule, start, noise):
    a, b, c, d = coefficients
    objective = objective_from(f"{a}*x*cos({b}*x) + {c}*sin(x) + {d}*x**2")
    run = vg.record(objective, rule, start, 25, noise=noise)
    chancy = [Chancy(objective, rule, run, 25, None, noise, 0)] if noise else []
    many = dict(enumerate(run_ensembles(chancy)))
    known, (own,) = known_minima(objective, [objective], objective.domain, [run], many)
    assert own is known
    found = [run.losses, *(ensemble.losses for ensemble in many.values() if ensemble is not None)]
    lowest = np.nanmin(np.concatenate(found))
    assert known.minimum is None or known.minimum <= lowest
    if known.minimizers:
        size = max(abs(known.minimum), abs(run.losses[0]))
        assert objective.value(np.array(known.minimizers)).max() <= lowest + 1e-9 * size


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if OBJECTIVES[name].minimizers][::4])
@pytest.mark.parametrize("rule", [vg.GradientDescent(1e-3), vg.Adam(0.1)], ids=["gd", "adam"])
def test_tabulated_minima_hold_unless_a_run_finds_less(name, rule):
    objective = objective_from(name)
    run = vg.record(objective, rule, steps=200)
    known, _ = known_minima(objective, [objective], objective.domain, [run], {})
    if np.nanmin(run.losses) >= objective.minimum:
        assert known is objective
    else:
        assert known.minimum is None or known.minimum <= np.nanmin(run.losses)


def test_each_objective_is_held_against_its_own_runs():
    low, high = objective_from("mccormick"), objective_from("sphere")
    below = vg.record(low, vg.GradientDescent(0.05), (-1.4, -2.9), 600)
    at = vg.record(high, vg.GradientDescent(0.1), (1, 1), 10)
    beyond = vg.Trajectory(**{**vars(below), "losses": below.losses - 3.0})
    known, (one, other) = known_minima(low, [low, high], low.domain, [beyond, at], {})
    assert known is one
    assert one.minimizers == ()
    assert other is high
