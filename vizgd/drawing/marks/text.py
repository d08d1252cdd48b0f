"""Lines of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from vizgd.drawing.box import Box
from vizgd.drawing.canvas import Canvas, Color, VectorPath, fill_cased
from vizgd.drawing.extent import around
from vizgd.drawing.marks.mark import Mark
from vizgd.drawing.track import Track
from vizgd.drawing.typeset import placed
from vizgd.objectives.objective import Array


@dataclass(frozen=True, eq=False)
class Text(Mark):
    r"""A line of text, placed by its anchor; ``offset`` moves it in thousandths of the frame's height.

    What stands between ``\(`` and ``\)`` is mathematics. A position with a nan is not drawn. Of ``signs``, if
    they are given, only those are drawn, by their numbers, in the places that they have in the whole text.
    """

    xy: Array | Track
    text: str | Track
    size: float
    color: Color
    horizontal: Literal["left", "center", "right"] = "left"
    vertical: Literal["baseline", "center", "top", "bottom"] = "baseline"
    bold: bool = False
    rotation: float = 0.0
    offset: tuple[float, float] = (0.0, 0.0)
    casing: Color | None = None
    casing_width: float = 0.0
    signs: tuple[int, ...] | None = None

    def extent(self) -> Box | None:
        """Return the box that holds all that is drawn; None where nothing is."""
        return around(placed(self)[0], self.casing_width)

    def paint(self, canvas: Canvas) -> None:
        """Fill the signs, over their casing."""
        vertices, codes = placed(self)
        if len(vertices) and np.isfinite(vertices).all():
            fill_cased(canvas, VectorPath(vertices, codes), self.color, self.casing, self.casing_width)
