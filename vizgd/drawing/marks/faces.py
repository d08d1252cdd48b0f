"""Filled polygons, and meshes of quadrilaterals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.box import Box
from vizgd.drawing.canvas import Canvas
from vizgd.drawing.extent import around, those
from vizgd.drawing.marks.mark import Mark
from vizgd.drawing.track import Track, settled
from vizgd.objectives.objective import Array


@dataclass(frozen=True, eq=False)
class Polygons(Mark):
    """Filled polygons in drawing order, each of one or more rings (a hole runs the other way round).

    ``vertices`` holds all rings end to end, ``starts`` where each ring begins and ``owners`` the polygon that
    each ring belongs to; ``fills`` has one colour a polygon. An edge of the polygon's own colour closes the
    hairlines that antialiasing leaves between neighbours.
    """

    vertices: Array | Track
    starts: NDArray[np.intp]
    owners: NDArray[np.intp]
    fills: Array
    edge_width: float = 0.0

    places: ClassVar[tuple[str, ...]] = ("vertices",)

    def extent(self) -> Box | None:
        """Return the box that holds all that is drawn; None where nothing is."""
        return around(settled(self.vertices).reshape(-1, 2), self.edge_width)

    def paint(self, canvas: Canvas) -> None:
        """Fill the polygons."""
        canvas.polygons(self)


@dataclass(frozen=True, eq=False)
class Mesh(Mark):
    """Filled quadrilaterals between the points of a grid, painted row by row from the first to the last.

    ``vertices`` is ``(rows, columns, 2)``, ``fills`` has a color for each quadrilateral, ``(rows - 1, columns
    - 1, 4)``; one with a nan is left out. The edge is as in `Polygons`; without one, whole pixels are filled.
    ``ink`` is for one in which faces only become more, and that lies beneath all that moves.
    """

    vertices: Array
    fills: Array | Track
    edge_width: float = 0.0
    ink: bool = False

    places: ClassVar[tuple[str, ...]] = ("vertices",)

    def extent(self) -> Box | None:
        """Return the box that holds all that is drawn; None where nothing is."""
        return around(settled(self.vertices).reshape(-1, 2), self.edge_width)

    def added(self, before: Mesh | None) -> Polygons | None:
        """Return as polygons, row by row, the faces of a resolved mesh that were not there in a frame before.

        Neighbors are one polygon: translucent faces, which fill whole pixels, would be seen where they meet.
        """
        has = np.asarray(np.isfinite(settled(self.fills)).all(axis=-1))
        corners = np.asarray(np.isfinite(self.vertices).all(axis=-1))
        has &= corners[:-1, :-1] & corners[1:, :-1] & corners[:-1, 1:] & corners[1:, 1:]
        if before is not None:
            has &= ~np.isfinite(settled(before.fills)).all(axis=-1)
        rings, fills = [], []
        for row, faces in enumerate(has):
            turns = np.flatnonzero(np.diff(np.concatenate([[False], faces, [False]])))
            for first, end in turns.reshape(-1, 2).tolist():
                below, above = self.vertices[row : row + 2, first : end + 1]
                rings.append(np.concatenate([below, above[::-1]]))
                fills.append(settled(self.fills)[row, first])
        if not rings:
            return None
        starts = np.cumsum([0, *map(len, rings[:-1])])
        return Polygons(np.concatenate(rings), starts, np.arange(len(rings)), np.array(fills))

    def changes(self, new: Mark) -> list[Box] | None:
        """Return the box around the faces that have another color."""
        if self is new:
            return []
        if not isinstance(new, Mesh) or self.vertices is not new.vertices:
            return super().changes(new)
        before, after = settled(self.fills), settled(new.fills)
        if before.shape != after.shape or self.edge_width != new.edge_width:
            return None
        differ = ((before != after) & ~(np.isnan(before) & np.isnan(after))).any(axis=-1)
        rows, columns = np.flatnonzero(differ.any(axis=1)), np.flatnonzero(differ.any(axis=0))
        if len(rows) == 0:
            return []
        corners = new.vertices[rows[0] : rows[-1] + 2, columns[0] : columns[-1] + 2]
        return those(around(corners.reshape(-1, 2), new.edge_width))

    def paint(self, canvas: Canvas) -> None:
        """Fill the faces."""
        canvas.mesh(self)
