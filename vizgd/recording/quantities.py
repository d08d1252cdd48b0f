"""What can be drawn of a run, step by step: vectors at the point, squares, scalings, and the step's parts.

Of a rule that tells its formula it is what the formula says, from what was recorded and nothing else; of any
other optimizer gradient, step and whatever state it shows. What cannot be known is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.expressions.notation import as_tex, written
from vizgd.objectives.objective import Array
from vizgd.optimizers.adapters import optimizer_from
from vizgd.optimizers.catalogue import optimizers
from vizgd.optimizers.equations import check_formula, symbols_of
from vizgd.optimizers.formula import (
    BEFORE,
    COMMON,
    Formula,
    Kind,
    Line,
    Quantity,
    Role,
    computed,
    evaluated,
)
from vizgd.optimizers.parameters import hyperparameters
from vizgd.recording.trajectory import Trajectory

NEAR = 1e-9
"""How far parts may be from adding up to the step, in parts of their sizes: rounding leaves far less."""
FIRST = 3
"""Steps at which a rule's parts are looked at when it is recorded: at the first, nothing is carried yet."""

STEP = Quantity("step", "Δθ", "vector", "step")
ELSEWHERE: dict[str, tuple[Kind, Role | None]] = {
    **dict.fromkeys(("momentum_buffer", "exp_avg", "mu", "trace"), ("vector", "momentum")),
    **dict.fromkeys(("grad_avg", "prev"), ("vector", "gradient")),
    **dict.fromkeys(("exp_avg_sq", "max_exp_avg_sq", "nu", "nu_max"), ("square", "second moment")),
    **dict.fromkeys(("square_avg", "sum", "sum_of_squares", "e_g"), ("square", "second moment")),
    **dict.fromkeys(("acc_delta", "e_x"), ("square", "step")),
    "exp_inf": ("scaling", "second moment"),
    "step_size": ("scaling", "learning rate"),
}
"""What torch and optax keep for each coordinate, by their own names."""
TOLD_BY_ANY = {"gradient": "gradient", "aim": "direction", "step": "step"}
"""The beats of an optimizer without a formula, and the quantity that each comes to, where it is known."""


@dataclass(frozen=True, eq=False)
class Series:
    """A quantity at each of a run's n steps.

    Parameters
    ----------
    name : str
        Such as ``"velocity"``; of a part, ``"carried"``.
    symbol, tex : str
        How it is written, as plain text and for a picture.
    kind : {"vector", "square", "scaling", "number", "other"}
        See `vizgd.optimizers.formula.Kind`.
    role : str or None
        See `vizgd.optimizers.formula.Role`.
    values : array, shape (n, d), or (n,) of a number
        Row k belongs to the step that leaves iterate k. Of kind "other" there may be more axes.
    """

    name: str
    symbol: str
    tex: str
    kind: Kind
    role: Role | None
    values: Array


@dataclass(frozen=True, eq=False)
class ShownBeat:
    """A beat of the rule's step with what can be shown of it: the lines, and the quantities they come to.

    ``shows`` and ``says`` are as the rule's `Beat` has them.
    """

    verb: str
    lines: tuple[Line, ...]
    series: tuple[Series, ...]
    shows: str = ""
    says: str = ""


@dataclass(frozen=True, eq=False)
class Quantities:
    """What can be drawn of a run.

    Parameters
    ----------
    series : mapping of str to Series
        By their names: ``gradient`` and ``step`` first, where they are known.
    parts : tuple of Series
        Vectors that add up to the step; none where that is not told or one of them cannot be known.
    beats : tuple of ShownBeat
        The step's beats in order, the gradient first.
    symbols : mapping of str to str
        How the names in the formula are written; none where there is no formula.
    values : mapping of str to array, shape (n, d), or (n,) of a number
        What is known of the formula's names, such as ``v`` and ``v_before``, at each step.
    names : mapping of str to str
        The name in ``series`` of what a name in the formula stands for: of ``v`` it is ``"velocity"``.
    """

    series: Mapping[str, Series]
    parts: tuple[Series, ...]
    beats: tuple[ShownBeat, ...]
    symbols: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Array] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def of_kind(self, *kinds: Kind) -> tuple[Series, ...]:
        """Return the quantities of some kinds."""
        return tuple(series for series in self.series.values() if series.kind in kinds)


