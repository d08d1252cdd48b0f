"""A function with its derivatives and where they come from; and whether its gradient is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizgd.errors import UsageError
from vizgd.objectives.numpy_functions import SPACING
from vizgd.objectives.objective import Array, ArrayFunction


@dataclass(frozen=True)
class Derived:
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


def check_gradient(found: Derived, points: Array, called: str) -> None:
    """Hold a gradient against central differences at points ``(n, d)``.

    A difference counts only beyond what the differences themselves are unsure of: at a kink, or where the
    function is rough, those ahead and behind disagree.

    Raises
    ------
    UsageError
    """
    for point in points:
        steps = found.spacing * np.maximum(np.abs(point), 1.0)
        here, offsets = found.value(point), np.diag(steps)
        ahead, behind = (
            (found.value(point + offsets) - here) / steps,
            (here - found.value(point - offsets)) / steps,
        )
        stated, measured = found.gradient(point), (ahead + behind) / 2
        if not np.isfinite(measured).all():
            continue
        size = np.abs(measured).max() + abs(float(here)) * found.spacing
        allowed = 1e-4 * size + np.abs(ahead - behind) + 1e-9
        if not (np.abs(stated - measured) <= allowed).all():
            raise UsageError(
                f"{found.source} of {called} is {stated.round(6).tolist()} at {point.round(6).tolist()}",
                why=f"central differences give {measured.round(6).tolist()}",
                hint="correct it; or where it is meant so, pass an Objective with value and gradient",
            )


def agree(one: ArrayFunction, many: ArrayFunction, points: Array, digits: int = 9) -> bool:
    """Say whether a function gives for many points in one call what it gives for each."""
    try:
        expected, found = one(points), many(points)
    except Exception:  # it was not written for that
        return False
    return bool(np.allclose(expected, found, 10.0**-digits, 10.0 ** (-digits - 3), equal_nan=True))


def working(function: ArrayFunction, points: Array) -> ArrayFunction | None:
    """Return a function if it can be evaluated."""
    try:
        function(points)
    except Exception:  # such as an operation without second derivative
        return None
    return function
