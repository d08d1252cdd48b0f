"""Names at arrows: beside them, apart from arrows, the ways of markers and other names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Text, Track
from vizgd.drawing.panel import Axes
from vizgd.drawing.typeset import outline
from vizgd.objectives.objective import Array
from vizgd.views.departure import fractions
from vizgd.views.overlays.acts import Placed, Showing
from vizgd.views.overlays.growth import places_shown
from vizgd.views.view import Subject

NAMED = 30.0
"""Shorter arrows have no name: it would be larger than they are."""
GAP = 14.0
"""Between an arrow and its name."""
MARKER = 20.0
"""The half side of the square around a run's current point that names keep free."""
PLACES = tuple(
    (share, side, far) for far in (0.0, 26.0) for share in (0.5, 0.8, 0.25, 1.1) for side in (1, -1)
)
"""Where a name may stand: how far along its arrow, on which side of it, and how much farther away."""


def name_marks(
    subject: Subject, seen: Sequence[Placed], ways: Sequence[Array], axes: Axes, unit: Array
) -> list[Text]:
    """Return the name of each symbol at its arrow, apart from arrows, the ways of markers and other names."""
    ends = [(fractions(axes, one.tails) * unit, fractions(axes, one.heads) * unit) for one in seen]
    named: set[tuple[str, Showing | None]] = set()
    taken: list[tuple[NDArray[np.float64], Array]] = []
    marks = []
    for number, one in enumerate(seen):
        symbol, showing = one.acting.symbol, one.acting.showing
        if (symbol, showing) in named:
            continue
        own = [pair for pair, other in zip(ends, seen, strict=True) if other.run == one.run]
        shape = outline(rf"\({symbol}\)").vertices * subject.theme.label_size
        low, high = shape.min(axis=0), shape.max(axis=0)
        half = (high - low) / 2
        places = _clear_places(ends[number], own, ways, half, taken, unit)
        if not np.isfinite(places).any():
            continue
        named.add((symbol, showing))
        taken.append((places, half))
        limits = np.array([axes.x.limits, axes.y.limits])
        data = limits[:, 0] + places / unit * np.ptp(limits, axis=1)
        marks.append(name_mark(subject, one, data, tuple(-(low + high) / 2)))
    return marks


def name_mark(subject: Subject, one: Placed, places: Array, offset: tuple[float, float]) -> Text:
    """Return a vector's symbol at places in the panel, moved by an offset."""
    theme, showing = subject.theme, one.acting.showing
    track = Track(one.run, places, held=True)
    return Text(
        track if showing is None else places_shown(subject.clock, one.run, showing, places),
        rf"\({one.acting.symbol}\)",
        theme.label_size,
        theme.role(one.acting.role).color,
        offset=offset,
        casing=theme.outline,
        casing_width=5.0,
    )


def _clear_places(
    ends: tuple[Array, Array],
    own: Sequence[tuple[Array, Array]],
    ways: Sequence[Array],
    half: Array,
    taken: Sequence[tuple[Array, Array]],
    unit: Array,
) -> Array:
    """Return where the middle of a name of a half width and height stands at each iterate, nan for nowhere.

    Beside its arrow, where it covers least of the run's arrows and of where markers go, the ``ways`` of runs;
    never over other names.
    """
    tails, heads = ends
    along = heads - tails
    lengths = np.hypot(*along.T)
    with np.errstate(invalid="ignore", divide="ignore"):
        normals = np.column_stack([-along[:, 1], along[:, 0]]) / lengths[:, None]
        away = GAP + np.abs(normals) @ half
        best, least = np.full_like(tails, np.nan), np.full(len(tails), np.inf)
        for order, (share, side, far) in enumerate(PLACES):
            middle = tails + share * along + side * (away + far)[:, None] * normals
            cost = 0.3 * order + _covered(middle, half, own, ways)
            wrong = (lengths < NAMED) | ((middle - half < 4.0) | (middle + half > unit - 4.0)).any(axis=1)
            for other, reach in taken:
                wrong |= (np.abs(middle - _meanwhile(other, len(middle))) < half + reach + 4.0).all(axis=1)
            better = ~wrong & (cost < least)
            best[better], least[better] = middle[better], cost[better]
    return best


def _meanwhile(rows: Array, count: int) -> Array:
    """Return the rows of another run at so many iterations: at the end it stays where it is."""
    return rows[np.minimum(np.arange(count), len(rows) - 1)]


def _covered(middle: Array, half: Array, own: Sequence[tuple[Array, Array]], ways: Sequence[Array]) -> Array:
    """Return how much of a run's arrows, and of where markers go with this step, names would cover."""
    covered = np.zeros(len(middle))
    for tails, heads in own:
        for share in np.linspace(0.0, 1.0, 9):
            spot = tails + share * (heads - tails)
            covered += (np.abs(spot - middle) < half + 3.0).all(axis=1)
    for way in ways:
        begin, end = (
            _meanwhile(way, len(middle)),
            _meanwhile(np.append(way[1:], way[-1:], axis=0), len(middle)),
        )
        for share in np.linspace(0.0, 1.0, 5):
            spot = begin + share * (end - begin)
            covered += 2.0 * (np.abs(spot - middle) < half + MARKER).all(axis=1)
    return covered
