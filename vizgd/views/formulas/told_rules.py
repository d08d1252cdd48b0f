"""A run's rule as it is told: lines, symbols, what they stand for and their values at each step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from vizgd.objectives.expressions.notation import BEFORE as INDEX
from vizgd.objectives.objective import Array
from vizgd.optimizers.equations import symbols_of
from vizgd.optimizers.formula import BEFORE, COMMON, Line, Quantity, Role
from vizgd.optimizers.told_rates import ToldRate, told_rate
from vizgd.recording.quantities import STEP, ShownBeat, quantities_of
from vizgd.recording.trajectory import Trajectory
from vizgd.views.view import Subject


@dataclass(frozen=True, eq=False)
class ToldRule:
    """A run's lines, how its symbols are written and what they stand for, and their values at each step."""

    run: int
    lines: tuple[Line, ...]
    symbols: Mapping[str, str]
    quantities: Mapping[str, Quantity]
    values: Mapping[str, Array]
    beats: tuple[ShownBeat, ...]
    scheduled: int = 0
    """How many lines, the first, are those of the learning rate's schedule."""

    def role(self, name: str) -> Role | None:
        """Return the role of a symbol."""
        told = self.quantities.get(name.removesuffix(BEFORE))
        return told.role if told else None


def rule_of(subject: Subject, run: int) -> ToldRule:
    """Return what a run's rule tells; of an optimizer without a formula, what is seen from outside."""
    optimizer, trajectory = subject.optimizers[run], subject.trajectories[run]
    shown = quantities_of(optimizer, trajectory)
    formula = optimizer.own_formula
    if formula is not None:
        kind: type = type(optimizer)
        symbols = symbols_of(kind, formula)
        rule = ToldRule(run, formula.lines, symbols, formula.quantities, shown.values, shown.beats)
        return _with_rate(rule, told_rate(getattr(optimizer, "learning_rate", None)), trajectory)
    # All that is seen from outside: the gradient, and what was added to the params.
    told = {"g": COMMON["g"], "theta": COMMON["theta"], "step": STEP}
    symbols = {name: quantity.symbol for name, quantity in told.items()}
    symbols |= {"theta" + BEFORE: symbols["theta"] + INDEX, "slope": "∇f"}
    values = {"theta" + BEFORE: trajectory.iterates[:-1]}
    values |= {
        name: shown.series[told[name].name].values
        for name in ("g", "step")
        if told[name].name in shown.series
    }
    lines = [Line("g", "slope", "slope")]
    if "step" in values:
        values["theta"] = trajectory.iterates[1:]
        lines.append(Line("theta", "theta + step", f"theta{BEFORE} + step", carried=True))
    return ToldRule(run, tuple(lines), symbols, told, values, shown.beats)


def _with_rate(rule: ToldRule, told: ToldRate | None, trajectory: Trajectory) -> ToldRule:
    """Return a rule with the lines of its schedule, if it tells any, before its own."""
    if told is None:
        return rule
    lines = told.formula.lines
    return replace(
        rule,
        lines=(*lines, *rule.lines),
        symbols={**told.symbols, **rule.symbols},
        quantities={**told.formula.quantities, **rule.quantities},
        values={**told.at(trajectory.iterations[:-1]), **rule.values},
        scheduled=len(lines),
    )
