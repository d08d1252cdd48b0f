"""Runs of equal rules recorded side by side: one gradient and one update a step for all of them.

Only where each is to the bit the run that `record` records alone: expressions give a batch the bits of its
points, and vizgd's own rules are elementwise. Powers of an array differ from those of a number in the last
digit, so that rules are put together that differ in nothing that is raised to one.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from vizgd.base.progress import paced
from vizgd.objectives.expressions.expression import Expression
from vizgd.objectives.objective import Array, Objective
from vizgd.optimizers.interface import Optimizer, picked, rate_at
from vizgd.optimizers.line_search import LineSearch
from vizgd.recording.keeping import Thinned, keeping, piece_of
from vizgd.recording.outcome import FAR, NOT_FINITE, STREAK, Path, concluded, reach_of
from vizgd.recording.trajectory import Trajectory

STACKED = ("learning_rate", "epsilon", "weight_decay")
"""The hyper-parameters in which rules of one call may differ: they are only added and multiplied."""
LINEAR = {"Momentum": "beta", "Nesterov": "beta"}
"""And those that are so in one rule."""


def kind_of(objective: Objective, optimizer: Any) -> Any:
    """Return what runs have in common that can be recorded side by side; None for one that cannot be."""
    own = getattr(objective.gradient, "__self__", None), getattr(objective.value, "__self__", None)
    if not all(isinstance(one, Expression) for one in own):
        return None
    if (
        not isinstance(optimizer, Optimizer)
        or not type(optimizer).__module__.startswith("vizgd.optimizers.")
        or isinstance(optimizer, LineSearch)
        or optimizer.needs_hessian
    ):
        return None
    rule: Any = optimizer
    settings = {field.name: getattr(rule, field.name) for field in dataclasses.fields(rule)}
    free = _free(rule)
    numbers = [rate_at(value, 0) if name == "learning_rate" else value for name, value in settings.items()]
    if not all(type(number) in (int, float, bool) for number in numbers):
        return None
    common = tuple((name, value) for name, value in settings.items() if name not in free)
    return id(objective), type(rule), common


def _free(rule: Any) -> set[str]:
    return {*STACKED, LINEAR.get(type(rule).__name__, "")}


def record_together(
    room: float,
    objective: Objective,
    optimizers: Sequence[Any],
    starts: Array,
    steps: int,
    tolerance: float = 1e-5,
) -> list[Trajectory]:
    """Return the runs that `record` would return one by one, each in so many bytes.

    Parameters
    ----------
    room : float
        In bytes, for each run.
    objective : Objective
    optimizers : sequence of Optimizer
        All of one kind: see `kind_of`.
    starts : array, shape (k, d)
    steps : int
    tolerance : float, default 1e-5
    """
    with np.errstate(all="ignore"):
        runs: list[Thinned] = []
        for pieces in _followed(objective, optimizers, starts, steps, room):
            if pieces[0].every == 1:
                return [concluded(path, objective, tolerance, exact=True) for path in pieces]
            runs = runs or [Thinned(objective, tolerance, path.every, exact=True) for path in pieces]
            for run, piece in zip(runs, pieces, strict=True):
                run.add(piece)
        return [run.trajectory() for run in runs]


def stacked(optimizers: Sequence[Any]) -> Any:
    """Return rules of one kind as one for params ``(k, d)``."""
    first = optimizers[0]
    changed: dict[str, Any] = {}
    for name in _free(first) & {field.name for field in dataclasses.fields(first)}:
        values = [getattr(rule, name) for rule in optimizers]
        if any(callable(value) for value in values):
            changed[name] = _Rates(tuple(values))
        else:
            changed[name] = np.array(values, dtype=np.float64)[:, None]
    return dataclasses.replace(first, **changed)


@dataclasses.dataclass(frozen=True)
class _Rates:
    """The schedules of several runs as one, whose rates are a column."""

    rates: tuple[Any, ...]

    def __call__(self, count: Any) -> Array:
        return np.array([rate_at(rate, count) for rate in self.rates], dtype=np.float64)[:, None]


def _followed(
    objective: Objective, optimizers: Sequence[Any], starts: Array, steps: int, room: float
) -> Iterator[list[Path]]:
    """Apply the rules step by step and yield each run's path, as `loop.followed` does for one."""
    many, dimension = starts.shape
    told, rule = paced(steps), stacked(optimizers)
    reach, recent = reach_of(objective, starts), deque([starts], maxlen=STREAK + 1)
    params, state = starts, rule.init(starts)
    reasons = [""] * many
    going = np.ones(many, dtype=bool)
    everything = objective.samples.count if objective.samples else 0
    row = size = every = 0
    for index in range(steps):
        gradient = objective.gradient(params)
        terms = rule.terms(gradient, state, params)
        if index == 0:
            alone = optimizers[0].terms(gradient[0], optimizers[0].init(starts[0]), starts[0])
            shapes = {name: np.shape(value) for name, value in alone.items()}
            kept = keeping(room, steps, dimension, shapes)
            every, size = kept.every, piece_of(kept, steps, dimension * many, shapes)
        if row == 0:
            iterates = np.empty((many, size + 1, dimension))
            gradients = np.empty((many, size, dimension))
            columns = {name: np.empty((many, size, *shapes[name])) for name in kept.terms}
            lengths = np.where(going, -1, 0)
            iterates[:, 0] = params
        state = picked(state, terms)
        moved = params + terms["step"]
        gradients[:, row] = gradient
        for name, column in columns.items():
            value = terms[name]
            column[:, row] = value[:, 0] if column.ndim == 2 and np.ndim(value) else value
        row += 1
        if not (reach.low <= moved.min() and moved.max() <= reach.high):
            finite = np.isfinite(moved).all(axis=-1)
            far = reach.left([*recent, moved], np.flatnonzero(going & finite))
            for which, reason, length in (
                (np.flatnonzero(going & ~finite), NOT_FINITE, row - 1),
                (far, FAR, row),
            ):
                lengths[which] = length
                for run in which.tolist():
                    reasons[run] = reason
            # A run ends before a point that is not finite; one that has ended stays where it is.
            stays = ~going | ~finite
            moved[stays] = params[stays]
            going[far] = False
            going &= finite
        elif not going.all():
            moved[~going] = params[~going]
        params = moved
        iterates[:, row] = params
        recent.append(params)
        last = index + 1 == steps or not going.any()
        if row == size or last:
            lengths[lengths < 0] = row
            yield [
                Path(
                    iterates=iterates[run, : lengths[run] + 1],
                    gradients=gradients[run, : lengths[run]],
                    terms={name: column[run, : lengths[run]] for name, column in columns.items()},
                    examples=everything * np.arange(lengths[run] + 1),
                    reason=reasons[run],
                    every=every,
                )
                for run in range(many)
            ]
            row = 0
        if last:
            return
        told(index)
