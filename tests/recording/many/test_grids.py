"""The runs of a sweep: starts and hyper-parameters broadcast to one grid, of which any part can be taken."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.optimizers.interface import rate_at
from vizgd.recording.many.grids import grid_of, restricted, rows

SIDES = st.integers(1, 4)


@given(starts=SIDES, rates=SIDES, low=st.integers(0, 15), count=st.integers(1, 8))
def test_any_part_of_a_grid_is_that_part_of_the_whole(starts, rates, low, count):
    points = np.random.default_rng(0).normal(size=(starts, 1, 2))
    optimizer = vg.Momentum(learning_rate=np.linspace(0.1, 0.5, rates)[:, None], beta=0.5)
    grid = grid_of(optimizer, points)
    assert grid == (starts, rates)
    low = min(low, starts * rates - 1)
    high = min(low + count, starts * rates)
    whole = np.broadcast_to(points, (*grid, 2)).reshape(-1, 2)
    np.testing.assert_array_equal(rows(points, grid, low, high), whole[low:high])
    part = restricted(optimizer, lambda values: rows(values, grid, low, high))
    expected = np.broadcast_to(optimizer.learning_rate, (*grid, 1)).reshape(-1, 1)[low:high]
    np.testing.assert_array_equal(part.learning_rate, expected)
    assert part.beta == 0.5


def test_a_schedule_of_a_grid_is_restricted_too():
    rates = np.array([[0.1], [0.2], [0.4]])
    for schedule in (vg.Cosine(rates, steps=10), lambda count: rates / (1 + count)):
        part = restricted(vg.GradientDescent(learning_rate=schedule), lambda values: values[1:])
        for step in (0, 4):
            np.testing.assert_allclose(rate_at(part.learning_rate, step), rate_at(schedule, step)[1:])


def test_one_start_is_a_grid_without_axes():
    assert grid_of(vg.Adam(), np.zeros(3)) == ()
    assert rows(np.zeros(3), (), 0, 1).shape == (1, 3)


def test_hyper_parameters_that_fit_no_start_are_refused_with_what_to_type():
    with pytest.raises(UsageError, match="does not fit starts") as caught:
        grid_of(vg.GradientDescent(learning_rate=np.ones(5)), np.zeros((5, 2)))
    assert "learning_rate[..., None]" in str(caught.value)
