"""Where a diverging run leaves the axes: the end of its trail, a cross on the edge, and words beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vizgd.marks import Mark, Points, Text, Track
from vizgd.objectives.objective import Array
from vizgd.panel import Axes, Box
from vizgd.trajectory import Trajectory
from vizgd.typeset import measured
from vizgd.views.view import Scene

CROSS = 28.0
PLATE = 6.0
"""How far the ground around the words reaches: they stay readable where a path runs behind them."""
EVERY = 8.0
"""How far apart the points of a trail are that tell whether it runs behind the words."""
NEARNESS = 0.15
"""How much of a trail's length may lie behind words that stand nearer to their cross by 1."""


@dataclass(frozen=True, eq=False)
class Departure:
    """How a run leaves: at which step, and where, as fractions of the axes."""

    step: int
    place: Array


def fractions(axes: Axes, places: Array) -> Array:
    """Return places ``(n, 2)`` as fractions of the axes."""
    return np.stack([axes.x.fraction(places[:, 0]), axes.y.fraction(places[:, 1])], axis=-1)


def departure(trajectory: Trajectory, places: Array) -> Departure | None:
    """Return how a diverging run leaves the unit square for good, None for any other run.

    ``places`` are its iterates as fractions ``(n + 1, 2)``. A run that diverges inside departs where it ends.
    """
    if trajectory.status.kind != "diverged":
        return None
    inside = ((places >= 0) & (places <= 1)).all(axis=1)
    if not inside.any():
        return Departure(0, np.clip(places[0], 0.0, 1.0))
    last = int(np.flatnonzero(inside)[-1])
    step = min(last + 1, len(places) - 1)
    if step == last or not np.isfinite(places[step]).all():
        return Departure(step, places[last])
    return Departure(step, _crossing(places[last], places[step]))


def ended(places: Array, leaving: Departure | None) -> Array:
    """Return places with nan for those after the step with which a run leaves.

    A diverging run crosses the picture again and again, from far outside to far outside: drawn to its end it
    would be a bar.
    """
    if leaving is None:
        return places
    beyond = np.arange(len(places))[:, None] > leaving.step
    return np.where(beyond, math.nan, places)


def departure_marks(
    scene: Scene, paths: Sequence[tuple[int, Array]], axes: Axes, box: Box, ground: Array
) -> tuple[Mark, ...]:
    """Return the notes of all runs in a panel that leave it.

    ``paths`` are runs and their places, ``ground`` places ``(m, 2)`` of what else is drawn there.
    """
    trails = [fractions(axes, places) for _, places in paths]
    leavings = [
        departure(scene.trajectories[run], trail) for (run, _), trail in zip(paths, trails, strict=True)
    ]
    drawn = [_sampled(t, leaving, box) for t, leaving in zip(trails, leavings, strict=True)]
    seen = np.concatenate([*drawn, fractions(axes, ground)])
    marks: list[Mark] = []
    taken: list[Array] = []
    for (run, _), leaving in zip(paths, leavings, strict=True):
        if leaving is not None:
            marks += _note(scene, run, leaving, seen, taken, axes, box)
    return tuple(marks)


def _note(
    scene: Scene, run: int, leaving: Departure, seen: Array, taken: list[Array], axes: Axes, box: Box
) -> list[Mark]:
    """Return a cross on the edge and the words that say when the run left, and from then on when it diverged.

    Nothing is said before it has happened. The words stand near the cross where the least of what is ``seen``
    lies behind them, and apart from those whose ``taken`` corners are known already.
    """
    theme, style = scene.theme, scene.style(run)
    trajectory = scene.trajectories[run]
    count, diverged = len(trajectory.iterates), trajectory.steps
    said = [(f"diverges at step {trajectory.iterations[diverged]}", diverged, count)]
    if leaving.step < diverged:
        said.insert(0, (f"leaves at step {trajectory.iterations[leaving.step]}", leaving.step, diverged))
    size = theme.tick_size
    half = np.array([max(measured(text, size, bold=True)[0] for text, _, _ in said) / 2, size / 2]) + PLATE
    half /= (box.width, box.height)
    words = _clear_place(leaving.place, half, box, seen, taken)
    taken.append(np.stack([words - half, words + half]))

    def shown(fractions: Array, first: int, end: int) -> Track:
        places = np.full((count, 2), math.nan)
        places[first:end] = axes.x.value(fractions[0]), axes.y.value(fractions[1])
        return Track(run, places, held=True)

    return [
        Points(
            shown(leaving.place, leaving.step, count),
            "cross",
            CROSS,
            style.color,
            theme.outline,
            3.0,
            name="departure",
        ),
        *(
            Text(
                shown(words, first, end),
                text,
                size,
                style.color,
                "center",
                "center",
                bold=True,
                casing=theme.panel,
                casing_width=PLATE,
            )
            for text, first, end in said
        ),
    ]


def _clear_place(cross: Array, half: Array, box: Box, seen: Array, taken: Sequence[Array]) -> Array:
    """Return where words of a half width and height stand, as fractions of the axes.

    Beside the cross, as near as it can be, unless it covers more there than farther away.
    """
    unit = np.array([box.width, box.height])
    reach = (CROSS / 2 + 6.0) / unit + half
    lowest = half + 4.0 / unit
    highest = np.maximum(lowest, 1.0 - lowest)
    best, least = np.clip(cross, lowest, highest), math.inf
    for up in (0.0, -1.0, 1.0, -1.6, 1.6, -2.2, 2.2, -2.8, 2.8, -3.4, 3.4, -4.6, 4.6):
        for across in (0.0, -1.0, 1.0, -1.4, 1.4, -0.75, 0.75, -0.5, 0.5, -0.25, 0.25):
            place = np.clip(cross + reach * (across, up), lowest, highest)
            apart = np.abs(place - cross)
            if (apart < reach - 1e-9).all():
                continue  # on the cross
            if any(((place + half > low) & (place - half < high)).all() for low, high in taken):
                continue
            covered = float((np.abs(seen - place) < half).all(axis=1).sum())
            cost = EVERY * covered + NEARNESS * float(np.hypot(*(apart * unit)))
            if cost < least:
                best, least = place, cost
    return best


def _sampled(trail: Array, leaving: Departure | None, box: Box) -> Array:
    """Return the drawn part of a trail as evenly spaced points, in fractions of the axes."""
    if leaving is not None:
        trail = np.concatenate([trail[: leaving.step], leaving.place[None]])
    trail = np.clip(trail[np.isfinite(trail).all(axis=1)], -1.0, 2.0)
    lengths = np.hypot(*(np.diff(trail, axis=0) * (box.width, box.height)).T)
    run = np.concatenate([[0.0], np.cumsum(lengths)])
    places = np.arange(0.0, run[-1] + EVERY, EVERY)
    return np.column_stack([np.interp(places, run, trail[:, axis]) for axis in (0, 1)])


def _crossing(inside: Array, outside: Array) -> Array:
    """Return where the segment between two places, as fractions of the axes, leaves the unit square."""
    step = outside - inside
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.where(step > 0, (1 - inside) / step, np.where(step < 0, -inside / step, np.inf))
    return np.clip(inside + min(1.0, float(np.nanmin(reach))) * step, 0.0, 1.0)
