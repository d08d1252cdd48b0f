"""Derivatives: sympy differentiates each operation, and the chain rule combines them along the tape.

From whole expressions sympy makes what a real function does not have (complex branches, ``zoo``, leftover
``Derivative`` and ``DiracDelta``, integers of a million digits), and terms that grow with the square of a
product's length. For single operations its results are simple, and the derivative grows linearly.
"""

from __future__ import annotations

from functools import cache

from vizgd.objectives.expressions.functions import OPERATIONS
from vizgd.objectives.expressions.grammar import parse
from vizgd.objectives.expressions.tape import Operation, Tape, Variable

ARGUMENTS = ("a", "b")


@cache
def partials(function: str) -> tuple[Tape, ...]:
    """Return the derivative of an operation by each of its arguments, as tapes over the arguments."""
    texts = OPERATIONS[function].partials or _derived(function)
    return tuple(parse(text, variables=ARGUMENTS, functions=OPERATIONS).tape for text in texts)


def _derived(function: str) -> tuple[str, ...]:
    import sympy

    arguments = sympy.symbols(ARGUMENTS)[: OPERATIONS[function].arity]
    expression = getattr(sympy, function)(*arguments)
    return tuple(str(expression.diff(argument)) for argument in arguments)


def differentiated(tape: Tape, output: int, index: int) -> int:
    """Append the derivative of a step with respect to one coordinate, and return its place."""
    slopes: list[int | None] = []  # None where a step does not depend on the coordinate
    for step in tape.steps[: output + 1]:
        slope: int | None = None
        if isinstance(step, Variable) and step.index == index:
            slope = tape.number(1.0)
        elif isinstance(step, Operation) and any(slopes[i] is not None for i in step.arguments):
            slope = _chained(tape, step, slopes)
        slopes.append(slope)
    found = slopes[output]
    return tape.number(0.0) if found is None else found


def _chained(tape: Tape, step: Operation, slopes: list[int | None]) -> int | None:
    total: int | None = None
    for argument, rule in zip(step.arguments, partials(step.function), strict=True):
        inner = slopes[argument]
        if inner is None:
            continue
        outer = tape.inlined(rule, step.arguments)
        if tape.constant(outer) == 0.0:
            continue
        term = tape.reduced("multiply", outer, inner)
        total = term if total is None else tape.reduced("add", total, term)
    return total
