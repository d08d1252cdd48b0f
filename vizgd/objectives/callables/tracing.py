"""Traces a Python function: it is called once with coordinates that record the operations on a tape.

So ``lambda x, y: x**2 + np.sin(y)`` has the exact derivatives of the same expression as text. What cannot be
recorded, such as an ``if`` on a coordinate, raises an error.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from vizgd.base.errors import UsageError
from vizgd.objectives.expressions.expression import boxed, objective_from_parsed
from vizgd.objectives.expressions.functions import OPERATIONS
from vizgd.objectives.expressions.grammar import FAMILIES, Parsed
from vizgd.objectives.expressions.tape import Tape
from vizgd.objectives.objective import Objective

NAMES = {row.apply: name for name, row in OPERATIONS.items() if isinstance(row.apply, np.ufunc)}
HINT = "take x and y as separate arguments, and use + - * / ** and np.sin and the like; or pass an Objective"


class Traced(NDArrayOperatorsMixin):
    """A number whose value is not known yet: a place on a tape."""

    def __init__(self, tape: Tape, place: int) -> None:
        self.tape = tape
        self.place = place

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Record a NumPy function or an operator on this number."""
        if ufunc is np.positive:
            return self
        if ufunc is np.square:
            ufunc, inputs = np.power, (*inputs, 2.0)
        if ufunc is np.hypot:
            ufunc, inputs = np.sqrt, (inputs[0] * inputs[0] + inputs[1] * inputs[1],)
        if ufunc not in NAMES or method != "__call__" or options:
            raise TypeError(f"{ufunc.__name__} cannot be followed")
        return Traced(
            self.tape, self.tape.call(NAMES[ufunc], *(place_on_tape(self.tape, item) for item in inputs))
        )

    def __bool__(self) -> bool:
        raise TypeError("it decides by the value of a coordinate")


def place_on_tape(tape: Tape, item: Any) -> int:
    """Return the place of a traced number, or of a constant, which is added to the tape."""
    return item.place if isinstance(item, Traced) else tape.number(float(item))


def traced(
    function: Callable[..., Any],
    *,
    domain: Sequence[Sequence[float]] | None = None,
    name: str | None = None,
    dimension: int | None = None,
) -> Objective:
    """Make an objective of a Python function of one or two coordinates.

    Parameters
    ----------
    function : callable
        ``f(x)`` or ``f(x, y)``, built of arithmetic and NumPy's elementwise functions.
    domain : sequence of (low, high), optional
        The box that is drawn, one pair a coordinate; by default (-5, 5) each.
    name : str, optional
        Short name; by default the function's own.
    dimension : int, optional
        For a function of one argument: 2 where that is a point, an array, and not a coordinate.

    Raises
    ------
    UsageError
        When the function takes another number of coordinates or cannot be traced.

    Examples
    --------
    >>> bowl = traced(lambda x, y: x**2 + 10 * np.cosh(y), name="bowl")
    >>> print(bowl.gradient([1.0, 0.0]))
    [2. 0.]
    """
    called = name or str(getattr(function, "__name__", "function")).strip("<>")
    arguments = _coordinates(function, called)
    count = dimension or arguments
    box = None if domain is None else boxed(domain)
    if box is not None and len(box) != count:
        raise UsageError(
            f"cannot use the domain {domain!r} for {called}",
            why=f"the function takes {count}",
            hint="give one (low, high) pair for each coordinate",
        )
    tape = Tape()
    try:
        point = [Traced(tape, tape.variable(index)) for index in range(count)]
        result = function(*point) if arguments == count else function(np.array(point, dtype=object))
        output = place_on_tape(tape, result)
    except Exception as error:  # a function of the user's may raise anything
        reason = next(iter(str(error).splitlines()), "")[:80] or type(error).__name__
        raise UsageError(f"cannot follow the function {called}", why=reason, hint=HINT) from error
    return objective_from_parsed(Parsed(tape, output, FAMILIES[0][:count]), box, called, formula="")


def _coordinates(function: Callable[..., Any], called: str) -> int:
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    count = sum(p.kind in kinds and p.default is inspect.Parameter.empty for p in parameters)
    if count not in (1, 2):
        raise UsageError(
            f"cannot make an objective of {called}",
            why=f"it takes {count} arguments; one or two coordinates are expected",
            hint="write f(x) or f(x, y)",
        )
    return count
