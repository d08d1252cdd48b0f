"""Two axes with ticks, numbers and names, without LaTeX."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, LEFT, VGroup, VMobject

from vizgd.drawing.panel import Axis
from vizgd.drawing.theme import Theme
from vizgd.manim.coordinate_frame import CoordinateFrame
from vizgd.manim.text import PlainText
from vizgd.manim.units import UNIT, manim_color, polyline_points, segment_points, stroke_width
from vizgd.objectives.objective import Array

TICK = 7.0 * UNIT
GAP = 10.0 * UNIT


class Chart(VGroup):
    """Axes at the left and at the bottom of a rectangle, with numbers along them.

    Parameters
    ----------
    x, y : Axis
        Limits, scales, ticks and names.
    width, height : float
        Of the rectangle, in Manim's units; numbers and names are outside of it.
    theme : Theme
    font_size : float
        Of the numbers; names are a little larger.
    """

    def __init__(
        self, x: Axis, y: Axis, width: float, height: float, *, theme: Theme, font_size: float = 20.0
    ) -> None:
        self.x, self.y, self.theme = x, y, theme
        self.frame = CoordinateFrame(width, height)
        self.axes = VGroup()
        self.numbers = VGroup()
        self.names = VGroup()
        super().__init__(self.frame, self.axes, self.numbers, self.names)
        self._draw_axes(font_size)

    def places(self, xy: Array) -> Array:
        """Return points of the scene ``(..., 3)`` for coordinates ``(..., 2)``."""
        return self.frame.place(self.fractions(xy))

    def fractions(self, xy: Array) -> Array:
        """Return coordinates ``(..., 2)`` as fractions of the axes."""
        return np.stack([self.x.fraction(xy[..., 0]), self.y.fraction(xy[..., 1])], axis=-1)

    def coords_to_point(self, x: float, y: float) -> Array:
        """Return where coordinates lie in the scene."""
        return self.places(np.array([x, y], dtype=float))

    def c2p(self, x: float, y: float) -> Array:
        """Return where coordinates lie in the scene: short for `coords_to_point`."""
        return self.coords_to_point(x, y)

    def _draw_axes(self, font_size: float) -> None:
        theme = self.theme
        spine: dict[str, Any] = {"stroke_color": manim_color(theme.spine), "stroke_width": stroke_width(3.0)}
        corners = self.frame.place(np.array([(0.0, 1.0), (0.0, 0.0), (1.0, 0.0)]))
        self.axes.add(VMobject(**spine).set_points(polyline_points(corners)))
        feet = []
        for along, across, axis in ((0, DOWN, self.x), (1, LEFT, self.y)):
            for tick, text in zip(axis.ticks, axis.tick_labels, strict=True):
                unit = np.zeros(2)
                unit[along] = axis.fraction(np.array(tick))
                foot = self.frame.place(unit)
                feet.append(np.stack([foot, foot + TICK * across]))
                number = PlainText(text, font_size=font_size, color=manim_color(theme.muted))
                self.numbers.add(number.next_to(foot + TICK * across, across, buff=GAP))
        if feet:
            ends = np.array(feet)
            self.axes.add(VMobject(**spine).set_points(segment_points(ends[:, 0], ends[:, 1])))
        self._draw_names(font_size * 1.25)

    def _draw_names(self, font_size: float) -> None:
        outer = VGroup(self.frame, self.numbers)
        for axis, across in ((self.x, DOWN), (self.y, LEFT)):
            if not axis.label:
                continue
            words = PlainText(name(axis.label), font_size=font_size, color=manim_color(self.theme.text))
            if across is LEFT and len(axis.label) > 2:
                words.rotate(np.pi / 2)
            middle = self.frame.place(np.array([0.5, 0.0] if across is DOWN else [0.0, 0.5]))
            edge = outer.get_edge_center(across)
            corner = np.where(across != 0, edge, middle)
            corner[2] = middle[2]
            self.names.add(words.next_to(corner, across, buff=1.4 * GAP))


def name(label: str) -> str:
    """Return an axis's name, as a formula where it is one letter."""
    return rf"\({label}\)" if len(label) == 1 and label.isalpha() else label
