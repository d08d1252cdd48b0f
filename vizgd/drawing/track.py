"""Values that change along a run, as tables that the clock reads at a real-valued position."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array

UNRESOLVED = "a mark with tracks has to be resolved before it is drawn"


@dataclass(frozen=True, eq=False)
class Track:
    """A value that changes along a run.

    Parameters
    ----------
    run : int or None
        Whose iterations the values are at; None for the whole film, whose values are spread evenly over it.
    values : array or tuple
        One value (of any shape; text as well) for each iteration, or ``density`` values for each step.
    held : bool, default False
        Keep each value until the next iteration instead of passing smoothly to it.
    nearest : bool, default False
        Take the value of the nearest iteration: what a readout says beside a marker that glides from one
        iterate to the next.
    density : int, default 1
        How many values there are to a step.
    """

    run: int | None
    values: Any
    held: bool = False
    density: int = 1
    nearest: bool = False

    def at(self, position: float) -> Any:
        """Return the value at a real-valued position in iterations."""
        moment = self.moment(position)
        return self.values[moment] if isinstance(moment, int) else between(self.values, moment)

    def moment(self, position: float) -> float:
        """Return which of its values it has at a position: where that is the same, so is the value."""
        place = min(position * self.density, len(self.values) - 1)
        if self.nearest:
            return int(place + 0.5)
        return int(place) if self.held else float(place)


@dataclass(frozen=True, eq=False)
class Filling:
    """The fills of a mesh whose cells get theirs one by one: values of a track, nan while a cell is blank.

    They are made when they are asked for: a table of all would outgrow the film.

    Parameters
    ----------
    when : array of int, shape (rows, columns)
        From which iteration on a cell has its color; after the last one for a cell that stays blank.
    fills : array, shape (rows, columns, 4)
    steps : int
        The last iteration.
    """

    when: NDArray[np.int64]
    fills: Array
    steps: int

    def __len__(self) -> int:
        return self.steps + 1

    def __getitem__(self, iteration: int) -> Array:
        return np.where((self.when <= iteration)[..., None], self.fills, np.nan)


@dataclass(frozen=True, eq=False)
class Panned:
    """Values of a track that are places ``(m, 2)`` seen through a window which moves, made when asked for.

    Parameters
    ----------
    rows : tuple of arrays, shape (m, 2)
        The places, m any in each.
    which : array of int, shape (n + 1,)
        Which of them are seen at each iteration.
    shifts, factors : arrays, shape (n + 1, 2)
        Where they are seen: places times factors, and then shifted.
    """

    rows: tuple[Array, ...]
    which: NDArray[np.intp]
    shifts: Array
    factors: Array

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, iteration: int) -> Array:
        places = self.rows[self.which[iteration]]
        return np.asarray(places * self.factors[iteration] + self.shifts[iteration])

    def through(self, transform: Callable[[Array], Array]) -> Panned:
        """Return them taken through a transform that moves and scales."""
        origin, one = transform(np.zeros(2)), transform(np.ones(2))
        return replace(
            self,
            shifts=self.shifts * (one - origin) + origin,
            factors=self.factors * (one - origin),
        )


@dataclass(frozen=True, eq=False)
class Shared:
    """Values of a track at iterations of which several share one, in place of a table with a copy for each.

    Parameters
    ----------
    rows : array, shape (m, ...)
    which : array of int, shape (n + 1,)
        The row at each iteration.
    """

    rows: Array
    which: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, iteration: int) -> Array:
        return np.asarray(self.rows[self.which[iteration]])


def settled(value: Array | Track) -> Array:
    """Return a field's constant value.

    Raises
    ------
    TypeError
        When it is a track: a mark is measured and drawn only after `resolved`.
    """
    if isinstance(value, Track):
        raise TypeError(UNRESOLVED)
    return np.asarray(value)


def between(values: Array, position: float) -> Array:
    """Return rows of values, such as the vertices of a polyline, interpolated at a real-valued index."""
    index = min(int(position), len(values) - 1)
    weight = position - index
    if weight <= 0.0 or index + 1 >= len(values):
        return np.asarray(values[index])
    return np.asarray((1.0 - weight) * values[index] + weight * values[index + 1])
