"""Evaluates and differentiates functions written with JAX, by JAX itself, in float64."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, cast

import numpy as np

from vizgd.objectives.callables.derivatives import Differentiable, agree, working
from vizgd.objectives.objective import Array


@dataclass(frozen=True)
class JaxFunction:
    """A function of one point, or one of its derivatives, over arrays of points ``(..., d)``.

    Parameters
    ----------
    function : callable
    spread : bool
        Whether it takes the coordinates as separate arguments.
    order : int
        0 its value, 1 its gradient, 2 its Hessian.
    compiled : bool
        Whether it can be compiled and batched: it does not branch on a coordinate.
    """

    function: Callable[..., Any]
    spread: bool
    order: int = 0
    compiled: bool = True

    def __call__(self, points: Array) -> Array:
        """Evaluate it."""
        points = np.asarray(points, dtype=np.float64)
        with double_precision():
            if points.ndim == 1:
                single = transformed(self.function, self.spread, self.order, self.compiled, False)
                return np.array(single(points), dtype=np.float64)
            rows = points.reshape(-1, points.shape[-1])
            if self.compiled:
                whole = transformed(self.function, self.spread, self.order, True, True)
                results = np.array(whole(rows), dtype=np.float64)
            else:
                one = transformed(self.function, self.spread, self.order, False, False)
                results = np.array([np.asarray(one(row)) for row in rows], dtype=np.float64)
        return results.reshape(*points.shape[:-1], *points.shape[-1:] * self.order)

    def at_point(self, point: Any) -> Any:
        """Return the value at a point, for JAX to trace."""
        return self.function(*point) if self.spread else self.function(point)


def double_precision() -> AbstractContextManager[Any]:
    """Return the context in which JAX computes in float64."""
    import jax

    home = jax if hasattr(jax, "enable_x64") else import_module("jax.experimental")
    return cast("AbstractContextManager[Any]", home.enable_x64(True))


@lru_cache(maxsize=64)
def transformed(
    function: Callable[..., Any], spread: bool, order: int, compiled: bool, batched: bool
) -> Callable[[Any], Any]:
    """Return a function or its derivative, over one point or over rows of points."""
    import jax
    import jax.numpy as jnp

    plain = JaxFunction(function, spread).at_point

    def scalar(point: Any) -> Any:
        value = jnp.asarray(plain(jnp.asarray(point)))
        if value.shape != ():
            raise TypeError(f"it returns an array of shape {value.shape}")
        return value.astype(jnp.float64)

    made = (scalar, jax.grad(scalar), jax.hessian(scalar))[order]
    made = jax.vmap(made) if batched else made
    return jax.jit(made) if compiled else made


def with_derivatives(function: Callable[..., Any], spread: bool, points: Array) -> Differentiable:
    """Return a function with its derivatives by JAX; raise JAX's error where it cannot."""
    _check_indices(JaxFunction(function, spread), points[0])
    one, many = (
        [JaxFunction(function, spread, order, compiled) for order in range(3)] for compiled in (False, True)
    )
    one[1](points[0])
    value, gradient, hessian = many if all(agree(one[k], many[k], points) for k in (0, 1)) else one
    return Differentiable("JAX's gradient", value, gradient, working(hessian, points[:2]))


def _check_indices(function: JaxFunction, point: Array) -> None:
    """Raise an IndexError where NumPy does: JAX takes the last coordinate for any beyond it."""
    try:
        function.at_point(point.copy())
    except Exception as error:
        if isinstance(error, IndexError) or isinstance(error.__cause__, IndexError):
            raise
