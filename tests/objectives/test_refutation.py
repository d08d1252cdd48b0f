"""No minimum is claimed that a run goes below."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizgd.objectives.lookup import objective_from
from vizgd.objectives.refutation import without_refuted_minima

NUMBERS = st.floats(-1e6, 1e6)


@given(
    losses=st.lists(NUMBERS, min_size=1, max_size=8),
    minimum=NUMBERS,
    unit=st.sampled_from([1e-9, 1.0, 1e9]),
)
def test_no_minimum_is_above_a_loss(losses, minimum, unit):
    objective = replace(objective_from("x**2"), minimizers=(), minimum=unit * minimum)
    held = without_refuted_minima(objective, [unit * np.array(losses)])
    assert held.minimum is None or held.minimum <= unit * min(losses)
    if min(losses) >= minimum:
        assert held is objective


@given(depth=st.floats(1e-6, 1e6), unit=st.sampled_from([1e-9, 1.0, 1e9]))
def test_what_is_refuted_is_withdrawn_altogether(depth, unit):
    bowl = objective_from("sphere")
    objective = replace(bowl, value=lambda points: unit * bowl.value(points))
    held = without_refuted_minima(objective, [unit * np.array([1.0, -depth])])
    assert held.minimizers == ()
    assert held.minimum is None


def test_minimizers_without_a_minimum_are_held_against_their_value():
    objective = replace(objective_from("sphere"), minimum=None)
    assert without_refuted_minima(objective, [np.array([3.0, 0.0])]).minimizers
    assert not without_refuted_minima(objective, [np.array([3.0, -1.0])]).minimizers


def test_a_minimum_gives_way_by_as_much_as_rounding_does():
    objective = replace(objective_from("sphere"), minimum=1e-14)
    held = without_refuted_minima(objective, [np.array([50.0, 1e-15])])
    assert held.minimizers == objective.minimizers
    assert held.minimum == pytest.approx(0.0, abs=1e-15)


def test_losses_that_are_not_numbers_deny_nothing():
    objective = objective_from("sphere")
    assert without_refuted_minima(objective, [np.array([np.nan]), np.array([])]) is objective
    assert without_refuted_minima(objective, [np.array([1.0, np.nan, np.inf])]) is objective
