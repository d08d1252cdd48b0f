"""The slope at a run's point on a curve: its triangle, which says what f′ is, and the tangent through it.

The triangle stands uphill of the point, beneath the tangent, for a step goes downhill: there are its arrow,
its drop and its path. Where there is no room it hangs below the point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vizgd.base.formatting import number
from vizgd.drawing.marks import Line, Mark, Polygons, Text, faded
from vizgd.drawing.panel import Axes, Box
from vizgd.drawing.typeset import measured
from vizgd.objectives.objective import Array
from vizgd.views.departure import fractions
from vizgd.views.moments import Seen, seen_iterates
from vizgd.views.overlays.words import Words, words_at_arrows
from vizgd.views.paths import Path, within
from vizgd.views.view import Subject

SIZES = (150.0, 100.0, 60.0)
"""How long the triangle's side along the tangent is: the first that has room."""
BEYOND = 70.0
"""How far the tangent goes on, on the other side of the point."""
GAP = 10.0
"""Between the triangle and its number."""
MARKER = 18.0
"""What of the marker's surroundings a number leaves free."""
MOST_SEEN = 400
"""Of so many places of what else is drawn it is asked whether a number would cover them."""


def slope_marks(
    subject: Subject,
    paths: Sequence[Path],
    axes: Axes,
    box: Box,
    seen: Array,
    symbols: Sequence[Mark] = (),
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Return the triangles of some runs on a curve, to be cut off at the axes, and numbers, which are not.

    Numbers keep away from what is ``seen``, places ``(m, 2)`` as fractions of the box, and from the
    ``symbols`` at arrows.
    """
    unit = np.array([box.width, box.height])
    limits = np.array([axes.x.limits, axes.y.limits])
    low, scale = limits[:, 0], np.ptp(limits, axis=1) / unit
    style, theme = subject.theme.role("gradient"), subject.theme
    obstacles = seen[:: 1 + len(seen) // MOST_SEEN] * unit
    marks: list[Mark] = []
    numbers: list[Mark] = []
    taken = words_at_arrows(symbols, low, scale)
    for path in paths:
        shown = seen_iterates(subject, path.run)
        slopes = subject.trajectories[path.run].gradients[shown.rows, 0]
        texts = tuple(rf"\(g = f'\) = {number(float(slope), 3)}" for slope in slopes)
        half = np.array([measured(text, theme.label_size) for text in texts]) / 2
        points = fractions(axes, within(axes, path.places[shown.rows])) * unit
        after = fractions(axes, path.places[np.minimum(shown.rows + 1, len(path.places) - 1)]) * unit
        placed = _placed(shown, points, slopes * scale[0] / scale[1], after, half, unit, obstacles, taken)
        if not np.isfinite(placed.corners).any():
            continue
        corners, tangents = low + placed.corners * scale, low + placed.tangents * scale
        fill = np.array([faded(style.color, 0.14)])
        one = np.zeros(1, dtype=np.intp)
        marks += [
            Polygons(shown.track(corners), one, one, fill),
            Line(shown.track(corners), style.color, 3.0),
            Line(shown.track(tangents), style.color, 5.0),
        ]
        taken.append(Words(shown, placed.numbers, half))
        numbers.append(
            Text(
                shown.track(low + placed.numbers * scale),
                shown.track(texts),
                theme.label_size,
                style.color,
                "center",
                "center",
                casing=theme.outline,
                casing_width=5.0,
            )
        )
    return tuple(marks), tuple(numbers)


@dataclass(frozen=True, eq=False)
class _Triangles:
    """Where triangles ``(k, 4, 2)``, tangents ``(k, 2, 2)`` and the middles of numbers ``(k, 2)`` are."""

    corners: Array
    tangents: Array
    numbers: Array


def _placed(
    shown: Seen,
    points: Array,
    slopes: Array,
    after: Array,
    half: Array,
    unit: Array,
    seen: Array,
    taken: Sequence[Words],
) -> _Triangles:
    """Return triangles at points ``(k, 2)`` with slopes, in frame units from the axes' lower left corner."""
    count = len(points)
    steep = np.where(np.isfinite(slopes), np.clip(slopes, -1e9, 1e9), np.nan)
    side = np.where(steep < 0, -1.0, 1.0)
    uphill = (side / np.hypot(1.0, steep))[:, None] * np.column_stack([np.ones(count), steep])
    corners, numbers = np.full((count, 4, 2), np.nan), np.full((count, 2), np.nan)
    tangents = np.full((count, 2, 2), np.nan)
    least = np.full(count, np.inf)
    with np.errstate(invalid="ignore"):
        for order, (size, up) in enumerate((size, up) for size in SIZES for up in (True, False)):
            tip = points + (size if up else -size) * uphill
            right = np.column_stack([tip[:, 0], points[:, 1]] if up else [points[:, 0], tip[:, 1]])
            triangle = np.stack([points, right, tip, points], axis=1)
            low, high = triangle.min(axis=1), triangle.max(axis=1)
            beside = np.column_stack([right[:, 0], (right[:, 1] + (tip if up else points)[:, 1]) / 2])
            beside[:, 0] += side * (half[:, 0] + GAP)
            # Above or below, but not in the step's way, which is downhill.
            over = points[:, 0] + side * (half[:, 0] + MARKER)
            over = np.clip(over, half[:, 0] + 4.0, unit[0] - half[:, 0] - 4.0)
            below = np.column_stack([over, low[:, 1] - half[:, 1] - MARKER])
            above = np.column_stack([over, high[:, 1] + half[:, 1] + GAP])
            ends = np.stack([points - (BEYOND if up else -BEYOND) * uphill, tip], axis=1)
            outside = ((low < 4.0) | (high > unit - 4.0)).any(axis=1)
            outside |= ~np.isfinite(triangle).all(axis=(1, 2))
            # Without a number, where none has room.
            bare = ~outside & np.isinf(least) & np.isnan(corners[:, 0, 0])
            corners[bare], tangents[bare] = triangle[bare], ends[bare]
            for turn, middle in enumerate((beside, below, above)):
                wrong = outside | ((middle - half < 4.0) | (middle + half > unit - 4.0)).any(axis=1)
                for other in taken:
                    wrong |= other.cover(shown, middle, half)
                cost = _covered(middle, half, low, high, points, after, seen)
                cost += 3.0 * (order // 2) + 0.6 * (order % 2) + 0.3 * turn
                better = ~wrong & (cost < least)
                least[better] = cost[better]
                corners[better], numbers[better] = triangle[better], middle[better]
                tangents[better] = ends[better]
    return _Triangles(corners, tangents, numbers)


def _covered(
    middle: Array, half: Array, low: Array, high: Array, points: Array, after: Array, seen: Array
) -> Array:
    """Return how much a number and a triangle would cover of what is seen and of the step that is taken."""
    cost = 0.4 * (np.abs(seen - middle[:, None]) < half[:, None] + 6.0).all(axis=2).sum(axis=1).astype(float)
    foot = np.column_stack([after[:, 0], points[:, 1]])
    for begin, end in ((points, after), (points, foot), (foot, after)):
        for share in np.linspace(0.1, 1.0, 7):
            spot = begin + share * (end - begin)
            cost += (np.abs(spot - middle) < half + MARKER).all(axis=1)
            cost += 0.5 * ((spot > low + 2.0) & (spot < high - 2.0)).all(axis=1)
    return np.asarray(cost)
