"""Evaluates and differentiates functions written with PyTorch, by torch itself."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizgd.objectives.callables.derivatives import Differentiable, agree, working
from vizgd.objectives.callables.numpy_functions import SINGLE_SPACING, SPACING
from vizgd.objectives.objective import Array


@dataclass(frozen=True)
class TorchFunction:
    """A function of one point, or one of its derivatives, over arrays of points ``(..., d)``.

    Parameters
    ----------
    function : callable
    spread : bool
        Whether it takes the coordinates as separate arguments.
    order : int, default 0
        0 its value, 1 its gradient, 2 its Hessian.
    double : bool, default True
        Whether it works in float64; else in float32.
    batched : bool, default True
        Whether ``torch.func.vmap`` can batch it: it does not branch on a coordinate.
    """

    function: Callable[..., Any]
    spread: bool
    order: int = 0
    double: bool = True
    batched: bool = True

    def __call__(self, points: Array) -> Array:
        """Evaluate it."""
        import torch

        points = np.asarray(points, dtype=np.float64)
        rows = points.reshape(-1, points.shape[-1])
        shape = (*points.shape[:-1], *points.shape[-1:] * self.order)
        if not len(rows):
            return np.empty(shape)
        tensor = torch.tensor(rows, dtype=torch.float64 if self.double else torch.float32)
        if self.batched and points.ndim > 1:
            over = torch.func.vmap(self._transformed(torch.func))
            results = over(tensor).detach().numpy()
        else:
            results = np.array([self._at(torch, row).detach().numpy() for row in tensor])
        return np.asarray(results, dtype=np.float64).reshape(shape)

    def at_point(self, point: Any) -> Any:
        """Return the value at a point, a tensor ``(d,)``, as a tensor of one number."""
        value = self.function(*point.unbind(0)) if self.spread else self.function(point)
        if value.shape != ():
            raise TypeError(f"it returns a tensor of shape {tuple(value.shape)}")
        return value

    def _transformed(self, func: Any) -> Any:
        return (self.at_point, func.grad(self.at_point), func.hessian(self.at_point))[self.order]

    def _at(self, torch: Any, row: Any) -> Any:
        if self.order == 0:
            with torch.no_grad():
                return self.at_point(row)
        if self.order == 2:
            return torch.autograd.functional.hessian(self.at_point, row)
        with torch.enable_grad():
            point = row.clone().requires_grad_()
            return torch.autograd.grad(self.at_point(point), point)[0]


def with_derivatives(function: Callable[..., Any], spread: bool, points: Array) -> Differentiable | None:
    """Return a function with its derivatives by torch; None where torch cannot differentiate it.

    It is evaluated in float64 if possible, otherwise in float32, as for a network with such weights.
    """
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns about itself when vmap is first used
        try:
            return _with_derivatives(torch, function, spread, points, double=True)
        except Exception:
            return _with_derivatives(torch, function, spread, points, double=False)


def _with_derivatives(
    torch: Any, function: Callable[..., Any], spread: bool, points: Array, *, double: bool
) -> Differentiable | None:
    one, many = (
        [TorchFunction(function, spread, order, double, batched) for order in range(3)]
        for batched in (False, True)
    )
    dtype = torch.float64 if double else torch.float32
    answer = one[0].at_point(torch.tensor(points[0], dtype=dtype, requires_grad=True))
    if not isinstance(answer, torch.Tensor) or not answer.requires_grad:
        return None
    one[1](points[0])
    digits = 9 if double else 3
    value, gradient, hessian = (
        many if all(agree(one[order], many[order], points, digits) for order in (0, 1)) else one
    )
    known = working(hessian, points[:2])
    return Differentiable("torch's gradient", value, gradient, known, SPACING if double else SINGLE_SPACING)
