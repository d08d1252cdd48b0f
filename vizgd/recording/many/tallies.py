"""How many seeds of a run are where they should be, as the run goes on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizgd.base.formatting import number
from vizgd.objectives.domain import longest_side
from vizgd.objectives.objective import Array, Objective
from vizgd.objectives.stationarity import at_minimizer, distances
from vizgd.recording.outlook import in_basin
from vizgd.recording.trajectory import Trajectory

MOST_POINTS = 6_000
"""So many are followed downhill, at most; of more, the counts in between are left out."""
NEAR = 0.05
"""About the part of the domain's longest side within which a seed is near the minimum."""


@dataclass(frozen=True, eq=False)
class Tally:
    """How many of k seeds are there at each of m moments.

    Parameters
    ----------
    heading : str
        Where that is.
    counts : array of int, shape (m,)
    of : int
        The number of seeds, k.
    """

    heading: str
    counts: NDArray[np.intp]
    of: int


def tallies_of(
    objectives: Mapping[int, Objective],
    ensembles: Mapping[int, Sequence[Trajectory]],
    steps: Mapping[int, Array],
) -> dict[int, Tally]:
    """Return how many seeds of each run are in the basin of the minimum; of single basins, how many are near.

    Parameters
    ----------
    objectives : mapping of int to Objective
        By the runs' numbers, as the others.
    ensembles : mapping of int to sequence of Trajectory
        One a seed.
    steps : mapping of int to array, shape (m,)
        How many have been taken at each moment.

    Returns
    -------
    dict of int to Tally
        Nothing where no minimum is known, or no seed ever comes near one. All have one heading.
    """
    places = {
        run: np.stack([_places(one, steps[run]) for one in own], axis=1) for run, own in ensembles.items()
    }
    if not places or not all(objectives[run].minimizers for run in places):
        return {}
    inside = {run: _in_basin(objectives[run], at) for run, at in places.items()}
    if all(one is not None for one in inside.values()) and any(
        one is not None and (one.counts < one.of).any() for one in inside.values()
    ):
        return {run: one for run, one in inside.items() if one is not None}
    near = {run: _near(objectives[run], at) for run, at in places.items()}
    alike = len({one.heading for one in near.values()}) == 1
    return near if alike and any(one.counts.any() for one in near.values()) else {}


def _in_basin(objective: Objective, places: Array) -> Tally | None:
    """Return how many of places ``(m, k, d)`` lie in the basin; None where that is not known."""
    moments, of = places.shape[:2]
    rows = np.unique(np.linspace(0, moments - 1, max(2, MOST_POINTS // of)).astype(np.intp))
    known = np.isfinite(places[rows]).all(axis=-1)
    there = in_basin(objective, places[rows][known], at_minimizer(objective))
    if there is None:
        return None
    found = np.zeros(known.shape, dtype=bool)
    found[known] = there
    latest = np.searchsorted(rows, np.arange(moments), side="right") - 1
    return Tally("in basin of min", found.sum(axis=1)[latest], of)


def _near(objective: Objective, places: Array) -> Tally:
    near = _round(NEAR * longest_side(objective.domain))
    with np.errstate(invalid="ignore"):
        apart = distances(objective, places)
    return Tally(
        f"within {number(near)} of min", (apart <= near).sum(axis=1), places.shape[1]
    )  # False for nan


def _places(trajectory: Trajectory, steps: Array) -> Array:
    """Return the last iterates up to some numbers of steps; of a run that has diverged, nan."""
    iterations = trajectory.iterations
    rows = np.searchsorted(iterations, np.floor(steps + 1e-9), side="right") - 1
    lost = (steps >= iterations[-1]) & (trajectory.status.kind == "diverged")
    return np.where(lost[:, None], np.nan, trajectory.iterates[rows])


def _round(value: float) -> float:
    """Return a number with one digit near another: 1, 2 or 5 with a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return min((1.0, 2.0, 5.0, 10.0), key=lambda digit: abs(math.log(value / power / digit))) * power
