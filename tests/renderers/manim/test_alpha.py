"""Opacity multiplied into colors and out of them again."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vizgd.renderers.manim.alpha import premultiply, unpremultiply


@given(color=st.tuples(*[st.integers(0, 255)] * 3), opacity=st.integers(0, 255))
def test_colors_come_back_from_being_multiplied_as_exactly_as_bytes_can_say(color, opacity):
    pixels = np.array([[*color, opacity]], np.uint8)
    premultiply(pixels)
    assert (pixels[0, :3] <= pixels[0, 3]).all()
    unpremultiply(pixels)
    if opacity:
        assert np.abs(pixels[0, :3].astype(int) - color).max() <= 0.5 + 127.5 / opacity + 1
    else:
        assert not pixels.any()
