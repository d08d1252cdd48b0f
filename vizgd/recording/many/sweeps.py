"""Running an optimizer from many starts or with many hyper-parameters at once, keeping how each run ended.

A sweep is cut into blocks of runs whose arrays fit a processor's second-level cache. The blocks are run one
after another: shared out among threads they hinder each other at Python's lock, a call of NumPy being short.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vizgd.base.values import as_numbers
from vizgd.objectives.lookup import objective_from
from vizgd.objectives.objective import Array, Objective
from vizgd.objectives.stationarity import is_stationary
from vizgd.optimizers.adapters import optimizer_from
from vizgd.optimizers.interface import Method, Rule, Step
from vizgd.optimizers.task import Task
from vizgd.recording import checks
from vizgd.recording.many.grids import grid_of, restricted, rows
from vizgd.recording.outcome import Course, sound

BLOCK = 1 << 15
"""Numbers in an array of a block: the dozen arrays of a step stay in the cache, and calls are few."""

MOVING, CONVERGED, DIVERGED = range(3)


@dataclass(frozen=True, eq=False)
class Sweep:
    """How each run of a sweep ended; the axes are those of the starts and hyper-parameters, broadcast.

    Parameters
    ----------
    iterates : array, shape (..., d)
        The last iterate of each run; always finite.
    losses : array, shape (...)
        The objective there; inf or nan for some runs that diverged.
    outcomes : array of int8, shape (...)
        Each the place in `kinds` of what `Status.kind` is for that run: 0 moving, 1 converged, 2 diverged.
    iterations : array of int64, shape (...)
        When, counted in steps: for a converged run the first from which on to the end no component of the
        gradient exceeds the tolerance; for a diverged one the step of its last iterate; for a moving one
        the number of steps it took.

    Examples
    --------
    >>> from vizgd.optimizers.descent import GradientDescent
    >>> runs = sweep("x**2", GradientDescent([[0.1], [0.5], [1.5]]), starts=1.0, steps=50)
    >>> [Sweep.kinds[outcome] for outcome in runs.outcomes]
    ['moving', 'converged', 'diverged']
    """

    iterates: Array
    losses: Array
    outcomes: NDArray[np.int8]
    iterations: NDArray[np.int64]

    kinds: ClassVar[tuple[str, ...]] = ("moving", "converged", "diverged")
    """What the outcomes 0, 1 and 2 are called."""

    @property
    def moving(self) -> NDArray[np.bool_]:
        """Which runs have neither converged nor diverged, shape (...)."""
        return np.equal(self.outcomes, MOVING)

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Which runs have converged, shape (...)."""
        return np.equal(self.outcomes, CONVERGED)

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Which runs have diverged, shape (...)."""
        return np.equal(self.outcomes, DIVERGED)


def sweep(
    objective: str | Objective | Callable[..., Any],
    optimizer: Method,
    starts: ArrayLike | None = None,
    steps: int = 100,
    *,
    tolerance: float = 1e-5,
    progress: Callable[[int, int], object] | None = None,
) -> Sweep:
    """Run an optimizer from many starts, or with many hyper-parameters, and return how each run ended.

    Each run is the one that `record` records, without its path: it ends at the same iterate, with the same
    status. Hyper-parameters may be arrays that broadcast against the starts, so that a grid of learning
    rates and momenta, with or without a grid of starts, is one call.

    Parameters
    ----------
    objective : str, Objective or callable
        Text such as ``"x**2 + 10*y**2"``, a catalogue name, an `Objective`, or a function as `objective_from`
        takes it.
    optimizer : Optimizer
        The update rule with its hyper-parameters: numbers, arrays that broadcast against ``(..., 1)`` or
        ``(..., d)``, or schedules, whose own settings may be such arrays.
    starts : array, shape (..., d), optional
        Where to start, in the units of the domain; by default where the objective says. A start at which the
        objective is not finite is a run that has diverged at iteration 0.
    steps : int, default 100
        How many steps each run takes. Convergence does not end it; a run that has diverged stays where it is.
    tolerance : float, default 1e-5
        A run has converged when, from some iteration on to the end, no component of its gradient exceeds it.
        It has diverged when its iterate, its loss or its gradient is not finite, or when it is farther from
        its start than 10⁶ times the largest of the start's norm, 1 and the longest side of the domain, and
        came farther away in each of its last 20 steps.
    progress : callable, optional
        ``progress(done, total)`` is called with counts of runs whenever a block of them is done.

    Returns
    -------
    Sweep
        Its axes ``(...)`` are those of the starts and the hyper-parameters, broadcast.

    Raises
    ------
    UsageError
        When a start is not finite, when shapes do not fit each other, or when the optimizer is a line search
        or needs what the objective does not have.

    Notes
    -----
    Memory holds the result and one block of runs, never the paths. Powers of an array of decays
    differ from those of one decay in the last digit; everything else is what `record` computes, to the bit.

    Examples
    --------
    The steps that gradient descent takes to converge on a ravine, over learning rate and start:

    >>> import numpy as np
    >>> from vizgd.optimizers.descent import GradientDescent
    >>> rates = np.array([0.02, 0.08, 0.12])[:, None, None]  # broadcast against (2 starts, 2 coordinates)
    >>> runs = sweep("x**2 + 10*y**2", GradientDescent(rates), [(4, 1), (0, 1)], steps=500)
    >>> runs.iterations
    array([[333,  29],
           [ 78,  29],
           [ 48,  48]])
    >>> print(runs.converged.all(axis=1))
    [ True  True False]
    """
    numbers = None if starts is None else as_numbers(starts)
    first = None if numbers is None else np.reshape(numbers, (-1, *np.shape(numbers)[-1:]))[0]
    objective, optimizer = objective_from(objective, start=first), optimizer_from(optimizer)
    checks.check_settings(objective, optimizer, steps, None, 0.0, 0, tolerance)
    checks.check_rule(optimizer)
    begin = checks.checked_starts(objective, starts)
    grid = grid_of(optimizer, begin)
    total, d = math.prod(grid), objective.dimension
    ends = Sweep(
        np.empty((total, d)), np.empty(total), np.empty(total, dtype=np.int8), np.empty(total, dtype=np.int64)
    )

    size = max(1, BLOCK // d)
    for low in range(0, total, size):
        high = min(low + size, total)
        rule = restricted(optimizer, partial(rows, grid=grid, low=low, high=high))
        task = Task(objective, rows(begin, grid, low, high), int(steps), tolerance=tolerance)
        block = ended(rule, task)
        ends.iterates[low:high], ends.losses[low:high] = block.iterates, block.losses
        ends.outcomes[low:high], ends.iterations[low:high] = block.outcomes, block.iterations
        if progress:
            progress(high, total)
    return Sweep(
        ends.iterates.reshape(*grid, d),
        ends.losses.reshape(grid),
        ends.outcomes.reshape(grid),
        ends.iterations.reshape(grid),
    )


def ended(rule: Rule, task: Task) -> Sweep:
    """Apply a rule to many runs at once and return how each ended, by the rules of `record`."""
    ends = _Ends(task)
    with np.errstate(all="ignore"):
        rule.follow(task, ends.keep)
        return ends.sweep()


class _Ends:
    """How runs side by side end: judged step by step as `record` judges them, without their paths."""

    def __init__(self, task: Task) -> None:
        self._task, self._course = task, Course(task.objective, task.start)
        self._index = 0
        self._losses = np.empty(0)
        self._since = np.zeros(len(task.start), dtype=np.int64)  # from when on its gradient has been small
        self._left = np.zeros(len(task.start), dtype=np.int64)  # when a run diverged

    def keep(self, step: Step) -> Array | None:
        """Take a step, as `vizgd.optimizers.interface.Keep` says."""
        self._judge(step.gradient)
        broken_off, far = self._course.advance(step.params)
        self._left[broken_off], self._left[far] = step.number, step.number + 1
        self._index = step.number + 1
        return None if self._course.over else self._course.place

    def sweep(self) -> Sweep:
        """Return how each run ended."""
        self._judge(self._task.objective.gradient(self._course.place))
        going, steps = self._course.going, self._task.steps
        outcomes = np.where(going, np.where(self._since <= steps, CONVERGED, MOVING), DIVERGED)
        iterations = np.where(going, np.minimum(self._since, steps), self._left)
        return Sweep(self._course.place, self._losses, outcomes.astype(np.int8), iterations)

    def _judge(self, gradient: Array | None) -> None:
        """Look at loss and gradient where the runs are."""
        assert gradient is not None, "rules are given one"
        self._losses = np.asarray(self._task.objective.value(self._course.place))
        # As long as all is well, a whole block is asked at once.
        if not (np.isfinite(self._losses).all() and np.isfinite(gradient).all()):
            broken = self._course.going & ~sound(self._task.objective, self._losses, gradient)
            self._left[broken] = self._index
            self._course.stop(broken)
        self._since[~is_stationary(gradient, self._task.tolerance)] = self._index + 1
