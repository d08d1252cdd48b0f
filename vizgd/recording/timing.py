"""How long each step of a run takes: measured while nothing else is done in between."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np

from vizgd.objectives.objective import Array
from vizgd.optimizers.foreign.step_functions import StepFunction
from vizgd.optimizers.interface import Keep, Method, Step
from vizgd.optimizers.task import Task
from vizgd.recording.trajectory import Trajectory

REPEATS = 5
"""How often a run is repeated to be measured: the median of each step is told."""
LONG = 1.0
"""In seconds: once repeats have taken so long there are no more of them."""


class Stopwatch:
    """What a method hands its steps to instead, to have the time between them measured.

    Parameters
    ----------
    keep : Keep
        Which is given the steps; what it does is not measured.
    """

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self.seconds: list[float] = []
        """What each step took; the first one with what comes before it."""
        self._since = perf_counter()

    def keep(self, step: Step) -> Array | None:
        """Take a step, as `vizgd.optimizers.interface.Keep` says."""
        took = perf_counter() - self._since
        if step.number == 0:  # of a method that begins anew, too
            self.seconds.clear()
        self.seconds.append(took)
        reached = self._keep(step)
        self._since = perf_counter()
        return reached


def measured_run(trajectory: Trajectory, method: Method, task: Task, first: Stopwatch) -> Trajectory:
    """Return a recorded run with the seconds up to each iterate.

    It is repeated, where another time gives the same run, so that neither a first call nor chance counts.

    Parameters
    ----------
    trajectory : Trajectory
    method : Method
    task : Task
    first : Stopwatch
        Of the recording: what is told where the run cannot be repeated.
    """
    taken = int(trajectory.iterations[-1])
    repeated: list[list[float]] = []
    begun = perf_counter()
    while _repeatable(method, task) and len(repeated) < REPEATS and perf_counter() - begun < LONG:
        watch = Stopwatch(_until(taken))
        method.follow(task, watch.keep)
        repeated.append(watch.seconds[:taken])
    whole = [one for one in repeated if len(one) == taken]
    each = np.median(whole, axis=0) if whole else np.array(first.seconds[:taken])
    return replace(trajectory, seconds=np.concatenate([[0.0], np.cumsum(each)])[trajectory.iterations])


def _repeatable(method: Method, task: Task) -> bool:
    """Return whether following the task once more changes nothing: what is a user's own may keep count."""
    own = task.sampler is None or type(task.sampler).__module__.startswith("vizgd.")
    return own and not task.objective.noisy and not isinstance(method, StepFunction)


def _until(taken: int) -> Keep:
    """Return what ends a method after so many steps, and keeps nothing."""

    def keep(step: Step) -> Array | None:
        return step.params if step.number + 1 < taken else None

    return keep
