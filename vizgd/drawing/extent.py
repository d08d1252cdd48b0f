"""Boxes around points, and what two arrays of points have in common; in frame units and never too small."""

from __future__ import annotations

from typing import Any

import numpy as np

from vizgd.drawing.box import Box
from vizgd.objectives.objective import Array


def equal(old: Any, new: Any) -> bool:
    """Return whether two values of a field are the same; a nan equals a nan."""
    if old is new:
        return True
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        if old.shape == new.shape == (2,):  # a place, met a dozen times a frame
            return all(a == b or (a != a and b != b) for a, b in zip(old.tolist(), new.tolist(), strict=True))
        return bool(np.array_equal(old, new, equal_nan=True))
    return bool(np.all(old == new))


def common_start(before: Array, after: Array) -> int:
    """Return how many vertices two polylines have in common at their start."""
    count = min(len(before), len(after))
    differs = before[:count] != after[:count]
    if differs.any():
        differs &= ~(np.isnan(before[:count]) & np.isnan(after[:count]))
    first = int(differs.argmax()) if count else 0  # among the coordinates, two a vertex
    return first // 2 if count and differs.ravel()[first] else count


def around(points: Array, reach: float) -> Box | None:
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
        return around(points, reach) if len(points) else None
    return Box(left - reach, bottom - reach, right + reach, top + reach)


def those(*found: Box | None) -> list[Box]:
    """Return those boxes that there are."""
    return [box for box in found if box is not None]
