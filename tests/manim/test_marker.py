"""Markers: as large as the theme says, and hidden whatever their style."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from vizgd.drawing.marks import Marker as Shape
from vizgd.manim.marker import Marker

RED, WHITE = (1.0, 0.0, 0.0, 1.0), (1.0, 1.0, 1.0, 1.0)


@pytest.mark.parametrize("shape", get_args(Shape))
def test_a_marker_is_around_the_origin_and_about_as_large_as_it_is_told(shape):
    marker = Marker(shape, 25.0, RED, WHITE, 2.0)  # 25 thousandths of a frame of 8 units are 0.2
    reach = np.linalg.norm(marker.points, axis=1).max()
    assert 0.08 < reach < 0.16
    np.testing.assert_allclose(marker.points.reshape(-1, 4, 3)[:, 0].mean(axis=0), 0, atol=1e-9)


def test_a_hidden_marker_stays_so_whatever_style_it_is_given():
    marker = Marker("circle", 25.0, RED, WHITE, 2.0)
    marker.hidden = True
    marker.set_fill("#00FF00", opacity=1.0).set_stroke(width=9)
    assert marker.get_fill_rgbas()[0, 3] == marker.get_stroke_width() == 0
    marker.hidden = False
    assert marker.get_fill_rgbas()[0, 3] == 1
    assert marker.get_stroke_width() == 9
