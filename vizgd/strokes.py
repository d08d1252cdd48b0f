"""Polylines as they are stroked: the parts that can be seen in a box, and dashes along them.

Written once for every renderer. A long path costs no more than what is shown of it, and its dashes stay where
they are whatever box is looked at, because each part knows how far along the line it begins.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array

MOST_DASHES = 20_000
"""In one part of a line; with more than that it is drawn whole, for nobody sees them."""


class Part(NamedTuple):
    """Vertices ``(m, 2)`` of a part of a polyline, and the line's length from its start to them."""

    vertices: Array
    begins: float


class Strokes(NamedTuple):
    """Polylines end to end: vertices ``(n, 2)``, and whether each one begins a polyline."""

    vertices: Array
    begins: NDArray[np.bool_]


def strokes(xy: Array, low: Array, high: Array, dash: tuple[float, ...] = ()) -> Strokes:
    """Return what is stroked of a polyline in a box.

    Parameters
    ----------
    xy : array, shape (n, 2)
        Vertices; the line is broken where one has a nan, and its dashes begin anew.
    low, high : array, shape (2,)
        The box's corners.
    dash : tuple of float, optional
        Drawn and open lengths in turn, in the units of the vertices; by default it is drawn throughout.
    """
    shown = [
        _dashed(part, dash) if dash else _whole(part) for part in parts(xy, low, high, measured=bool(dash))
    ]
    if not shown:
        return Strokes(np.empty((0, 2)), np.empty(0, bool))
    return Strokes(*(np.concatenate(columns) for columns in zip(*shown, strict=True)))


def parts(xy: Array, low: Array, high: Array, *, measured: bool = True) -> list[Part]:
    """Return the parts of a polyline that lie in a box, as `strokes`; unless `measured` all begin at 0."""
    if len(xy) < 2:
        return []
    below, above = xy < low, xy > high
    if not (below | above).any() and not np.isnan(xy).any():
        return [Part(xy, 0.0)]
    start, end = xy[:-1], xy[1:]
    # A segment with both ends beyond the same side of the box is not seen in it.
    beyond = (below[:-1] & below[1:]) | (above[:-1] & above[1:])
    segments = (~(beyond[:, 0] | beyond[:, 1])).nonzero()[0]
    enter, leave = _crossings(start[segments], end[segments], low, high)
    inside = enter < leave
    segments, enter, leave = segments[inside], enter[inside], leave[inside]
    if len(segments) == 0:
        return []
    tails, heads = start[segments], end[segments]
    steps = heads - tails
    late, early = (enter > 0.0).nonzero()[0], (leave < 1.0).nonzero()[0]
    heads[early] = tails[early] + leave[early, None] * steps[early]
    tails[late] += enter[late, None] * steps[late]
    # A part goes on where one segment ends inside the box and the next one begins there.
    broken = (segments[1:] - segments[:-1] != 1) | (leave[:-1] != 1.0) | (enter[1:] != 0.0)
    bounds = [0, *(broken.nonzero()[0] + 1).tolist(), len(segments)]
    begins = np.zeros(len(segments))
    if measured:
        begins = _lengths(xy)[segments] + enter * np.hypot(steps[:, 0], steps[:, 1])
    return [
        Part(np.concatenate([tails[a : a + 1], heads[a:b]]), float(begins[a])) for a, b in pairwise(bounds)
    ]


def _crossings(start: Array, end: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Return where segments enter and leave a box, as fractions of them (Liang and Barsky, 1984)."""
    step = end - start
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (low - start) / step, (high - start) / step
    nearer, farther = np.minimum(one, other), np.maximum(one, other)
    level = step == 0.0
    if level.any():
        # Along an axis that a segment is square to, it is inside all the time: it was found near the box.
        nearer[level], farther[level] = 0.0, 1.0
    enter = np.maximum(np.maximum(nearer[:, 0], nearer[:, 1]), 0.0)
    leave = np.minimum(np.minimum(farther[:, 0], farther[:, 1]), 1.0)
    return enter, leave


def _lengths(xy: Array) -> Array:
    """Return the length of the line up to each vertex, from 0 behind each gap."""
    lengths = np.zeros(len(xy))
    steps = xy[1:] - xy[:-1]
    np.hypot(steps[:, 0], steps[:, 1], out=lengths[1:])
    gaps = np.isnan(lengths)
    if not gaps.any():
        return lengths.cumsum()
    lengths[gaps] = 0.0
    total = lengths.cumsum()
    return total - np.maximum.accumulate(np.where(gaps, total, 0.0))


def _whole(part: Part) -> Strokes:
    begins = np.zeros(len(part.vertices), bool)
    begins[0] = True
    return Strokes(part.vertices, begins)


def _dashed(part: Part, dash: tuple[float, ...]) -> Strokes:
    """Return the dashes of a part: its vertices and the ends of dashes, without the open stretches."""
    places = part.begins + _lengths(part.vertices)
    period, ends = sum(dash), np.cumsum(dash)
    turns = np.arange(np.floor(places[0] / period), np.floor(places[-1] / period) + 1)
    if len(turns) * len(dash) > MOST_DASHES:
        return _whole(part)
    bounds = (turns[:, None] * period + ends).ravel()
    bounds = bounds[(bounds > places[0]) & (bounds < places[-1])]
    along = np.concatenate([places, bounds])
    along.sort(kind="stable")
    vertices = np.empty((len(along), 2))
    vertices[:, 0] = np.interp(along, places, part.vertices[:, 0])
    vertices[:, 1] = np.interp(along, places, part.vertices[:, 1])
    drawn = np.zeros(len(along) + 1, bool)  # the stretch before each vertex, and the one behind the last
    middles = (along[:-1] + along[1:]) / 2
    drawn[1:-1] = ends.searchsorted(middles % period, side="right") % 2 == 0
    before, after = drawn[:-1], drawn[1:]
    kept = after | before
    return Strokes(vertices[kept], (after & ~before)[kept])
