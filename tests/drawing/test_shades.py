"""Shades: the color of the most probable class, the stronger the surer, between the points of a grid, too."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import softmax

from vizgd.drawing.shades import Shades

COLORS = np.array([(1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0)])
GROUND = (0.2, 0.2, 0.2, 1.0)


@settings(max_examples=30, deadline=None)
@given(
    arrays.arrays(np.float16, (3, 4, 5, 2), elements=st.floats(-30, 30, width=16)),
    st.integers(0, 2),
)
def test_a_fill_is_the_color_of_the_most_probable_class_by_its_lead(odds, moment):
    (fills, shown) = Shades(odds, 1, COLORS, GROUND, 0.5)[moment], odds[moment].astype(float)
    middle = (shown[:-1, :-1] + shown[1:, :-1] + shown[:-1, 1:] + shown[1:, 1:]) / 4
    probabilities = softmax(np.concatenate([np.zeros((3, 4, 1)), middle], axis=-1), axis=-1)
    lead = (probabilities.max(axis=-1, keepdims=True) - 1 / 3) / (2 / 3)
    expected = (1 - 0.5 * lead) * GROUND + 0.5 * lead * COLORS[probabilities.argmax(axis=-1)]
    assert fills.shape == (3, 4, 4)
    even = np.sort(probabilities, axis=-1)
    clear = even[..., 2] - even[..., 1] > 1e-9
    np.testing.assert_allclose(fills[clear], expected[clear], atol=1e-9)


def test_between_points_the_logarithms_of_odds_run_straight():
    odds = np.array([[[[-4.0], [4.0]], [[-4.0], [4.0]]]], dtype=np.float16)
    shades = Shades(odds, 4, COLORS[:2], GROUND, 1.0)
    fills = shades[0]
    assert len(shades) == 1
    assert fills.shape == (4, 4, 4)
    lead = np.abs(np.tanh(np.array([-3.0, -1.0, 1.0, 3.0]) / 2))
    for column, color in enumerate(COLORS[[0, 0, 1, 1]]):
        expected = (1 - lead[column]) * np.array(GROUND) + lead[column] * color
        np.testing.assert_allclose(fills[:, column], np.tile(expected, (4, 1)), atol=1e-3)


def test_where_there_are_no_odds_nothing_is_filled():
    odds = np.zeros((1, 3, 3, 1), dtype=np.float16)
    odds[0, 0, 0] = np.nan
    fills = Shades(odds, 2, COLORS[:2], GROUND, 1.0)[0]
    assert np.isnan(fills[:2, :2]).all()
    assert np.isfinite(fills[2:, 2:]).all()
