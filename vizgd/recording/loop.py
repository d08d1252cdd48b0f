"""Running an optimizer on an objective, and recording what happened."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vizgd.objectives.lookup import objective_from
from vizgd.objectives.objective import Array, Objective
from vizgd.optimizers.adapters import optimizer_from
from vizgd.optimizers.task import Task
from vizgd.recording import checks
from vizgd.recording.builder import Builder
from vizgd.recording.quantities import check_first_steps
from vizgd.recording.timing import Stopwatch, measured_run
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
    timed: bool = False,
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
    timed : bool, default False
        Whether to measure how long each step takes: the median of a few repeats, where the run can be
        repeated.

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
    return record_within(math.inf, objective, optimizer, start, steps, timed=timed, **settings)


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
    timed: bool = False,
) -> Trajectory:
    """Run an optimizer as `record` does, and keep of it what so many bytes hold."""
    objective = objective_from(objective, start=start)
    optimizer = optimizer_from(optimizer)
    checks.check_settings(objective, optimizer, steps, sampler, noise, seed, tolerance)
    # One context for the whole run: entering it once a step would cost as much as the step.
    with np.errstate(all="ignore"):
        begin = checks.checked_start(objective, start)
        checks.check_shapes(optimizer, begin)
        task = Task(objective, begin, int(steps), sampler, noise, int(seed), tolerance)
        builder = Builder(task, optimizer, room)
        watch = Stopwatch(builder.keep) if timed else builder
        optimizer.follow(task, watch.keep)
        run = builder.trajectories()[0]
        check_first_steps(optimizer, run)
        return measured_run(run, optimizer, task, watch) if isinstance(watch, Stopwatch) else run
