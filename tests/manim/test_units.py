"""Straight lines as Manim's points."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from manim import VMobject

from vizgd.manim.units import manim_color, polyline_points

CORNERS = st.integers(2, 8).flatmap(lambda n: arrays(np.float64, (n, 3), elements=st.floats(-9, 9)))


@given(CORNERS)
def test_a_polyline_is_the_one_that_manim_makes_of_its_corners(corners):
    made = VMobject().set_points_as_corners(corners).points
    np.testing.assert_allclose(polyline_points(corners), made, atol=1e-9)


def test_where_a_corner_is_missing_the_line_is_broken():
    corners = np.array([(0, 0, 0), (1, 0, 0), (np.nan,) * 3, (2, 0, 0), (3, 0, 0)], dtype=float)
    ends = polyline_points(corners).reshape(-1, 4, 3)[:, [0, 3], 0]
    assert ends.tolist() == [[0, 1], [2, 3]]


def test_a_color_is_that_of_the_theme():
    assert manim_color((1.0, 0.5, 0.0, 0.3)).to_rgb().round(2).tolist() == [1.0, 0.5, 0.0]
