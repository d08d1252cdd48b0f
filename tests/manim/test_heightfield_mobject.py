"""What is one piece in space keeps the coordinates of its box, and fades as a whole."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from manim import OUT, RIGHT, UP, Camera, ManimColor

from vizgd.drawing.projection import HeightField
from vizgd.manim.heightfield_mobject import FAR, HeightFieldMobject, composite

FIELD = HeightField(np.linspace(-1, 1, 3), np.linspace(-1, 1, 3), np.zeros((3, 3)))


def boxed():
    return HeightFieldMobject(FIELD, ManimColor("#FF0000")).set_box(6.0, 4.0, 2.0)


@given(
    place=st.tuples(*[st.floats(-1, 1)] * 3),
    scale=st.floats(0.1, 5),
    shift=st.floats(-4, 4),
    angle=st.floats(-6, 6),
)
def test_a_place_in_the_box_comes_back_however_it_was_moved(place, scale, shift, angle):
    solid = boxed().scale(scale).shift(shift * UP).rotate(angle, axis=RIGHT + UP + OUT)
    np.testing.assert_allclose(solid.local(solid.place(np.array(place))), place, atol=1e-9)


def test_the_box_is_as_large_as_it_was_made_and_the_eye_of_a_flat_camera_far_above():
    solid = boxed()
    assert solid.place(np.array([(-1, -1, 0), (1, 1, 1)])).tolist() == [[-3, -2, -1], [3, 2, 1]]
    assert solid.eye(Camera()) == (0.0, 0.0, FAR / 2 + 0.5)


def test_fading_goes_on_from_where_it_is():
    assert boxed().fade(0.5).fade(0.5).get_opacity() == 0.25


@given(opacity=st.floats(0, 1), before=st.integers(0, 255), drawn=st.integers(0, 255))
def test_what_is_drawn_lies_over_pixels_by_its_opacity(opacity, before, drawn):
    pixels = np.full((1, 1, 4), before, np.uint8)
    composite(pixels, np.full((1, 1, 4), drawn, np.uint8), opacity)
    assert abs(int(pixels[0, 0, 0]) - (before + opacity * (drawn - before))) <= 2
