"""Tapes run over arrays of points, in float64 and without a warning.

A batch gives the same bits as its points one by one: all are run as contiguous rows, elementwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizgd.objectives.functions import OPERATIONS
from vizgd.objectives.objective import Array
from vizgd.objectives.tape import Number, Operation, Tape, Variable

BLOCK = 1 << 13  # points at once: bounds memory, and a block's rows stay in the processor's cache

Instruction = tuple[Callable[..., Any], tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Program:
    """The steps that some outputs need: first the constants and coordinates, then the operations in order."""

    leaves: tuple[Number | Variable, ...]
    operations: tuple[Instruction, ...]
    outputs: tuple[int, ...]


def compiled(tape: Tape, outputs: Sequence[int]) -> Program:
    """Return the program that computes some steps of a tape and nothing else."""
    needed = set(outputs)
    for place in range(max(outputs), -1, -1):
        step = tape.steps[place]
        if place in needed and isinstance(step, Operation):
            needed.update(step.arguments)
    order = sorted(needed, key=lambda place: (isinstance(tape.steps[place], Operation), place))
    register = {place: number for number, place in enumerate(order)}
    leaves, operations = [], []
    for place in order:
        step = tape.steps[place]
        if isinstance(step, Operation):
            operations.append(_instruction(tape, step, register))
        else:
            leaves.append(step)
    return Program(tuple(leaves), tuple(operations), tuple(register[place] for place in outputs))


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
            registers: list[Any] = [
                np.float64(leaf.value) if isinstance(leaf, Number) else block[leaf.index]
                for leaf in program.leaves
            ]
            for apply, arguments in program.operations:
                function = _product if zero_wins and apply is np.multiply else apply
                registers.append(function(*[registers[i] for i in arguments]))
            for row, place in enumerate(program.outputs):
                results[row, low : low + BLOCK] = registers[place]
    return results


def _product(a: Array, b: Array) -> Any:
    return np.where((a == 0) & np.isinf(b) | (b == 0) & np.isinf(a), 0.0, a * b)


def evaluate_slopes(program: Program, coordinates: Array) -> Array:
    """Run a program whose first output is the value and whose others are derivatives; return those.

    They are nan where the value is, such as log(x) left of 0, where 1/x alone would look sound.
    """
    results = evaluate(program, coordinates)
    values, slopes = results[0], results[1:]
    broken = np.isnan(slopes).any(axis=0)
    if broken.any():
        slopes[:, broken] = evaluate(program, coordinates[:, broken], zero_wins=True)[1:]
    slopes[:, np.isnan(values)] = np.nan
    return slopes
