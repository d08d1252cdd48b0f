"""A race: how near each run has come so far, who is at the goal, at what cost, and who leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array, Objective
from vizgd.recording.trajectory import Trajectory

PART = 1e-3
"""Which part of the first gap is a goal that nobody has chosen."""


@dataclass(frozen=True, eq=False)
class Race:
    """Runs on their way to a goal: a loss that is no more than the tolerance above a reference.

    Parameters
    ----------
    references : tuple of float
        For each run the minimum of what it descends; where that is not known of all, the lowest loss that a
        run on the same objective has seen.
    known : bool
        Whether the references are known minima.
    first : float
        The largest gap between a run's first loss and its reference: where progress begins.
    tolerance : float
    gaps : tuple of array, shape (n + 1,)
        How far each run's lowest loss so far is above its reference; inf before there is one.
    finishes : tuple of int or None
        The number of the first iterate of each run that is at the goal; None for one that never was.
    """

    references: tuple[float, ...]
    known: bool
    first: float
    tolerance: float
    gaps: tuple[Array, ...]
    finishes: tuple[int | None, ...]

    @property
    def decades(self) -> float:
        """By how many powers of ten a gap falls from the first to the tolerance."""
        if not 0 < self.tolerance < self.first:
            return 0.0
        return float(np.log10(self.first) - np.log10(self.tolerance))

    def progress(self, run: int) -> Array:
        """Return how far a run has come at each iterate on a log scale, shape (n + 1,), from 0 to 1."""
        gaps = self.gaps[run]
        if not self.decades:
            return (gaps <= self.tolerance).astype(float)
        fallen = np.log10(self.first) - np.log10(np.maximum(gaps, self.tolerance))
        return np.asarray(np.clip(fallen / self.decades, 0.0, 1.0))


def race_of(
    objectives: Sequence[Objective], trajectories: Sequence[Trajectory], tolerance: float | None = None
) -> Race:
    """Return the race of some runs.

    Parameters
    ----------
    objectives : sequence of Objective
        What each run descends.
    trajectories : sequence of Trajectory
    tolerance : float, optional
        How far above its reference the goal is; by default a thousandth of the largest first gap.
    """
    losses = [np.where(np.isfinite(one.losses), one.losses, np.inf) for one in trajectories]
    known = all(objective.minimum is not None for objective in objectives)
    lowest: dict[int, float] = {}
    for objective, own in zip(objectives, losses, strict=True):
        lowest[id(objective)] = min(float(own.min()), lowest.get(id(objective), np.inf))
    references = tuple(
        float(objective.minimum) if known and objective.minimum is not None else lowest[id(objective)]
        for objective in objectives
    )
    with np.errstate(invalid="ignore"):  # of a run that has no loss at all
        gaps = [
            np.nan_to_num(np.maximum(np.minimum.accumulate(own) - reference, 0.0), nan=np.inf, posinf=np.inf)
            for own, reference in zip(losses, references, strict=True)
        ]
    first = max((float(gap[0]) for gap in gaps if np.isfinite(gap[0])), default=0.0)
    goal = PART * first if tolerance is None else float(tolerance)
    finishes = tuple(int(np.argmax(gap <= goal)) if gap[-1] <= goal else None for gap in gaps)
    return Race(references, known, first, goal, tuple(gaps), finishes)


def places_in(
    progress: Array, finished: NDArray[np.bool_], costs: Array, out: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return each run's place, 0 for the one that leads, at each moment.

    First come those at the goal by what that has cost them, then the others by their progress, last those
    that have diverged. Of runs that are level the first one stands above.

    Parameters
    ----------
    progress : array, shape (moments, runs)
    finished, out : array of bool, shape (moments, runs)
    costs : array, shape (runs,)
        What it has cost each run to come to the goal.
    """
    kind = np.where(finished, 0, np.where(out, 2, 1))
    within = np.where(finished, costs, -progress)
    order = np.lexsort((within, kind), axis=-1)
    return np.argsort(order, axis=-1)
