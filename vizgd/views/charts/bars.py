"""Bars and squares, one a coordinate, that change as a run goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vizgd.base.formatting import number
from vizgd.drawing.marks import Color, Line, Mark, Polygons, Text, Track
from vizgd.drawing.panel import GRID_WIDTH, SPINE_WIDTH, Box
from vizgd.drawing.theme import Theme
from vizgd.objectives.objective import Array
from vizgd.views.charts.state_groups import StateGroup

BAR = 0.62
"""The width of a bar, as a part of its slot."""
SQUARE = 0.94
"""The side of the largest square likewise."""


@dataclass(frozen=True, eq=False)
class Slots:
    """Where a group is drawn, at which positions of its run, and its numbers there; none without room."""

    theme: Theme
    box: Box
    slot: float
    size: float
    positions: Array
    texts: list[list[str]]

    def bars(self, group: StateGroup, *, signed: bool) -> tuple[list[Mark], list[Mark]]:
        """Return the lines at zero and at the limit, and the bars with their numbers."""
        theme, box = self.theme, self.box
        room = 1.1 * self.size if self.texts else 0.0
        full = max(box.height - (2 * room if signed else room), 1.0) / (2 if signed else 1)
        zero = box.bottom + (room + full if signed else 0.0)
        edges = (full, -full) if group.signed else (full,)
        still: list[Mark] = [self._level(zero + edge, theme.grid, GRID_WIDTH) for edge in edges]
        said = f"{'cut at ' * group.cut}{'±' * group.signed}{number(group.limit, 2)}"
        top = np.array([(box.left + box.right) / 2, box.top + 0.3 * self.size])
        still.append(Text(top, said, self.size, theme.muted, "center"))
        heights = full * group.heights(self.positions)
        centers = box.left + (np.arange(len(group.names)) + 0.5) * self.slot
        half = BAR * self.slot / 2
        color = theme.role(group.role).color
        bars: list[Mark] = [
            self._rectangles(
                centers - half, centers + half, np.full_like(heights, zero), zero + heights, color
            )
        ]
        if room:
            outward = np.where(heights < 0, -0.6, 0.6) * self.size
            for slot, (center, text) in enumerate(zip(centers, self.texts, strict=True)):
                ends = zero + heights[:, slot] + outward[:, slot]
                bars.append(self._number(np.column_stack([np.full_like(ends, center), ends]), text))
        return still, [*bars, self._level(zero, theme.spine, SPINE_WIDTH)]

    def squares(self, group: StateGroup) -> list[Mark]:
        """Return the squares with their numbers, what they carried in their lower left corners."""
        box, theme = self.box, self.theme
        largest = min(SQUARE * self.slot, box.height)
        centers = box.left + (np.arange(len(group.names)) + 0.5) * self.slot
        sides = largest * np.sqrt(group.heights(self.positions))
        carried = group.carried_heights(self.positions)
        whole, kept = theme.role(group.role).color, theme.role("gradient").color
        floor, lefts = np.full_like(sides, box.bottom), centers - sides / 2
        if carried is None:
            marks: list[Mark] = [self._rectangles(lefts, lefts + sides, floor, floor + sides, whole)]
        else:
            inner = largest * np.sqrt(carried)
            marks = [
                self._rectangles(lefts, lefts + sides, floor, floor + sides, kept),
                self._rectangles(lefts, lefts + inner, floor, floor + inner, whole),
            ]
        for slot, text in enumerate(self.texts):
            ends = box.bottom + sides[:, slot] + 0.6 * self.size
            marks.append(self._number(np.column_stack([np.full_like(ends, centers[slot]), ends]), text))
        return marks

    def _level(self, height: float, color: Color, width: float) -> Line:
        ends = np.array([(self.box.left, height), (self.box.right, height)])
        return Line(ends, color, width, crisp=True)

    def _number(self, places: Array, texts: list[str]) -> Text:
        return Text(
            Track(None, places, density=len(places) - 1),
            Track(None, tuple(texts), density=len(places) - 1, nearest=True),
            self.size,
            self.theme.text,
            "center",
            "center",
        )

    def _rectangles(self, left: Any, right: Any, low: Any, high: Any, color: Color) -> Polygons:
        """Return a rectangle for each slot, each side ``(slots,)`` or ``(moments, slots)``."""
        left, right, low, high = np.broadcast_arrays(left, right, low, high)
        corners = np.stack(
            [np.stack(pair, axis=-1) for pair in ((left, low), (right, low), (right, high), (left, high))],
            axis=2,
        )
        moments, slots = corners.shape[:2]
        vertices = Track(None, corners.reshape(moments, 4 * slots, 2), density=moments - 1)
        return Polygons(vertices, 4 * np.arange(slots), np.arange(slots), np.tile(color, (slots, 1)))
