"""What a trajectory did and when, as data; and the sentences made from it.

No sentence is typed in anywhere: a caption says what the recorded numbers say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from vizgd.base.formatting import NO_BREAK, number, readout
from vizgd.objectives.domain import longest_side
from vizgd.objectives.objective import Array, Objective
from vizgd.objectives.smoothness import is_smooth
from vizgd.objectives.stationarity import at_minimizer, distances, in_one_dent, nature_of
from vizgd.recording.outlook import Outlook
from vizgd.recording.trajectory import Trajectory, loss_name

MOST_COORDINATES = 3
"""Points of more are not spelled out."""
LOWEST = 1e-9
"""The part of the way down to the minimum that may be left where a gradient has vanished there."""
HOPS = 10
"""In its last so many steps a run must not climb if its rate is to be called stable."""


@dataclass(frozen=True, eq=False)
class Ending:
    """How one run ended.

    Parameters
    ----------
    kind : {"minimum", "elsewhere", "moving", "diverged"}
        ``minimum``: the gradient vanished at a known minimizer. ``elsewhere``: it vanished at another point.
        ``moving``: neither within the steps it was given. ``diverged``: it was lost, see `Status`.
    place : array, shape (d,)
        The last iterate.
    loss : float
        The loss there.
    iteration : int
        When it converged or diverged; the last iteration while moving.
    distance : float or None
        From the last iterate to the nearest known minimizer.
    nature : {"local minimum", "saddle", "maximum", "kink", "flat", ""}
        For a run that ended elsewhere, what its gradient and Hessian say of the point.
    """

    kind: Literal["minimum", "elsewhere", "moving", "diverged"]
    place: Array
    loss: float
    iteration: int
    distance: float | None
    nature: str


def ending(objective: Objective, trajectory: Trajectory) -> Ending:
    """Return how a run ended."""
    place = trajectory.iterates[-1]
    distance = float(distances(objective, place)) if objective.minimizers else None
    status = trajectory.status
    kind: Literal["minimum", "elsewhere", "moving", "diverged"] = "moving"
    nature = ""
    iteration = int(trajectory.iterations[-1]) if status.iteration is None else status.iteration
    if status.kind == "diverged":
        kind = "diverged"
    elif status.kind == "converged":
        arrived = _is_lowest(objective, trajectory) or (
            distance is not None and _is_at(objective, trajectory, distance)
        )
        kind = "minimum" if arrived else "elsewhere"
        nature = "" if arrived else nature_of(objective, place)
    return Ending(kind, place, float(trajectory.losses[-1]), iteration, distance, nature)


def _is_lowest(objective: Objective, trajectory: Trajectory) -> bool:
    """Return whether a run came down all the way there is: minima that lie in a valley have no list."""
    if objective.minimum is None:
        return False
    first, last = trajectory.losses[[0, -1]] - objective.minimum
    return bool(first > 0.0 and last <= LOWEST * first)


def _is_at(objective: Objective, trajectory: Trajectory, distance: float) -> bool:
    """Return whether a run whose gradient vanished is at a minimizer, and not in another dent close by."""
    if objective.minimum is None or distance > at_minimizer(objective):
        return distance <= at_minimizer(objective)
    above = float(trajectory.losses[-1]) - objective.minimum
    slope = float(np.linalg.norm(trajectory.gradients[-1]))
    rounding = 1e-9 * max(abs(objective.minimum), abs(float(trajectory.losses[0])))
    return bool(in_one_dent(above, slope, distance, rounding))


def largest_stable_rate(objective: Objective) -> float | None:
    """Return 2/L, the rate above which gradient descent cannot settle at the sharpest known minimizer.

    L is the largest eigenvalue of the Hessian there. On a quadratic the bound holds everywhere (Polyak 1964;
    Nesterov 2018, section 1.2.3); elsewhere it is the bound near that minimizer. None where no minimizer
    or no Hessian is known, where the minimum has no curvature, where it lies on the edge of the domain and
    the slope leads out, or where the gradient jumps at it: around a kink descent hops for ever.
    """
    if objective.hessian is None or not objective.minimizers:
        return None
    minimizers = np.array(objective.minimizers)
    hessians = np.asarray(objective.hessian(minimizers))
    if not np.isfinite(hessians).all():
        return None
    sharpest = float(np.linalg.eigvalsh(hessians)[:, -1].max())
    longest = longest_side(objective.domain)
    low, high = np.array(objective.domain).T
    on_edge = (np.minimum(np.abs(minimizers - low), np.abs(minimizers - high)) <= 1e-9 * longest).any(axis=1)
    slopes = np.abs(objective.gradient(minimizers)).max(axis=1)
    if not sharpest > 0 or (on_edge & (slopes > 1e-5 * sharpest * longest)).any():
        return None
    return 2.0 / sharpest if all(is_smooth(objective, point) for point in minimizers) else None


def _climbs(rate: float, trajectory: Trajectory) -> bool:
    """Return whether a run of a smaller rate goes up and down and settles nowhere, as near kinks it does."""
    climbs = np.diff(trajectory.losses[-HOPS:]) > LOWEST * np.abs(trajectory.losses[0])
    return bool(trajectory.status.kind == "moving" and trajectory.learning_rates[0] < rate and climbs.any())


def setting(objective: Objective, *, gradient_descent: bool, trajectories: Sequence[Trajectory] = ()) -> str:
    """Return the sentence that stands under the picture while the runs move.

    Parameters
    ----------
    objective : Objective
    gradient_descent : bool
        Whether the runs are of plain gradient descent and differ in nothing but its constant rate, so that
        it can be said how large a rate is stable.
    trajectories : sequence of Trajectory, optional
        Those runs: nothing is said of a rate that one of them denies.
    """
    rate = largest_stable_rate(objective) if gradient_descent else None
    if rate is None or any(_climbs(rate, one) for one in trajectories):
        return objective.description
    where, there = "Near the minimum", "there"
    if len(objective.minimizers) > 1:
        where, there = "Near the minima", "at any of them"
    limit = f"2/L = {number(rate)} (L: the largest curvature {there})"
    return f"{where}, gradient descent is stable up to a rate of {limit}."


def summary(
    objectives: Sequence[Objective],
    labels: Sequence[str],
    trajectories: Sequence[Trajectory],
    outlooks: Sequence[Outlook | None] = (),
    most: int | None = None,
) -> str:
    """Return what the runs did, each on its objective, in as few words as tell them apart.

    Of runs in which there is chance it says what they come to over many seeds, so that none is put before
    another by luck; where that is not known, that it is one draw. Of how far runs still are it lists the
    ``most`` least values, all by default, and of how many others it is more.

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
    chancy = {index: one for index, one in enumerate(outlooks) if one is not None}
    what, alone = _measured(objectives, endings, loss_name(trajectories)), len(labels) == 1
    arrived: dict[tuple[str, str], list[str]] = {}
    under_way: dict[int, dict[str, list[str]]] = {}
    astray: dict[tuple[str, str], list[str]] = {}
    for index in sorted(set(range(len(endings))) - chancy.keys(), key=lambda i: _rank(endings[i])):
        end, label = endings[index], labels[index]
        if end.kind == "moving":
            under_way.setdefault(end.iteration, {}).setdefault(_remaining(end), []).append(label)
        else:
            group = arrived if end.kind == "minimum" else astray
            group.setdefault(_predicate(objectives[index], end), []).append(label)
    sentences = [
        _clauses(arrived),
        *_measurements(what, under_way, most, alone=alone),
        _clauses(astray),
        *_by_chance(what, labels, endings, chancy, most),
    ]
    return " ".join(f"{_capital(sentence)}." for sentence in sentences if sentence)


