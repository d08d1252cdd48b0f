"""Arrows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vizgd.drawing.box import Box
from vizgd.drawing.canvas import Canvas, Color, fill_cased, ring
from vizgd.drawing.extent import around
from vizgd.drawing.marks.mark import Mark
from vizgd.drawing.shapes import arrow_outline
from vizgd.drawing.track import Track, settled
from vizgd.objectives.objective import Array


@dataclass(frozen=True, eq=False)
class Arrow(Mark):
    """A straight arrow from tail to head; the head is ``head_size`` long and drawn filled.

    Its ``barbs`` are so far behind its tip, in its lengths: 1 makes a triangle, more a swept head and half of
    it a diamond.
    """

    tail: Array | Track
    head: Array | Track
    color: Color
    width: float
    head_size: float
    casing: Color | None = None
    casing_width: float = 0.0
    barbs: float = 1.0

    places: ClassVar[tuple[str, ...]] = ("tail", "head")

    def extent(self) -> Box | None:
        """Return the box that holds all that is drawn; None where nothing is."""
        ends = np.array([settled(self.tail), settled(self.head)])
        return around(ends, max(self.width, self.head_size) + self.casing_width)

    def paint(self, canvas: Canvas) -> None:
        """Fill the arrow, over its casing."""
        shape = arrow_outline(self)
        if len(shape):
            fill_cased(canvas, ring(shape), self.color, self.casing, self.casing_width)
