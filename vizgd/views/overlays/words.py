"""Words beside what moves: where those that are there already stand, at the same step of another run too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Mark, Text, Track
from vizgd.drawing.typeset import measured
from vizgd.objectives.objective import Array
from vizgd.views.moments import Seen

APART = 4.0
"""Between two words, at least."""


@dataclass(frozen=True, eq=False)
class Words:
    """Where words stand, in frame units from the lower left corner of a panel's axes.

    Parameters
    ----------
    seen : Seen
        At which iterates.
    places : array, shape (k, 2)
        Their middle, nan while they are not there.
    half : array, shape (2,) or (k, 2)
        Half of their width and height.
    """

    seen: Seen
    places: Array
    half: Array

    def cover(self, seen: Seen, places: Array, half: Array) -> NDArray[np.bool_]:
        """Say at which iterates they would cover others, or those them."""
        if self.seen.by_step != seen.by_step:
            return np.zeros(len(places), dtype=bool)
        meanwhile = np.minimum(np.arange(len(places)), len(self.places) - 1)
        reach = half + np.broadcast_to(self.half, self.places.shape)[meanwhile] + APART
        with np.errstate(invalid="ignore"):
            return np.asarray((np.abs(places - self.places[meanwhile]) < reach).all(axis=1))


def words_at_arrows(symbols: Sequence[Mark], low: Array, scale: Array) -> list[Words]:
    """Return where the symbols at arrows stand; a unit is ``scale`` of the axes, which begin at ``low``."""
    found = []
    for one in symbols:
        if isinstance(one, Text) and isinstance(one.xy, Track) and one.xy.run is not None:
            places = (np.asarray(one.xy.values, dtype=float) - low) / scale
            half = np.array(measured(str(one.text), one.size)) / 2
            found.append(Words(Seen(one.xy.run, np.arange(len(places)), by_step=True), places, half))
    return found
