"""Functions with their derivatives, and checks that derivatives are right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.callables.numpy_functions import SPACING
from vizgd.objectives.objective import Array, ArrayFunction

MOST_AXES = 16
"""Gradients of more coordinates are checked in so many directions instead of along each axis."""
MOST_CURVED = 256
"""Hessians of more parameters are not tried out, because they take memory with the square of that."""


@dataclass(frozen=True)
class Differentiable:
    """A function and its derivatives over arrays of points ``(..., d)``.

    Parameters
    ----------
    source : str
        The source of the gradient, as the subject of a sentence.
    value, gradient : callable
    hessian : callable, optional
    spacing : float, optional
        The best distance for central differences of the value.
    """

    source: str
    value: ArrayFunction
    gradient: ArrayFunction
    hessian: ArrayFunction | None = None
    spacing: float = SPACING


def check_gradient(found: Differentiable, points: Array, called: str) -> None:
    """Compare a gradient with central differences at points ``(n, d)``.

    They are taken along each axis or, of many axes, along some diagonals. A deviation counts only beyond the
    uncertainty of the differences: at a kink, or where the function is rough, those ahead and behind
    disagree.

    Raises
    ------
    UsageError
    """
    dimension = points.shape[-1]
    few = dimension <= MOST_AXES
    # Few axes are taken one by one; of many, random diagonals with a fixed seed.
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
    """Return whether a Hessian agrees with differences of the gradient; True for many parameters."""
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
        except Exception:  # such as an operation without a second derivative
            return False
        allowed = 1e-3 * np.abs(measured).max() + np.abs(ahead - behind) + 1e-5 * (1 + np.abs(here).max())
        if np.isfinite(measured).all() and not (np.abs(stated - measured) <= allowed).all():
            return False
    return True


def agree(one: ArrayFunction, many: ArrayFunction, points: Array, digits: int = 9) -> bool:
    """Return whether a batched function gives the same for many points as another for each."""
    try:
        expected, found = one(points), many(points)
    except Exception:  # it cannot be batched
        return False
    return bool(np.allclose(expected, found, 10.0**-digits, 10.0 ** (-digits - 3), equal_nan=True))


def working(function: ArrayFunction, points: Array) -> ArrayFunction | None:
    """Return a function if it can be evaluated, else None; with many parameters it is not tried."""
    if points.shape[-1] > MOST_CURVED:
        return function
    try:
        function(points)
    except Exception:  # such as an operation without a second derivative
        return None
    return function
