"""What marks paint themselves on: paths are stroked and filled, faces filled. Each renderer has its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.path_codes import CLOSE, LINE, MOVE
from vizgd.objectives.objective import Array

if TYPE_CHECKING:
    from vizgd.drawing.marks.faces import Mesh, Polygons
    from vizgd.drawing.strokes import Stroker

Color: TypeAlias = tuple[float, float, float, float]
"""Red, green, blue and opacity, each from 0 to 1."""
Cap: TypeAlias = Literal["butt", "round"]
Join: TypeAlias = Literal["round", "miter"]


def faded(color: Color, opacity: float) -> Color:
    """Return a color with another opacity."""
    return (*color[:3], opacity)


class VectorPath(NamedTuple):
    """Vertices ``(n, 2)`` in frame units and a path code for each."""

    vertices: Array
    codes: NDArray[np.uint8]


class Pen(NamedTuple):
    """How a path is stroked; ``snap`` aligns vertical and horizontal lines with the pixels."""

    color: Color
    width: float
    cap: Cap = "butt"
    join: Join = "round"
    snap: bool = False


class Canvas(Protocol):
    """Strokes and fills paths in frame units, inside the region that is painted."""

    @property
    def window(self) -> Array:
        """The corners of that region, ``(2, 2)``: lower left and upper right."""

    @property
    def stroker(self) -> Stroker:
        """Which strokes a line has in the frame."""

    def stroke(self, path: VectorPath, pen: Pen) -> None:
        """Draw a line along a path."""

    def fill(self, path: VectorPath, color: Color) -> None:
        """Fill a path."""

    def polygons(self, mark: Polygons) -> None:
        """Fill polygons, and draw their edges."""

    def mesh(self, mark: Mesh) -> None:
        """Fill quadrilaterals, and draw their edges."""


def ring(vertices: Array) -> VectorPath:
    """Return a closed path through vertices."""
    codes = np.full(len(vertices) + 1, LINE, np.uint8)
    codes[0], codes[-1] = MOVE, CLOSE
    return VectorPath(np.concatenate([vertices, vertices[:1]]), codes)


def fill_cased(canvas: Canvas, path: VectorPath, color: Color, casing: Color | None, width: float) -> None:
    """Fill a path; a casing around it is so much wider on each side."""
    if casing is not None and width:
        canvas.stroke(path, Pen(casing, 2 * width))
    canvas.fill(path, color)
