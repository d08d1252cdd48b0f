"""Evaluates functions of a point over arrays of points, and their gradients by central differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.callables.user_code import FunctionError
from vizgd.objectives.objective import Array, ArrayFunction

Layout = Literal["first", "last", "none"]

SPACING = float(np.cbrt(np.finfo(np.float64).eps))
"""Relative distance of central differences, which balances rounding and truncation errors."""
SINGLE_SPACING = float(np.cbrt(np.finfo(np.float32).eps))
"""The same for a function that answers in single precision."""

NOT_THERE = (ArithmeticError, ValueError)

BLOCK = 1 << 22
"""The most numbers that central differences keep at once; a gradient needs 2 d² of them in all."""


@dataclass(frozen=True)
class PointFunction:
    """A function of one point, over arrays of points ``(..., d)``.

    Where the function raises an arithmetic error or a ValueError, as ``math.log(-1)`` does, its value is nan.

    Parameters
    ----------
    function : callable
        Of a point, an array ``(d,)``, or of its coordinates.
    spread : bool
        Whether it takes the coordinates as separate arguments.
    order : int, default 0
        0 where it returns a number, 1 where it returns one for each coordinate.
    layout : {"first", "last", "none"}, default "none"
        How it can be called for many points at once: with arrays ``(d, n)``, ``(n, d)``, or not at all.
    """

    function: Callable[..., Any]
    spread: bool
    order: int = 0
    layout: Layout = "none"

    def __call__(self, points: Array) -> Array:
        """Evaluate it."""
        points = np.asarray(points, dtype=np.float64)
        rows = points.reshape(-1, points.shape[-1])
        shape = (*points.shape[:-1], *points.shape[-1:] * self.order)
        with np.errstate(all="ignore"):
            if self.layout == "none" or points.ndim == 1:
                return np.array([self._at(row) for row in rows], dtype=np.float64).reshape(shape)
            return self.at_once(rows).reshape(shape)

    def at_once(self, rows: Array) -> Array:
        """Call it once for points ``(n, d)``."""
        if self.layout == "last":
            return np.array(self.function(rows.copy()), dtype=np.float64)
        answer = self.at_point(np.array(rows.T))
        if not self.order:
            return np.array(answer, dtype=np.float64)
        parts = np.broadcast_arrays(*answer, rows[:, 0])[:-1]
        return np.stack([np.asarray(part, dtype=np.float64) for part in parts], axis=-1)

    def at_point(self, point: Any) -> Any:
        """Call it with a point, or with a tracer in place of one."""
        return self.function(*point) if self.spread else self.function(point)

    def _at(self, row: Array) -> Any:
        shape = row.shape * self.order
        try:
            given = self.at_point(row.copy())
        except Exception as error:
            if not is_undefined(error):
                raise
            return np.full(shape, np.nan)
        answer = float_array(given, row)
        if answer.size != math.prod(shape):
            raise UsageError(
                f"a function returns an array of shape {answer.shape} at {row.tolist()}",
                why=f"expected the shape {shape}, as elsewhere",
            )
        return answer.reshape(shape)


def is_undefined(error: Exception) -> bool:
    """Return whether an error says that a function has no value at a point, such as ``math.log(-1)``."""
    return isinstance(error.__cause__ if isinstance(error, FunctionError) else error, NOT_THERE)


def float_array(answer: Any, row: Array) -> Array:
    """Return what a function returned at a point as float64 numbers.

    Raises
    ------
    UsageError
        Where it is no real number.
    """
    try:
        found = np.asarray(answer)
        if answer is not None and found.dtype.kind != "c":
            return found.astype(np.float64)
    except (TypeError, ValueError):
        pass
    shown = "nothing" if answer is None else f"{type(answer).__name__} {answer!r:.40}"
    raise UsageError(
        f"a function returns {shown} at {row[:4].tolist()}",
        why="expected a real number" if answer is not None else "expected a number: end it with `return`",
    )


def fastest(function: PointFunction, points: Array) -> PointFunction:
    """Return the function with a layout for points ``(n, d)`` in one call, if one gives equal values."""
    expected = function(points)
    layouts: tuple[Layout, ...] = ("first",) if function.spread else ("first", "last")
    for layout in layouts:
        attempt = PointFunction(function.function, function.spread, function.order, layout)
        try:
            with np.errstate(all="ignore"):
                found = attempt.at_once(points)
        except Exception:  # it cannot be called so
            continue
        if found.shape == expected.shape and np.allclose(found, expected, 1e-12, 1e-300, equal_nan=True):
            return attempt
    return function


@dataclass(frozen=True)
class CentralDifferences:
    """The gradient of a function by central differences: (f(x + h) − f(x − h)) / 2h along each axis.

    Parameters
    ----------
    value : callable
        Maps points ``(..., d)`` to losses ``(...)``.
    spacing : float
        The distance h, relative to coordinates that are greater than 1.
    """

    value: ArrayFunction
    spacing: float = SPACING

    def __call__(self, points: Array) -> Array:
        """Return the gradients ``(..., d)``."""
        points = np.asarray(points, dtype=np.float64)
        rows = points.reshape(-1, points.shape[-1])
        ahead = rows + self.spacing * np.maximum(np.abs(rows), 1.0)
        step = ahead - rows  # the distance as float64 represents it
        slopes = np.empty(rows.shape)
        dimension = rows.shape[-1]
        axes = max(1, min(dimension, BLOCK // max(dimension, 1)))
        count = max(1, BLOCK // (axes * dimension))
        with np.errstate(all="ignore"):
            for first in range(0, len(rows), count):
                some = slice(first, first + count)
                for axis in range(0, dimension, axes):
                    along = slice(axis, axis + axes)
                    slopes[some, along] = self._along(rows[some], step[some], along)
        return slopes.reshape(points.shape)

    def _along(self, rows: Array, step: Array, axes: slice) -> Array:
        """Return the slopes at points ``(n, d)`` along some axes."""
        offsets = np.zeros((len(rows), step[:, axes].shape[-1], rows.shape[-1]))
        places = np.arange(offsets.shape[1])
        offsets[:, places, axes.start + places] = step[:, axes]
        rise = self.value(rows[:, None] + offsets) - self.value(rows[:, None] - offsets)
        return np.asarray(rise / (2 * step[:, axes]))
