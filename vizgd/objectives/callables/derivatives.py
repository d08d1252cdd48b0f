"""A function with its derivatives and where they come from; and whether its gradient is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.callables.numpy_functions import SPACING
from vizgd.objectives.objective import Array, ArrayFunction

MOST_AXES = 16
"""A gradient of more coordinates is checked in so many directions instead of along each axis."""
MOST_CURVED = 256
"""A Hessian of more parameters is made only when it is asked for: to try it would take their square."""


@dataclass(frozen=True)
class Differentiable:
    """A function and its derivatives over arrays of points ``(..., d)``.

    Parameters
    ----------
    source : str
        Whose the gradient is, as a sentence's subject.
    value, gradient : callable
    hessian : callable, optional
    spacing : float, optional
        At which distance central differences of the value are best.
    """

    source: str
    value: ArrayFunction
    gradient: ArrayFunction
    hessian: ArrayFunction | None = None
    spacing: float = SPACING


def check_gradient(found: Differentiable, points: Array, called: str) -> None:
    """Hold a gradient against central differences at points ``(n, d)``.

    Along each axis, or where those are many along some directions that go along all of them. A difference
    counts only beyond what the differences themselves are unsure of: at a kink, or where the function is
    rough, those ahead and behind disagree.

    Raises
    ------
    UsageError
    """
    dimension = points.shape[-1]
    few = dimension <= MOST_AXES
    # Few axes each by itself; ways along all of many, forth or back, by a fixed draw.
    ways = np.eye(dimension) if few else np.random.default_rng(0).choice([-1.0, 1.0], (MOST_AXES, dimension))
    for point in points:
        steps = found.spacing * np.maximum(np.abs(point), 1.0)
        lengths = steps if few else np.full(len(ways), found.spacing)
        here, gradient = found.value(point), found.gradient(point)
        with np.errstate(all="ignore"):
            ahead = np.array([found.value(point + steps * way) - here for way in ways]) / lengths
            behind = np.array([here - found.value(point - steps * way) for way in ways]) / lengths
            stated = np.array([np.sum(gradient * steps * way) for way in ways]) / lengths
            measured = (ahead + behind) / 2
        if not np.isfinite(measured).all():
            continue
        size = np.abs(measured).max() + abs(float(here)) * found.spacing
        allowed = 1e-4 * size + np.abs(ahead - behind) + 1e-9
        if not (np.abs(stated - measured) <= allowed).all():
            place = point.round(6).tolist() if few else f"a point, along {MOST_AXES} directions"
            raise UsageError(
                f"{found.source} of {called} is {stated.round(6).tolist()} at {place}",
                why=f"central differences give {measured.round(6).tolist()}",
                hint="correct it; or where it is meant so, pass an Objective with value and gradient",
            )


def hessian_agrees(gradient: ArrayFunction, hessian: ArrayFunction, points: Array) -> bool:
    """Say whether a Hessian is what the gradient's differences say; of many parameters it is not asked."""
    if points.shape[-1] > MOST_CURVED:
        return True
    way = np.random.default_rng(1).normal(size=points.shape[-1])
    for point in points:
        step = SPACING * max(1.0, float(np.abs(point).max()))
        here = gradient(point)
        ahead = (gradient(point + step * way) - here) / step
        behind = (here - gradient(point - step * way)) / step
        measured = (ahead + behind) / 2
        try:
            stated = hessian(point) @ way
        except Exception:  # such as an operation without second derivative
            return False
        allowed = 1e-3 * np.abs(measured).max() + np.abs(ahead - behind) + 1e-5 * (1 + np.abs(here).max())
        if np.isfinite(measured).all() and not (np.abs(stated - measured) <= allowed).all():
            return False
    return True


def agree(one: ArrayFunction, many: ArrayFunction, points: Array, digits: int = 9) -> bool:
    """Say whether a function gives for many points in one call what it gives for each."""
    try:
        expected, found = one(points), many(points)
    except Exception:  # it was not written for that
        return False
    return bool(np.allclose(expected, found, 10.0**-digits, 10.0 ** (-digits - 3), equal_nan=True))


def working(function: ArrayFunction, points: Array) -> ArrayFunction | None:
    """Return a function if it can be evaluated; of many parameters it is not tried."""
    if points.shape[-1] > MOST_CURVED:
        return function
    try:
        function(points)
    except Exception:  # such as an operation without second derivative
        return None
    return function
