"""The terms of steps, as they are written down: a column for each, a row for each step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vizgd.objectives.objective import Array
from vizgd.recording.keeping import Shapes, few


class Columns:
    """The terms of a run, or of several by one rule that are side by side.

    Parameters
    ----------
    runs : int
    steps : int
    shapes : mapping of str to tuple of int
        Of each term of one run in one step.
    names : collection of str
        Those that are kept.
    alone : bool
        Whether it is one run by itself, whose terms have no axis for it.
    """

    def __init__(self, runs: int, steps: int, shapes: Shapes, names: tuple[str, ...], *, alone: bool) -> None:
        self.runs, self._steps, self._alone = runs, steps, alone
        self._shapes = dict(shapes)
        self._lean = len(names) < len(shapes)
        self._columns = {name: self._column(shapes[name]) for name in names}
        self._list()

    @property
    def names(self) -> tuple[str, ...]:
        """The terms that are kept."""
        return tuple(self._columns)

    def write(self, row: int, terms: Mapping[str, Any]) -> None:
        """Write down the terms of a step."""
        for name, column in self._written:
            column[row] = terms[name]

    def write_varied(self, row: int, terms: Mapping[str, Any]) -> None:
        """Do the same for terms of which some come later than others, or change their shape.

        A column is nan where there was nothing yet; what changes its shape, such as a growing memory, is left
        out.
        """
        for name, value in terms.items():
            shape = np.shape(value)
            if name not in self._shapes:
                self._shapes[name] = shape
                if not self._lean or few({name: shape}):
                    self._columns[name] = self._column(shape)
                    self._columns[name].fill(np.nan)
                    self._list()
            elif self._shapes[name] != shape and name in self._columns:
                del self._columns[name]
                self._list()
        for name, column in self._written:
            column[row] = terms.get(name, np.nan)

    def of(self, run: int) -> dict[str, Array]:
        """Return the columns of one run."""
        if self._alone:
            return self._columns
        columns = {name: column[run] for name, column in self._columns.items()}
        return {name: rows if self._shapes[name] else rows[:, 0] for name, rows in columns.items()}

    def _column(self, shape: tuple[int, ...]) -> Array:
        if self._alone:
            return np.empty((self._steps, *shape))
        # What is one number a run has an axis all the same, for a rule to give it as it likes.
        return np.empty((self.runs, self._steps, *(shape or (1,))))

    def _list(self) -> None:
        # A list, for a dictionary is slower to go through in each step.
        self._written = [
            (name, column if self._alone else column.swapaxes(0, 1)) for name, column in self._columns.items()
        ]
