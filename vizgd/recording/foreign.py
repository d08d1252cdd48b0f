"""Optimizers that vizgd does not compute itself: what is common to those of other libraries.

Each is run by its own library, unchanged, on a float64 parameter; the loop here watches it. What a step
returns is checked, so that an optimizer that gives back something else than parameters is told, not drawn.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import numpy as np

from vizgd.base.errors import UsageError, VizgdError
from vizgd.objectives.datasets.samplers import Sampler
from vizgd.objectives.objective import Array, Objective
from vizgd.optimizers.interface import Optimizer
from vizgd.recording.chance import chances
from vizgd.recording.outcome import NOT_FINITE, STREAK, Path, reach_of

OWN = ("learning_rate", "step", "evaluations")
"""The terms that every foreign run has, besides the state of its library."""


class Loss:
    """What one step sees of the objective: the same examples and the same noise, however often it asks.

    The noise n that is added to gradients is that of the loss f(θ) + nᵀθ, so that a step which compares
    values, too, is not misled.
    """

    def __init__(
        self,
        value: Callable[[Array], Any],
        gradient: Callable[[Array], Array],
        noise: Array | float,
        seen: int,
    ) -> None:
        self._value, self._gradient, self._noise, self.seen = value, gradient, noise, seen
        self._point = self._last = np.empty(0)
        self.evaluations = 0

    def value(self, point: Array) -> float:
        """Return the loss at a point ``(d,)``."""
        return float(self._value(point) + np.sum(self._noise * point))

    def gradient(self, point: Array) -> Array:
        """Return the gradient at a point ``(d,)``; asking again for the same point costs nothing."""
        if not np.array_equal(point, self._point):
            self._point, self._last = np.array(point), self._gradient(point) + self._noise
            self.evaluations += 1
        return self._last.copy()


@dataclass(frozen=True, eq=False)
class Task:
    """A run that was asked for.

    Parameters
    ----------
    objective : Objective
    start : array, shape (d,)
    steps : int
    losses : callable
        Returns an iterator of `Loss`, one a step: the same ones each time.
    exact : bool
        Whether every step sees the objective itself: no sampler, no noise.
    seed : int
        For optimizers that draw random numbers themselves.
    """

    objective: Objective
    start: Array
    steps: int
    losses: Callable[[], Iterator[Loss]]
    exact: bool
    seed: int


Advance: TypeAlias = Callable[[Array, Array, Loss], tuple[Any, Mapping[str, Any]]]
"""One step: from params, gradient and loss to the next params and what the library shows of its state."""


class Foreign(Optimizer):
    """An optimizer of another library or of the user's own, run as it is."""

    @abstractmethod
    def followed(self, task: Task) -> Path:
        """Run the optimizer and return where it went."""

    def init(self, params: Array) -> NoReturn:  # noqa: ARG002 - the interface's signature
        """Raise a UsageError: its state is its library's."""
        raise self._no_rule()

    def terms(self, gradient: Array, state: Any, params: Array, *, hessian: Array | None = None) -> NoReturn:  # noqa: ARG002
        """Raise a UsageError: only whole runs can be had."""
        raise self._no_rule()

    def _no_rule(self) -> UsageError:
        return UsageError(
            f"{self.called} belongs to another library, which keeps its state to itself",
            hint="run it as a whole: record(objective, optimizer, start)",
        )


def task_for(
    objective: Objective, start: Array, steps: int, sampler: Sampler | None, noise: float, seed: int
) -> Task:
    """Return the run that `record` was asked for; it draws the random numbers that our own rules see."""

    def losses() -> Iterator[Loss]:
        return _losses(objective, sampler, noise, seed, len(start))

    return Task(objective, start, steps, losses, sampler is None and noise == 0, seed)


def _losses(
    objective: Objective, sampler: Sampler | None, noise: float, seed: int, dimension: int
) -> Iterator[Loss]:
    samples = objective.samples
    everything = samples.count if samples else 0
    own = chances(seed, sampler, noise)
    batches = sampler.batches(everything, own.batches) if sampler else None
    while True:
        value, gradient, seen = objective.value, objective.gradient, everything
        if batches and samples:
            indices = next(batches, None)
            if indices is None:
                return
            value, gradient, seen = _on(samples.value, indices), _on(samples.gradient, indices), len(indices)
        drawn = noise * own.noise.standard_normal(dimension) if noise else 0.0
        yield Loss(value, gradient, drawn, seen)


def _on(function: Callable[..., Any], indices: Any) -> Callable[[Array], Any]:
    return lambda params: function(params, indices)


def stepped(task: Task, called: str, advance: Advance) -> Path:
    """Follow an optimizer step by step, as `vizgd.recording.loop.followed` follows our own.

    Raises
    ------
    UsageError
        When a step fails, or returns anything but float64 numbers of the parameters' shape.
    """
    reach = reach_of(task.objective, task.start)
    dimension = len(task.start)
    iterates, gradients, rows = [task.start], [], []
    seen, reason = [0], ""
    losses = task.losses()
    for index in range(task.steps):
        loss = next(losses, None)
        if loss is None:
            raise UsageError(
                "the sampler has run out of batches",
                why="each step takes one",
                hint="ask for fewer steps, or give it more batches",
            )
        params, gradient = iterates[-1], loss.gradient(iterates[-1])
        try:
            answer, shown = advance(params.copy(), gradient.copy(), loss)
        except VizgdError:
            raise
        except Exception as error:  # whatever a library or a user's function raises
            raise UsageError(f"{called} failed in step {index + 1}: {reason_of(error)}") from error
        moved = checked(answer, params, called, index + 1)
        lost = "" if reach.holds(moved) else reach.strayed([*iterates[-STREAK:], moved])
        if lost == NOT_FINITE:
            reason = lost
            break
        iterates.append(moved)
        gradients.append(gradient)
        seen.append(loss.seen * loss.evaluations)
        rows.append(
            {"learning_rate": np.nan, **shown, "step": moved - params, "evaluations": loss.evaluations}
        )
        if lost:
            reason = lost
            break
    return Path(
        iterates=np.array(iterates),
        gradients=np.array(gradients).reshape(-1, dimension),
        terms=columns(rows) if rows else dict.fromkeys(OWN, np.empty(0)) | {"step": np.empty((0, dimension))},
        examples=np.cumsum(seen),
        reason=reason,
    )


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


def columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, Array]:
    """Return each named quantity of all steps as one array, nan where it was not there yet.

    What is no number, or changes its shape on the way, such as a growing memory, is left out.
    """
    found: dict[str, list[tuple[int, Array]]] = {}
    for index, row in enumerate(rows):
        for name, value in row.items():
            number = as_number(value)
            if number is not None:
                found.setdefault(name, []).append((index, number))
    table = {}
    for name, entries in found.items():
        shapes = {number.shape for _, number in entries}
        if len(shapes) == 1:
            column = np.full((len(rows), *shapes.pop()), np.nan)
            for index, number in entries:
                column[index] = number
            table[name] = column
    return table


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
