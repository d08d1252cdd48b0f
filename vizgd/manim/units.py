"""Lengths, colors and lines of vizgd in Manim's units."""

from __future__ import annotations

import numpy as np
from manim import ManimColor

from vizgd.drawing.marks import Color
from vizgd.objectives.objective import Array

UNIT = 0.008
"""A thousandth of the frame's height, in which themes measure: Manim's frame is 8 units high."""


def manim_color(color: Color) -> ManimColor:
    """Return a theme's color as one of Manim's."""
    return ManimColor(np.array(color[:3]))


def stroke_width(width: float) -> float:
    """Return the stroke width of a line that is so many thousandths of the frame's height wide."""
    return 0.8 * width


def segment_points(starts: Array, ends: Array) -> Array:
    """Return straight segments ``(n, 3)`` to ``(n, 3)`` as Manim's points ``(4 n, 3)``."""
    weights = np.array([0.0, 1 / 3, 2 / 3, 1.0])[:, None]
    return np.asarray((starts[:, None] + weights * (ends - starts)[:, None]).reshape(-1, 3))


def polyline_points(corners: Array) -> Array:
    """Return a polyline ``(n, 3)``, broken at nan, as Manim's points."""
    points = segment_points(corners[:-1], corners[1:]).reshape(-1, 4, 3)
    return np.asarray(points[np.isfinite(points).all(axis=(1, 2))].reshape(-1, 3))
