"""How runs are drawn on a landscape: trails of straight steps, starts, current points, known minima."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Line, Mark, Points, Track, faded
from vizgd.drawing.panel import Axes, Box
from vizgd.objectives.objective import Array
from vizgd.views.clearance import evenly_spaced
from vizgd.views.departure import departure_marks, departures, ended, fractions, in_data
from vizgd.views.off_plane import off_plane_marks
from vizgd.views.view import Subject

MOST_DOTS = 80
"""Longer runs are drawn without a dot at each iterate: they would merge into a thick line."""
APART = 2.0
"""In sizes of a dot: nearer to its neighbours than this an iterate has none, for the same reason."""


@dataclass(frozen=True, eq=False)
class Path:
    """A run's iterates as places in a panel, ``(n + 1, 2)``."""

    run: int
    places: Array


def path_marks(subject: Subject, paths: list[Path], minima: Array, axes: Axes, box: Box) -> tuple[Mark, ...]:
    """Return the marks of some runs that stay inside the axes: minima and starts, then the trails.

    Trails end at stars: over them, the outline of each star is drawn once more, so that both are seen.
    """
    stars = minimum_marks(subject, minima)
    return (
        *stars,
        *start_marks(subject, paths),
        *(mark for path in paths for mark in trail_marks(subject, path, axes, box)),
        *over_trails(stars),
    )


def marker_marks(
    subject: Subject, paths: list[Path], axes: Axes, box: Box, ground: Array | None = None
) -> tuple[Mark, ...]:
    """Return what lies over all trails, uncut: current points, where runs left, and losses off the plane.

    A start that is cut by the edge of the axes has its ring there once more, whole.

    ``ground`` are places ``(m, 2)`` of what else is drawn in the panel, for words to keep away from.
    """
    ground = np.empty((0, 2)) if ground is None else ground
    runs = [path.run for path in paths]
    trails = [np.empty((0, 2)), *(evenly_spaced(fractions(axes, path.places), box) for path in paths)]
    rows, corners = off_plane_marks(subject, runs, box, np.concatenate(trails), lambda at: in_data(axes, at))
    taken = [] if corners is None else [corners]
    return (
        *_cut_starts(subject, paths, axes, box),
        *shown_through([current_mark(subject, path, axes) for path in paths]),
        *departure_marks(subject, [(p.run, p.places) for p in paths], axes, box, ground, taken=taken),
        *rows,
    )


def minimum_marks(subject: Subject, minima: Array) -> tuple[Points, ...]:
    """Return a star at each known minimizer ``(m, 2)``."""
    theme = subject.theme
    if len(minima) == 0:
        return ()
    return (Points(minima, "star", theme.minimum_size, theme.minimum, theme.text, 2.0, name="minimum"),)


def over_trails(stars: Sequence[Points]) -> tuple[Points, ...]:
    """Return the bare outlines of minima's stars, drawn over the trails that end in them."""
    return tuple(replace(star, fill=faded(star.fill, 0.0), name="") for star in stars)


def _cut_starts(subject: Subject, paths: list[Path], axes: Axes, box: Box) -> tuple[Mark, ...]:
    """Return the bare rings of starts that lie inside the axes, and nearer to an edge than a ring is wide."""
    rim = 0.5 * subject.theme.start_size / np.array([box.width, box.height])
    places = (fractions(axes, path.places[:1])[0] for path in paths)
    cut = [
        bool((np.abs(at - 0.5) <= 0.5 + 1e-6).all() and (np.abs(at - 0.5) > 0.5 - rim).any()) for at in places
    ]
    rings = start_marks(subject, paths)
    return tuple(
        replace(ring, fill=faded(ring.fill, 0.0), name="")
        for ring, is_cut in zip(rings, cut, strict=True)
        if is_cut
    )


def start_marks(subject: Subject, paths: list[Path]) -> tuple[Points, ...]:
    """Return a ring at each start, in the run's colour where no other run starts there."""
    theme = subject.theme
    marks: list[Points] = []
    starts = np.array([path.places[0] for path in paths])
    for path, start in zip(paths, starts, strict=True):
        alone = (np.abs(starts - start).max(axis=1) == 0).sum() == 1
        color = subject.style(path.run).color if alone else theme.text
        marks.append(Points(start, "circle", theme.start_size, theme.panel, color, 3.5, name="start"))
    return tuple(marks)


