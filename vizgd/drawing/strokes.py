"""Polylines as they are stroked: without vertices that nobody sees, cut to the frame, and dashed.

Written once for every renderer, and done once for a line whatever is shown of it later: its strokes know
which of its vertices they come from, so that they can be shown up to any place on it and near any box.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.simplification import kept_vertices, places_along
from vizgd.drawing.track import between, settled
from vizgd.objectives.objective import Array

if TYPE_CHECKING:
    from vizgd.drawing.marks.line import Line

MOST_DASHES = 20_000
"""In one part of a line; with more than that it is drawn whole, for nobody sees them."""
SLACK = 3.0
"""In pixels: how far outside a box a line is cut, so that no cut end is seen."""
TOLERANCE = 0.1
"""In pixels: how far strokes may lie beside their line."""
REMEMBERED = 128
"""Lines whose strokes are kept: more than move in any frame."""


@dataclass(frozen=True, eq=False)
class Strokes:
    """Polylines end to end.

    Parameters
    ----------
    vertices : array, shape (n, 2)
    begins : array of bool, shape (n,)
        Whether a vertex begins a polyline.
    numbers : array, shape (n,)
        Where it lies on the line that is stroked, in numbers of that line's vertices, ascending: 2.5 is
        halfway from the third to the fourth.
    """

    vertices: Array
    begins: NDArray[np.bool_]
    numbers: Array

    @cached_property
    def _reach(self) -> Array:
        """Where each stroke from one vertex to the next lies: x and y from, then −x and −y to."""
        tails, heads = self.vertices[:-1].T, self.vertices[1:].T
        reach = np.concatenate([np.minimum(tails, heads), -np.maximum(tails, heads)])
        reach[:, self.begins[1:]] = np.inf  # no stroke leads to a vertex that begins one
        return reach

    def near(
        self, low: Array, high: Array, until: float | None = None, tip: Array | None = None
    ) -> tuple[Array, NDArray[np.bool_]]:
        """Return the strokes that come near a box, each of them whole: vertices, and where they begin.

        Parameters
        ----------
        low, high : array, shape (2,)
            The box's corners.
        until : float, optional
            Show the line up to this vertex number.
        tip : array, shape (2,), optional
            Where that is.
        """
        end = len(self.numbers)
        if until is not None:
            end = int(self.numbers.searchsorted(until, side="right"))
        if end == 0:
            return self.vertices[:0], self.begins[:0]
        limits = np.array([[high[0]], [high[1]], [-low[0]], [-low[1]]])
        shown = np.zeros(end + 1, bool)  # the stroke to each vertex, and the one behind the last
        shown[1:end] = (self._reach[:, : end - 1] <= limits).all(axis=0)
        begun = tip is not None and end < len(self.numbers) and not self.begins[end]
        shown[end] = begun
        kept = shown[:-1] | shown[1:]
        vertices, begins = self.vertices[:end][kept], ~shown[:-1][kept]
        if begun:
            vertices, begins = np.concatenate([vertices, [tip]]), np.append(begins, False)
        return vertices, begins


NOTHING = Strokes(np.empty((0, 2)), np.empty(0, bool), np.empty(0))


class Stroker:
    """Gives the strokes of lines, and remembers those of the lines that it met last.

    Parameters
    ----------
    frame : tuple of float
        Width and height of the frame in units; nothing is stroked far outside.
    pixel : float
        Size of a pixel in units: strokes lie no farther beside their lines than a tenth of it.
    """

    def __init__(self, frame: tuple[float, float], pixel: float) -> None:
        self.high = np.array(frame)
        self.slack = SLACK * pixel
        self.tolerance = TOLERANCE * pixel
        self._known: dict[tuple[object, ...], tuple[Line, Strokes]] = {}

    def strokes(self, line: Line, low: Array, high: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Return what is stroked of a resolved line in a box: vertices, and where polylines begin."""
        reach = line.width / 2 + line.casing_width + self.slack
        whole = self._whole(line, reach)
        if line.reveal is None:
            return whole.near(low - reach, high + reach)
        until = line.reached
        return whole.near(low - reach, high + reach, until, between(settled(line.xy), until))

    def _whole(self, line: Line, reach: float) -> Strokes:
        # The array itself is remembered too, so that no other one can take its identity.
        key = id(line.xy), line.width, line.dash
        known = self._known.get(key)
        if known is None:
            dash = tuple(length * line.width for length in line.dash)
            margin = np.full(2, reach)
            found = stroke_line(settled(line.xy), -margin, self.high + margin, dash, tolerance=self.tolerance)
            if len(self._known) >= REMEMBERED:
                del self._known[next(iter(self._known))]
            known = self._known[key] = line, found
        return known[1]


