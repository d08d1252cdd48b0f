"""Runs recorded side by side: one gradient a step for all of them, and one update for those of equal rules.

Only where each is to the bit the run that `record` records alone: expressions give a batch the bits of its
points, and vizgd's own rules are elementwise. Powers of an array differ from those of a number in the last
digit, so that rules are put together that differ in nothing that is raised to one.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from vizgd.base.progress import paced
from vizgd.objectives.expressions.expression import Expression
from vizgd.objectives.objective import Array, Objective
from vizgd.optimizers.descent import Momentum, Nesterov
from vizgd.optimizers.interface import Optimizer, picked, rate_at
from vizgd.optimizers.line_search import LineSearch
from vizgd.recording.keeping import Thinned, keeping, numbers_of, piece_of
from vizgd.recording.outcome import FAR, NOT_FINITE, STREAK, Path, concluded, reach_of
from vizgd.recording.trajectory import Trajectory

STACKED = ("learning_rate", "epsilon", "weight_decay")
"""The hyper-parameters in which rules of one call may differ: they are only added and multiplied."""
LINEAR: dict[type, str] = {Momentum: "beta", Nesterov: "beta"}
"""And those that are so in one rule."""
OVERHEAD = 4
"""How many runs take as long one by one as the arrays of a step, beside its rules: each is a run more."""


def kind_of(objective: Objective, optimizer: Any) -> Any:
    """Return what the rules of runs have in common that take their steps in one call.

    It is None for a run that cannot be recorded side by side with others.
    """
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
    return type(rule), common


def pays(kinds: Sequence[Any]) -> bool:
    """Return whether runs of these kinds are recorded faster side by side than one by one."""
    return len(kinds) > OVERHEAD + len(set(kinds))


def _free(rule: Any) -> set[str]:
    return {*STACKED, LINEAR.get(type(rule), "")}


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
        Of any kinds but None: see `kind_of`.
    starts : array, shape (k, d)
    steps : int
    tolerance : float, default 1e-5
    """
    kinds = [kind_of(objective, optimizer) for optimizer in optimizers]
    # Those of a kind are neighbors, for their rows to be slices.
    order = sorted(range(len(kinds)), key=lambda run: kinds.index(kinds[run]))
    rules = [optimizers[run] for run in order]
    with np.errstate(all="ignore"):
        groups = _groups(rules, [kinds[run] for run in order], starts[order])
        runs: list[Thinned] = []
        found: list[Trajectory] = []
        for pieces in _followed(objective, groups, starts[order], steps, room):
            if pieces[0].every == 1:
                found = [concluded(path, objective, tolerance, exact=True) for path in pieces]
                break
            runs = runs or [Thinned(objective, tolerance, path.every, exact=True) for path in pieces]
            for run, piece in zip(runs, pieces, strict=True):
                run.add(piece)
        found = found or [run.trajectory() for run in runs]
    return [found[order.index(run)] for run in range(len(order))]


@dataclasses.dataclass(eq=False)
class _Group:
    """Neighboring runs of one kind: their rules as one, its state, and what a step's terms look like."""

    rows: slice
    rule: Any
    state: Any
    shapes: dict[str, tuple[int, ...]]
    names: tuple[str, ...] = ()
    columns: dict[str, Array] = dataclasses.field(default_factory=dict)

    def make_room(self, size: int) -> None:
        """Begin new columns for the terms of so many steps."""
        many = self.rows.stop - self.rows.start
        # A term that is one number a run has an axis all the same, for rules to give it as they like.
        self.columns = {name: np.empty((many, size, *(self.shapes[name] or (1,)))) for name in self.names}

    def terms_of(self, run: int, length: int) -> dict[str, Array]:
        """Return so many rows of one run's columns."""
        kept = {name: column[run, :length] for name, column in self.columns.items()}
        return {name: column if self.shapes[name] else column[:, 0] for name, column in kept.items()}


def _groups(rules: Sequence[Any], kinds: Sequence[Any], starts: Array) -> list[_Group]:
    """Return rules, those of a kind side by side, as groups."""
    groups = []
    first = 0
    for _, members in itertools.groupby(kinds):
        rows = slice(first, first := first + len([*members]))
        begin, alone = starts[rows], rules[rows.start]
        # As a run by itself has them: what is one number there may be a column here. Any gradient will do.
        terms = alone.terms(np.ones_like(begin[0]), alone.init(begin[0]), begin[0])
        shapes = {name: np.shape(value) for name, value in terms.items()}
        rule = stacked(rules[rows])
        groups.append(_Group(rows, rule, rule.init(begin), shapes))
    return groups


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
    objective: Objective, groups: Sequence[_Group], starts: Array, steps: int, room: float
) -> Iterator[list[Path]]:
    """Apply the rules step by step and yield each run's path, as `loop.followed` does for one."""
    many, dimension = starts.shape
    kept = [keeping(room, steps, dimension, group.shapes) for group in groups]
    every = max(one.every for one in kept)
    for group, one in zip(groups, kept, strict=True):
        group.names = one.terms
    numbers = sum(
        (group.rows.stop - group.rows.start) * numbers_of(dimension, group.shapes, group.names)
        for group in groups
    )
    size = piece_of(every, steps, numbers)
    told = paced(steps)
    reach, recent = reach_of(objective, starts), deque([starts], maxlen=STREAK + 1)
    params = starts
    reasons = [""] * many
    going = np.ones(many, dtype=bool)
    everything = objective.samples.count if objective.samples else 0
    row = 0
    for index in range(steps):
        if row == 0:
            iterates = np.empty((many, size + 1, dimension))
            gradients = np.empty((many, size, dimension))
            for group in groups:
                group.make_room(size)
            lengths = np.where(going, -1, 0)
            iterates[:, 0] = params
        gradient = objective.gradient(params)
        moved = np.empty_like(params)
        for group in groups:
            rows = group.rows
            terms = group.rule.terms(gradient[rows], group.state, params[rows])
            group.state = picked(group.state, terms)
            np.add(params[rows], terms["step"], out=moved[rows])
            for name, column in group.columns.items():
                column[:, row] = terms[name]
        gradients[:, row] = gradient
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
                    terms=group.terms_of(run - group.rows.start, lengths[run]),
                    examples=everything * np.arange(lengths[run] + 1),
                    reason=reasons[run],
                    every=every,
                )
                for group in groups
                for run in range(group.rows.start, group.rows.stop)
            ]
            row = 0
        if last:
            return
        told(index)
