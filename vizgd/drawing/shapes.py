"""The outlines of markers and arrows, written once for every renderer."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from vizgd.drawing.track import settled
from vizgd.objectives.objective import Array

if TYPE_CHECKING:
    from vizgd.drawing.marks.arrow import Arrow

Marker: TypeAlias = Literal["circle", "square", "triangle", "diamond", "pentagon", "down", "star", "cross"]


def _polygon(corners: int, turn: float = 0.0) -> Array:
    angles = np.pi / 2 + turn + 2 * np.pi * np.arange(corners) / corners
    return np.column_stack([np.cos(angles), np.sin(angles)])


def _star() -> Array:
    points = _polygon(10)
    points[1::2] *= 0.45
    return points


def _cross() -> Array:
    arm, half = 1.0, 0.28
    quarter = np.array([(half, half), (half, arm), (-half, arm)])
    turns = [np.linalg.matrix_power(np.array([[0.0, 1.0], [-1.0, 0.0]]), k) for k in range(4)]
    plus = np.concatenate([quarter @ turn for turn in turns])
    diagonal = np.sqrt(0.5) * np.array([[1.0, 1.0], [-1.0, 1.0]])
    return np.asarray(plus @ diagonal)


# Radii that give the shapes about the same area, so that no run looks more important than another.
_OUTLINES = {
    "circle": lambda: _polygon(48),
    "square": lambda: 1.22 * _polygon(4, np.pi / 4),
    "triangle": lambda: 1.35 * _polygon(3),
    "diamond": lambda: 1.28 * _polygon(4),
    "pentagon": lambda: 1.12 * _polygon(5),
    "down": lambda: 1.35 * _polygon(3, np.pi),
    "star": lambda: 1.35 * _star(),
    "cross": _cross,
}


@lru_cache
def marker_outline(marker: Marker) -> Array:
    """Return a marker's outline as a polygon ``(m, 2)`` around the origin, for a size of 2."""
    return np.asarray(_OUTLINES[marker]())


def arrow_outline(arrow: Arrow) -> Array:
    """Return an arrow as one polygon ``(7, 2)``; empty when it has no length.

    The head shrinks with an arrow that is shorter than twice its head, so that a small step is a small arrow.
    """
    tail, head = settled(arrow.tail), settled(arrow.head)
    along = head - tail
    length = float(np.hypot(*along))
    if not np.isfinite(length) or length < 1e-9:
        return np.empty((0, 2))
    along /= length
    across = np.array([-along[1], along[0]])
    head_size = min(arrow.head_size, 0.5 * length)
    half, wing = min(arrow.width, head_size / 2) / 2, 0.42 * head_size
    neck, barb = head - head_size * along, head - arrow.barbs * head_size * along
    return np.array(
        [
            tail + half * across,
            neck + half * across,
            barb + wing * across,
            head,
            barb - wing * across,
            neck - half * across,
            tail - half * across,
        ]
    )
