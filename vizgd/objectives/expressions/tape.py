"""A tape, as in automatic differentiation: an expression as a list of steps that use only earlier ones.

An expression, its gradient and its Hessian are steps of one tape, so what they share is computed once.
Nothing recurses over it, however deeply the expression is nested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from vizgd.objectives.expressions.functions import OPERATIONS


@dataclass(frozen=True)
class Number:
    """A float64 constant."""

    value: float


@dataclass(frozen=True)
class Variable:
    """A coordinate of the point, by its index."""

    index: int


@dataclass(frozen=True)
class Operation:
    """A function of earlier steps."""

    function: str
    arguments: tuple[int, ...]


Step: TypeAlias = Number | Variable | Operation


@dataclass
class Tape:
    """The steps of an expression; equal steps are stored once.

    Constants are folded, in float64 as NumPy computes: ``9**9**9`` is inf.
    """

    steps: list[Step] = field(default_factory=list)
    places: dict[object, int] = field(default_factory=dict)

    def number(self, value: float) -> int:
        """Return the place of a constant."""
        # Compared by its bits: 0.0 and -0.0 are equal but different, nan is not equal to itself.
        return self._place(float(value).hex(), Number(float(value)))

    def variable(self, index: int) -> int:
        """Return the place of a coordinate."""
        return self._place(Variable(index), Variable(index))

    def call(self, function: str, *arguments: int) -> int:
        """Return the place of a function of earlier steps, without simplification."""
        values = [step.value for step in map(self.steps.__getitem__, arguments) if isinstance(step, Number)]
        if len(values) == len(arguments):
            with np.errstate(all="ignore"):
                return self.number(OPERATIONS[function].apply(*map(np.float64, values)))
        return self._place((function, arguments), Operation(function, arguments))

    def reduced(self, function: str, *arguments: int) -> int:
        """Return the place of a function of earlier steps, simplified: 1*a, 0 + a, a/1 and a**1 become a.

        It is used for derivatives only; 0*a stays, and what a user wrote is computed as it was written.
        """
        known = [
            step.value if isinstance(step, Number) else None
            for step in map(self.steps.__getitem__, arguments)
        ]
        match function, known:
            case ("multiply", [1.0, _]) | ("add", [0.0, _]):
                return arguments[1]
            case ("multiply" | "divide" | "power", [_, 1.0]) | ("add" | "subtract", [_, 0.0]):
                return arguments[0]
            case ("multiply", [-1.0, _]):
                return self.call("negative", arguments[1])
            case ("multiply", [_, -1.0]):
                return self.call("negative", arguments[0])
        return self.call(function, *arguments)

    def inlined(self, rule: Tape, arguments: Sequence[int]) -> int:
        """Copy another tape, with steps of this one as its coordinates; return its last step's place."""
        places: list[int] = []
        for step in rule.steps:
            match step:
                case Number(value):
                    places.append(self.number(value))
                case Variable(index):
                    places.append(arguments[index])
                case Operation(function, inner):
                    places.append(self.reduced(function, *(places[i] for i in inner)))
        return places[-1]

    def until(self, place: int) -> Tape:
        """Return the tape up to a step."""
        earlier = {key: index for key, index in self.places.items() if index <= place}
        return Tape(self.steps[: place + 1], earlier)

    def constant(self, place: int) -> float | None:
        """Return the value of a step that is a constant, None for others."""
        step = self.steps[place]
        return step.value if isinstance(step, Number) else None

    def _place(self, key: object, step: Step) -> int:
        if key not in self.places:
            self.places[key] = len(self.steps)
            self.steps.append(step)
        return self.places[key]
