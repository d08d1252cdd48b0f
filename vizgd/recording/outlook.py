"""What is said of chance, counted over seeds: where a run comes to in the middle, and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.backtracking import backtracking_descent
from vizgd.objectives.minima import with_global_minima
from vizgd.objectives.objective import Array, Objective
from vizgd.objectives.refutation import without_refuted_minima
from vizgd.objectives.stationarity import distances, in_one_dent
from vizgd.recording.many.ensembles import Chancy, Ensemble
from vizgd.recording.trajectory import Trajectory

MOST_DIMENSIONS = 2
"""With more parameters, no minimum but the global ones is asked for."""


@dataclass(frozen=True)
class Outlook:
    """A run in which there is chance.

    Parameters
    ----------
    seed : int
        Of the run that is shown.
    steps : int
        How many steps it was to take.
    count : int, default 0
        Over how many seeds the rest is counted: 0 where there is but the one run.
    diverged : int, default 0
        With how many of them it diverged.
    arrived : int or None, default None
        From the ends of how many the way downhill leads to a known minimizer; None where from all of them, or
        where that is not known.
    distance : float or None, default None
        The median distance of the ends from the nearest known minimizer.
    loss : float, default nan
        The median loss there; inf for those that diverged.
    """

    seed: int
    steps: int
    count: int = 0
    diverged: int = 0
    arrived: int | None = None
    distance: float | None = None
    loss: float = np.nan


def outlook_of(run: Chancy, objective: Objective, ensemble: Ensemble | None, near: float) -> Outlook:
    """Return what the ends of many seeds say.

    Parameters
    ----------
    run : Chancy
    objective : Objective
        What is known of the run's, its minimizers among it.
    ensemble : Ensemble or None
        None where the run cannot be made again.
    near : float
        How far from a known minimizer one is at it.
    """
    if ensemble is None:
        return Outlook(run.seed, run.steps)
    lost = ensemble.diverged
    losses = np.where(lost, np.inf, ensemble.losses)
    distance = arrived = None
    if objective.minimizers:
        apart = np.where(lost, np.inf, distances(objective, np.nan_to_num(ensemble.ends)))
        distance = float(np.median(apart))
        arrived = _arrived(objective, ensemble.ends[~lost], near)
    middle = float(np.median(losses))
    return Outlook(run.seed, run.steps, ensemble.count, int(lost.sum()), arrived, distance, middle)


def known_minima(
    objective: Objective,
    objectives: Sequence[Objective],
    domain: Sequence[tuple[float, float]],
    trajectories: Sequence[Trajectory],
    many: Mapping[int, Ensemble | None],
) -> tuple[Objective, tuple[Objective, ...]]:
    """Return an objective and those of all runs with what is known of their minima, and no run denies.

    Parameters
    ----------
    objective : Objective
        Whose minima are looked for where none are known.
    objectives : sequence of Objective
        One a run.
    domain : sequence of (low, high)
        Where they are looked for.
    trajectories : sequence of Trajectory
    many : mapping of int to Ensemble
        Of the runs in which there is chance, by their numbers.
    """

    def held(one: Objective) -> Objective:
        runs = [index for index, own in enumerate(objectives) if own is one]
        losses = [trajectories[index].losses for index in runs]
        others = (many.get(index) for index in runs)
        losses += [np.append(losses[0][:1], found.losses) for found in others if found is not None]
        hunted = one is objective and not one.source and not one.minimizers
        return without_refuted_minima(with_global_minima(one, domain) if hunted else one, losses)

    main = held(objective)
    kept = {id(one): main if one is objective else held(one) for one in objectives}
    return main, tuple(kept[id(one)] for one in objectives)


def _arrived(objective: Objective, ends: Array, near: float) -> int | None:
    there = in_basin(objective, ends, near)
    return None if there is None or there.all() else int(there.sum())


def in_basin(objective: Objective, points: Array, near: float) -> NDArray[np.bool_] | None:
    """Return from which points ``(k, d)`` the way downhill leads to a known minimizer.

    None where that is not known: of more than two parameters, over data, or where the way does not end.
    """
    if objective.dimension > MOST_DIMENSIONS or objective.samples is not None or not len(points):
        return None
    places, slopes, resting = backtracking_descent(objective, points)
    apart = distances(objective, places)
    # What fades out slowly comes to rest before it is there.
    above = np.asarray(objective.value(places)) - objective.value(np.array(objective.minimizers[0]))
    there = (apart <= near) | (resting & in_one_dent(above, slopes, apart))
    return np.asarray(there) if (there | resting).all() else None
