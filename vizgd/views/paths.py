"""How runs are drawn on a landscape: trails of straight steps, starts, current points, known minima."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vizgd.marks import Line, Mark, Points, Text, Track
from vizgd.objectives.objective import Array
from vizgd.panel import Axes, Box
from vizgd.theme import faded
from vizgd.typeset import measured
from vizgd.views.view import Scene

MOST_DOTS = 80
"""Longer runs are drawn without a dot at each iterate: they would merge into a thick line."""


@dataclass(frozen=True, eq=False)
class Path:
    """A run's iterates as places in a panel, ``(n + 1, 2)``."""

    run: int
    places: Array


def path_marks(scene: Scene, paths: list[Path], minima: Array) -> tuple[Mark, ...]:
    """Return the marks of some runs that stay inside the axes: minima and starts, then the trails.

    Trails end at stars: over them, each star is drawn once more, so thin that both are seen.
    """
    stars = minimum_marks(scene, minima)
    return (
        *stars,
        *start_marks(scene, paths),
        *(mark for path in paths for mark in trail_marks(scene, path)),
        *over_trails(stars),
    )


def marker_marks(scene: Scene, paths: list[Path], axes: Axes, box: Box) -> tuple[Mark, ...]:
    """Return what lies over all trails, uncut by the axes: current points, and where runs left."""
    return (
        *shown_through([current_mark(scene, path, axes) for path in paths]),
        *(mark for path in paths for mark in departure_marks(scene, path, axes, box)),
    )


def minimum_marks(scene: Scene, minima: Array) -> tuple[Points, ...]:
    """Return a star at each known minimizer ``(m, 2)``."""
    theme = scene.theme
    if len(minima) == 0:
        return ()
    return (Points(minima, "star", theme.minimum_size, theme.minimum, theme.text, 2.0, name="minimum"),)


def over_trails(stars: Sequence[Points]) -> tuple[Points, ...]:
    """Return the stars of minima as they are drawn once more, over the trails that end in them."""
    return tuple(replace(star, fill=faded(star.fill, 0.65 * star.fill[3]), name="") for star in stars)


def start_marks(scene: Scene, paths: list[Path]) -> tuple[Mark, ...]:
    """Return a ring at each start, in the run's colour where no other run starts there."""
    theme = scene.theme
    marks: list[Mark] = []
    starts = np.array([path.places[0] for path in paths])
    for path, start in zip(paths, starts, strict=True):
        alone = (np.abs(starts - start).max(axis=1) == 0).sum() == 1
        color = scene.style(path.run).color if alone else theme.text
        marks.append(Points(start, "circle", theme.start_size, theme.panel, color, 3.5, name="start"))
    return tuple(marks)


def trail_marks(scene: Scene, path: Path) -> tuple[Mark, ...]:
    """Return the line through a run's iterates so far, and a dot at each where they are few."""
    theme, style = scene.theme, scene.style(path.run)
    reveal = Track(path.run, np.arange(len(path.places), dtype=float))
    line = Line(
        path.places,
        style.color,
        theme.path_width * style.swell,
        style.dash,
        faded(theme.outline, 0.75),
        theme.casing_width * 0.6,
        reveal,
    )
    if len(path.places) > MOST_DOTS:
        return (line,)
    return (line, Points(path.places, "circle", theme.iterate_size, style.color, reveal=reveal))


def current_mark(scene: Scene, path: Path, axes: Axes) -> Points:
    """Return the marker of a run's current point, gliding along each step while it is inside the axes."""
    theme, style = scene.theme, scene.style(path.run)
    return Points(
        Track(path.run, within(axes, path.places)),
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


def within(axes: Axes, places: Array) -> Array:
    """Return places with nan for those outside the axes, a hair's breadth allowed."""
    fractions = np.stack([axes.x.fraction(places[:, 0]), axes.y.fraction(places[:, 1])], axis=-1)
    inside = (np.abs(fractions - 0.5) <= 0.5 + 1e-6).all(axis=1, keepdims=True)
    return np.where(inside, places, np.nan)


def departure_marks(scene: Scene, path: Path, axes: Axes, box: Box) -> tuple[Mark, ...]:
    """Return the note where a diverging run leaves the axes, shown from the step at which it left.

    It is a cross on the edge and, inside the axes, the step at which the run diverged.
    """
    trajectory = scene.trajectories[path.run]
    if trajectory.status.kind != "diverged":
        return ()
    theme, style = scene.theme, scene.style(path.run)
    fractions = np.stack([axes.x.fraction(path.places[:, 0]), axes.y.fraction(path.places[:, 1])], axis=-1)
    outside = ((fractions < 0) | (fractions > 1) | ~np.isfinite(fractions)).any(axis=1)
    step = int(np.argmax(outside)) if outside.any() else len(fractions) - 1
    left = _crossing(fractions[step - 1], fractions[step]) if outside.any() and step else fractions[step]
    text = f"diverges at step {trajectory.status.iteration}"
    # Beside the cross, on its inner side, and moved along the edge until it fits.
    width = measured(text, theme.tick_size, bold=True)[0] / box.width
    across = min(max(left[0], width / 2 + 0.02), 0.98 - width / 2)
    clear = 44.0 / box.height
    up = left[1] - clear if left[1] > 0.5 else left[1] + clear

    def shown(fraction_x: float, fraction_y: float) -> Track:
        place = np.array([axes.x.value(fraction_x), axes.y.value(fraction_y)])
        unseen = np.full(2, math.nan)
        return Track(path.run, np.array([unseen] * step + [place] * (len(path.places) - step)), held=True)

    return (
        Points(shown(*left), "cross", 28.0, style.color, theme.outline, 3.0, name="departure"),
        Text(
            shown(across, up),
            text,
            theme.tick_size,
            style.color,
            "center",
            "center",
            bold=True,
            casing=theme.panel,
            casing_width=5.0,
        ),
    )


def _crossing(inside: Array, outside: Array) -> Array:
    """Return where the segment between two places, as fractions of the axes, leaves the unit square."""
    step = outside - inside
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.where(step > 0, (1 - inside) / step, np.where(step < 0, -inside / step, np.inf))
    return np.clip(inside + min(1.0, float(np.nanmin(reach))) * step, 0.0, 1.0)


def progress_marks(
    scene: Scene, curves: list[Array], axes: Axes, name: str
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Return curves that grow with their runs, one ``(n + 1, 2)`` a run, and the markers at their tips."""
    theme = scene.theme
    lines: list[Mark] = []
    tips: list[Points] = []
    for run, xy in enumerate(curves):
        style = scene.style(run)
        reveal = Track(run, np.arange(len(xy), dtype=float))
        casing = faded(theme.panel, 0.8)
        width = theme.casing_width * 0.5
        thick = theme.path_width * style.swell
        lines.append(Line(xy, style.color, thick, style.dash, casing, width, reveal))
        track = Track(run, within(axes, xy))
        size = theme.marker_size * 0.8 * style.swell
        tips.append(Points(track, style.marker, size, style.color, theme.outline, 2.5, name=f"{name} {run}"))
    return tuple(lines), shown_through(tips)
