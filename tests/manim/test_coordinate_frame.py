"""A frame keeps coordinates through every move, and is never seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import OUT, RIGHT, UP, VGroup

from vizgd.manim.coordinate_frame import CoordinateFrame

UNITS = st.tuples(*[st.floats(-2, 3)] * 3)
SIZES = st.sampled_from([(7.0, 5.0), (6.0, 3.0, 2.0)])


@given(size=SIZES, unit=UNITS, scale=st.floats(0.1, 5), shift=st.floats(-4, 4), angle=st.floats(-6, 6))
def test_a_place_comes_back_however_the_frame_was_moved(size, unit, scale, shift, angle):
    frame = CoordinateFrame(*size).scale(scale).shift(shift * RIGHT).rotate(angle, axis=RIGHT + UP + OUT)
    unit = np.array(unit[: len(size)])
    np.testing.assert_allclose(frame.unit(frame.place(unit)), unit, atol=1e-9)
    assert frame.magnification == pytest.approx(scale)


def test_units_are_as_long_as_the_frame_is_wide_and_high_around_the_origin():
    frame = CoordinateFrame(6.0, 4.0)
    assert frame.place(np.array([(0.5, 0.5), (0.0, 0.0), (1.0, 1.0)])).tolist() == [
        [0, 0, 0],
        [-3, -2, 0],
        [3, 2, 0],
    ]


def test_whatever_style_its_group_is_given_it_stays_invisible():
    frame = CoordinateFrame(6.0, 4.0)
    VGroup(frame).set_fill("#FF0000", opacity=1.0).set_stroke("#FF0000", width=9.0)
    assert frame.get_fill_opacity() == frame.get_stroke_width() == 0
