"""Makes objectives of text: the value as it was typed; gradient and Hessian are derived when first needed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.expressions.derivation import differentiated
from vizgd.objectives.expressions.evaluation import (
    Program,
    compiled,
    evaluate,
    evaluate_at,
    evaluate_slopes,
    evaluate_slopes_at,
)
from vizgd.objectives.expressions.grammar import Parsed, parse
from vizgd.objectives.objective import Array, Objective

REACH = (-5.0, 5.0)
"""The default domain along each axis."""


@dataclass(frozen=True, eq=False)
class Expression:
    """A function of d coordinates with its derivatives, over points ``(..., d)``.

    The value is computed in the order in which it was typed, in float64: ``1/0`` is inf, ``0/0``, ``log(-1)``
    and ``(-8)**(1/3)`` are nan. At a kink the gradient is a subgradient, 0 for ``abs``; where the value is
    nan so are the derivatives.
    """

    parsed: Parsed

    def __getstate__(self) -> dict[str, Any]:
        # Derivatives are places on the tape that are not pickled with it.
        return {"parsed": self.parsed}

    def value(self, points: Array) -> Array:
        """Return the values ``(...)`` at points ``(..., d)``."""
        points = self._checked(points)
        if points.ndim == 1:
            return np.asarray(evaluate_at(self._value, points)[0], dtype=np.float64)[()]
        values: Array = evaluate(self._value, _coordinates(points))[0].reshape(points.shape[:-1])
        return values

    def gradient(self, points: Array) -> Array:
        """Return the gradients ``(..., d)`` at points ``(..., d)``.

        Where points ``(n, d)`` lie in memory coordinate by coordinate, so do the gradients.
        """
        points = self._checked(points)
        if points.ndim == 1:
            return evaluate_slopes_at(self._gradient, points)
        slopes = evaluate_slopes(self._gradient, _coordinates(points)).T
        if points.ndim == 2 and points.flags.f_contiguous:
            return slopes
        return np.ascontiguousarray(slopes).reshape(points.shape)

    def hessian(self, points: Array) -> Array:
        """Return the Hessians ``(..., d, d)`` at points ``(..., d)``."""
        points = self._checked(points)
        slopes = evaluate_slopes(self._hessian, _coordinates(points)).T
        return np.ascontiguousarray(slopes).reshape((*points.shape, self.dimension))

    @cached_property
    def dimension(self) -> int:
        """The number of coordinates, d."""
        return len(self.parsed.variables)

    @cached_property
    def _value(self) -> Program:
        return compiled(self.parsed.tape, [self.parsed.output])

    @cached_property
    def _slopes(self) -> list[int]:
        tape, output = self.parsed.tape, self.parsed.output
        return [differentiated(tape, output, i) for i in range(self.dimension)]

    @cached_property
    def _gradient(self) -> Program:
        return compiled(self.parsed.tape, [self.parsed.output, *self._slopes])

    @cached_property
    def _hessian(self) -> Program:
        axes = range(self.dimension)
        # Each mixed derivative once, so that the matrix is exactly symmetric.
        upper = {
            (i, j): differentiated(self.parsed.tape, self._slopes[i], j) for i in axes for j in axes if i <= j
        }
        entries = [upper[min(i, j), max(i, j)] for i in axes for j in axes]
        return compiled(self.parsed.tape, [self.parsed.output, *entries])

    def _checked(self, points: Any) -> Array:
        checked: Array = np.asarray(points, dtype=np.float64)
        if checked.ndim == 0 or checked.shape[-1] != self.dimension:
            raise UsageError(
                f"points of shape {checked.shape} do not fit a function of "
                f"{', '.join(self.parsed.variables)}",
                why=f"the last axis must have length {self.dimension}",
            )
        return checked


def _coordinates(points: Array) -> Array:
    """Return points ``(..., d)`` as an array ``(d, n)``."""
    return points.reshape(math.prod(points.shape[:-1]), points.shape[-1]).T


def parse_objective(
    text: str, *, domain: Sequence[Sequence[float]] | None = None, name: str | None = None
) -> Objective:
    """Make an objective of an expression in x, or in x and y.

    Parameters
    ----------
    text : str
        Such as ``"x**4 - 5*x**3 + 4*x**2 + 3*x"`` or ``"x^2 + 10*y^2"``.
    domain : sequence of (low, high), optional
        The box that is drawn, one pair a variable; by default (-5, 5) each. Its length sets the dimension.
    name : str, optional
        Short name; by default the text.

    Returns
    -------
    Objective

    Raises
    ------
    UsageError
        When the text is outside the grammar or the domain is not one or two (low, high) pairs.

    Examples
    --------
    >>> ravine = parse_objective("x^2 + 10*y^2")
    >>> print(ravine.value([1.0, 2.0]), ravine.gradient([1.0, 2.0]))
    41.0 [ 2. 40.]
    """
    box = None if domain is None else boxed(domain)
    parsed = parse(text, dimension=None if box is None else len(box))
    formula = " ".join(text.split())
    return objective_from_parsed(parsed, box, name or formula, formula)


def objective_from_parsed(
    parsed: Parsed, box: tuple[tuple[float, float], ...] | None, name: str, formula: str
) -> Objective:
    """Return the objective that a tape computes."""
    expression = Expression(parsed)
    return Objective(
        name=name,
        value=expression.value,
        gradient=expression.gradient,
        hessian=expression.hessian,
        domain=box or (REACH,) * expression.dimension,
        formula=formula,
        title=name,
        variables=parsed.variables,
    )


def boxed(domain: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    """Return a domain as pairs of floats; raise an error for anything else."""
    try:
        box = tuple((float(low), float(high)) for low, high in domain)
    except (TypeError, ValueError):
        box = ()
    sound = all(math.isfinite(low) and math.isfinite(high) and low < high for low, high in box)
    if len(box) not in (1, 2) or not sound:
        raise UsageError(
            f"cannot use the domain {domain!r}",
            why="a domain is one or two pairs of finite numbers, the lower first",
            hint="such as [[-5, 5]] for x, or [[-5, 5], [-1, 3]] for x and y",
        )
    return box
