"""Markers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from vizgd.drawing.box import Box
from vizgd.drawing.canvas import Canvas, Color, Join, Pen, VectorPath, ring
from vizgd.drawing.extent import around, common_start, equal, those
from vizgd.drawing.marks.mark import Mark
from vizgd.drawing.shapes import Marker, marker_outline
from vizgd.drawing.track import Track, settled
from vizgd.objectives.objective import Array

SPIKE = 3.0
"""How many times its width the edge of a pointed marker may reach."""


@dataclass(frozen=True, eq=False)
class Points(Mark):
    """Markers of one kind at points ``(m, 2)`` or ``(2,)``; a point with a nan is not drawn."""

    xy: Array | Track
    marker: Marker
    size: float
    fill: Color
    edge: Color = (0.0, 0.0, 0.0, 0.0)
    edge_width: float = 0.0
    reveal: Track | None = None
    name: str = ""

    def with_values(self, now: Mapping[str, Any]) -> Points:
        """Return the mark with other values of some fields, and those points that are revealed."""
        if self.reveal is not None and "reveal" in now:
            now = {**now, "xy": now.get("xy", self.xy)[: int(now["reveal"]) + 1], "reveal": None}
        return super().with_values(now)

    def extent(self) -> Box | None:
        """Return the box that holds all that is drawn; None where nothing is."""
        return around(np.atleast_2d(settled(self.xy)), self._reach)

    def place_changes(self, new: Any) -> list[Box] | None:
        """Return boxes around the points that differ."""
        before, after = settled(self.xy), settled(new.xy)
        if before.ndim == after.ndim == 2:
            same = common_start(before, after)
            return those(around(before[same:], self._reach), around(after[same:], self._reach))
        return [] if equal(before, after) else None

    def paint(self, canvas: Canvas) -> None:
        """Fill the markers near the window, over their edges."""
        xy = settled(self.xy)
        if xy.ndim == 2:
            reach = self.size + 3 * self.edge_width
            low, high = canvas.window
            near = (xy >= low - reach) & (xy <= high + reach)  # False for nan
            xy = xy[near[:, 0] & near[:, 1]]
        elif np.isnan(xy).any():
            return
        if len(xy) == 0:
            return
        path = markers(self.marker, xy.reshape(-1, 2), self.size / 2)
        if self.edge_width and self.edge[3]:
            # The edge lies outside of the fill, so that the colored part keeps its size.
            join: Join = "miter" if self.marker != "star" else "round"
            canvas.stroke(path, Pen(self.edge, 2 * self.edge_width, join=join))
        if self.fill[3]:
            canvas.fill(path, self.fill)

    @property
    def _reach(self) -> float:
        return 0.75 * self.size + SPIKE * self.edge_width


@lru_cache
def _outline(marker: Marker) -> VectorPath:
    return ring(marker_outline(marker))


def markers(marker: Marker, places: Array, scale: float) -> VectorPath:
    """Return a marker at each of some places ``(m, 2)`` as one path."""
    outline, codes = _outline(marker)
    vertices = (places[:, None, :] + scale * outline).reshape(-1, 2)
    return VectorPath(vertices, codes if len(places) == 1 else np.tile(codes, len(places)))
