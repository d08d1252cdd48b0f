"""The marker of a point, in the shapes by which vizgd tells runs apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import VMobject

from vizgd.drawing.marks import Color
from vizgd.drawing.marks import Marker as Shape
from vizgd.drawing.shapes import marker_outline
from vizgd.manim.units import UNIT, manim_color, polyline_points, stroke_width


class Marker(VMobject):
    """A filled shape with an edge around the origin; it can be hidden whatever its style.

    Parameters
    ----------
    shape : {"circle", "square", "triangle", "diamond", "pentagon", "down", "star", "cross"}
    size : float
        In thousandths of the frame's height.
    fill, edge : Color
    edge_width : float
        In thousandths of the frame's height.
    """

    def __init__(self, shape: Shape, size: float, fill: Color, edge: Color, edge_width: float) -> None:
        self.hidden = False
        super().__init__(
            fill_color=manim_color(fill),
            fill_opacity=fill[3],
            stroke_color=manim_color(edge),
            stroke_width=stroke_width(edge_width),
            stroke_opacity=edge[3],
        )
        outline = marker_outline(shape) * (size * UNIT / 2)
        corners = np.column_stack([outline, np.zeros(len(outline))])
        self.set_points(polyline_points(np.concatenate([corners, corners[:1]])))

    def get_fill_rgbas(self) -> Any:
        """Return the fill's color; none while the marker is hidden."""
        return super().get_fill_rgbas() * (1.0, 1.0, 1.0, 0.0 if self.hidden else 1.0)

    def get_stroke_width(self, background: bool = False) -> Any:
        """Return the edge's width; none while the marker is hidden."""
        return 0.0 if self.hidden else super().get_stroke_width(background)
