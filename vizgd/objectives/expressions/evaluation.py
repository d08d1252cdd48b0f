"""Evaluates tapes over arrays of points, in float64 and without warnings.

A batch gives exactly the same results as its points one by one: a batch is computed elementwise on contiguous
rows, and one point by the same arithmetic on scalars.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from vizgd.objectives.expressions.functions import OPERATIONS
from vizgd.objectives.expressions.tape import Number, Operation, Tape, Variable
from vizgd.objectives.objective import Array

BLOCK = 1 << 13  # points at once: it limits memory, and a block's rows fit the processor's cache

Instruction = tuple[Callable[..., Any], tuple[int, ...]]


def _squared(a: float) -> float:
    return a * a


def _quotient(a: float, b: float) -> float:
    return a / b if b else float(np.divide(a, b))  # Python's own raises


ARITHMETIC: dict[Callable[..., Any], Callable[..., Any]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.divide: _quotient,
    np.negative: operator.neg,
    np.abs: abs,
    np.square: _squared,
}
"""Functions equal to ufuncs on floats at a tenth of the cost: those that IEEE 754 defines exactly.

Sines and powers are not among them: their last digits differ between Python and NumPy.
"""

QUIET = ARITHMETIC.keys() - {np.divide}
"""Functions that never warn on floats."""


@dataclass(frozen=True, eq=False)
class Program:
    """The steps that some outputs need: first the constants, then the coordinates, then the operations.

    Parameters
    ----------
    constants : tuple of float
    coordinates : tuple of int
        Which of the d coordinates are needed.
    operations : tuple of instructions
        A function and the places of its arguments among the constants, coordinates and earlier operations.
    outputs : tuple of int
        The places of the results.
    """

    constants: tuple[float, ...]
    coordinates: tuple[int, ...]
    operations: tuple[Instruction, ...]
    outputs: tuple[int, ...]

    @cached_property
    def scalars(self) -> tuple[np.float64, ...]:
        """The constants as NumPy scalars."""
        return tuple(map(np.float64, self.constants))

    @cached_property
    def scalar_operations(self) -> tuple[tuple[Callable[..., Any], int, int | None], ...]:
        """The operations on scalars: a function, its first argument, and its second where it has one."""
        return tuple(
            (ARITHMETIC.get(apply, apply), arguments[0], arguments[1] if len(arguments) > 1 else None)
            for apply, arguments in self.operations
        )

    @cached_property
    def quiet(self) -> bool:
        """Whether it never warns when it runs on scalars, so that warnings need not be suppressed."""
        return all(apply in QUIET for apply, _ in self.operations)

    @cached_property
    def last_uses(self) -> tuple[tuple[int, ...], ...]:
        """The places that are no longer needed after each operation."""
        needed = set(self.outputs)
        uses: list[tuple[int, ...]] = []
        for _, arguments in reversed(self.operations):
            uses.append(tuple({*arguments} - needed))
            needed.update(arguments)
        return tuple(reversed(uses))


def compiled(tape: Tape, outputs: Sequence[int]) -> Program:
    """Return the program that computes some steps of a tape, and only what they need."""
    needed = set(outputs)
    for place in range(max(outputs), -1, -1):
        step = tape.steps[place]
        if place in needed and isinstance(step, Operation):
            needed.update(step.arguments)
    kinds = (Number, Variable, Operation)
    order = sorted(needed, key=lambda place: (kinds.index(type(tape.steps[place])), place))
    register = {place: number for number, place in enumerate(order)}
    steps = [tape.steps[place] for place in order]
    return Program(
        constants=tuple(step.value for step in steps if isinstance(step, Number)),
        coordinates=tuple(step.index for step in steps if isinstance(step, Variable)),
        operations=tuple(_instruction(tape, step, register) for step in steps if isinstance(step, Operation)),
        outputs=tuple(register[place] for place in outputs),
    )


def _instruction(tape: Tape, step: Operation, register: dict[int, int]) -> Instruction:
    arguments = tuple(register[place] for place in step.arguments)
    if step.function == "power" and tape.constant(step.arguments[1]) == 2.0:
        return np.square, arguments[:1]  # as NumPy itself reads x**2
    return OPERATIONS[step.function].apply, arguments


def evaluate(program: Program, coordinates: Array, *, zero_wins: bool = False) -> Array:
    """Run a program over points.

    Parameters
    ----------
    program : Program
    coordinates : array, shape (d, n)
    zero_wins : bool, default False
        Let 0 times infinity be 0 instead of nan. For derivatives: by the chain rule the slope of
        sqrt(x**2 + y**2) at the origin is infinity times 0, and 0 is the subgradient there.

    Returns
    -------
    array, shape (outputs, n)
    """
    count = coordinates.shape[1]
    results = np.empty((len(program.outputs), count))
    with np.errstate(all="ignore"):
        for low in range(0, count, BLOCK):
            block = np.ascontiguousarray(coordinates[:, low : low + BLOCK])
            registers: list[Any] = [*program.scalars, *[block[index] for index in program.coordinates]]
            for (apply, arguments), spent in zip(program.operations, program.last_uses, strict=True):
                function = _product if zero_wins and apply is np.multiply else apply
                registers.append(function(*[registers[i] for i in arguments]))
                for place in spent:
                    registers[place] = None  # the next result can use its memory, which is still in the cache
            for row, place in enumerate(program.outputs):
                results[row, low : low + BLOCK] = registers[place]
    return results


def evaluate_at(program: Program, point: Array) -> list[Any]:
    """Run a program at one point ``(d,)``, as `evaluate` does, and return a float for each output.

    It computes with scalars, which is much faster than with arrays of one element.
    """
    if program.quiet:
        return _on_scalars(program, point)
    with np.errstate(all="ignore"):
        return _on_scalars(program, point)


def _on_scalars(program: Program, point: Array) -> list[Any]:
    coordinates = point.tolist()
    registers = [*program.constants, *[coordinates[index] for index in program.coordinates]]
    for apply, first, second in program.scalar_operations:
        registers.append(
            apply(registers[first]) if second is None else apply(registers[first], registers[second])
        )
    return [registers[place] for place in program.outputs]


def _product(a: Array, b: Array) -> Any:
    return np.where((a == 0) & np.isinf(b) | (b == 0) & np.isinf(a), 0.0, a * b)


def evaluate_slopes(program: Program, coordinates: Array) -> Array:
    """Run a program whose first output is the value and whose others are derivatives; return those.

    They are nan where the value is, such as for log(x) left of 0, although 1/x is finite there.
    """
    results = evaluate(program, coordinates)
    values, slopes = results[0], results[1:]
    if not np.isnan(results).any():
        return slopes
    broken = np.isnan(slopes).any(axis=0)
    if broken.any():
        slopes[:, broken] = evaluate(program, coordinates[:, broken], zero_wins=True)[1:]
    slopes[:, np.isnan(values)] = np.nan
    return slopes


def evaluate_slopes_at(program: Program, point: Array) -> Array:
    """Run a program of value and derivatives at one point ``(d,)``: what `evaluate_slopes` gives there."""
    results = evaluate_at(program, point)
    if any(map(math.isnan, results)):
        return evaluate_slopes(program, point[:, None])[:, 0]
    return np.array(results[1:])
