"""How a surface and what lies on it are drawn: its colors, the paths and minima, and words beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vizgd.drawing.marks import Arrow, Line, Mark, Points, Text, Track, faded, settled
from vizgd.drawing.panel import Axes, Box
from vizgd.drawing.projection import HeightField, shaded
from vizgd.drawing.space import Screen, Sided, Space
from vizgd.drawing.theme import Theme, blended
from vizgd.drawing.ticks import linear_axis
from vizgd.drawing.typeset import measured
from vizgd.objectives.objective import Array
from vizgd.views.clearance import evenly_spaced
from vizgd.views.departure import Notice, cross_mark, listed, notice_marks
from vizgd.views.off_plane import UPPER, off_plane_marks
from vizgd.views.overlays.acts import Placed
from vizgd.views.overlays.arrows import arrow_mark, ghost_marks
from vizgd.views.overlays.cloud import cloud_arrow
from vizgd.views.overlays.names import name_mark
from vizgd.views.paths import over_trails, shown_through
from vizgd.views.view import Subject

MESH_LINES = 12
NAMED_ARROW = 0.1
"""Shorter arrows, in half sides of the ground, have no name."""
BEHIND = 0.28
"""The opacity of what lies behind a hill."""


@dataclass(frozen=True, eq=False)
class Route:
    """A run's path on the surface: points ``(n · density + 1, 3)``, ``density`` of them to a step."""

    run: int
    points: Array
    density: int


@dataclass(frozen=True, eq=False)
class Gone:
    """Where a run leaves the ground ``(3,)``, and what is said of it."""

    notice: Notice
    place: Array


@dataclass(frozen=True, eq=False)
class Relief:
    """A height field with routes and minima on it.

    Parameters
    ----------
    field : HeightField
    routes : tuple of Route
    minima : array, shape (m, 3)
    gone : tuple of Gone
    arrows : tuple of Placed, default ()
        With ends ``(n + 1, 3)``.
    dots : tuple of Points, default ()
        The clouds of runs, with tracks of ``(dots, 3)``.
    pointers : tuple of Placed, default ()
        Their arrows.
    """

    field: HeightField
    routes: tuple[Route, ...]
    minima: Array
    gone: tuple[Gone, ...]
    arrows: tuple[Placed, ...] = ()
    dots: tuple[Points, ...] = ()
    pointers: tuple[Placed, ...] = ()


def space_of(subject: Subject, relief: Relief, *, turning: bool) -> Space:
    """Return a relief as it is drawn, with crosses where runs leave it if the camera is ``turning``.

    Where it stands still they are drawn with what is said beside them, by `notes`.
    """
    theme = subject.theme
    stars = [side for place in relief.minima for side in _star(theme, place)]
    trails = [side for route in relief.routes for side in _trail(subject, route)]
    markers = [side for route in relief.routes for side in _marker(subject, route)]
    return Space(
        relief.field,
        _fills(theme, relief.field),
        _ground(subject),
        Line(_mesh(relief.field), theme.surface_line, 1.4),
        (
            *_paired([*stars, *trails, *over_trails(stars)]),
            *_cloud_sides(subject, relief),
            *_arrow_sides(subject, relief),
            *_paired(shown_through(markers)),
        ),
        tuple(_cross(subject, one) for one in relief.gone) if turning else (),
        tuple(_arrow_names(subject, relief)),
    )


def _paired(sides: Sequence[Line | Points]) -> Iterator[Sided]:
    """Yield marks with what stands behind each: how it is drawn behind the surface."""
    return (Sided(*pair) for pair in zip(sides[::2], sides[1::2], strict=True))


def _arrow_sides(subject: Subject, relief: Relief) -> list[Sided]:
    """Return arrows with their ghosts beneath, as they are drawn before the surface and faded behind it."""
    marks = [mark for one in relief.arrows for mark in ghost_marks(subject, one)]
    marks += [arrow_mark(subject, one) for one in sorted(relief.arrows, key=lambda one: not one.acting.whole)]
    return [_arrow_side(mark) for mark in marks]


def _cloud_sides(subject: Subject, relief: Relief) -> list[Sided]:
    """Return clouds and their arrows, as they are drawn before the surface and faded behind it."""
    dots = (Sided(dot, replace(dot, fill=faded(dot.fill, BEHIND * dot.fill[3]))) for dot in relief.dots)
    return [*dots, *(_arrow_side(cloud_arrow(subject, one)) for one in relief.pointers)]


def _arrow_side(mark: Arrow) -> Sided:
    return Sided(mark, replace(mark, color=faded(mark.color, BEHIND * mark.color[3]), casing=None))


def _arrow_names(subject: Subject, relief: Relief) -> Iterator[Text]:
    """Yield the name of each symbol at the arrow of the first run that shows it, the sum's beneath it."""
    named: set[str] = set()
    for one in (*relief.arrows, *relief.pointers):
        if one.acting.symbol in named or not np.isfinite(one.heads).any():
            continue
        named.add(one.acting.symbol)
        long = np.linalg.norm(one.heads - one.tails, axis=1) >= NAMED_ARROW
        middle = np.where(long[:, None], (one.tails + one.heads) / 2, np.nan)
        offset = (14.0, -26.0 - subject.theme.label_size) if one.acting.whole else (14.0, 28.0)
        yield name_mark(subject, one, middle, offset)


