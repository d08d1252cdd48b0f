"""Arrows at a run's current point: the step that leaves it, its parts or components, or the gradient there.

While a run goes from one iterate to the next, the arrows stay at the first, and those of the steps before are
ghosts. Their tails and heads are exact, in the coordinates of the panel: parts add up to the step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vizgd.drawing.marks import Arrow, Line, Mark, Track, faded
from vizgd.drawing.panel import Axes, Box
from vizgd.drawing.theme import RoleStyle, Theme
from vizgd.objectives.objective import Array
from vizgd.views.departure import fractions
from vizgd.views.overlays.acts import Acting, Placed
from vizgd.views.overlays.growth import growing_ends, places_shown
from vizgd.views.overlays.names import name_marks
from vizgd.views.paths import Path
from vizgd.views.view import Subject

SHORTEST = 8.0
"""In thousandths of the frame's height: shorter arrows would be specks beneath the marker."""
FARTHEST = 3.0
"""In lengths of the axes: what reaches farther is drawn so long, for it is cut off at their edge."""
HEAD = 3.4
"""The length of a head, in widths of its shaft, and at least `SMALLEST_HEAD`."""
SMALLEST_HEAD = 22.0
GHOSTS = (0.34, 0.22, 0.12)
"""The opacities of the arrows of the steps before, the last one first."""
LANE = 30.0
"""How far apart the arrows of a curve are drawn, which all lie along its axis."""


def level_arrows(
    run: int, acts: Sequence[Acting], places: Array, axes: Axes, box: Box, *, beneath: bool = False
) -> tuple[Placed, ...]:
    """Return arrows along the axis of a curve: the last at the height of the run's point, others in lanes.

    The lanes are below the point in the upper half of the axes, and above it in the lower unless ``beneath``.
    """
    middle = axes.y.value(0.5)
    lane = LANE / box.height * (axes.y.limits[1] - axes.y.limits[0])
    lanes = np.where((places[:-1, 1] > middle) | beneath, -lane, lane)
    found = []
    for number, one in enumerate(reversed(acts)):
        height = (places[:-1, 1] + number * lanes)[:, None]
        tails = np.column_stack([places[:-1, :1] + one.begins, height])
        heads = np.column_stack([places[:-1, :1] + one.begins + one.vectors, height])
        found.append(Placed(run, one, _to_the_end(tails), _to_the_end(heads)))
    return tuple(reversed(found))


def drop_mark(subject: Subject, run: int, places: Array, step: Placed) -> Line:
    """Return the line from the head of a step along the axis of a curve down to the point that it reaches."""
    drops = np.stack([step.heads, _to_the_end(places[1:])], axis=1)
    track, showing = Track(run, drops, held=True), step.acting.showing
    if showing is not None:
        track = places_shown(subject.clock, run, showing, drops)
    return Line(track, faded(subject.theme.muted, 0.9), 3.0, (2.5, 1.8))


def flat_arrows(run: int, acts: Sequence[Acting], places: Array) -> tuple[Placed, ...]:
    """Return arrows in a plane from a run's iterates ``(n + 1, 2)`` on."""
    return tuple(
        Placed(
            run,
            one,
            _to_the_end(places[:-1] + one.begins),
            _to_the_end(places[:-1] + (one.begins + one.vectors)),
        )
        for one in acts
    )


def _to_the_end(rows: Array) -> Array:
    """Return what is seen at each iterate: at the last one what is seen at the one before."""
    return np.concatenate([rows, rows[-1:]])


def arrow_marks(
    subject: Subject, placed: Sequence[Placed], paths: Sequence[Path], axes: Axes, box: Box
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Return arrows with their ghosts beneath, to be cut off at the axes, and their names, which are not.

    An arrow that is too short to be seen is not drawn. Of several runs, the first that shows a symbol has its
    name.
    """
    unit = np.array([box.width, box.height])
    seen = [reaching(one, axes, unit) for one in placed]
    seen = [one for one in seen if np.isfinite(one.heads).any()]
    arrows = [mark for one in seen for mark in ghost_marks(subject, one)]
    # The sum lies beneath its parts: where they run along it, they are seen.
    arrows += [arrow_mark(subject, one) for one in sorted(seen, key=lambda one: not one.acting.whole)]
    return tuple(arrows), tuple(
        name_marks(subject, seen, [fractions(axes, path.places) * unit for path in paths], axes, unit)
    )


def _passing(one: Placed) -> bool:
    """Return whether an arrow is there in steps in parts alone."""
    return one.acting.showing is not None and one.acting.showing.until < math.inf


def ghost_marks(subject: Subject, one: Placed) -> list[Arrow]:
    """Return the arrows of the steps before; none where steps go by faster than frames."""
    if len(one.tails) - 1 > subject.clock.run or _passing(one):
        return []
    marks = []
    for back, opacity in reversed([*enumerate(GHOSTS, start=1)]):
        if back >= len(one.tails) - 1:
            continue
        # At the end the last step's own arrows stay, and the ghosts with them.
        before = [np.concatenate([np.full_like(v[:back], np.nan), v[:-back]]) for v in (one.tails, one.heads)]
        before = [np.concatenate([rows[:-1], rows[-2:-1]]) for rows in before]
        ghost = replace(one, tails=before[0], heads=before[1])
        mark = static_arrow(subject.theme, ghost)
        marks.append(replace(mark, color=faded(mark.color, opacity), casing=None))
    return marks


def arrow_mark(subject: Subject, one: Placed) -> Arrow:
    """Return the arrows of a vector, each to the next iterate; in steps in parts they grow in their beat."""
    mark = static_arrow(subject.theme, one)
    if one.acting.showing is None:
        return mark
    tail, head = growing_ends(subject.clock, one.run, one.acting.showing, one.tails, one.heads)
    return replace(mark, tail=tail, head=head)


def static_arrow(theme: Theme, one: Placed, width: float | None = None) -> Arrow:
    """Return the arrows of a vector, each to the next iterate, as its role looks or as wide as asked."""
    style = theme.role(one.acting.role)
    style = style if width is None else replace(style, width=width)
    tail, head = (Track(one.run, ends, held=True) for ends in (one.tails, one.heads))
    return Arrow(tail, head, style.color, style.width, head_of(style), theme.outline, 2.0, barbs=style.barbs)


def head_of(style: RoleStyle) -> float:
    """Return the length of an arrow's head."""
    return max(SMALLEST_HEAD, HEAD * style.width)


def reaching(one: Placed, axes: Axes, unit: Array) -> Placed:
    """Return arrows with nan for those that are too short or begin too far away, none longer than is seen."""
    tails, heads = fractions(axes, one.tails), fractions(axes, one.heads)
    with np.errstate(invalid="ignore"):
        along = heads - tails
        reach = np.abs(along).max(axis=1, keepdims=True)
        far = reach > FARTHEST
        limits = np.array([axes.x.limits, axes.y.limits])
        span = np.ptp(limits, axis=1)
        cut = one.tails + along * span * (FARTHEST / np.where(far, reach, FARTHEST))
        heads = np.where(far, cut, one.heads)
        short = np.hypot(*(along * unit).T) < SHORTEST
        out = short | (np.abs(tails - 0.5).max(axis=1) > FARTHEST)
    gone = out | ~np.isfinite(one.tails).all(axis=1) | ~np.isfinite(heads).all(axis=1)
    return replace(
        one,
        tails=np.where(gone[:, None], np.nan, one.tails),
        heads=np.where(gone[:, None], np.nan, heads),
    )
