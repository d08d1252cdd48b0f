"""The box of an objective that is drawn: a pair for each parameter, of which there may be millions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Domain(tuple[tuple[float, float], ...]):
    """A tuple of pairs, one for each side of a box, which NumPy converts quickly.

    The pairs of a network are all equal: one is stored, and conversion does not walk through all of them.

    Examples
    --------
    >>> Domain.of(np.array([[0.0, 1.0], [0.0, 1.0]]))
    ((0.0, 1.0), (0.0, 1.0))
    """

    @classmethod
    def of(cls, box: NDArray[np.float64]) -> Domain:
        """Return the domain of an array of lows and highs, ``(d, 2)``."""
        if len(box) and (box == box[0]).all():
            return cls(((float(box[0, 0]), float(box[0, 1])),) * len(box))
        return cls(map(tuple, box.tolist()))

    @cached_property
    def _box(self) -> NDArray[np.float64]:
        same = len(self) > 0 and self.count(self[0]) == len(self)
        box = np.array(self[:1] if same else self[:], dtype=np.float64).reshape(-1, 2)
        return np.broadcast_to(box, (len(self), 2))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return the lows and the highs, ``(d, 2)``."""
        return np.array(self._box, dtype=dtype) if copy else np.asarray(self._box, dtype=dtype)

    def __reduce__(self) -> tuple[Any, ...]:
        return Domain, (tuple(self),)


def longest_side(domain: Sequence[tuple[float, float]]) -> float:
    """Return the longest side of a box."""
    return float(np.ptp(np.array(domain), axis=1).max())
