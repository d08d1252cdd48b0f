"""Descent with a line search: from each point down to where the gradient vanishes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vizgd.objectives.backtracking import backtracking_descent
from vizgd.objectives.lookup import objective_from

HIMMELBLAU = objective_from("himmelblau")


@settings(deadline=None, max_examples=20)
@given(points=arrays(np.float64, (6, 2), elements=st.floats(-5, 5)))
def test_no_point_is_led_uphill_and_what_rests_has_no_slope(points):
    ends, slopes, rests = backtracking_descent(HIMMELBLAU, points)
    assert (HIMMELBLAU.value(ends) <= HIMMELBLAU.value(points) + 1e-12).all()
    np.testing.assert_allclose(np.linalg.norm(HIMMELBLAU.gradient(ends), axis=1), slopes)
    assert (slopes[rests] < 1e-3).all()


def test_points_around_each_minimizer_come_to_it():
    minimizers = np.array(HIMMELBLAU.minimizers)
    around = minimizers[:, None] + 0.3 * np.array([(1, 0), (-1, 0), (0, 1), (0, -1)])
    ends, _, rests = backtracking_descent(HIMMELBLAU, around.reshape(-1, 2))
    assert rests.all()
    assert np.abs(ends.reshape(around.shape) - minimizers[:, None]).max() < 1e-4


def test_a_point_in_the_minimum_stays_there():
    ends, slopes, rests = backtracking_descent(
        objective_from("x**2 + y**2"), np.array([[0.0, 0.0], [1.0, 1.0]])
    )
    assert ends[0].tolist() == [0.0, 0.0]
    assert slopes[0] == 0
    assert rests[0]
