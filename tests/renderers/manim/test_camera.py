"""Cameras let mobjects that draw themselves do so, among others."""

from __future__ import annotations

from fractions import Fraction

import manim
import numpy as np
import pytest

from vizgd.renderers.manim.camera import Drawn, PlaneCamera, SpaceCamera
from vizgd.renderers.manim.configuration import configured

from .frames import seen


@pytest.fixture(autouse=True)
def _configured():
    with configured((320, 180), Fraction(25), (1.0, 1.0, 1.0, 1.0)):
        yield


class Square(Drawn):
    """Blue, a unit to each side of the middle."""

    def __init__(self):
        super().__init__()
        self.points = np.array([(-1.0, -1.0, 0.0), (1.0, 1.0, 0.0)])

    def draw(self, camera, pixels):
        context = camera.get_cairo_context(pixels)
        (left, bottom), (right, top) = camera.transform_points_pre_display(self, self.points)[:, :2]
        context.new_path()
        context.rectangle(left, bottom, right - left, top - bottom)
        context.set_source_rgba(1.0, 0.0, 0.0, 1.0)
        context.fill()


@pytest.mark.parametrize("kind", [PlaneCamera, SpaceCamera])
def test_a_mobject_draws_itself_at_its_place_among_others(kind):
    disc = manim.Circle(radius=2, fill_opacity=1, color="#00FF00")
    dot = manim.Dot(radius=0.5, color="#FFFFFF")
    pixels = seen(kind(), disc, Square(), dot)
    middle, beside, outside = pixels[90, 160], pixels[90, 160 + 16], pixels[90, 160 + 36]
    assert middle.tolist() == [255, 255, 255, 255]
    assert beside.tolist() == [0, 0, 255, 255]
    assert outside.tolist() == [0, 255, 0, 255]