def quantities_of(optimizer: Any, trajectory: Trajectory) -> Quantities:
    """Return what can be drawn of a run, whatever its optimizer is.

    Parameters
    ----------
    optimizer : Optimizer or other, or None
        As `record` was given it; None where it is not known.
    trajectory : Trajectory

    Raises
    ------
    UsageError
        When the optimizer's formula has a symbol that stands for nothing, or its parts do not add up.

    Examples
    --------
    >>> import vizgd as vg
    >>> rule = vg.Momentum(learning_rate=0.1, beta=0.5)
    >>> shown = quantities_of(rule, vg.record("x**2", rule, start=8, steps=2))
    >>> for part in shown.parts:
    ...     print(part.name, part.symbol, part.values.ravel().round(2))
    carried −α β vₜ₋₁ [-0.  -0.8]
    pulled −α g [-1.6  -1.28]
    """
    optimizer = None if optimizer is None else optimizer_from(optimizer)
    formula: Formula | None = None if optimizer is None else optimizer.own_formula
    gradients = trajectory.gradients[:-1]
    found = {"gradient": _series(COMMON["g"], gradients)}
    if "step" in trajectory.terms:
        found["step"] = _series(STEP, trajectory.terms["step"])
    elif trajectory.every == 1:
        found["step"] = _series(STEP, np.diff(trajectory.iterates, axis=0))
    own = {quantity.name: quantity for quantity in formula.quantities.values()} if formula else {}
    for name in [name for name in trajectory.terms if name not in found]:
        found[name] = _of_term(name, trajectory.terms[name], gradients.shape, own.get(name))
    if formula is None:
        beats = [ShownBeat(verb, (), (found[name],)) for verb, name in TOLD_BY_ANY.items() if name in found]
        return Quantities(found, (), tuple(beats))
    check_told(optimizer, formula, trajectory)
    reading = _Reading(optimizer, formula, trajectory, trajectory.steps)
    found |= reading.series()
    parts = reading.parts()
    check_sum(optimizer, formula, reading.known, trajectory, trajectory.steps)
    beats = [ShownBeat("gradient", (), (found["gradient"],)), *reading.beats(found)]
    names = {name: quantity.name for name, quantity in formula.quantities.items()}
    return Quantities(found, parts, tuple(beats), reading.symbols, reading.values(), names)


def beat_count(optimizer: Any, trajectory: Trajectory) -> int:
    """Return in how many beats a run's steps are made; 0 where not every step was kept.

    Parameters
    ----------
    optimizer : Optimizer or other
        As `record` was given it.
    trajectory : Trajectory
    """
    formula: Formula | None = optimizer_from(optimizer).own_formula
    if trajectory.every != 1:
        return 0
    if formula is not None:
        return 1 + len(formula.beats)
    return len({"gradient", "step", *trajectory.terms} & {*TOLD_BY_ANY.values()})


def check_told(optimizer: Any, formula: Formula, trajectory: Trajectory) -> None:
    """Check that what a rule tells of itself is there.

    Raises
    ------
    UsageError
        When a symbol stands for nothing.
    """
    kind: type = type(optimizer)
    _check_once(kind, formula)
    fields = optimizer.init(trajectory.iterates[0])._fields
    for line in formula.lines:
        quantity = formula.quantities[line.target]
        if line.carried and line.target != "theta" and quantity.name not in fields:
            raise UsageError(
                f"{kind.__name__}: {line.target} stands for {quantity.name!r}, which its state has not",
                why=f"each step begins with it; the state has {', '.join(fields)}",
            )


def check_sum(
    optimizer: Any, formula: Formula, known: Mapping[str, Any], trajectory: Trajectory, steps: int
) -> None:
    """Check that a rule's parts add up to the first steps of a run as they were recorded.

    Raises
    ------
    UsageError
        With the first step of which they do not, and both numbers.
    """
    parts = [evaluated(part.expression, known) for part in formula.parts]
    if not parts or any(part is None for part in parts) or "step" not in trajectory.terms:
        return
    recorded = trajectory.terms["step"][:steps]
    with np.errstate(all="ignore"):
        sums = sum(parts)
        sizes = sum(map(np.abs, parts)) + np.abs(recorded)
        # The last numbers before zero have few digits, of which rounding may take all.
        near = np.maximum(NEAR * sizes, np.finfo(np.float64).tiny)
        apart = (np.abs(sums - recorded) > near) & np.isfinite(sizes)
    if apart.any():
        row, coordinate = np.argwhere(apart)[0]
        told = np.broadcast_to(sums, recorded.shape)[row, coordinate]
        raise UsageError(
            f"the parts of {type(optimizer).__name__} do not add up to its step",
            where=f"step {trajectory.iterations[row] + 1}, coordinate {coordinate + 1}",
            why=f"{' + '.join(part.name for part in formula.parts)} is {told:.12g}, "
            f"the step {recorded[row, coordinate]:.12g}",
            hint="mend the formula's parts, or leave them out",
        )


def check_first_steps(optimizer: Any, trajectory: Trajectory) -> None:
    """Check what a rule tells of itself against the first steps of a run: see `check_told`, `check_sum`."""
    formula: Formula | None = optimizer.own_formula
    if formula is not None and trajectory.steps:
        check_told(optimizer, formula, trajectory)
        check_sum(optimizer, formula, known_at(optimizer, formula, trajectory, FIRST), trajectory, FIRST)


@cache
def _check_once(kind: type, formula: Formula) -> None:
    check_formula(kind, formula)


