"""What maps have in common: cells that are filled as a film plays.

A map has a cell for each of many runs, all recorded in one sweep. A cell gets its color at the iteration at
which its run has converged or diverged, and stays blank until then.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vizgd.base.errors import UsageError
from vizgd.base.progress import tell
from vizgd.drawing.marks import Filling, Mesh, Track
from vizgd.drawing.panel import Axes, Axis, Box
from vizgd.objectives.objective import Array
from vizgd.optimizers.interface import Method
from vizgd.recording.many.sweeps import Sweep, sweep
from vizgd.views.maps.keys import Key
from vizgd.views.view import Subject

SHADES = np.linspace(0.0, 1.0, 5)
"""The slowness of those swatches in a key that stand for a range of it."""


def own_runs(subject: Subject) -> list[int]:
    """Return the runs that descend the comparison's objective; others may have one of their own.

    Raises
    ------
    UsageError
        When there are none.
    """
    runs = [run for run, objective in enumerate(subject.objectives) if objective is subject.objective]
    if not runs:
        raise UsageError(
            f"no run descends {subject.objective.name}, of which the map would be",
            hint="let one run go without an objective of its own",
        )
    return runs


def swept(subject: Subject, optimizer: Method, starts: Array, tolerance: float) -> Sweep:
    """Return how the runs of a map end, telling how far that is."""
    return sweep(
        subject.objective,
        optimizer,
        starts,
        subject.steps,
        tolerance=tolerance,
        progress=lambda done, total: tell(done / total),
    )


def edges(axis: Axis, count: int) -> Array:
    """Return the borders ``(count + 1,)`` of so many cells along an axis, as wide as one another."""
    return np.array([axis.value(fraction) for fraction in np.linspace(0.0, 1.0, count + 1)])


def centers(axis: Axis, count: int) -> Array:
    """Return the middles ``(count,)`` of those cells."""
    return np.array([axis.value((number + 0.5) / count) for number in range(count)])


def cell_mark(axes: Axes, runs: Sweep, fills: Array, steps: int) -> Mesh:
    """Return the cells of a map; those whose color is nan stay blank."""
    rows, columns = runs.outcomes.shape
    borders = np.stack(np.meshgrid(edges(axes.x, columns), edges(axes.y, rows)), axis=-1)
    return Mesh(borders, Track(None, Filling(runs.iterations, fills, steps), held=True, density=steps))


def speeds(runs: Sweep, of: NDArray[np.bool_]) -> tuple[Array, tuple[int, int]]:
    """Return how slow each run was, 0 for the fastest and 1 for the slowest on a log scale, and their steps.

    ``of`` says which runs count; where there are none, the range is that of no steps.
    """
    if not of.any():
        return np.zeros(runs.outcomes.shape), (0, 0)
    taken = np.log1p(runs.iterations)
    fastest, slowest = taken[of].min(), taken[of].max()
    slowness = np.clip((taken - fastest) / max(slowest - fastest, 1e-9), 0.0, 1.0)
    return slowness, (int(runs.iterations[of].min()), int(runs.iterations[of].max()))


def counted(
    runs: Sweep,
    of: NDArray[np.bool_],
    steps: int,
    said: Callable[[int, str], str],
    *,
    rest: bool = False,
    among: NDArray[np.bool_] | None = None,
) -> Track:
    """Return a text for each iteration: what is said of it, and of the share of runs that are done by then.

    ``of`` are the runs that ever are; with ``rest``, the share is that of all others. ``among`` are the runs
    that count at all, by default each.
    """
    if among is not None:
        of = of & among
    whole = of.size if among is None else int(np.count_nonzero(among))
    until = np.bincount(runs.iterations[of], minlength=steps + 1).cumsum()
    if rest:
        until = whole - until
    texts = tuple(said(step, percent(count, max(whole, 1))) for step, count in enumerate(until.tolist()))
    return Track(None, texts, held=True, density=steps)


def neither(last: int, step: int, share: str) -> str:
    """Return what a key says at a step of the share of runs that have not come to anything."""
    return f"neither in {last} steps: {share}" if step == last else f"not yet: {share}"


def percent(part: int, whole: int) -> str:
    """Return a share in percent, which is 0 only for none and 100 only for all.

    >>> percent(0, 1000), percent(1, 1000), percent(250, 1000), percent(999, 1000)
    ('0%', '<1%', '25%', '>99%')
    """
    rounded = round(100 * part / whole)
    if rounded == 0 and part > 0:
        return "<1%"
    return ">99%" if rounded == 100 and part < whole else f"{rounded}%"


def axes_box(box: Box, key: Key, aspect: float | None) -> Box:
    """Return what a key leaves of a box for axes, in its middle where they have an aspect."""
    box = box.inset(0.0, 0.0, 0.0, key.height(box.width))
    if aspect is None:
        return box
    width, height = min(box.width, aspect * box.height), min(box.height, box.width / aspect)
    # What is left over lies at the sides and below: the key stays at the top.
    return box.inset((box.width - width) / 2, box.height - height, (box.width - width) / 2, 0.0)