def notes(
    subject: Subject, relief: Relief, screen: Screen, box: Box, marks: Sequence[Mark]
) -> tuple[Mark, ...]:
    """Return what is said where the camera stands still: beside crosses, and of what a plane hides.

    ``marks`` are those of the relief on the screen; words keep away from the texts among them.
    """
    corner, sides = np.array([box.left, box.bottom]), np.array([box.width, box.height])
    noticed = [replace(one.notice, place=(screen(one.place) - corner) / sides) for one in relief.gone]
    drawn = np.concatenate(
        [evenly_spaced((screen(route.points) - corner) / sides, box) for route in relief.routes]
    )

    def to_frame(place: Array) -> Array:
        return np.asarray(corner + place * sides)

    runs = [route.run for route in relief.routes]
    rows, filled = off_plane_marks(subject, runs, box, drawn, to_frame, UPPER)
    taken = [] if filled is None else [filled]
    for mark in marks:
        if isinstance(mark, Text) and not isinstance(mark.xy, Track):
            middle = (settled(mark.xy) - corner) / sides
            reach = np.array([measured(str(mark.text), mark.size)[0], mark.size]) / 2 / sides
            taken.append(np.stack([middle - reach, middle + reach]))
    return (*rows, *notice_marks(subject, noticed, box, drawn, to_frame, taken=taken))


def rows_beside(subject: Subject, relief: Relief, box: Box) -> tuple[Mark, ...]:
    """Return what is said where the camera turns: words that stand still."""
    corner, sides = np.array([box.left, box.bottom]), np.array([box.width, box.height])
    rows, _ = off_plane_marks(
        subject,
        [route.run for route in relief.routes],
        box,
        np.empty((0, 2)),
        lambda place: np.asarray(corner + place * sides),
        corners=UPPER[1:],
    )
    return (*listed(subject, [one.notice for one in relief.gone], box), *rows)


def _fills(theme: Theme, field: HeightField) -> Array:
    z = field.heights
    heights = (z[:-1, :-1] + z[:-1, 1:] + z[1:, :-1] + z[1:, 1:]) / 4
    top = np.nanmax(z) or 1.0
    fills = shaded(field, blended(theme.surface_map, np.nan_to_num(heights) / top))
    # A face that lacks a corner is left out.
    return np.where(np.isfinite(heights)[..., None], fills, np.nan)


def _mesh(field: HeightField) -> Array:
    """Return grid lines on the surface, end to end with gaps between them, ``(n, 3)``."""
    surface = field.points
    picks = np.linspace(0, len(surface) - 1, MESH_LINES + 1).round().astype(int)
    lines = np.concatenate([surface[picks], surface[:, picks].swapaxes(0, 1)])
    gaps = np.full((len(lines), 1, 3), np.nan)
    return np.concatenate([lines, gaps], axis=1).reshape(-1, 3)


def _ground(subject: Subject) -> Axes:
    """Return the axes of the ground: some four ticks each, which a camera writes along the nearest edges."""
    (across, up), names = subject.domain, subject.objective.variables
    return Axes(linear_axis(across, names[0], 4), linear_axis(up, names[1], 4), subject.axes_style)


def _star(theme: Theme, place: Array) -> list[Points]:
    """Return a known minimizer as it is drawn before the surface and behind it."""
    return [
        Points(
            place,
            "star",
            theme.minimum_size,
            faded(theme.minimum, opacity),
            faded(theme.text, opacity),
            2.0,
            name="minimum",
        )
        for opacity in (1.0, BEHIND)
    ]


def _trail(subject: Subject, route: Route) -> list[Line]:
    """Return a path as it is drawn before the surface, and faded behind it."""
    theme, style = subject.theme, subject.style(route.run)
    steps = (len(route.points) - 1) // route.density
    reveal = Track(route.run, np.arange(steps + 1, dtype=float) * route.density)
    width = theme.path_width * style.swell
    return [
        Line(route.points, style.color, width, style.dash, faded(theme.outline, 0.75), 1.8, reveal),
        Line(route.points, faded(style.color, BEHIND), width, style.dash, reveal=reveal),
    ]


def _marker(subject: Subject, route: Route) -> list[Points]:
    """Return a run's current point as it is drawn before the surface and behind it."""
    theme, style = subject.theme, subject.style(route.run)
    return [
        Points(
            Track(route.run, route.points, density=route.density),
            style.marker,
            theme.marker_size * style.swell,
            faded(style.color, opacity),
            faded(theme.outline, opacity),
            3.0,
            name=f"{name} {route.run}",
        )
        for opacity, name in ((1.0, "current"), (BEHIND + 0.15, "behind"))
    ]


def _cross(subject: Subject, one: Gone) -> Points:
    color = subject.style(one.notice.run).color
    return cross_mark(subject.theme, color, subject.clock.run, one.notice, one.place)