def stroke_line(
    xy: Array, low: Array, high: Array, dash: tuple[float, ...] = (), *, tolerance: float = 0.0
) -> Strokes:
    """Return what is stroked of a polyline in a box.

    Parameters
    ----------
    xy : array, shape (n, 2)
        Vertices; the line is broken where one has a nan, and its dashes begin anew.
    low, high : array, shape (2,)
        The box's corners.
    dash : tuple of float, optional
        Drawn and open lengths in turn, in the units of the vertices; by default it is drawn throughout.
    tolerance : float, default 0
        How far the strokes may lie beside the line, to have fewer vertices.
    """
    if len(xy) < 2:
        return NOTHING
    kept = kept_vertices(xy, tolerance)
    places = places_along(xy, kept)
    rows = np.column_stack([xy[kept], places[kept], kept])
    pieces = [
        _dashed(part, begun, dash, places) if dash else _whole(part)
        for part, begun in _parts(rows, places, low, high)
    ]
    if not pieces:
        return NOTHING
    stroked = np.concatenate([part for part, _ in pieces])
    return Strokes(stroked[:, :2], np.concatenate([begins for _, begins in pieces]), stroked[:, 3])


# Below, vertices are rows of x, y, the place along the line, and the number.


def _parts(rows: Array, places: Array, low: Array, high: Array) -> list[tuple[Array, float]]:
    """Return the parts of a polyline that lie in a box, each with the place where its dashes begin."""
    xy = rows[:, :2]
    below, above = xy < low, xy > high
    gaps = np.isnan(xy).any(axis=1)
    if not (below.any() or above.any() or gaps.any()):
        return [(rows, 0.0)]
    # A segment with both ends beyond the same side of the box is not seen in it.
    beyond = (below[:-1] & below[1:]) | (above[:-1] & above[1:])
    segments = (~(beyond[:, 0] | beyond[:, 1])).nonzero()[0]
    enter, leave = crossings(xy[segments], xy[segments + 1], low, high)
    inside = enter < leave
    segments, enter, leave = segments[inside], enter[inside], leave[inside]
    if len(segments) == 0:
        return []
    tails, heads = rows[segments], rows[segments + 1]
    steps = heads - tails
    late, early = (enter > 0.0).nonzero()[0], (leave < 1.0).nonzero()[0]
    heads[early] = tails[early] + leave[early, None] * steps[early]
    heads[early, 3] = _numbers(heads[early, 2], places)
    tails[late] += enter[late, None] * steps[late]
    tails[late, 3] = _numbers(tails[late, 2], places)
    # A part goes on where one segment ends inside the box and the next one begins there.
    broken = (segments[1:] - segments[:-1] != 1) | (leave[:-1] != 1.0) | (enter[1:] != 0.0)
    bounds = [0, *(broken.nonzero()[0] + 1).tolist(), len(segments)]
    begun = np.maximum.accumulate(np.where(gaps, rows[:, 2], 0.0))[segments]
    return [(np.concatenate([tails[a : a + 1], heads[a:b]]), float(begun[a])) for a, b in pairwise(bounds)]


def _numbers(places: Array, of_vertices: Array) -> Array:
    """Return the vertex numbers at places along a line."""
    return np.interp(places, of_vertices, np.arange(len(of_vertices)))


def crossings(start: Array, end: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Return where segments enter and leave a box, as fractions of them (Liang and Barsky, 1984)."""
    step = end - start
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        one, other = (low - start) / step, (high - start) / step
    nearer, farther = np.minimum(one, other), np.maximum(one, other)
    level = step == 0.0
    if level.any():
        # Along an axis that a segment is square to, it is inside all the time: it was found near the box.
        nearer[level], farther[level] = 0.0, 1.0
    enter = np.maximum(np.maximum(nearer[:, 0], nearer[:, 1]), 0.0)
    leave = np.minimum(np.minimum(farther[:, 0], farther[:, 1]), 1.0)
    return enter, leave


def _whole(part: Array) -> tuple[Array, NDArray[np.bool_]]:
    begins = np.zeros(len(part), bool)
    begins[0] = True
    return part, begins


def _dashed(
    part: Array, begun: float, dash: tuple[float, ...], places: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """Return the dashes of a part: its vertices and the ends of dashes, without the open stretches."""
    at = part[:, 2] - begun
    period, ends = sum(dash), np.cumsum(dash)
    turns = np.arange(np.floor(at[0] / period), np.floor(at[-1] / period) + 1)
    if len(turns) * len(dash) > MOST_DASHES:
        return _whole(part)
    bounds = (turns[:, None] * period + ends).ravel()
    bounds = bounds[(bounds > at[0]) & (bounds < at[-1])]
    added = np.column_stack([np.interp(bounds, at, part[:, column]) for column in range(4)])
    added[:, 3] = _numbers(bounds + begun, places)
    along = np.concatenate([at, bounds])
    order = along.argsort(kind="stable")
    along, rows = along[order], np.concatenate([part, added])[order]
    drawn = np.zeros(len(along) + 1, bool)  # the stretch before each vertex, and the one behind the last
    middles = (along[:-1] + along[1:]) / 2
    drawn[1:-1] = ends.searchsorted(middles % period, side="right") % 2 == 0
    before, after = drawn[:-1], drawn[1:]
    kept = after | before
    return rows[kept], (after & ~before)[kept]
