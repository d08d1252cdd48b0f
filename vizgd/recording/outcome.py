"""From the path that was followed to the trajectory: losses, the last gradient, and how the run ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.callables.randomness import has_gradient
from vizgd.objectives.objective import Array, Objective
from vizgd.recording.trajectory import Status, Trajectory

TIMES = 1e6
"""How many times what is usual for it a run is away from its start before it may have diverged: the largest
of the start's norm, 1 and the longest side of the domain."""
STREAK = 20
"""In how many steps on end it has to have come farther away: a run that oscillates has not diverged."""

FAR = "farther away with every step"
NOT_FINITE = "not finite"
LARGEST = float(np.finfo(np.float64).max) / 2
FEW = 32
"""Of so many numbers each is looked at in Python; of more, all at once."""


@dataclass(frozen=True, eq=False)
class Path:
    """What a run of n steps leaves behind before the losses are known.

    Parameters
    ----------
    iterates : array, shape (n + 1, d)
    gradients : array, shape (n, d)
        As each step was given it.
    terms : mapping of str to array with leading axis n
        Among them ``learning_rate``.
    examples : array of int, shape (n + 1,)
    reason : str
        Why it broke off; empty where it did not.
    losses : array, shape (n + 1,), or None, default None
        What the method was told at the iterates, where nobody can ask for it again; nan where not.
    by_values : bool, default False
        Whether the method chose its steps by values of the function, so that a gradient that is not finite on
        the way did not end it.
    every : int, default 1
        Of how many steps one is to be kept: with more than 1 these are some steps of a longer run.
    """

    iterates: Array
    gradients: Array
    terms: Mapping[str, Array]
    examples: NDArray[np.int64]
    reason: str
    losses: Array | None = None
    by_values: bool = False
    every: int = 1


