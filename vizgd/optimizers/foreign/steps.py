"""Optimizers that vizgd does not compute itself: what is common to those of other libraries.

Each is run by its own library, unchanged, on a float64 parameter; the loop here watches it. What a step
returns is checked, so that an optimizer that gives back something else than parameters is told, not drawn.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from vizgd.base.errors import UsageError, VizgdError
from vizgd.objectives.objective import Array
from vizgd.optimizers.interface import Keep, Step
from vizgd.optimizers.task import StepLoss, Task

OWN = ("learning_rate", "step", "evaluations")
"""The terms that every run of another library has, besides the state of that library."""


class CountedLoss:
    """A step's loss, which counts how often it is asked for a gradient."""

    def __init__(self, loss: StepLoss) -> None:
        self._loss = loss
        self._point = self._last = np.empty(0)
        self.evaluations = 0

    def value(self, point: Array) -> float:
        """Return the loss at a point ``(d,)``."""
        return float(self._loss.value(point))

    def gradient(self, point: Array) -> Array:
        """Return the gradient at a point ``(d,)``; asking again for the same point costs nothing."""
        if not np.array_equal(point, self._point):
            self._point, self._last = np.array(point), self._loss.gradient(point)
            self.evaluations += 1
        return self._last.copy()


Advance: TypeAlias = Callable[[Array, Array, CountedLoss], tuple[Any, Mapping[str, Any]]]
"""One step: from params, gradient and loss to the next params and what the library shows of its state."""


def follow_steps(task: Task, keep: Keep, called: str, advance: Advance) -> None:
    """Take the steps of a task one by one, as `vizgd.optimizers.interface.Method.follow` says.

    Raises
    ------
    UsageError
        When a step fails, or returns anything but float64 numbers of the parameters' shape.
    """
    params = task.start
    for index, loss in enumerate(itertools.islice(task.losses(), task.steps)):
        asked = CountedLoss(loss)
        gradient = asked.gradient(params)
        try:
            answer, state = advance(params.copy(), gradient.copy(), asked)
        except VizgdError:
            raise
        except Exception as error:  # whatever a library or a user's function raises
            raise UsageError(f"{called} failed in step {index + 1}: {reason_of(error)}") from error
        moved = checked(answer, params, called, index + 1)
        terms = {"learning_rate": np.nan, **state, "step": moved - params, "evaluations": asked.evaluations}
        numbers = {name: number for name, value in terms.items() if (number := as_number(value)) is not None}
        examples = loss.examples * asked.evaluations
        reached = keep(Step(index, moved, gradient, numbers, examples, None, asked.evaluations))
        if reached is None:
            return
        params = reached


def checked(answer: Any, params: Array, called: str, step: int) -> Array:
    """Return the params after a step as an array of our own.

    Raises
    ------
    UsageError
        When they are no float64 numbers, or of another shape than before.
    """
    what = f"{called} returned {type(answer).__name__} {answer!r:.40} in step {step}"
    if answer is None:
        raise UsageError(
            f"{called} returned nothing in step {step}",
            hint="end it with `return`: the params after the step",
        )
    try:
        numbers = np.asarray(answer)
    except Exception as error:
        raise UsageError(what, why=f"expected {len(params)} numbers") from error
    if numbers.shape != params.shape:
        raise UsageError(
            f"{called} returned params of shape {numbers.shape} in step {step}",
            why=f"expected the shape they had before: {params.shape}",
        )
    if numbers.dtype != np.float64:
        raise UsageError(
            f"{called} returned params of type {numbers.dtype} in step {step}",
            why="expected float64, as it was given: fewer digits would move the path",
        )
    return np.array(numbers)


def as_number(value: Any) -> Array | None:
    """Return a number or an array of numbers, of any library, as a float64 copy; None for anything else."""
    if value is None or isinstance(value, str | bytes | Mapping):
        return None
    try:
        numbers = np.asarray(value)
    except Exception:  # a ragged list, a random key
        return None
    return numbers.astype(np.float64) if numbers.dtype.kind in "biuf" else None


def reason_of(error: Exception) -> str:
    """Return the first line of an error, or its kind where it has none."""
    line = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {line}"[:160] if line else type(error).__name__


def shown(settings: Mapping[str, Any]) -> str:
    """Return settings as a legend shows them, in their library's own words.

    >>> shown({"lr": 0.1, "betas": (0.9, 0.99), "nesterov": True})
    'lr=0.1 betas=(0.9, 0.99) nesterov=True'
    """
    return " ".join(f"{name}={_value(value)}" for name, value in settings.items())


def _value(value: Any) -> str:
    if isinstance(value, tuple | list):
        return f"({', '.join(map(_value, value))})"
    if isinstance(value, bool | str) or value is None:
        return str(value)
    if callable(value):
        name = str(getattr(value, "__name__", type(value).__name__))
        return "…" if name == "<lambda>" else name
    number = as_number(value)
    return f"{number.item():g}" if number is not None and number.size == 1 else "…"
