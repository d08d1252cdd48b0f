"""What chance gave the steps of a run, drawn again as it was, and what else it might have given them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.datasets.samplers import FullBatch, Indices, Replay, ShuffledEpochs
from vizgd.objectives.objective import Array
from vizgd.optimizers.task import Draw, Task
from vizgd.recording.trajectory import Trajectory

FIRST = 3
"""At so many steps the gradient that was recorded is held against that of the draws."""
AGREEING = 1e-6
"""How exactly, in parts of the larger of the gradient and 1."""
APART = 1
"""Where in the tree of a seed's generators those stand that no run draws from."""
MOST_SINGLE = 6_000
"""Gradients over batches, where each has to be asked for by itself."""
MOST_NUMBERS = 1 << 24
"""Of the gradients at one iterate."""
FEWEST = 20
"""So many are asked for all the same."""


def draws_at(task: Task, trajectory: Trajectory, rows: NDArray[np.intp]) -> list[Draw] | None:
    """Return what chance gave those steps of a run that leave some of its iterates.

    Parameters
    ----------
    task : Task
        That the run was given.
    trajectory : Trajectory
    rows : array of int, shape (m,)
        The numbers of the iterates, rising; one that no step leaves has no draw and must not be asked for.

    Returns
    -------
    list of Draw or None
        None where the run was recorded elsewhere, with other draws than those of its sampler and seed.
    """
    if len(rows) == 0:
        return []
    counts = trajectory.iterations[rows]
    wanted = set(counts.tolist())
    drawn = enumerate(itertools.islice(task.draws(), int(counts[-1]) + 1))
    found = [draw for number, draw in drawn if number in wanted]
    return found if _as_recorded(task, trajectory, rows, found) else None


def _as_recorded(task: Task, trajectory: Trajectory, rows: NDArray[np.intp], draws: Sequence[Draw]) -> bool:
    """Say whether the first gradients that were recorded are those of some draws."""
    for row, draw in zip(rows[:FIRST].tolist(), draws, strict=False):
        with np.errstate(all="ignore"):
            own = task.seen(draw).gradient(trajectory.iterates[row])
        recorded = trajectory.gradients[row]
        if not np.isfinite(own).all():
            continue
        if np.abs(own - recorded).max() > AGREEING * max(float(np.abs(own).max()), 1.0):
            return False
    return True


def has_batches(task: Task) -> bool:
    """Say whether steps see a part of the examples."""
    samples, sampler = task.objective.samples, task.sampler
    if isinstance(sampler, ShuffledEpochs) and samples is not None:
        return sampler.batch_size < samples.count
    return samples is not None and sampler is not None and not isinstance(sampler, FullBatch)


def is_drawn(task: Task) -> bool:
    """Say whether steps see other examples, or noise, with another seed."""
    return task.noise > 0 or (has_batches(task) and not isinstance(task.sampler, Replay))


@dataclass(frozen=True, eq=False)
class Cloud:
    """Gradients that the steps of a run might have been given, each over a batch or with a noise of its own.

    They are drawn from a generator of their own, once for all steps: so a run draws what it would have drawn
    without them, and from one iterate to the next each moves as its batch has it.

    Parameters
    ----------
    task : Task
    batches : array of int, shape (m, b), or None
        Of a sampler, what it yields from that generator; None where steps see all examples.
    noise : array, shape (m, d), or None
    """

    task: Task
    batches: NDArray[np.intp] | None
    noise: Array | None

    @property
    def count(self) -> int:
        """How many gradients there are, m."""
        return next(len(drawn) for drawn in (self.batches, self.noise) if drawn is not None)

    def gradients(self, place: Array, draw: Draw) -> Array:
        """Return the gradients ``(m, d)`` at a point, over as many examples as a draw has."""
        samples = self.task.objective.samples
        with np.errstate(all="ignore"):
            if self.batches is None or draw.batch is None or samples is None:
                found = self.task.seen(draw._replace(noise=None)).gradient(place)[None]
            else:
                batches = self.batches[:, : len(draw.batch)]
                places = np.broadcast_to(place, (len(batches), len(place)))
                if samples.gradients is not None:
                    found = samples.gradients(places, batches)
                else:
                    found = np.stack([samples.gradient(place, batch) for batch in batches])
            return found if self.noise is None else found + self.noise


def cloud_of(task: Task, draws: Sequence[Draw], count: int) -> Cloud | None:
    """Return a cloud for steps that were given some draws; None for one that chance gives nothing.

    Parameters
    ----------
    task : Task
    draws : sequence of Draw
    count : int
        How many gradients; fewer where parameters are very many, and over batches of a network, of which each
        is asked for by itself.
    """
    if not is_drawn(task) or not draws:
        return None
    samples, sampler = task.objective.samples, task.sampler
    count = min(count, max(FEWEST, MOST_NUMBERS // len(task.start)))
    if samples is not None and samples.gradients is None and sampler is not None:
        count = min(count, max(FEWEST, MOST_SINGLE // len(draws)))
    generators = np.random.SeedSequence(task.seed, spawn_key=(APART,)).spawn(2)
    noise, rng = map(np.random.default_rng, generators)
    batches: NDArray[np.intp] | None = None
    if sampler is not None and samples is not None and not isinstance(sampler, FullBatch | Replay):
        size = max(len(draw.batch) for draw in draws if draw.batch is not None)
        # The last batch of an epoch, which is smaller, is left out: of a part of another it is as likely.
        stream = itertools.islice(sampler.batches(samples.count, rng), 10 * count)
        whole: list[Indices] = [batch[:size] for batch in stream if len(batch) >= size][:count]
        if not whole:
            return None
        batches = np.stack(whole)
    drawn = task.noise * noise.standard_normal((count, len(task.start))) if task.noise else None
    if batches is not None and drawn is not None:
        drawn = drawn[: len(batches)]
    return Cloud(task, batches, drawn)
