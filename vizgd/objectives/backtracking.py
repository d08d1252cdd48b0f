"""Gradient descent with a backtracking line search, from many points at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array, Objective

STEPS = 600
LONGEST_STEP = 0.02
"""In widths of the domain: a longer step might jump over a hill."""
TOLERANCE = 1e-6
"""A point has converged where the gradient's norm is at most this part of the largest at the beginning."""


def backtracking_descent(objective: Objective, points: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return where descent ends from points ``(k, d)``, the gradients' norms there, and which have converged.

    Each step is along the negative gradient and decreases the loss sufficiently (Armijo 1966); step lengths
    grow after a success. They are short, so that each point ends in the minimum whose basin it lies in.
    """
    longest = float(np.ptp(np.array(objective.domain), axis=1).max())
    with np.errstate(all="ignore"):
        values, gradients = np.asarray(objective.value(points)), np.asarray(objective.gradient(points))
        slopes = np.linalg.norm(gradients, axis=1)
        rates = 1e-3 * longest / slopes
        tolerance = TOLERANCE * float(slopes.max(initial=0.0, where=np.isfinite(slopes)))
        for _ in range(STEPS):
            if (slopes <= tolerance).all():
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
    return points, slopes, slopes <= tolerance
