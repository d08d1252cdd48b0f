"""What a trajectory did and when, as data; and the sentences made from it.

No sentence is typed in anywhere: a caption says what the recorded numbers say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from vizgd.formatting import NO_BREAK, number, readout
from vizgd.objectives.objective import Array, Objective
from vizgd.trajectory import Trajectory

MOST_COORDINATES = 3
"""Points of more are not spelled out."""
AT_MINIMIZER = 1e-3
"""The part of the domain's longest side within which a run is at a point."""


@dataclass(frozen=True, eq=False)
class Ending:
    """How one run ended.

    Parameters
    ----------
    kind : {"minimum", "elsewhere", "moving", "diverged"}
        ``minimum``: the gradient vanished at a known minimizer. ``elsewhere``: it vanished at another point.
        ``moving``: neither within the steps it was given. ``diverged``: it left.
    place : array, shape (d,)
        The last iterate.
    loss : float
        The loss there.
    iteration : int
        When it converged or diverged; the last iteration while moving.
    distance : float or None
        From the last iterate to the nearest known minimizer.
    nature : {"local minimum", "saddle", "maximum", "flat", ""}
        For a run that ended elsewhere, what its Hessian says of the point.
    rises : int
        In how many steps the loss rose.
    """

    kind: Literal["minimum", "elsewhere", "moving", "diverged"]
    place: Array
    loss: float
    iteration: int
    distance: float | None
    nature: str
    rises: int


def distances(objective: Objective, points: Array) -> Array:
    """Return how far points ``(..., d)`` are from the nearest known minimizer, of which there must be one."""
    with np.errstate(over="ignore"):
        apart = points[..., None, :] - np.array(objective.minimizers)
        return np.asarray(np.linalg.norm(apart, axis=-1).min(axis=-1))


def ending(objective: Objective, trajectory: Trajectory) -> Ending:
    """Return how a run ended."""
    place = trajectory.iterates[-1]
    distance = float(distances(objective, place)) if objective.minimizers else None
    status = trajectory.status
    losses = trajectory.losses
    with np.errstate(invalid="ignore"):
        rises = int(np.count_nonzero(np.diff(losses) > 1e-12 * np.abs(losses[:-1])))
    kind: Literal["minimum", "elsewhere", "moving", "diverged"] = "moving"
    nature = ""
    iteration = trajectory.every * (trajectory.steps if status.iteration is None else status.iteration)
    if status.kind == "diverged":
        kind = "diverged"
    elif status.kind == "converged":
        longest = max(high - low for low, high in objective.domain)
        near = distance is not None and distance <= AT_MINIMIZER * longest
        kind = "minimum" if near else "elsewhere"
        nature = "" if near else _nature(objective, place)
    return Ending(kind, place, float(losses[-1]), iteration, distance, nature, rises)


def _nature(objective: Objective, place: Array) -> str:
    if objective.hessian is None:
        return ""
    curvatures = np.linalg.eigvalsh(np.nan_to_num(objective.hessian(place)))
    scale = max(float(np.abs(curvatures).max()), 1e-300)
    if scale < 1e-4:
        return "flat"
    if curvatures.min() > 1e-6 * scale:
        return "local minimum"
    if curvatures.max() < -1e-6 * scale:
        return "maximum"
    return "saddle" if curvatures.min() < -1e-6 * scale else "flat"


def largest_stable_rate(objective: Objective) -> float | None:
    """Return 2/L, the rate above which gradient descent cannot settle at the sharpest known minimizer.

    L is the largest eigenvalue of the Hessian there. On a quadratic the bound holds everywhere (Polyak 1964;
    Nesterov 2018, section 1.2.3); elsewhere it is the bound near that minimizer. None where no minimizer
    or no Hessian is known, or where the minimum has no curvature.
    """
    if objective.hessian is None or not objective.minimizers:
        return None
    hessians = np.asarray(objective.hessian(np.array(objective.minimizers)))
    if not np.isfinite(hessians).all():
        return None
    sharpest = float(np.linalg.eigvalsh(hessians)[:, -1].max())
    return 2.0 / sharpest if sharpest > 0 else None


def setting(objective: Objective, *, gradient_descent: bool) -> str:
    """Return the sentence that stands under the picture while the runs move."""
    rate = largest_stable_rate(objective)
    if rate is None:
        return objective.description
    where = "Near the minimum" if len(objective.minimizers) == 1 else "Near the minima"
    verb = "is" if gradient_descent else "would be"
    limit = f"2/L = {number(rate)} (L: the largest curvature there)"
    return f"{where}, gradient descent {verb} stable up to a rate of {limit}."


