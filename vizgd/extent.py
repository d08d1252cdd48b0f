"""How far a mark reaches, and what of the frame changes when another one takes its place.

Marks are those of one frame, without tracks; boxes are in frame units and never too small.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, assert_never

import numpy as np

from vizgd.marks import Arrow, Line, Mark, Mesh, Points, Polygons, Text, settled
from vizgd.objectives.objective import Array
from vizgd.panel import Box
from vizgd.typeset import placed

SPIKE = 3.0
"""How many times its width the edge of a pointed marker may reach."""


def extent(mark: Mark) -> Box | None:
    """Return the box that holds all that is drawn of a mark; None where nothing is."""
    match mark:
        case Line():
            return _around(settled(mark.xy), _line_reach(mark))
        case Points():
            return _around(np.atleast_2d(settled(mark.xy)), _points_reach(mark))
        case Polygons() | Mesh():
            return _around(mark.vertices.reshape(-1, 2), mark.edge_width)
        case Arrow():
            ends = np.array([settled(mark.tail), settled(mark.head)])
            return _around(ends, max(mark.width, mark.head_size) + mark.casing_width)
        case Text():
            return _around(placed(mark)[0], mark.casing_width)
        case _:
            assert_never(mark)


def changes(old: Mark, new: Mark) -> list[Box]:
    """Return boxes that hold every point where one mark looks different from the other.

    Of a polyline that has grown, that is only where it has.
    """
    if old is new:
        return []
    if isinstance(old, Line | Points) and type(old) is type(new) and _equal_but_for_place(old, new):
        before, after = np.atleast_2d(settled(old.xy)), np.atleast_2d(settled(new.xy))
        same = _common_start(before, after)
        if same == len(before) == len(after):
            return []
        # The last common vertex is where the lines part; a marker has no such neighbor.
        first = max(same - 1, 0) if isinstance(old, Line) else same
        reach = _line_reach(old) if isinstance(old, Line) else _points_reach(old)
        return _boxes(_around(before[first:], reach), _around(after[first:], reach))
    return [] if _alike(old, new) else _boxes(extent(old), extent(new))


def _alike(old: Mark, new: Mark) -> bool:
    place = getattr(old, "xy", None), getattr(new, "xy", None)
    return type(old) is type(new) and _equal_but_for_place(old, new) and _equal(*place)


def _equal_but_for_place(old: Mark, new: Mark) -> bool:
    names = (field.name for field in fields(old) if field.name != "xy")
    return all(_equal(getattr(old, name), getattr(new, name)) for name in names)


def _equal(old: Any, new: Any) -> bool:
    if old is new:
        return True
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        return bool(np.array_equal(old, new, equal_nan=True))
    return bool(np.all(old == new))


def _common_start(before: Array, after: Array) -> int:
    """Return how many vertices two polylines have in common at their start."""
    count = min(len(before), len(after))
    a, b = before[:count], after[:count]
    differs = ((a != b) & ~(np.isnan(a) & np.isnan(b))).any(axis=1)
    first = int(differs.argmax()) if count else 0
    return first if count and differs[first] else count


def _line_reach(mark: Line) -> float:
    return mark.width / 2 + (mark.casing_width if mark.casing is not None else 0.0)


def _points_reach(mark: Points) -> float:
    return 0.75 * mark.size + SPIKE * mark.edge_width


def _around(points: Array, reach: float) -> Box | None:
    """Return the box around those points ``(n, 2)`` that are finite, and so much more on each side."""
    if len(points) == 0:
        return None
    low, high = points.min(axis=0), points.max(axis=0)
    if np.isnan(low).any():
        points = points[np.isfinite(points).all(axis=1)]
        if len(points) == 0:
            return None
        low, high = points.min(axis=0), points.max(axis=0)
    return Box(low[0] - reach, low[1] - reach, high[0] + reach, high[1] + reach)


def _boxes(*boxes: Box | None) -> list[Box]:
    return [box for box in boxes if box is not None]
