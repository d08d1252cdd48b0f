"""What the schedule of a run's learning rate tells of itself, for the equation beside the rule's own.

Names are made its own, ``schedule_…``, for a rule may have hyper-parameters of the same names; ``alpha`` is
the rate of which both speak.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizgd.base.errors import unknown
from vizgd.objectives.expressions.grammar import syntax_tree
from vizgd.objectives.expressions.preprocessing import preprocessed
from vizgd.objectives.objective import Array
from vizgd.optimizers.cycles import LinearWarmup
from vizgd.optimizers.equations import symbols_of
from vizgd.optimizers.formula import Beat, Formula, Line, Quantity, computed, names_of
from vizgd.optimizers.interface import rate_at
from vizgd.optimizers.parameters import hyperparameters

OWN, AFTER = "schedule_", "schedule_after_"
COUNT, RATE = f"{OWN}k", "alpha"


@dataclass(frozen=True, eq=False)
class ToldRate:
    """A schedule's formula with its settings.

    Parameters
    ----------
    formula : Formula
        Its last lines assign ``alpha``.
    symbols : mapping of str to str
        How its names are written.
    settings : mapping of str to float
        The values of those that are the same at every step.
    """

    formula: Formula
    symbols: Mapping[str, str]
    settings: Mapping[str, float]

    def at(self, counts: Any) -> dict[str, Array]:
        """Return what its names stand for after so many steps ``(n,)``, as the formula has it."""
        counts = np.asarray(counts, dtype=np.float64)
        constants = {f"{own}pi": np.pi for own in (OWN, AFTER)}
        values = computed(self.formula, {COUNT: counts, **constants, **self.settings})
        return {
            name: np.broadcast_to(value, counts.shape)
            for name, value in values.items()
            if name not in constants
        }


def told_rate(schedule: Any) -> ToldRate | None:
    """Return what a schedule tells of itself; None for what tells nothing, as a number or a function.

    A warm-up to another schedule tells of both, where the other has one line for all its steps.

    Raises
    ------
    UsageError
        When its formula has a symbol that stands for nothing.
    """
    formula: Formula | None = getattr(schedule, "own_formula", None)
    if formula is None or not callable(schedule):
        return None
    told = _told(schedule, formula, OWN, "")
    if not isinstance(schedule, LinearWarmup) or not callable(schedule.learning_rate):
        return told
    after = schedule.learning_rate
    then: Formula | None = getattr(after, "own_formula", None)
    if then is None or isinstance(after, LinearWarmup) or len(then.lines) > 1:
        return None
    up_to, first = f"{OWN}steps", float(rate_at(after, 0))
    rising = _told(schedule, formula, OWN, f" where {COUNT} < {up_to}")
    falling = _told(after, then, AFTER, f" where {COUNT} >= {up_to}", count=f"({COUNT} - {up_to})")
    beats = (*rising.formula.beats, *falling.formula.beats)
    return ToldRate(
        Formula(beats, {**falling.formula.symbols, **rising.formula.symbols}),
        {**falling.symbols, **rising.symbols},
        {**falling.settings, **rising.settings, f"{OWN}learning_rate": first},
    )


def _told(schedule: Any, formula: Formula, own: str, where: str, count: str = COUNT) -> ToldRate:
    """Return a formula with names of its own, each of its lines with a condition, if any."""
    kind: type = type(schedule)
    written = symbols_of(kind, formula)
    settings = {name: value for name, value in hyperparameters(schedule) if np.ndim(value) == 0}
    settings = {name: float(value) for name, value in settings.items() if not callable(value)}
    known = {RATE, *formula.symbols, *(name for name, _ in hyperparameters(schedule))}
    for line in formula.lines:
        for text in line.texts:
            for name in names_of(text):
                if name not in known:
                    raise unknown("symbol", name, known).at(
                        f"the line '{line.target} = {line.text}' of {kind.__name__}"
                    )

    def named(name: str) -> str:
        return name if name == RATE else COUNT if name == "k" else own + name

    lines = [_line(line, own, count) + where for line in formula.lines]
    rate = Quantity("learning_rate", "α", "number", "learning rate")
    quantities = {
        named(name): formula.symbols.get(name, _setting(name, written[name]))
        for name in known - {RATE}
        if name in written
    }
    return ToldRate(
        Formula((Beat("schedule", *lines),), quantities | {RATE: rate}),
        {named(name): written[name] for name in known if name in written},
        {named(name): value for name, value in settings.items()},
    )


def _setting(name: str, symbol: str) -> Quantity:
    return Quantity(name, symbol, "number", "learning rate" if symbol.startswith("α") else None)


def _line(line: Line, own: str, count: str) -> str:
    target = line.target if line.target == RATE else own + line.target
    told = f"{target} = {_renamed(line.text, own, count)}"
    if line.condition is None:
        return told
    low, sign, high = line.condition
    return f"{told} where {_renamed(low, own, count)} {sign} {_renamed(high, own, count)}"


def _renamed(text: str, own: str, count: str) -> str:
    tree = syntax_tree(preprocessed(text))
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and id(node) not in called and node.id != RATE:
            node.id = count if node.id == "k" else own + node.id
    return ast.unparse(tree)