def _by_chance(
    what: str,
    labels: Sequence[str],
    endings: Sequence[Ending],
    outlooks: Mapping[int, Outlook],
    most: int | None,
) -> list[str]:
    """Return what is said of runs in which there is chance, counted over seeds where it can be."""
    sentences = []
    for counted in sorted({one.count for one in outlooks.values()}, reverse=True):
        alike = {index: one for index, one in outlooks.items() if one.count == counted}
        sentences += _over_seeds(what, labels, endings, alike, counted, most)
    return [*sentences, _shown(sorted({one.seed for one in outlooks.values()}))]


def _over_seeds(
    what: str,
    labels: Sequence[str],
    endings: Sequence[Ending],
    outlooks: Mapping[int, Outlook],
    counted: int,
    most: int | None,
) -> list[str]:
    """Return what is said of runs that are counted over so many seeds, or of the one draw of each."""
    alone = len(labels) == 1
    arrived: list[tuple[int, str]] = []
    diverged: list[tuple[int, str]] = []
    medians: dict[int, list[tuple[float, str]]] = {}
    draws: dict[int, list[tuple[float, str]]] = {}
    astray: dict[tuple[str, str], list[str]] = {}
    for index, one in outlooks.items():
        end, label = endings[index], labels[index]
        if one.count == 0:
            if end.kind == "diverged":
                when = f"at step {end.iteration} in the one draw shown"
                astray.setdefault(("diverges", when), []).append(label)
            else:
                left = end.loss if end.distance is None else end.distance
                draws.setdefault(one.steps, []).append((left, label))
            continue
        if one.diverged:
            diverged.append((one.diverged, label))
        if one.arrived is not None and end.distance is not None:
            arrived.append((one.arrived, label))
        elif 2 * one.diverged < one.count:
            left = one.loss if end.distance is None or one.distance is None else one.distance
            medians.setdefault(one.steps, []).append((left, label))
    digits = 3 if endings[0].distance is None else 2
    return [
        _counts(counted, arrived, "end in the basin of the minimum", alone=alone),
        *_measurements(f"median {what} over {counted} seeds", _listed_up(medians, digits), most, alone=alone),
        _counts(counted, diverged, "diverge", alone=alone),
        *_measurements(f"{what} in the one draw shown", _listed_up(draws, digits), most, alone=alone),
        _clauses(astray),
    ]


