"""The values of a quantity at each step by coordinate, and the scale in which they are shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vizgd.base.formatting import number
from vizgd.objectives.objective import Array
from vizgd.optimizers.formula import Formula, Role, evaluated, names_of
from vizgd.recording.quantities import Quantities, Series

MOST_COORDINATES = 6
"""Of more, the largest at the end are shown: bars that are narrower could not be told apart."""
MOST_OF_USUAL = 3.0
"""In sizes of the first value and of the usual one, the larger: what is beyond is cut off."""
MOST_SHARED = 30.0
"""What differs by more than this factor in its largest values has a scale of its own."""


@dataclass(frozen=True, eq=False)
class StateGroup:
    """A quantity as it is shown: a row of values for each step, a slot for each coordinate.

    ``carried`` is the part of a square that the gradient of the step has not added; ``grown``, shape (m,),
    how much of a step's values there is at each of m positions, from 0 to 1, where they grow in their beat.
    """

    tex: str
    words: str
    role: Role | None
    values: Array
    names: tuple[str, ...] = ()
    carried: Array | None = None
    name: str = ""
    limit: float = 1.0
    grown: Array | None = None

    @classmethod
    def of(cls, series: Series) -> StateGroup:
        """Return the group of a series; one slot for what is one number for all coordinates."""
        values = np.asarray(series.values, dtype=float)
        values = values[:, None] if values.ndim == 1 else values
        if len(values) == 0:  # of a run without a step
            values = np.full((1, values.shape[1]), np.nan)
        return cls(series.tex, series.name.replace("_", " "), series.role, values, name=series.name)

    def of_coordinates(self, kept: NDArray[np.intp], names: Sequence[str]) -> StateGroup:
        """Return it with some coordinates alone."""
        if self.values.shape[1] == 1:
            return replace(self, names=("",))
        carried = None if self.carried is None else self.carried[:, kept]
        return replace(
            self, values=self.values[:, kept], names=tuple(names[k] for k in kept), carried=carried
        )

    @property
    def signed(self) -> bool:
        """Whether a value is below zero."""
        return bool((self.values < 0).any())

    @property
    def cut(self) -> bool:
        """Whether a value is beyond the limit."""
        return bool((np.abs(self.values) > self.limit).any())

    def heights(self, positions: Array) -> Array:
        """Return the values of the steps under way, in parts of the limit, ``(m, slots)``."""
        return self._heights(self.values, positions)

    def carried_heights(self, positions: Array) -> Array | None:
        """Return what is carried likewise."""
        return None if self.carried is None else self._heights(self.carried, positions)

    def _heights(self, values: Array, positions: Array) -> Array:
        shown = np.nan_to_num(np.clip(values, -self.limit, self.limit)) / self.limit
        steps = self._steps(positions)
        if self.grown is None:
            return np.asarray(shown[steps])
        before = np.where(steps[:, None] > 0, shown[steps - 1], 0.0)
        return np.asarray(before + self.grown[:, None] * (shown[steps] - before))

    def _steps(self, positions: Array) -> NDArray[np.intp]:
        """Return which steps are under way: between two of them there are no values that a run had."""
        return np.minimum(positions.astype(np.intp), len(self.values) - 1)

    def texts(self, positions: Array) -> list[list[str]]:
        """Return the values of the steps under way in words, a list for each slot."""
        rows = self._steps(positions)
        if self.grown is not None:  # none while they grow, and before, those of the step before
            rows = np.where(self.grown >= 1.0, rows, np.where(self.grown > 0.0, -1, rows - 1))
        decimals = 1 - math.floor(math.log10(self.limit))
        plain = -4 <= decimals - 1 <= 3

        def said(value: float) -> str:
            if not math.isfinite(value):
                return "" if math.isnan(value) else number(value)
            # As many decimals as the limit has with two digits: a number that changes stays where it is.
            if plain and abs(value) <= 10 * self.limit:
                return f"{round(value, max(decimals, 0)) + 0.0:.{max(decimals, 0)}f}".replace("-", "−")
            return number(value, 2)

        told = {row: [said(value) for value in self.values[row].tolist()] for row in np.unique(rows).tolist()}
        told[-1] = [""] * self.values.shape[1]
        return [[told[row][slot] for row in rows.tolist()] for slot in range(self.values.shape[1])]


def squared(gradient: Series) -> StateGroup:
    """Return the squares of a gradient."""
    with np.errstate(over="ignore"):
        group = StateGroup.of(replace(gradient, values=np.square(np.asarray(gradient.values, dtype=float))))
    return replace(group, tex=f"{group.tex}^2", words="squared gradient", name="squared_gradient")


def carried(formula: Formula | None, shown: Quantities, group: StateGroup) -> Array | None:
    """Return what a square would be had the gradient been zero; None where no line of a formula says so."""
    if formula is None:
        return None
    known = {name: value[:, None] if value.ndim == 1 else value for name, value in shown.values.items()}
    for line in formula.lines:
        named = line.target != "theta" and formula.quantities[line.target].name == group.name
        if named and line.condition is None and "g" in names_of(line.expression):
            without = evaluated(line.expression, known | {"g": np.zeros_like(known["g"])})
            if np.shape(without) == group.values.shape:
                return np.asarray(without)
    return None


def kept_coordinates(values: Array) -> tuple[NDArray[np.intp], str]:
    """Return which coordinates are shown, and what is said where those are not all."""
    dimension = values.shape[1]
    if dimension <= MOST_COORDINATES:
        return np.arange(dimension), ""
    largest = np.argsort(-np.nan_to_num(np.abs(values[-1])), kind="stable")[:MOST_COORDINATES]
    return np.sort(largest), f"{MOST_COORDINATES} of {dimension} coordinates, the largest at the end"


def scaled(groups: Sequence[StateGroup], *, lost: bool) -> list[StateGroup]:
    """Return groups with their limits; what has one unit shares its limit where it can be seen by it."""
    own = [_limit(group.values, lost=lost) for group in groups]
    scaled = []
    for group, limit in zip(groups, own, strict=True):
        alike = [one for one, other in zip(own, groups, strict=True) if _unit(other) == _unit(group)]
        most = max(one for one in alike if one <= MOST_SHARED * limit)
        scaled.append(replace(group, limit=most))
    return scaled


def _unit(group: StateGroup) -> str:
    """Return what a group has in common with those of its unit."""
    if group.role == "second moment" or group.name == "squared_gradient":
        return "squared gradient"
    return "gradient" if group.role in {"gradient", "momentum"} else group.name


def _limit(values: Array, *, lost: bool) -> float:
    """Return the largest value, or what the first and the usual ones are a good part of."""
    sizes = np.abs(values)
    largest = np.where(np.isfinite(sizes), sizes, 0.0).max(axis=1)
    usual = float(largest[0]) if lost else max(float(largest[0]), float(np.median(largest)))
    most = min(float(largest.max()), MOST_OF_USUAL * usual) or float(largest.max())
    if not 1e-290 < most < 1e290:
        return most or 1.0
    unit = 10.0 ** (math.floor(math.log10(most)) - 1)
    return math.ceil(most / unit * (1 - 1e-9)) * unit