@dataclass(frozen=True, eq=False)
class Reach:
    """From where on runs may have diverged: the one rule of it, for runs one by one and for many at once.

    A run has diverged where it is not finite; or where it is more than `TIMES` the largest of its start's
    norm, 1 and the longest side of the domain away from its start, and came farther away in each of its last
    `STREAK` steps. Leaving the domain is no part of it.

    Parameters
    ----------
    starts : array, shape (n, d)
    limits : array, shape (n,)
        The distance beyond which each has to be.
    low, high : float
        Within these all coordinates of no run are that far: what is asked at each step.
    """

    starts: Array
    limits: Array
    low: float
    high: float

    def holds(self, point: Array) -> bool:
        """Return whether no coordinate of a point ``(d,)`` is so far out that more had to be asked."""
        if len(point) > FEW:
            return bool(self.low <= point.min() and point.max() <= self.high)
        # Once a step: for a handful of numbers this loop costs a fifth of comparing arrays.
        for number in point.tolist():  # noqa: SIM110
            if not self.low <= number <= self.high:  # which a nan is not
                return False
        return True

    def left(self, recent: Sequence[Array], rows: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
        """Return which of some runs have diverged, short of what is not finite.

        Parameters
        ----------
        recent : sequence of arrays (n, d)
            Where the runs were after their last steps, the newest last; no more than `STREAK` + 1 are asked.
        rows : array of int, optional
            Which runs are asked; by default all.
        """
        rows = np.arange(len(self.starts)) if rows is None else rows
        if len(recent) <= STREAK:
            return rows[:0]
        later = self._distances(recent[-1], rows)
        beyond = later > self.limits[rows]
        for points in [*recent][-2 : -STREAK - 2 : -1]:
            rows, later = rows[beyond], later[beyond]
            if not len(rows):
                break
            earlier = self._distances(points, rows)
            beyond, later = later > earlier, earlier
        return rows[beyond] if len(rows) else rows

    def strayed(self, recent: Sequence[Array]) -> str:
        """Return why a run that came through points ``(d,)`` has diverged with the last; "" if it has not."""
        if not np.isfinite(recent[-1]).all():
            return NOT_FINITE
        return FAR if len(self.left([point[None] for point in recent])) else ""

    def _distances(self, points: Array, rows: NDArray[np.intp]) -> Array:
        # Scaled, since squares overflow; in rows of their own, for a sum to be the same to the bit for one
        # run and for many.
        apart = np.abs(np.ascontiguousarray(points[rows] - self.starts[rows]))
        farthest = apart.max(axis=-1, initial=0.0)
        scaled = apart / np.where(farthest > 0, farthest, 1.0)[:, None]
        return np.asarray(farthest * np.sqrt((scaled * scaled).sum(axis=-1)))


def reach_of(objective: Objective, starts: Array) -> Reach:
    """Return how far runs from starts ``(n, d)``, or from one ``(d,)``, may go."""
    starts = np.atleast_2d(starts)
    low, high = np.array(objective.domain, dtype=np.float64).T
    with np.errstate(over="ignore"):
        limits = TIMES * np.maximum(np.linalg.norm(starts, axis=-1), max(1.0, float((high - low).max())))
    # Within this of its start in each coordinate a run is nearer than its limit, and finite.
    near = min(float(limits.min()) / float(np.sqrt(starts.shape[-1])), LARGEST)
    return Reach(starts, limits, float(starts.max()) - near, float(starts.min()) + near)


def concluded(path: Path, objective: Objective, tolerance: float, *, exact: bool) -> Trajectory:
    """Evaluate what a path visited and say how it ended.

    Where the loss, or a gradient that a step was made of, is not finite in the midst of a path, that is where
    the run ends.

    Parameters
    ----------
    path : Path
    objective : Objective
    tolerance : float
        The largest component of the gradient with which a run counts as converged.
    exact : bool
        Whether the path's gradients are those of the full objective.
    """
    losses = objective.value(path.iterates) if path.losses is None else path.losses
    unknown = np.isnan(losses)
    if path.losses is not None and unknown.any():
        losses[unknown] = objective.value(path.iterates[unknown])
    if exact:
        full = np.concatenate([path.gradients, objective.gradient(path.iterates[-1:])])
        given = full
    else:
        full = objective.gradient(path.iterates)
        given = np.concatenate([path.gradients, full[-1:]])
    finite = sound(objective, losses, None if path.by_values else given)
    steps, reason = len(path.gradients), path.reason
    if not finite.all() and (not reason or int(np.argmin(finite)) < steps):
        steps, reason = int(np.argmin(finite)), NOT_FINITE
    terms = {name: values[:steps] for name, values in path.terms.items()}
    return Trajectory(
        iterates=path.iterates[: steps + 1],
        losses=losses[: steps + 1],
        gradients=np.concatenate([given[:steps], full[steps : steps + 1]]),
        learning_rates=mean_rates(terms),
        terms=terms,
        status=Status("diverged", steps, reason) if reason else status_of(full, tolerance),
        examples=path.examples[: steps + 1],
    )


def sound(objective: Objective, losses: Array, gradients: Array | None) -> NDArray[np.bool_]:
    """Return at which iterates the loss is finite, and the gradient, where there is one to be followed."""
    finite = np.isfinite(losses)
    if gradients is not None and has_gradient(objective):
        finite &= np.isfinite(gradients).all(axis=-1)
    return finite


def mean_rates(terms: Mapping[str, Array]) -> Array:
    """Return the learning rate of each step, one number where components have their own."""
    rates = terms["learning_rate"]
    return rates.mean(axis=-1) if rates.ndim > 1 else rates


def status_of(gradients: Array, tolerance: float) -> Status:
    """Return whether, and from when to the end, no component of the gradients exceeds the tolerance."""
    # Asked so that nan, too, is steep.
    steep = np.flatnonzero(~(np.abs(gradients).max(axis=-1) <= tolerance))
    first = int(steep[-1]) + 1 if len(steep) else 0
    return Status("converged", first) if first < len(gradients) else Status("moving")
