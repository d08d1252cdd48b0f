"""The fills of a mesh that shows which of some classes is the most probable, and by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Color
from vizgd.objectives.objective import Array


@dataclass(frozen=True, eq=False)
class Shades:
    """Fills at each moment of a film, values of a track, from the odds of classes at the points of a grid.

    They are made when they are asked for, and finer than the grid: a table of all would outgrow the film.
    Between the points the logarithms of odds are interpolated, as a boundary is that is drawn as their level
    line.

    Parameters
    ----------
    odds : array, shape (moments, rows, columns, k - 1)
        The logarithm of each class's odds against the first; nan where there are none.
    fineness : int
        How many quadrilaterals there are between two neighboring points.
    colors : array, shape (k, 4)
        One a class.
    ground : Color
        Where no class is more probable than another.
    most : float
        How much of its color a class has where it is certain.
    """

    odds: NDArray[np.float16]
    fineness: int
    colors: Array
    ground: Color
    most: float

    def __len__(self) -> int:
        return len(self.odds)

    def __getitem__(self, moment: int) -> Array:
        """Return the fills ``((rows - 1)·fineness, (columns - 1)·fineness, 4)``."""
        odds = self._finer(self._finer(self.odds[moment].astype(float)).swapaxes(0, 1)).swapaxes(0, 1)
        logs = np.concatenate([np.zeros_like(odds[..., :1]), odds], axis=-1)
        count = logs.shape[-1]
        ahead = np.exp(logs - logs.max(axis=-1, keepdims=True))
        lead = (1.0 / ahead.sum(axis=-1) - 1.0 / count) / (1.0 - 1.0 / count)
        share = self.most * lead[..., None]
        return np.asarray((1.0 - share) * np.array(self.ground) + share * self.colors[logs.argmax(axis=-1)])

    def _finer(self, values: Array) -> Array:
        """Return values along the first axis in the middles of quadrilaterals."""
        parts = ((np.arange(self.fineness) + 0.5) / self.fineness).reshape(-1, *[1] * (values.ndim - 1))
        between = values[:-1, None] * (1.0 - parts) + values[1:, None] * parts
        return between.reshape(-1, *values.shape[1:])
