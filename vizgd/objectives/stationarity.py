"""Points at which a gradient vanishes, or all but: where they are, and of what kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.domain import longest_side
from vizgd.objectives.objective import Array, Objective
from vizgd.objectives.smoothness import gradient_jumps, value_jumps

TOLERANCE = 1e-5
"""A gradient of which no component exceeds it has vanished, where nothing else is said."""
AT_MINIMIZER = 1e-3
"""The part of the domain's longest side within which a run is at a point."""
FLAT = 1e-4
"""A curvature that is none."""
NEWTON_STEPS = 4
"""After so many it is known whether they shorten as they do where a gradient vanishes."""
AROUND, RADII = 32, (1e-4, 1e-3)
"""How many points around a place are asked whether they lie lower, and how far off, in widths."""


def is_stationary(gradients: Array, tolerance: float = TOLERANCE) -> NDArray[np.bool_]:
    """Return where no component of gradients ``(..., d)`` exceeds the tolerance: nowhere where one is nan."""
    return np.asarray(np.abs(gradients).max(axis=-1) <= tolerance)


def at_minimizer(objective: Objective) -> float:
    """Return how far from a known minimizer a run is at it."""
    return AT_MINIMIZER * longest_side(objective.domain)


def distances(objective: Objective, points: Array) -> Array:
    """Return how far points ``(..., d)`` are from the nearest known minimizer, of which there must be one."""
    with np.errstate(over="ignore"):
        apart = points[..., None, :] - np.array(objective.minimizers)
        return np.asarray(np.linalg.norm(apart, axis=-1).min(axis=-1))


def in_one_dent(above: Any, slopes: Any, apart: Any, rounding: float = 0.0) -> Any:
    """Return whether points at rest are in the dent of a minimum, and not in another one close by.

    From the bottom of the same dent the loss rises by no more than the slope times the way.

    Parameters
    ----------
    above : float or array
        By how much the loss is more than the minimum.
    slopes : float or array
        The lengths of the gradients.
    apart : float or array
        The distances from the minimizer.
    rounding : float, default 0
        What may be wrong with the loss.
    """
    return above <= 10.0 * slopes * apart + rounding


def nature_of(objective: Objective, place: Array) -> str:
    """Return what a point is at which the gradient vanishes, or all but.

    A minimum, a saddle and a maximum are told by the curvatures where Newton's method settles from there. On
    a slope that only fades out it does not settle, nor where curvature vanishes: that is flat. Beside a jump
    curvatures tell nothing.

    Returns
    -------
    {"local minimum", "saddle", "maximum", "kink", "flat", ""}
        The last where it cannot be told.

    Examples
    --------
    >>> from vizgd.objectives.lookup import objective_from
    >>> nature_of(objective_from("x**2 - y**2"), np.zeros(2))
    'saddle'
    """
    if gradient_jumps(objective, place):
        return "kink"
    if objective.hessian is None or value_jumps(objective, place):
        return ""
    point, ways = np.array(place, dtype=float), []
    with np.errstate(all="ignore"):
        for _ in range(NEWTON_STEPS):
            hessian = np.asarray(objective.hessian(point))
            if not np.isfinite(hessian).all():
                return ""
            curvatures, axes = np.linalg.eigh(hessian)
            sharpest = float(np.abs(curvatures).max())
            if sharpest < FLAT or np.abs(curvatures).min() <= 1e-6 * sharpest:
                return "flat"
            step = axes @ ((objective.gradient(point) @ axes) / curvatures)
            point = point - step
            ways.append(float(np.linalg.norm(step)))
    near = at_minimizer(objective)
    if not (ways[-1] <= max(0.01 * ways[0], 1e-6 * near) and sum(ways) <= near):
        return "flat"
    if curvatures.min() > 0:
        return "local minimum"
    return "maximum" if curvatures.max() < 0 else "saddle"


def is_minimum(objective: Objective, place: Array) -> bool:
    """Return whether no way leads down from a place at which the gradient all but vanishes.

    The function itself is asked on circles around it: a Hessian may be unknown, and says nothing of a monkey
    saddle, where it vanishes, too.
    """
    longest = longest_side(objective.domain)
    angles = np.linspace(0.0, 2.0 * np.pi, AROUND, endpoint=False)
    radii = longest * np.array(RADII)[:, None]
    circles = place + radii[..., None] * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    slope = float(np.linalg.norm(objective.gradient(place)))
    height = np.asarray(objective.value(circles)) - objective.value(place)
    # Not quite at the point, there is a slope still; and differences of large numbers are rounded.
    rounding = 1e-12 * np.abs(objective.value(place))
    return not bool((height < -2.0 * slope * radii - rounding).any(axis=1).all())
