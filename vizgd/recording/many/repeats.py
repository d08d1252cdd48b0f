"""A run recorded again with other seeds: at once where that changes no bit, else one after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vizgd.base.progress import part
from vizgd.objectives.objective import Array
from vizgd.optimizers.interface import Rule, Step
from vizgd.optimizers.task import Task
from vizgd.recording.builder import Builder, Group
from vizgd.recording.loop import record_within
from vizgd.recording.many.ensembles import Seeds
from vizgd.recording.many.side_by_side import kind_of
from vizgd.recording.trajectory import Trajectory


def record_seeds(room: float, optimizer: Any, task: Task, seeds: Sequence[int]) -> list[Trajectory]:
    """Return a run with each of some seeds, each to the bit what `record` returns with that seed.

    Parameters
    ----------
    room : float
        In bytes, for each of them.
    optimizer : Method
    task : Task
        What the run is given to do, with a seed of its own.
    seeds : sequence of int
    """
    if task.sampler is None and kind_of(task.objective, optimizer) is not None:
        return _together(room, optimizer, task, seeds)
    found = []
    for index, seed in enumerate(seeds):
        with part(index, len(seeds)):
            found.append(
                record_within(
                    room,
                    task.objective,
                    optimizer,
                    task.start,
                    task.steps,
                    sampler=task.sampler,
                    noise=task.noise,
                    seed=seed,
                    tolerance=task.tolerance,
                )
            )
    return found


def _together(room: float, rule: Rule, task: Task, seeds: Sequence[int]) -> list[Trajectory]:
    """Return the runs of a rule that is elementwise, on an objective that gives many points their bits."""
    start = np.tile(task.start, (len(seeds), 1))
    many = Seeds(
        task.objective, start, task.steps, noise=task.noise, tolerance=task.tolerance, seeds=tuple(seeds)
    )
    with np.errstate(all="ignore"):
        # Any gradient will do to learn what a run by itself has for terms.
        terms = rule.terms(np.ones_like(task.start), rule.init(task.start), task.start)
        group = Group(len(seeds), {name: np.shape(value) for name, value in terms.items()})
        builder = Builder(many, rule, room, [group])

        def keep(step: Step) -> Array | None:
            return builder.keep(step, [step.terms])

        rule.follow(many, keep)
        return builder.trajectories()
