"""Derivatives of functions written with ``autograd.numpy``, by the package autograd."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizgd.objectives.derived import Derived, working
from vizgd.objectives.numpy_functions import PointFunction, fastest
from vizgd.objectives.objective import Array


@dataclass(frozen=True)
class AutogradDerivative:
    """The gradient or the Hessian of a function of one point, over arrays of points ``(..., d)``.

    Parameters
    ----------
    function : callable
    spread : bool
        Whether it takes the coordinates as separate arguments.
    order : int, default 1
        1 the gradient, 2 the Hessian.
    """

    function: Callable[..., Any]
    spread: bool
    order: int = 1

    def __call__(self, points: Array) -> Array:
        """Evaluate it, point by point."""
        import autograd

        points = np.asarray(points, dtype=np.float64)
        derivative = autograd.grad(self.at_point) if self.order == 1 else autograd.hessian(self.at_point)
        rows = points.reshape(-1, points.shape[-1])
        results = np.array([derivative(row) for row in rows], dtype=np.float64)
        return results.reshape(*points.shape[:-1], *points.shape[-1:] * self.order)

    def at_point(self, point: Any) -> Any:
        """Return the value at a point."""
        return (
            self.function(*(point[axis] for axis in range(len(point))))
            if self.spread
            else self.function(point)
        )


def derived(function: Callable[..., Any], spread: bool, points: Array) -> Derived:
    """Return a function that autograd can differentiate with its derivatives; raise for another."""
    gradient, hessian = (AutogradDerivative(function, spread, order) for order in (1, 2))
    with warnings.catch_warnings():
        # It warns where the output does not depend on the input: where NumPy itself has lost track of it.
        warnings.simplefilter("error")
        gradient(points[0])
    value = fastest(PointFunction(function, spread), points)
    return Derived("autograd's gradient", value, gradient, working(hessian, points[:2]))