class _Reading:
    """A rule's formula over the first steps of a run: what its symbols stand for there."""

    def __init__(self, optimizer: Any, formula: Formula, trajectory: Trajectory, steps: int) -> None:
        kind: type = type(optimizer)
        self.formula = formula
        self.symbols = symbols_of(kind, formula)
        self.shape = trajectory.gradients[:-1][:steps].shape
        self.known = known_at(optimizer, formula, trajectory, self.shape[0])

    def series(self) -> dict[str, Series]:
        """Return the formula's quantities by their names."""
        told = {"alpha": COMMON["alpha"], "eta": COMMON["eta"], **self.formula.symbols}
        return {
            quantity.name: _series(quantity, self._by_step(self.known[symbol], one=quantity.kind == "number"))
            for symbol, quantity in told.items()
            if symbol in self.known
        }

    def values(self) -> dict[str, Array]:
        """Return what is known of the formula's names."""
        told = {name: self.formula.quantities.get(name.removesuffix(BEFORE)) for name in self.known}
        return {
            name: self._by_step(self.known[name], one=quantity is None or quantity.kind == "number")
            for name, quantity in told.items()
        }

    def parts(self) -> tuple[Series, ...]:
        """Return the vectors that add up to the step; none where one of them is not known."""
        parts = [self._vector(part.name, part.expression, part.role) for part in self.formula.parts]
        return tuple(part for part in parts if part) if all(parts) else ()

    def beats(self, found: Mapping[str, Series]) -> Iterator[ShownBeat]:
        """Yield the formula's beats with what is known of them."""
        for beat, lines in zip(self.formula.beats, self.formula.lines_by_beat, strict=True):
            targets = dict.fromkeys(line.target for line in lines)
            names = ["step" if name == "theta" else self.formula.quantities[name].name for name in targets]
            shown = [found[name] for name in names if name in found]
            if beat.shows and (vector := self._vector(beat.verb, beat.shows, "step")):
                shown.append(vector)
            yield ShownBeat(beat.verb, lines, tuple(shown), beat.shows, beat.says)

    def _vector(self, name: str, text: str, role: Role | None) -> Series | None:
        value = evaluated(text, self.known)
        if value is None:
            return None
        return Series(
            name,
            written(text, self.symbols),
            written(text, self.symbols, tex=True),
            "vector",
            role,
            self._by_step(value),
        )

    def _by_step(self, value: Any, *, one: bool = False) -> Array:
        """Return a symbol's value with a row for each step, of one number for all coordinates only that."""
        shape = np.shape(value)
        if one and (not shape or shape[1:] == (1,)):
            return np.broadcast_to(np.reshape(value, -1), self.shape[:1])
        fits = len(shape) < 2 or shape[1:] in {(1,), self.shape[1:]}
        return np.broadcast_to(value, self.shape) if fits else np.asarray(value)


def known_at(optimizer: Any, formula: Formula, trajectory: Trajectory, steps: int) -> dict[str, Any]:
    """Return what the symbols of a rule's formula stand for in the first steps of a run.

    A row is a step, and what is one number for all coordinates has one column. Where not every step was kept,
    values before the step are left out.
    """
    terms = {name: _in_columns(values[:steps]) for name, values in trajectory.terms.items()}
    before = trajectory.iterates[:-1][:steps]
    known: dict[str, Any] = {
        name: value for name, value in hyperparameters(optimizer) if name != "learning_rate"
    }
    known |= {
        "g": trajectory.gradients[:-1][:steps],
        "t": _in_columns(np.asarray(trajectory.iterations[:-1][:steps] + 1, dtype=np.float64)),
        "theta_before": before,
    }
    if "step" in terms:
        known["theta"] = before + terms["step"]
    state = optimizer.init(trajectory.iterates[0])
    for symbol, quantity in {"alpha": COMMON["alpha"], **formula.symbols}.items():
        if quantity.name not in terms:
            continue
        values = known[symbol] = terms[quantity.name]
        if quantity.name in state._fields and trajectory.every == 1:
            first = np.broadcast_to(getattr(state, quantity.name), values[:1].shape)
            known[symbol + BEFORE] = np.concatenate([first, values[:-1]])
    known = computed(formula, known, known)
    rate = evaluated(formula.rate, known)
    return known if rate is None else {"eta": rate} | known


def _in_columns(values: Array) -> Array:
    return values[:, None] if values.ndim == 1 else values


def _series(quantity: Quantity, values: Array) -> Series:
    kind: Kind = "scaling" if quantity.kind == "number" and values.ndim > 1 else quantity.kind
    return Series(quantity.name, quantity.symbol, as_tex(quantity.symbol), kind, quantity.role, values)


def _of_term(name: str, values: Array, shape: tuple[int, ...], told: Quantity | None) -> Series:
    """Return a term: what its rule's formula tells of it, another one's, or what its name says of it."""
    quantity = told or _declared().get(name)
    if quantity is None:
        kind, role = ELSEWHERE.get(name.rpartition(".")[2], ("other", None))
        quantity = Quantity(name, name, kind, role)
    if values.ndim == 1:
        quantity = replace(quantity, kind="number")
    elif values.shape != shape:
        quantity = replace(quantity, kind="other")
    return _series(quantity, values)


@cache
def _declared() -> dict[str, Quantity]:
    """Return what vizgd's own rules say of their terms."""
    formulas = [rule.load().formula for rule in optimizers().values()]
    told = [quantity for formula in formulas if formula for quantity in formula.symbols.values()]
    return {quantity.name: quantity for quantity in [*told, COMMON["alpha"], COMMON["t"]]}
