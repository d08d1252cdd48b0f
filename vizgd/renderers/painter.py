"""Painters draw marks: what they have in common is which pixels a mark touches, and its paths.

Each painter adds how paths are stroked and filled. Marks have been resolved, and their units are those of
`vizgd.drawing.panel`. Whatever lies outside the region that is painted is left out before a library sees it.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, assert_never

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Arrow, Color, Line, Mark, Marker, Mesh, Points, Polygons, Text, settled
from vizgd.drawing.panel import Box, frame_units, pixels_per_unit
from vizgd.drawing.path_codes import CLOSE, LINE, MOVE
from vizgd.drawing.region import Region
from vizgd.drawing.shapes import arrow_outline, marker_outline
from vizgd.drawing.strokes import Stroker
from vizgd.drawing.typeset import placed

if TYPE_CHECKING:
    from vizgd.objectives.objective import Array

Cap: TypeAlias = Literal["butt", "round"]
Join: TypeAlias = Literal["round", "miter"]


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


class Painter(ABC):
    """Draws marks on a frame of so many pixels.

    Parameters
    ----------
    size : tuple of int
        Width and height of the frame in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.scale = pixels_per_unit(size)
        self.frame = Region(0, 0, *size)
        self._stroker = Stroker(frame_units(size), 1 / self.scale)
        self._last = Region(0, 0, 0, 0), np.zeros((2, 2))

    def region(self, box: Box) -> Region:
        """Return the whole pixels of the frame that a box of frame units touches."""
        height = self.frame.bottom
        return Region(
            math.floor(box.left * self.scale),
            height - math.ceil(box.top * self.scale),
            math.ceil(box.right * self.scale),
            height - math.floor(box.bottom * self.scale),
        ).common(self.frame)

    def clipped(self, clip: Box | None) -> Region:
        """Return the region of the frame inside a clip box, rounded to whole pixels."""
        if clip is None:
            return self.frame
        height = self.frame.bottom
        left, bottom, right, top = (
            math.floor(side * self.scale + 0.5) for side in (clip.left, clip.bottom, clip.right, clip.top)
        )
        return Region(left, height - top, right, height - bottom).common(self.frame)

    def paint(self, mark: Mark, region: Region) -> None:
        """Draw the part of a mark that lies in a region."""
        self.clip(region)
        match mark:
            case Line():
                self._line(mark, self._window(region))
            case Points():
                self._points(mark, self._window(region))
            case Polygons():
                self.polygons(mark)
            case Mesh():
                self.mesh(mark)
            case Arrow():
                self._arrow(mark)
            case Text():
                self._text(mark)
            case _:
                assert_never(mark)
        self.unclip()

    @abstractmethod
    def clip(self, region: Region) -> None:
        """Draw only inside a region until `unclip`."""

    @abstractmethod
    def unclip(self) -> None:
        """Draw everywhere again."""

    @abstractmethod
    def stroke(self, path: VectorPath, pen: Pen) -> None:
        """Draw a line along a path."""

    @abstractmethod
    def fill(self, path: VectorPath, color: Color) -> None:
        """Fill a path."""

    @abstractmethod
    def polygons(self, mark: Polygons) -> None:
        """Fill polygons, and draw their edges."""

    @abstractmethod
    def mesh(self, mark: Mesh) -> None:
        """Fill quadrilaterals, and draw their edges."""

    def _window(self, region: Region) -> Array:
        """Return a region's corners in frame units."""
        if region != self._last[0]:  # many marks are painted in one region
            height = self.frame.bottom
            corners = np.array([(region.left, height - region.bottom), (region.right, height - region.top)])
            self._last = region, corners / self.scale
        return self._last[1]

    def _line(self, mark: Line, seen: Array) -> None:
        vertices, begins = self._stroker.strokes(mark, *seen)
        if len(vertices) == 0:
            return
        path = VectorPath(vertices, np.where(begins, MOVE, LINE).astype(np.uint8))
        cap: Cap = "butt" if mark.dash or mark.crisp else "round"
        if mark.casing is not None and mark.casing_width:
            width = mark.width + 2 * mark.casing_width
            self.stroke(path, Pen(mark.casing, width, cap, snap=mark.crisp))
        self.stroke(path, Pen(mark.color, mark.width, cap, snap=mark.crisp))

    def _points(self, mark: Points, seen: Array) -> None:
        xy = settled(mark.xy)
        if xy.ndim == 2:
            reach = mark.size + 3 * mark.edge_width
            near = (xy >= seen[0] - reach) & (xy <= seen[1] + reach)  # False for nan
            xy = xy[near[:, 0] & near[:, 1]]
        elif np.isnan(xy).any():
            return
        if len(xy) == 0:
            return
        path = markers(mark.marker, xy.reshape(-1, 2), mark.size / 2)
        if mark.edge_width and mark.edge[3]:
            # The edge lies outside of the fill, so that the colored part keeps its size.
            join: Join = "miter" if mark.marker != "star" else "round"
            self.stroke(path, Pen(mark.edge, 2 * mark.edge_width, join=join))
        if mark.fill[3]:
            self.fill(path, mark.fill)

    def _arrow(self, mark: Arrow) -> None:
        shape = arrow_outline(mark)
        if len(shape):
            self._cased(ring(shape), mark)

    def _text(self, mark: Text) -> None:
        vertices, codes = placed(mark)
        if len(vertices) and np.isfinite(vertices).all():
            self._cased(VectorPath(vertices, codes), mark)

    def _cased(self, path: VectorPath, mark: Arrow | Text) -> None:
        if mark.casing is not None and mark.casing_width:
            self.stroke(path, Pen(mark.casing, 2 * mark.casing_width))
        self.fill(path, mark.color)


def ring(vertices: Array) -> VectorPath:
    """Return a closed path through vertices."""
    codes = np.full(len(vertices) + 1, LINE, np.uint8)
    codes[0], codes[-1] = MOVE, CLOSE
    return VectorPath(np.concatenate([vertices, vertices[:1]]), codes)


@lru_cache
def _outline(marker: Marker) -> VectorPath:
    return ring(marker_outline(marker))


def markers(marker: Marker, places: Array, scale: float) -> VectorPath:
    """Return a marker at each of some places ``(m, 2)`` as one path."""
    outline, codes = _outline(marker)
    vertices = (places[:, None, :] + scale * outline).reshape(-1, 2)
    return VectorPath(vertices, codes if len(places) == 1 else np.tile(codes, len(places)))
