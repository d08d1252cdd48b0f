"""The one loop that runs an optimizer on an objective and records what happened."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.base.progress import paced
from vizgd.objectives.lookup import objective_from
from vizgd.objectives.objective import Array, Objective
from vizgd.optimizers.interface import Optimizer, picked
from vizgd.optimizers.line_search import LineSearch
from vizgd.recording import checks
from vizgd.recording.adapters import optimizer_from
from vizgd.recording.chance import chances
from vizgd.recording.foreign import Foreign, task_for
from vizgd.recording.keeping import gathered, keeping, numbers_of, piece_of, thinned
from vizgd.recording.outcome import NOT_FINITE, STREAK, Path, concluded, reach_of
from vizgd.recording.quantities import check_first_steps
from vizgd.recording.searches import check_search, searched
from vizgd.recording.trajectory import Trajectory

if TYPE_CHECKING:
    from vizgd.objectives.datasets.samplers import Sampler


def record(
    objective: str | Objective | Callable[..., Any],
    optimizer: Any,
    start: float | Sequence[float] | Array | None = None,
    steps: int = 100,
    *,
    sampler: Sampler | None = None,
    noise: float = 0.0,
    seed: int = 0,
    tolerance: float = 1e-5,
) -> Trajectory:
    """Run an optimizer and return its path, with every quantity of its update rule.

    Parameters
    ----------
    objective : str, Objective or callable
        Text such as ``"x**2 + 10*y**2"``, a catalogue name, an `Objective`, or a function as `objective_from`
        takes it.
    optimizer : Optimizer or other
        The update rule with its hyper-parameters. Or an optimizer from elsewhere: a torch optimizer, a class
        or an object; an optax transformation; the name of a method of scipy, such as ``"BFGS"``; a function
        ``step(params, gradient)`` that returns the next params.
    start : sequence of d floats, or a float where d is 1, optional
        Where to start; by default where the objective says.
    steps : int, default 100
        How many steps to take. Convergence does not end a run, divergence does; the methods of scipy end by
        themselves where they cannot improve.
    sampler : Sampler, optional
        Which examples of a data-set loss each step sees; by default all of them.
    noise : float, default 0
        Standard deviation of the Gaussian noise that is added to each component of each gradient.
    seed : int, default 0
        Seeds the random generators from which sampler and noise draw. Runs of one seed share their chance:
        the same noise in the same step, and the same batches where the samplers are equal.
    tolerance : float, default 1e-5
        The run counts as converged from the iteration on from which no component of the full objective's
        gradient exceeds it.

    Returns
    -------
    Trajectory
        At most `steps` steps, fewer where the run diverges: before a point that is not finite; at one whose
        loss or gradient is not; or where it is farther from its start than 10⁶ times the largest of the
        start's norm, 1 and the longest side of the domain, and came farther away in each of its last 20
        steps. Leaving the domain ends no run.

    Raises
    ------
    UsageError
        When the start, the number of steps, the noise or the sampler does not fit the objective, or when the
        optimizer needs what the objective does not have.

    Examples
    --------
    >>> from vizgd.optimizers.descent import GradientDescent
    >>> trajectory = record("x**2 + y**2", GradientDescent(learning_rate=0.1), start=(5, 5), steps=30)
    >>> print(trajectory.iterates[-1].round(6), trajectory.status.kind)
    [0.00619 0.00619] moving
    """
    settings: dict[str, Any] = {"sampler": sampler, "noise": noise, "seed": seed, "tolerance": tolerance}
    return record_within(math.inf, objective, optimizer, start, steps, **settings)


def record_within(
    room: float,
    objective: str | Objective | Callable[..., Any],
    optimizer: Any,
    start: float | Sequence[float] | Array | None,
    steps: int,
    *,
    sampler: Sampler | None = None,
    noise: float = 0.0,
    seed: int = 0,
    tolerance: float = 1e-5,
) -> Trajectory:
    """Run an optimizer as `record` does, and keep of it what so many bytes hold: see `keeping`."""
    objective = objective_from(objective, start=start)
    optimizer = optimizer_from(optimizer)
    checks.check_settings(objective, optimizer, steps, sampler, noise, seed, tolerance)
    exact = sampler is None and noise == 0
    # One context for the whole run: entering it once a step would cost as much as the step.
    with np.errstate(all="ignore"):
        begin = checks.checked_start(objective, start)
        checks.check_shapes(optimizer, begin)
        if isinstance(optimizer, LineSearch):
            check_search(optimizer, sampler, noise)
            path = searched(objective, optimizer, begin, int(steps), tolerance)
        elif isinstance(optimizer, Foreign):
            path = optimizer.followed(task_for(objective, begin, int(steps), sampler, noise, int(seed)))
        else:
            gradient_at = gradient_source(objective, sampler, noise, seed)
            pieces = followed(objective, optimizer, begin, int(steps), gradient_at, room)
            run = gathered(pieces, objective, tolerance, exact=exact)
            check_first_steps(optimizer, run)
            return run
        return thinned(concluded(path, objective, tolerance, exact=exact), room)


def followed(
    objective: Objective,
    optimizer: Optimizer,
    start: Array,
    steps: int,
    gradient_at: Callable[[Array], tuple[Array, int]],
    room: float,
) -> Iterator[Path]:
    """Apply the rule step by step; stop before a point that is not finite, or where the run is lost.

    The path comes whole where it fits into so many bytes, else in pieces that are to be thinned out.
    """
    dimension, told = len(start), paced(steps)
    reach, recent = reach_of(objective, start), deque([start], maxlen=STREAK + 1)
    hessian_at = objective.hessian if optimizer.needs_hessian else None
    params, state = start, optimizer.init(start)
    row = size = every = 0
    for index in range(steps):
        gradient, seen = gradient_at(params)
        hessian = hessian_at(params) if hessian_at else None
        terms = optimizer.terms(gradient, state, params, hessian=hessian)
        if index == 0:
            shapes = {name: np.shape(value) for name, value in terms.items()}
            kept = keeping(room, steps, dimension, shapes)
            every, size = kept.every, piece_of(kept.every, steps, numbers_of(dimension, shapes, kept.terms))
        if row == 0:
            iterates, gradients = np.empty((size + 1, dimension)), np.empty((size, dimension))
            columns = [(name, np.empty((size, *shapes[name]))) for name in kept.terms]
            counts = np.zeros(size + 1, dtype=np.int64)
            iterates[0] = params
        state = picked(state, terms)
        params = params + terms["step"]
        gradients[row] = gradient
        for name, column in columns:
            column[row] = terms[name]
        row += 1
        iterates[row], counts[row] = params, seen
        recent.append(params)
        reason = "" if reach.holds(params) else reach.strayed(recent)
        if reason or row == size or index + 1 == steps:
            taken = row - (reason == NOT_FINITE)
            yield Path(
                iterates=iterates[: taken + 1],
                gradients=gradients[:taken],
                terms={name: column[:taken] for name, column in columns},
                examples=np.cumsum(counts[: taken + 1]),
                reason=reason,
                every=every,
            )
            row = 0
        if reason:
            return
        told(index)


def gradient_source(
    objective: Objective, sampler: Sampler | None, noise: float, seed: int
) -> Callable[[Array], tuple[Array, int]]:
    """Return the function that gives a step its gradient, and the count of examples it is taken over."""
    samples = objective.samples
    everything = samples.count if samples else 0
    if sampler is None and noise == 0:
        return lambda params: (objective.gradient(params), everything)
    own = chances(int(seed), sampler, noise)
    batches = sampler.batches(everything, own.batches) if sampler else None

    def gradient_at(params: Array) -> tuple[Array, int]:
        if batches and samples:
            indices = next(batches, None)
            if indices is None:
                raise UsageError(
                    f"{sampler!r:.60} has run out of batches",
                    why="each step takes one",
                    hint="ask for fewer steps, or give it more batches",
                )
            gradient, seen = samples.gradient(params, indices), len(indices)
        else:
            gradient, seen = objective.gradient(params), everything
        return (gradient + noise * own.noise.standard_normal(params.shape) if noise else gradient), seen

    return gradient_at