def _listed_up(groups: Mapping[int, list[tuple[float, str]]], digits: int) -> dict[int, dict[str, list[str]]]:
    """Return for each number of steps the values as text, the least first, with whose they are."""
    texts: dict[int, dict[str, list[str]]] = {}
    for steps, values in sorted(groups.items()):
        for value, label in sorted(values, key=lambda pair: pair[0]):
            texts.setdefault(steps, {}).setdefault(readout(value, digits), []).append(label)
    return texts


def _counts(of: int, counts: list[tuple[int, str]], what: str, *, alone: bool) -> str:
    if not counts:
        return ""
    ordered = sorted(counts, key=lambda pair: -pair[0])
    told = [str(count) if alone else f"{count}{NO_BREAK}{_enclosed(label)}" for count, label in ordered]
    return f"of {of} seeds, {_listed(told)} {what}"


def _shown(seeds: Sequence[int]) -> str:
    if not seeds:
        return ""
    return f"shown: seed{'s' if len(seeds) > 1 else ''} {_listed(list(map(str, seeds)))}"


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


def _measured(objectives: Sequence[Objective], endings: Sequence[Ending], loss: str) -> str:
    """Return what says how far the runs still are."""
    if endings[0].distance is None:
        return loss
    several = any(len(objective.minimizers) > 1 for objective in objectives)
    return f"distance from the {'nearest ' if several else ''}minimum"


def _measurements(
    what: str, under_way: dict[int, dict[str, list[str]]], most: int | None, *, alone: bool
) -> list[str]:
    """Return a sentence for each number of steps: how far its runs still are, the nearest first.

    What the numbers measure is said once, and whose they are where there is more than one run.
    """
    sentences: list[str] = []
    for steps, groups in under_way.items():
        values = [
            value if alone else f"{value}{NO_BREAK}{_enclosed(_listed(names))}"
            for value, names in groups.items()
        ][:most]
        others = sum(map(len, [*groups.values()][len(values) :]))
        if others:
            values.append(f"more in {others} other{'s' if others > 1 else ''}")
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
    natures = {"flat": "where it is flat", "kink": "at a kink", "": "where the gradient vanishes"}
    nature = natures.get(end.nature, f"in a {end.nature}")
    place = f", at {point(end.place)}" if len(end.place) <= MOST_COORDINATES else ""
    return "stops", f"{nature}{place} with loss {number(end.loss)}"


def point(place: Array) -> str:
    """Return a point as text: a number in one dimension, coordinates in parentheses in more."""
    rounded = [number(float(value)) if abs(value) > 1e-9 else "0" for value in place]
    return rounded[0] if len(rounded) == 1 else f"({', '.join(rounded)})"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
