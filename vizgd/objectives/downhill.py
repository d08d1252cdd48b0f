"""Where descent without noise ends from many points: to which minimum each of them belongs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array, Objective

STEPS = 600
LONGEST_STEP = 0.02
"""In widths of the domain: a longer one might jump over a hill."""
LEVEL = 1e-6
"""A point has come to rest where the gradient is no longer than this part of the longest in the beginning."""


def downhill(objective: Objective, points: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return where short steps lead from points ``(k, d)``, the gradients' lengths there, and which rest.

    Each step is along the negative gradient and lowers the loss in proportion (Armijo 1966); its length grows
    while that goes well.
    """
    longest = float(np.ptp(np.array(objective.domain), axis=1).max())
    with np.errstate(all="ignore"):
        values, gradients = np.asarray(objective.value(points)), np.asarray(objective.gradient(points))
        slopes = np.linalg.norm(gradients, axis=1)
        rates = 1e-3 * longest / slopes
        level = LEVEL * float(slopes.max(initial=0.0, where=np.isfinite(slopes)))
        for _ in range(STEPS):
            if (slopes <= level).all():
                break
            lengths = np.minimum(rates * slopes, LONGEST_STEP * longest)
            units = gradients / np.where(slopes > 0, slopes, 1.0)[:, None]
            tried = points - lengths[:, None] * units
            lower = np.asarray(objective.value(tried))
            good = lower <= values - 1e-4 * lengths * slopes
            points = np.where(good[:, None], tried, points)
            values = np.where(good, lower, values)
            rates = rates * np.where(good, 1.5, 0.4)
            gradients = np.asarray(objective.gradient(points))
            slopes = np.linalg.norm(gradients, axis=1)
    return points, slopes, slopes <= level