def summary(
    objectives: Sequence[Objective], labels: Sequence[str], trajectories: Sequence[Trajectory]
) -> str:
    """Return what the runs did, each on its objective, in as few words as tell them apart.

    >>> from vizgd.objectives.lookup import objective_from
    >>> from vizgd.optimizers.descent import GradientDescent
    >>> from vizgd.recording.loop import record
    >>> objective = objective_from("bowl_1d")
    >>> summary([objective], ["GD"], [record(objective, GradientDescent(learning_rate=0.5), 4.0, 5)])
    'GD reaches the minimum in 1 step.'
    """
    endings = [ending(objective, one) for objective, one in zip(objectives, trajectories, strict=True)]
    if any(end.distance is None for end in endings):
        # Distances of some and losses of others cannot be compared.
        endings = [replace(end, distance=None) for end in endings]
    order = sorted(range(len(endings)), key=lambda i: _rank(endings[i]))
    arrived: dict[tuple[str, str], list[str]] = {}
    under_way: dict[int, dict[str, list[str]]] = {}
    astray: dict[tuple[str, str], list[str]] = {}
    for index in order:
        end, label = endings[index], labels[index]
        if end.kind == "moving":
            under_way.setdefault(end.iteration, {}).setdefault(_remaining(end), []).append(label)
        else:
            group = arrived if end.kind == "minimum" else astray
            group.setdefault(_predicate(objectives[index], end), []).append(label)
    sentences = [
        _clauses(arrived),
        *_measurements(_measured(objectives, endings), under_way, alone=len(labels) == 1),
        _clauses(astray),
    ]
    return " ".join(f"{_capital(sentence)}." for sentence in sentences if sentence)


def _clauses(groups: dict[tuple[str, str], list[str]]) -> str:
    """Return what groups of runs did, as one sentence of several clauses."""
    return "; ".join(
        f"{_listed(names)} {_PLURAL[verb] if len(names) > 1 else verb} {rest}"
        for (verb, rest), names in groups.items()
    )


def _capital(sentence: str) -> str:
    """Return a sentence with a capital at its start, unless it starts with a symbol such as α."""
    return sentence[0].upper() + sentence[1:] if sentence[0].isascii() else sentence


def _remaining(end: Ending) -> str:
    """Return how far a moving run still is, or where that is not known its loss."""
    return readout(end.loss, 3) if end.distance is None else readout(end.distance, 2)


def _measured(objectives: Sequence[Objective], endings: Sequence[Ending]) -> str:
    """Return what says how far the runs still are."""
    if endings[0].distance is None:
        return "loss"
    several = any(len(objective.minimizers) > 1 for objective in objectives)
    return f"distance from the {'nearest ' if several else ''}minimum"


def _measurements(what: str, under_way: dict[int, dict[str, list[str]]], *, alone: bool) -> list[str]:
    """Return a sentence for each number of steps: how far its runs still are, the nearest first.

    What the numbers measure is said once, and whose they are where there is more than one run.
    """
    sentences: list[str] = []
    for steps, groups in under_way.items():
        values = [
            value if alone else f"{value}{NO_BREAK}{_enclosed(_listed(names))}"
            for value, names in groups.items()
        ]
        about = "" if sentences else f", {what}"
        sentences.append(f"After {steps} step{'s' if steps != 1 else ''}{about}: {', '.join(values)}")
    return sentences


def _enclosed(text: str) -> str:
    return f"[{text}]" if "(" in text else f"({text})"


def _rank(end: Ending) -> tuple[int, float]:
    kinds = {"minimum": 0, "moving": 1, "elsewhere": 2, "diverged": 3}
    if end.kind in ("minimum", "diverged"):
        return kinds[end.kind], float(end.iteration)
    return kinds[end.kind], end.loss if end.distance is None else end.distance


_PLURAL = {"diverges": "diverge", "reaches": "reach", "stops": "stop"}


def _predicate(objective: Objective, end: Ending) -> tuple[str, str]:
    """Return what a run that moves no more did, as a verb in the singular and the rest of the sentence."""
    if end.kind == "diverged":
        return "diverges", f"at step {end.iteration}"
    if end.kind == "minimum":
        steps = f"{end.iteration} step{'s' if end.iteration != 1 else ''}"
        told = len(objective.minimizers) > 1 and len(end.place) <= MOST_COORDINATES
        which = f" {point(end.place)}" if told else ""
        return "reaches", f"the minimum{which} in {steps}"
    nature = {"flat": "where it is flat", "": "where the gradient vanishes"}.get(
        end.nature, f"in a {end.nature}"
    )
    place = f", at {point(end.place)}" if len(end.place) <= MOST_COORDINATES else ""
    return "stops", f"{nature}{place} with loss {number(end.loss)}"


def point(place: Array) -> str:
    """Return a point as text: a number in one dimension, coordinates in parentheses in more."""
    rounded = [number(float(value)) if abs(value) > 1e-9 else "0" for value in place]
    return rounded[0] if len(rounded) == 1 else f"({', '.join(rounded)})"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
