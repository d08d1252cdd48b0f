"""Runs recorded side by side: one gradient a step for all of them, and one update for those of equal rules.

Only where each is to the bit the run that `record` records alone: expressions give a batch the bits of its
points, and vizgd's own rules are elementwise. Powers of an array differ from those of a number in the last
digit, so that rules are put together that differ in nothing that is raised to one.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from vizgd.objectives.expressions.expression import Expression
from vizgd.objectives.objective import Array, Objective
from vizgd.optimizers.descent import Momentum, Nesterov
from vizgd.optimizers.interface import Rule, Step, Terms, picked, rate_at
from vizgd.optimizers.task import Task
from vizgd.recording.builder import Builder, Group
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
        not isinstance(optimizer, Rule)
        or not type(optimizer).__module__.startswith("vizgd.optimizers.")
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
    optimizers : sequence of Rule
        Of any kinds but None: see `kind_of`.
    starts : array, shape (k, d)
    steps : int
    tolerance : float, default 1e-5
    """
    kinds = [kind_of(objective, optimizer) for optimizer in optimizers]
    # Those of a kind are neighbors, for their rows to be slices.
    order = sorted(range(len(kinds)), key=lambda run: kinds.index(kinds[run]))
    rules, begins = [optimizers[run] for run in order], starts[order]
    with np.errstate(all="ignore"):
        rule, alike = record_side_by_side(rules, [kinds[run] for run in order], begins)
        task = Task(objective, begins, steps, tolerance=tolerance)
        builder = Builder(task, rule, room, alike)

        def keep(step: Step) -> Array | None:
            return builder.keep(step, step.terms["each"])

        rule.follow(task, keep)
        found = builder.trajectories()
    return [found[order.index(run)] for run in range(len(order))]


class _States(NamedTuple):
    """The states of several rules."""

    states: tuple[Any, ...]


@dataclasses.dataclass(frozen=True)
class _SideBySide(Rule):
    """Several rules as one, each for some rows of the params."""

    rows: tuple[slice, ...]
    rules: tuple[Any, ...]

    def init(self, params: Array) -> _States:
        """Return the states before the first step."""
        pairs = zip(self.rules, self.rows, strict=True)
        return _States(tuple(rule.init(params[rows]) for rule, rows in pairs))

    def terms(
        self,
        gradient: Array,
        state: _States,
        params: Array,
        *,
        hessian: Array | None = None,  # noqa: ARG002 - no rule here needs one
    ) -> Terms:
        """Return the step of all and the terms of each."""
        step = np.empty_like(params)
        each = []
        for rule, rows, own in zip(self.rules, self.rows, state.states, strict=True):
            each.append(terms := rule.terms(gradient[rows], own, params[rows]))
            step[rows] = terms["step"]
        following = (picked(own, terms) for own, terms in zip(state.states, each, strict=True))
        return {"step": step, "each": each, "states": tuple(following)}


def record_side_by_side(
    rules: Sequence[Any], kinds: Sequence[Any], starts: Array
) -> tuple[Rule, list[Group]]:
    """Return rules, those of a kind side by side, as one, and what there is of each kind."""
    rows, alike = [], []
    first = 0
    for _, members in itertools.groupby(kinds):
        rows.append(slice(first, first := first + len([*members])))
        begin, alone = starts[rows[-1].start], rules[rows[-1].start]
        # As a run by itself has them: what is one number there may be a column here. Any gradient will do.
        terms = alone.terms(np.ones_like(begin), alone.init(begin), begin)
        shapes = {name: np.shape(value) for name, value in terms.items()}
        alike.append(Group(rows[-1].stop - rows[-1].start, shapes))
    return _SideBySide(tuple(rows), tuple(stacked(rules[one]) for one in rows)), alike


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
