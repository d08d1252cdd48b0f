"""Trials as ghosts: where a method evaluated the objective before it took a step, in that order.

They are known of scipy's methods, of which it is seen from outside what they evaluate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Line, Mark, Points, Text, faded
from vizgd.drawing.panel import Axes, Box
from vizgd.objectives.objective import Array
from vizgd.optimizers.adapters import optimizer_from
from vizgd.views.departure import fractions
from vizgd.views.moments import Seen, seen_iterates
from vizgd.views.paths import Path
from vizgd.views.view import Subject

SIZE = 17.0
GHOSTS = (1.0, 0.4, 0.2)
"""The opacity of a step's trials, and of those of the steps before it."""
APART = 30.0
"""Trials that are nearer to another one, or to where the step begins, have no number."""
BESIDE = 26.0
"""How far from a trial its number stands."""


@dataclass(frozen=True, eq=False)
class Trials:
    """Where a run tried the objective, step by step.

    Parameters
    ----------
    seen : Seen
        At which iterates.
    ways : array, shape (k, t, d)
        From the iterate to each trial of the step that leaves it, nan for none; at the last iterate those of
        the step that led there.
    """

    seen: Seen
    ways: Array


def trials_of(
    subject: Subject, group: Sequence[int], shadows: Callable[[Array], Array]
) -> tuple[Trials, ...]:
    """Return the trials of those of some runs of which they are known.

    Parameters
    ----------
    subject : Subject
        With the runs as they were recorded.
    group : sequence of int
    shadows : callable
        Vectors ``(..., d)`` to what is seen of them.

    Raises
    ------
    UsageError
        When they are known of none.
    """
    found = []
    for run in group:
        trajectory = subject.trajectories[run]
        tried = trajectory.terms.get("trials")
        if tried is None or tried.ndim != 3 or not len(tried):
            continue
        seen = seen_iterates(subject, run)
        rows = np.minimum(seen.rows, len(tried) - 1)
        ways = shadows(np.asarray(tried[rows], dtype=float) - trajectory.iterates[rows][:, None])
        found.append(Trials(seen, np.asarray(ways)))
    if group and not found and all(len(subject.trajectories[run].iterates) > 1 for run in group):
        called = optimizer_from(subject.optimizers[group[0]]).called if subject.optimizers else "the run"
        raise UsageError(
            f"there are no trials of {called} to show",
            why="they are known of scipy's methods in up to ten coordinates, but for TNC and SLSQP",
            hint='leave `trials` out, or use a method that searches, such as "BFGS"',
        )
    return tuple(found)


def trial_marks(
    subject: Subject,
    trials: Sequence[Trials],
    paths: Sequence[Path],
    axes: Axes,
    box: Box,
    height: Callable[[Array], Array] | None = None,
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Return trials and the ways to them, to be cut off at the axes, and their numbers, which are not.

    On a curve ``height`` gives its height ``(...)`` at parameters ``(..., 1)``, and there are no ways.
    """
    by_run = {path.run: path.places for path in paths}
    marks: list[Mark] = []
    numbers: list[Mark] = []
    for one in trials:
        run, track = one.seen.run, one.seen.track
        color = subject.style(run).color
        places = by_run[run]
        last = np.minimum(one.seen.rows, max(len(places) - 2, 0))
        begins = places[last][:, None]
        if height is None:
            spots = begins + one.ways
            ways = np.stack(
                [np.broadcast_to(begins, spots.shape), spots, np.full_like(spots, np.nan)], axis=2
            )
            ways[np.isnan(spots).any(axis=2)] = np.nan
            marks.append(Line(track(ways.reshape(len(ways), -1, 2)), faded(color, 0.8), 2.6, (1.5, 1.8)))
        else:
            along = begins[..., :1] + one.ways
            spots = np.concatenate([along, height(along)[..., None]], axis=2)
        # What is far outside is nowhere, not at the end of what numbers can be.
        relative = fractions(axes, spots.reshape(-1, 2)).reshape(spots.shape)
        inside = (np.abs(relative - 0.5) <= 0.5).all(axis=2, keepdims=True)
        spots = np.where(inside, spots, np.nan)
        for opacity, shown in zip(GHOSTS, _with_those_before(one.seen, spots), strict=False):
            fill = faded(subject.theme.outline, 0.6 * opacity)
            marks.append(Points(track(shown), "circle", SIZE, fill, faded(color, opacity), 2.6))
        numbers += _numbers(subject, one, begins, spots, axes, box)
    return tuple(marks), tuple(numbers)


def _with_those_before(seen: Seen, spots: Array) -> Iterator[Array]:
    """Yield what is tried in each step, then in the one before it, and so on."""
    yield spots
    for back in range(1, min(len(GHOSTS), len(spots) - 1) if seen.by_step else 1):
        before = np.concatenate([np.full_like(spots[:back], np.nan), spots[:-back]])
        # At the end the last step's own trials stay, and the ghosts with them.
        yield np.concatenate([before[:-1], before[-2:-1]])


def _numbers(subject: Subject, one: Trials, begins: Array, spots: Array, axes: Axes, box: Box) -> list[Mark]:
    """Return the number of each trial where a step has several, beside the way to it."""
    theme = subject.theme
    limits, unit = np.array([axes.x.limits, axes.y.limits]), np.array([box.width, box.height])
    scale = np.ptp(limits, axis=1) / unit
    with np.errstate(invalid="ignore", divide="ignore"):
        at, begin = spots / scale, begins / scale
        ways = at - begin
        sides = np.stack([-ways[..., 1], ways[..., 0]], axis=2) / np.linalg.norm(ways, axis=2, keepdims=True)
        sides *= np.where(sides[..., 1:] < 0, -1.0, 1.0)
        gaps = np.linalg.norm(at[:, :, None] - at[:, None], axis=3)
        gaps = np.where(np.isnan(gaps), np.inf, gaps)
        gaps[:, np.arange(gaps.shape[1]), np.arange(gaps.shape[1])] = np.inf
        crowded = np.minimum(gaps.min(axis=2), np.linalg.norm(ways, axis=2)) < APART
        alone = np.isfinite(one.ways).all(axis=2).sum(axis=1, keepdims=True) < 2
        places = (at + BESIDE * sides) * scale
        inside = (np.abs(fractions(axes, places.reshape(-1, 2)) - 0.5) < 0.5 - 0.02).all(axis=1)
    places = np.where((crowded | alone)[..., None] | ~inside.reshape(*places.shape[:2], 1), np.nan, places)
    return [
        Text(
            one.seen.track(places[:, number]),
            str(number + 1),
            theme.tick_size,
            subject.style(one.seen.run).color,
            "center",
            "center",
            casing=theme.outline,
            casing_width=5.0,
        )
        for number in range(places.shape[1])
        if np.isfinite(places[:, number]).any()
    ]
