"""Differentiates functions by autograd, whether they use ``autograd.numpy`` or NumPy itself."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizgd.objectives.callables.autograd_arrays import AutogradArray, as_boxes
from vizgd.objectives.callables.derivatives import Differentiable, agree, hessian_agrees, working
from vizgd.objectives.callables.numpy_functions import CentralDifferences, Layout, PointFunction, fastest
from vizgd.objectives.objective import Array, ArrayFunction


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
    followed : bool, default False
        Whether it uses NumPy itself, not ``autograd.numpy``.
    layout : {"first", "last", "none"}, default "none"
        How it can be called for many points at once: with arrays ``(d, n)``, ``(n, d)``, or not at all. Then
        the gradient of the sum over points has a row for each.
    """

    function: Callable[..., Any]
    spread: bool
    order: int = 1
    followed: bool = False
    layout: Layout = "none"

    def __call__(self, points: Array) -> Array:
        """Evaluate it, at each point or at all of them together."""
        import autograd

        points = np.asarray(points, dtype=np.float64)
        rows = points.reshape(-1, points.shape[-1])
        with np.errstate(all="ignore"), warnings.catch_warnings():
            if self.order == 2:
                # It warns, rightly, that a constant gradient does not depend on the input.
                warnings.filterwarnings("ignore", "Output seems independent")
            if self.layout != "none" and points.ndim > 1:
                results = autograd.grad(self.total)(rows if self.layout == "last" else rows.T.copy())
                results = results if self.layout == "last" else results.T
            else:
                one = autograd.grad(self.at_point) if self.order == 1 else autograd.hessian(self.at_point)
                results = np.array([one(row.copy()) for row in rows], dtype=np.float64)
        return np.asarray(results).reshape(*points.shape[:-1], *points.shape[-1:] * self.order)

    def at_point(self, point: Any) -> Any:
        """Return the value at a point, which is an array of autograd's."""
        value = self._called(point)
        return value.reshape(()) if np.shape(value) else value

    def total(self, points: Any) -> Any:
        """Return the sum of the values at many points, whatever the layout."""
        import autograd.numpy as anp

        return anp.sum(self._called(points))

    def _called(self, point: Any) -> Any:
        point = AutogradArray(point) if self.followed else point
        coordinates = [point[axis] for axis in range(len(point))] if self.spread else [point]
        return as_boxes(self.function(*coordinates))


@dataclass(frozen=True)
class RepairedGradient:
    """A gradient that is repaired by central differences where the chain rule gives nan, such as ‖x‖² at 0.

    At a kink that is the mean of the slopes on both sides.

    Parameters
    ----------
    value, gradient : callable
    """

    value: ArrayFunction
    gradient: ArrayFunction

    def __call__(self, points: Array) -> Array:
        """Evaluate it."""
        slopes = self.gradient(points)
        broken = ~np.isfinite(slopes).all(axis=-1)
        if broken.any():
            slopes = np.array(slopes)
            slopes[broken] = CentralDifferences(self.value)(np.asarray(points, dtype=np.float64)[broken])
        return slopes


def with_derivatives(function: Callable[..., Any], spread: bool, points: Array) -> Differentiable:
    """Return a function of ``autograd.numpy`` with its derivatives; raise where autograd cannot."""
    return _with_derivatives("autograd's gradient", function, spread, points, followed=False)


def numpy_with_derivatives(function: Callable[..., Any], spread: bool, points: Array) -> Differentiable:
    """Return a function of NumPy with its derivatives; raise where autograd cannot differentiate it."""
    return _with_derivatives("the gradient", function, spread, points, followed=True)


def _with_derivatives(
    source: str, function: Callable[..., Any], spread: bool, points: Array, *, followed: bool
) -> Differentiable:
    gradient = AutogradDerivative(function, spread, followed=followed)
    with warnings.catch_warnings():
        # It warns where the output does not depend on the input, which NumPy may have hidden from it.
        warnings.simplefilter("error")
        gradient(points[0])
    value = fastest(PointFunction(function, spread), points)
    if value.layout != "none":
        together = AutogradDerivative(function, spread, followed=followed, layout=value.layout)
        gradient = together if agree(gradient, together, points) else gradient
    hessian = AutogradDerivative(function, spread, 2, followed)
    repaired = RepairedGradient(value, gradient)
    sound = working(hessian, points[:2]) if hessian_agrees(repaired, hessian, points[:2]) else None
    return Differentiable(source, value, repaired, sound)