def trail_marks(subject: Subject, path: Path, axes: Axes, box: Box) -> tuple[Mark, ...]:
    """Return the line through a run's iterates so far, and dots at those that stand apart from the others.

    The line ends where the run leaves the axes for good.
    """
    theme, style = subject.theme, subject.style(path.run)
    relative = fractions(axes, path.places)
    places = ended(path.places, departures(subject.trajectories[path.run], relative).last)
    reveal = Track(path.run, np.arange(len(places), dtype=float))
    line = Line(
        places,
        style.color,
        theme.path_width * style.swell,
        style.dash,
        faded(theme.outline, 0.75),
        theme.casing_width * 0.6,
        reveal,
    )
    if len(places) > MOST_DOTS:
        return (line,)
    dots = np.where(_apart(relative, box, APART * theme.iterate_size)[:, None], places, np.nan)
    return (line, Points(dots, "circle", theme.iterate_size, style.color, reveal=reveal))


def _apart(relative: Array, box: Box, least: float) -> NDArray[np.bool_]:
    """Say which iterates, as fractions of the axes, are farther than asked from the ones before and after."""
    steps = np.hypot(*(np.diff(relative, axis=0) * (box.width, box.height)).T)
    gaps = np.concatenate([[np.inf], steps, [np.inf]])
    return np.asarray((gaps[:-1] >= least) & (gaps[1:] >= least))


def current_mark(subject: Subject, path: Path, axes: Axes) -> Points:
    """Return the marker of a run's current point, gliding along each step while it is inside the axes.

    A step over the edge is divided, so that the marker goes up to there and comes in from there.
    """
    theme, style = subject.theme, subject.style(path.run)
    found = departures(subject.trajectories[path.run], fractions(axes, path.places))
    places = ended(path.places, found.last)
    density = divisions(len(places) - 1) if len(found) else 1
    return Points(
        Track(path.run, within(axes, divided(places, density)), density=density),
        style.marker,
        theme.marker_size * style.swell,
        style.color,
        theme.outline,
        3.0,
        name=f"current {path.run}",
    )


def shown_through(markers: Sequence[Points]) -> tuple[Points, ...]:
    """Return markers, and over them all the bare outline of each, so that those under others are seen too."""
    if len(markers) < 2:
        return tuple(markers)
    outlines = (
        replace(mark, fill=faded(mark.fill, 0.0), edge=mark.fill, edge_width=1.6, name="") for mark in markers
    )
    return (*markers, *outlines)


def divisions(steps: int) -> int:
    """Return in how many parts each of so many steps is divided: few of them last long."""
    return max(1, min(16, 400 // max(steps, 1)))


def divided(places: Array, parts: int) -> Array:
    """Return places ``(n + 1, d)`` with so many to each step, ``(n · parts + 1, d)``."""
    if parts == 1:
        return places
    weights = np.arange(parts)[:, None] / parts
    between = places[:-1, None] * (1 - weights) + places[1:, None] * weights
    return np.concatenate([between.reshape(-1, places.shape[1]), places[-1:]])


def within(axes: Axes, places: Array) -> Array:
    """Return places with nan for those outside the axes, a hair's breadth allowed."""
    inside = (np.abs(fractions(axes, places) - 0.5) <= 0.5 + 1e-6).all(axis=1, keepdims=True)
    return np.where(inside, places, np.nan)


def progress_marks(
    subject: Subject,
    curves: list[Array],
    axes: Axes,
    name: str,
    box: Box | None = None,
    measured: list[Array] | None = None,
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Return curves that grow with their runs, one ``(n + 1, 2)`` a run, and what is uncut by the axes.

    These are the markers at their tips, and in a panel whose box is given, where a curve leaves the axes, a
    cross with the step. Where curves are drawn along an edge beyond which they are, ``measured`` are those
    that leave.
    """
    theme = subject.theme
    lines: list[Mark] = []
    tips: list[Points] = []
    for run, xy in enumerate(curves):
        style = subject.style(run)
        reveal = Track(run, np.arange(len(xy), dtype=float))
        casing = faded(theme.panel, 0.8)
        width = theme.casing_width * 0.5
        thick = theme.path_width * style.swell
        lines.append(Line(xy, style.color, thick, style.dash, casing, width, reveal))
        track = Track(run, within(axes, xy))
        size = theme.marker_size * 0.8 * style.swell
        tips.append(Points(track, style.marker, size, style.color, theme.outline, 2.5, name=f"{name} {run}"))
    if box is None:
        return tuple(lines), tuple(shown_through(tips))
    leaving = departure_marks(
        subject, list(enumerate(measured or curves)), axes, box, np.empty((0, 2)), chart=True
    )
    return tuple(lines), (*shown_through(tips), *leaving)
