"""Polylines."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vizgd.drawing.box import Box
from vizgd.drawing.canvas import Canvas, Cap, Color, Pen, VectorPath
from vizgd.drawing.extent import around, common_start, those
from vizgd.drawing.marks.mark import Mark
from vizgd.drawing.path_codes import LINE, MOVE
from vizgd.drawing.track import UNRESOLVED, Track, between, settled
from vizgd.objectives.objective import Array


@dataclass(frozen=True, eq=False)
class Line(Mark):
    """A polyline, broken where a coordinate is nan.

    ``reveal`` is a vertex number, or a track of them: the line is shown up to there, in the midst of a
    segment too. `revealed` returns what is shown.
    ``dash`` alternates drawn and open lengths in units of the line's width; ``casing`` is a wider line drawn
    beneath so that the line stands out from what is under it. A ``crisp`` line, upright or level, is moved to
    whole pixels. ``ink`` is for one that has no track but `reveal` and lies beneath all that moves.
    """

    xy: Array | Track
    color: Color
    width: float
    dash: tuple[float, ...] = ()
    casing: Color | None = None
    casing_width: float = 0.0
    reveal: Track | float | None = None
    crisp: bool = False
    ink: bool = False

    @property
    def reached(self) -> float:
        """The vertex number up to which a resolved line is shown."""
        if isinstance(self.reveal, Track):
            raise TypeError(UNRESOLVED)
        last = len(settled(self.xy)) - 1.0
        return last if self.reveal is None else min(max(float(self.reveal), 0.0), last)

    def revealed(self, after: float = 0.0) -> Array:
        """Return the vertices of a resolved line that are shown, from a vertex number on."""
        xy, until = settled(self.xy), self.reached
        if self.reveal is None and after == 0.0:
            return xy
        first = min(int(after), len(xy) - 1)
        shown = [xy[math.ceil(after) : int(until) + 1]]
        if after > first:
            shown.insert(0, between(xy, after)[None])
        if until > int(until):
            shown.append(between(xy, until)[None])
        return np.concatenate(shown) if len(shown) > 1 else shown[0]

    def added(self, before: Line | None) -> Line | None:
        """Return the part of a resolved line from where it ended in an earlier frame."""
        if before is None:
            return self
        if self.reached <= before.reached:
            return None
        return replace(self, xy=self.revealed(before.reached), reveal=None)

    def extent(self) -> Box | None:
        """Return the box that holds all that is drawn; None where nothing is."""
        return around(self.revealed(), self._reach)

    def place_changes(self, new: Any) -> list[Box] | None:
        """Return boxes around where a line of this look differs: where it has grown, or left its course."""
        reach = self._reach
        if self.xy is new.xy:
            earlier, later = self.reached, new.reached
            if earlier == later:
                return []
            farther = new if earlier < later else self
            return those(around(farther.revealed(min(earlier, later)), reach))
        before, after = self.revealed(), new.revealed()
        same = common_start(before, after)
        if same == len(before) == len(after):
            return []
        # The last common vertex is where the lines part.
        first = max(same - 1, 0)
        return those(around(before[first:], reach), around(after[first:], reach))

    def paint(self, canvas: Canvas) -> None:
        """Stroke what lies near the window, over its casing."""
        vertices, begins = canvas.stroker.strokes(self, *canvas.window)
        if len(vertices) == 0:
            return
        path = VectorPath(vertices, np.where(begins, MOVE, LINE).astype(np.uint8))
        cap: Cap = "butt" if self.dash or self.crisp else "round"
        if self.casing is not None and self.casing_width:
            width = self.width + 2 * self.casing_width
            canvas.stroke(path, Pen(self.casing, width, cap, snap=self.crisp))
        canvas.stroke(path, Pen(self.color, self.width, cap, snap=self.crisp))

    @property
    def _reach(self) -> float:
        return self.width / 2 + (self.casing_width if self.casing is not None else 0.0)
