"""Running an optimizer from many starts or with many hyper-parameters at once, keeping how each run ended.

A sweep is cut into blocks of runs whose arrays fit a processor's second-level cache. The blocks are run one
after another: shared out among threads they hinder each other at Python's lock, a call of NumPy being short.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vizgd.base.values import as_numbers
from vizgd.objectives.lookup import objective_from
from vizgd.objectives.objective import Array, Objective
from vizgd.optimizers.interface import Optimizer, picked
from vizgd.recording import checks
from vizgd.recording.adapters import optimizer_from
from vizgd.recording.grids import grid_of, restricted, rows
from vizgd.recording.outcome import STREAK, reach_of

BLOCK = 1 << 15
"""Numbers in an array of a block: the dozen arrays of a step stay in the cache, and calls are few."""

MOVING, CONVERGED, DIVERGED = range(3)
NONE = np.empty(0, dtype=np.intp)


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
    optimizer: Optimizer,
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
        block = ended(objective, rule, rows(begin, grid, low, high), int(steps), tolerance)
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


def ended(objective: Objective, optimizer: Optimizer, params: Array, steps: int, tolerance: float) -> Sweep:
    """Run an optimizer from params ``(n, d)`` and return how each run ended, by the rules of `record`."""
    reach, recent = reach_of(objective, params), deque([params], maxlen=STREAK + 1)
    hessian_at = objective.hessian if optimizer.needs_hessian else None
    state = optimizer.init(params)
    going = np.ones(len(params), dtype=bool)
    left = np.zeros(len(params), dtype=np.int64)  # when a run diverged
    since = np.zeros(len(params), dtype=np.int64)  # from when on its gradient has been small
    with np.errstate(all="ignore"):
        for index in range(steps + 1):
            losses, gradient = objective.value(params), objective.gradient(params)
            steepest = np.abs(gradient).max(axis=-1)
            broken = going & ~(np.isfinite(steepest) & np.isfinite(losses))
            if broken.any():
                left[broken] = index
                going &= ~broken
            since[steepest > tolerance] = index + 1
            if index == steps or not going.any():
                break
            hessian = hessian_at(params) if hessian_at else None
            terms = optimizer.terms(gradient, state, params, hessian=hessian)
            state = picked(state, terms)
            moved = params + terms["step"]
            # Two numbers tell of a whole block, as long as all is well: nan, too, is then not between them.
            if not (reach.low <= moved.min() and moved.max() <= reach.high):
                within = ((moved >= reach.low) & (moved <= reach.high)).all(axis=-1)
                astray = np.flatnonzero(going & ~within)
                finite = np.isfinite(moved[astray]).all(axis=-1)
                # A run ends before a point that is not finite.
                broken_off, far = astray[~finite], reach.left([*recent, moved], astray[finite])
                moved[broken_off] = params[broken_off]
                left[broken_off], left[far] = index, index + 1
                lost = np.concatenate([broken_off, far])
            else:
                lost = NONE
            if not going.all():
                np.copyto(moved, params, where=~going[:, None])
            going[lost] = False
            params = moved
            recent.append(params)
    outcomes = np.where(going, np.where(since <= steps, CONVERGED, MOVING), DIVERGED).astype(np.int8)
    return Sweep(params, losses, outcomes, np.where(going, np.minimum(since, steps), left))
