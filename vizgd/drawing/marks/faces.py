"""Filled polygons, and meshes of quadrilaterals."""

from __future__ import annotations

from dataclasses import dataclass, replace
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

    def added(self, before: Mesh) -> Mesh | None:
        """Return the columns of a resolved mesh in which there are more faces than in an earlier frame."""
        had, has = (np.isfinite(settled(one.fills)).all(axis=-1) for one in (before, self))
        new = np.asarray(has & ~had)
        columns = np.flatnonzero(new.any(axis=0))
        if len(columns) == 0:
            return None
        first, last = int(columns[0]), int(columns[-1]) + 1
        fills = np.where(new[..., None], settled(self.fills), np.nan)[:, first:last]
        return replace(self, vertices=self.vertices[:, first : last + 1], fills=fills)

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
