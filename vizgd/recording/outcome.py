"""When a run is over: the one definition of diverged and of converged, for one run and for many at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.callables.randomness import has_gradient
from vizgd.objectives.objective import Array, Objective

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
NONE = np.empty(0, dtype=np.intp)


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

    def holds(self, points: Array) -> bool:
        """Return whether no coordinate of a point, or of many, is so far out that more had to be asked."""
        if points.ndim > 1 or len(points) > FEW:
            return bool(self.low <= points.min() and points.max() <= self.high)  # which a nan is not
        # Once a step: for a handful of numbers this loop costs a fifth of comparing arrays.
        for number in points.tolist():  # noqa: SIM110
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


class Course:
    """Where runs are, step by step, and which of them go on.

    A run ends before a point that is not finite, and at one where it has diverged; it then stays there.

    Parameters
    ----------
    objective : Objective
    start : array, shape (d,) or (k, d)
        Of one run, or of several side by side.
    free : bool, default False
        Whether they may go as far as they like.

    Attributes
    ----------
    place : array, shape (d,) or (k, d)
        Where they are.
    going : array of bool, shape (k,)
        Which have not ended.
    """

    def __init__(self, objective: Objective, start: Array, *, free: bool = False) -> None:
        self.place, self._free = start, free
        self.going = np.ones(1 if start.ndim == 1 else len(start), dtype=bool)
        self._whole = True
        self._reach = reach_of(objective, start)
        self._recent = deque([start], maxlen=STREAK + 1)

    @property
    def over(self) -> bool:
        """Whether all have ended."""
        return not (self._whole or self.going.any())

    def advance(self, params: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Go to the next points; return which runs have ended before theirs, and which have ended at it.

        The array is kept, and changed where a run stays where it was.
        """
        broken_off = far = NONE
        # Two numbers tell of all, as long as all is well.
        if not self._reach.holds(params):
            broken_off, far = self._ended(np.atleast_2d(params))
        if not self._whole:
            np.copyto(params, self.place, where=~self.going.reshape((*params.shape[:-1], 1)))
        if len(broken_off) or len(far):
            self.stop(far)
        self.place = params
        self._recent.append(params)
        return broken_off, far

    def stop(self, runs: NDArray[np.intp] | NDArray[np.bool_]) -> None:
        """End runs where they are."""
        self.going[runs] = False
        self._whole = bool(self.going.all())

    def far(self) -> NDArray[np.intp]:
        """Return which runs have come so far that they have diverged, be they free to."""
        return self._reach.left([np.atleast_2d(points) for points in self._recent])

    def _ended(self, points: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        within = ((points >= self._reach.low) & (points <= self._reach.high)).all(axis=-1)
        astray = np.flatnonzero(self.going & ~within)
        finite = np.isfinite(points[astray]).all(axis=-1)
        broken_off, beyond = astray[~finite], astray[finite]
        self.stop(broken_off)
        if self._free or not len(beyond):
            return broken_off, NONE
        recent = [np.atleast_2d(before) for before in self._recent]
        return broken_off, self._reach.left([*recent, points], beyond)


def sound(objective: Objective, losses: Array, gradients: Array | None) -> NDArray[np.bool_]:
    """Return at which points the loss is finite, and the gradient, where there is one to be followed."""
    finite = np.isfinite(losses)
    if gradients is not None and has_gradient(objective):
        finite &= np.isfinite(gradients).all(axis=-1)
    return finite
