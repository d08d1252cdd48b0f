"""How far a mark reaches, and what of the frame changes when another one takes its place.

Marks are those of one frame, without tracks; boxes are in frame units and never too small.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, assert_never, get_args

import numpy as np

from vizgd.drawing.marks import Arrow, Line, Mark, Mesh, Points, Polygons, Text, reached, revealed, settled
from vizgd.drawing.panel import Box
from vizgd.drawing.typeset import placed
from vizgd.objectives.objective import Array

SPIKE = 3.0
"""How many times its width the edge of a pointed marker may reach."""

_FIELDS = {
    kind: [field.name for field in fields(kind) if field.name not in {"xy", "reveal"}]
    for kind in get_args(Mark)
}


def extent_of(mark: Mark) -> Box | None:
    """Return the box that holds all that is drawn of a mark; None where nothing is."""
    match mark:
        case Line():
            return _around(revealed(mark), _line_reach(mark))
        case Points():
            return _around(np.atleast_2d(settled(mark.xy)), _points_reach(mark))
        case Polygons() | Mesh():
            return _around(settled(mark.vertices).reshape(-1, 2), mark.edge_width)
        case Arrow():
            ends = np.array([settled(mark.tail), settled(mark.head)])
            return _around(ends, max(mark.width, mark.head_size) + mark.casing_width)
        case Text():
            return _around(placed(mark)[0], mark.casing_width)
        case _:
            assert_never(mark)


def changes(old: Mark, new: Mark) -> list[Box] | None:
    """Return boxes that hold every point where one mark looks different from the other.

    Of a polyline that has grown, that is only where it has; None stands for all that either mark reaches.
    """
    if old is new:
        return []
    if isinstance(old, Mesh) and isinstance(new, Mesh) and old.vertices is new.vertices:
        return _mesh_changes(old, new)
    if type(old) is not type(new) or not _equal_but_for_place(old, new):
        return None
    if isinstance(old, Line) and isinstance(new, Line):
        return _line_changes(old, new)
    before, after = getattr(old, "xy", None), getattr(new, "xy", None)
    if isinstance(old, Points) and isinstance(new, Points):
        before, after = settled(old.xy), settled(new.xy)
        if before.ndim == after.ndim == 2:
            same = _common_start(before, after)
            reach = _points_reach(old)
            return _boxes(_around(before[same:], reach), _around(after[same:], reach))
    return [] if _equal(before, after) else None


def _line_changes(old: Line, new: Line) -> list[Box]:
    reach = _line_reach(old)
    if old.xy is new.xy:
        earlier, later = reached(old), reached(new)
        if earlier == later:
            return []
        farther = new if earlier < later else old
        return _boxes(_around(revealed(farther, min(earlier, later)), reach))
    before, after = revealed(old), revealed(new)
    same = _common_start(before, after)
    if same == len(before) == len(after):
        return []
    # The last common vertex is where the lines part.
    first = max(same - 1, 0)
    return _boxes(_around(before[first:], reach), _around(after[first:], reach))


def _mesh_changes(old: Mesh, new: Mesh) -> list[Box] | None:
    """Return the box around the faces that have another color."""
    before, after = settled(old.fills), settled(new.fills)
    if before.shape != after.shape or old.edge_width != new.edge_width:
        return None
    differ = ((before != after) & ~(np.isnan(before) & np.isnan(after))).any(axis=-1)
    rows, columns = np.flatnonzero(differ.any(axis=1)), np.flatnonzero(differ.any(axis=0))
    if len(rows) == 0:
        return []
    corners = new.vertices[rows[0] : rows[-1] + 2, columns[0] : columns[-1] + 2]
    return _boxes(_around(corners.reshape(-1, 2), new.edge_width))


def _equal_but_for_place(old: Mark, new: Mark) -> bool:
    # A mark of the next frame shares what has no track: identity is looked at first.
    for name in _FIELDS[type(old)]:
        before, after = getattr(old, name), getattr(new, name)
        if before is not after and not _equal(before, after):
            return False
    return True


def _equal(old: Any, new: Any) -> bool:
    if old is new:
        return True
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        if old.shape == new.shape == (2,):  # a place, met a dozen times a frame
            return all(a == b or (a != a and b != b) for a, b in zip(old.tolist(), new.tolist(), strict=True))
        return bool(np.array_equal(old, new, equal_nan=True))
    return bool(np.all(old == new))


def _common_start(before: Array, after: Array) -> int:
    """Return how many vertices two polylines have in common at their start."""
    count = min(len(before), len(after))
    differs = before[:count] != after[:count]
    if differs.any():
        differs &= ~(np.isnan(before[:count]) & np.isnan(after[:count]))
    first = int(differs.argmax()) if count else 0  # among the coordinates, two a vertex
    return first // 2 if count and differs.ravel()[first] else count


def _line_reach(mark: Line) -> float:
    return mark.width / 2 + (mark.casing_width if mark.casing is not None else 0.0)


def _points_reach(mark: Points) -> float:
    return 0.75 * mark.size + SPIKE * mark.edge_width


def _around(points: Array, reach: float) -> Box | None:
    """Return the box around those points ``(n, 2)`` that are finite, and so much more on each side."""
    if len(points) == 1:
        ((x, y),) = points.tolist()
        return None if x != x or y != y else Box(x - reach, y - reach, x + reach, y + reach)
    if len(points) == 0:
        return None
    # Reduced by columns, and through lists in the end: these are small arrays, met a hundred times a frame.
    left, bottom = np.minimum.reduce(points).tolist()
    right, top = np.maximum.reduce(points).tolist()
    if left != left or bottom != bottom:
        points = points[np.isfinite(points).all(axis=1)]
        return _around(points, reach) if len(points) else None
    return Box(left - reach, bottom - reach, right + reach, top + reach)


def _boxes(*boxes: Box | None) -> list[Box]:
    return [box for box in boxes if box is not None]
