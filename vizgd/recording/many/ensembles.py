"""A run under noise or over batches, made again with many seeds at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.datasets.samplers import FullBatch, Replay, ShuffledEpochs
from vizgd.objectives.objective import Array, Objective, Samples
from vizgd.optimizers.interface import Method, Rule, Step
from vizgd.optimizers.task import StepLoss, Task, chances, tilted
from vizgd.recording.outcome import Course
from vizgd.recording.trajectory import Trajectory

if TYPE_CHECKING:
    from vizgd.objectives.datasets.samplers import Sampler

SEEDS = 400
"""With how many seeds a run is made again, 0 and up, where that is cheap."""
FEWEST = 10
"""Fewer seeds than these say nothing of chance."""
MOST_DRAWS = 40_000
"""Batches that are drawn for a comparison, all seeds and runs together."""
MOST_NUMBERS = 8_000_000
"""Numbers of noise that are drawn for one."""
MOST_CALLS = 40_000
"""Steps that all seeds take at once."""
MOST_SINGLE_CALLS = 6_000
"""Gradients over batches, where each seed's has to be asked for by itself."""
BLOCK = 1 << 20
"""Numbers of noise that are drawn at once."""
FIRST = 20
"""So many steps of the run that was recorded are held against the same one of the many."""
AGREEING = 1e-6
"""How exactly, in the largest of the start's norm, 1 and the longest side of the domain."""


@dataclass(frozen=True, eq=False)
class Ensemble:
    """How one run ended with each of k seeds.

    Parameters
    ----------
    ends : array, shape (k, d)
        The last iterate with each seed; of a run that diverged, nan.
    losses : array, shape (k,)
        The full objective there.
    """

    ends: Array
    losses: Array

    @property
    def count(self) -> int:
        """The number of seeds, k."""
        return len(self.ends)

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """With which seeds the run diverged."""
        return ~(np.isfinite(self.ends).all(axis=1) & np.isfinite(self.losses))

    @classmethod
    def of(cls, trajectories: Sequence[Trajectory]) -> Ensemble:
        """Return how recorded runs ended."""
        lost = np.array([one.status.kind == "diverged" for one in trajectories])
        ends = np.array([one.iterates[-1] for one in trajectories])
        losses = np.array([one.losses[-1] for one in trajectories])
        return cls(np.where(lost[:, None], np.nan, ends), losses)


@dataclass(frozen=True, eq=False)
class Chancy:
    """A run in which there is chance, and what it takes to make it again.

    Parameters
    ----------
    objective : Objective
    optimizer : Method
    trajectory : Trajectory
        The run that was recorded.
    steps : int
        How many steps it was to take.
    sampler : Sampler or None
    noise : float
    seed : int
    """

    objective: Objective
    optimizer: Method
    trajectory: Trajectory
    steps: int
    sampler: Sampler | None
    noise: float
    seed: int

    @property
    def repeatable(self) -> bool:
        """Whether its rule can be applied to many seeds at once."""
        return isinstance(self.optimizer, Rule) and self.trajectory.every == 1

    @property
    def one_by_one(self) -> bool:
        """Whether the gradient over each seed's batch has to be asked for by itself."""
        samples = self.objective.samples
        return self.sampler is not None and samples is not None and samples.gradients is None


def has_chance(objective: Objective, sampler: Sampler | None, noise: float) -> bool:
    """Return whether a run with these settings ends elsewhere with another seed."""
    if noise > 0:
        return True
    if isinstance(sampler, ShuffledEpochs) and objective.samples is not None:
        return sampler.batch_size < objective.samples.count
    return sampler is not None and not isinstance(sampler, FullBatch | Replay)


def run_ensembles(runs: Sequence[Chancy]) -> list[Ensemble | None]:
    """Return each run made again, all with the same seeds; None for one that cannot be, or for too much work.

    The number of seeds is what the runs together leave room for; with a seed of their own, each is the run
    that `record` records with it.
    """
    able = [run for run in runs if run.repeatable]
    count = _seeds(able)
    if count < FEWEST:
        return [None] * len(runs)
    return [_ensemble(run, count) if run.repeatable else None for run in runs]


def _seeds(runs: Sequence[Chancy]) -> int:
    """Return for how many seeds there is room, as a round number."""
    drawing = sum(run.steps for run in runs if run.sampler is not None)
    numbers = sum(run.steps * run.objective.dimension for run in runs)
    single = sum(run.steps for run in runs if run.one_by_one)
    room = min(
        SEEDS,
        MOST_DRAWS // max(drawing, 1),
        MOST_NUMBERS // max(numbers, 1),
        MOST_SINGLE_CALLS // max(single, 1),
        SEEDS if sum(run.steps for run in runs) <= MOST_CALLS else 0,
    )
    unit = 100 if room >= 100 else 10
    return room // unit * unit


def _ensemble(run: Chancy, count: int) -> Ensemble | None:
    """Return a run with the seeds from 0 to count; None where its rule, for many at once, is another one."""
    seeds = (*range(count), run.seed)
    start = np.tile(run.trajectory.iterates[0], (len(seeds), 1))
    task = Seeds(run.objective, start, run.steps, run.sampler, run.noise, seeds=seeds)
    together = _Together(run, task)
    try:
        with np.errstate(all="ignore"):
            run.optimizer.follow(task, together.keep)
            return together.ensemble()
    except Exception:  # a rule or a sampler of the user's need not bear many seeds; the run itself did
        return None


class _Together:
    """A run with many seeds, the last of them its own, by which it is held against what was recorded."""

    def __init__(self, run: Chancy, task: Task) -> None:
        self._path, self._objective = run.trajectory.iterates, task.objective
        self._course = Course(task.objective, task.start)
        widest = float(np.ptp(np.array(task.objective.domain), axis=1).max())
        self._unit = max(float(np.linalg.norm(self._path[0])), 1.0, widest)
        self._same = True

    def keep(self, step: Step) -> Array | None:
        """Take a step, as `vizgd.optimizers.interface.Keep` says."""
        after = step.number + 1
        if after <= FIRST and after < len(self._path):
            off = np.abs(step.params[-1] - self._path[after]).max()
            self._same = self._same and bool(off <= AGREEING * self._unit)
        self._course.advance(step.params)
        return self._course.place if self._same and not self._course.over else None

    def ensemble(self) -> Ensemble | None:
        """Return how the seeds ended, but the last."""
        if not self._same:
            return None
        losses = np.asarray(self._objective.value(self._course.place))
        ends = np.where(self._course.going[:, None], self._course.place, np.nan)
        return Ensemble(ends[:-1], losses[:-1])


@dataclass(frozen=True, eq=False)
class Seeds(Task):
    """One run with each of k seeds, from starts ``(k, d)``."""

    seeds: tuple[int, ...] = ()

    def losses(self) -> Iterator[StepLoss]:
        """Yield what each step sees: each seed its own batch, and its own noise."""
        samples, sampler, noise = self.objective.samples, self.sampler, self.noise
        whole = StepLoss(self.objective.value, self.objective.gradient, 0)
        own = [chances(seed, sampler, noise) for seed in self.seeds]
        drawn: Any = itertools.repeat(None)
        if noise:
            drawn = (noise * step for step in self._normal([one.noise for one in own]))
        batches: Any = itertools.repeat(None)
        if sampler is not None and samples is not None:
            batches = zip(*(sampler.batches(samples.count, one.batches) for one in own), strict=False)
        for indices, tilt in zip(batches, drawn, strict=False):
            loss = whole
            if indices is not None and samples is not None:
                loss = whole._replace(gradient=partial(_each, samples, indices))
            yield loss if tilt is None else tilted(loss, tilt)

    def _normal(self, generators: Sequence[np.random.Generator]) -> Iterator[Array]:
        """Yield normal numbers ``(k, d)`` for each step, each seed's the same as if it drew them alone."""
        dimension = self.start.shape[1]
        block = max(1, BLOCK // (len(generators) * dimension))
        for first in range(0, self.steps, block):
            shape = min(block, self.steps - first), dimension
            yield from np.stack([one.standard_normal(shape) for one in generators], axis=1)


def _each(samples: Samples, batches: Sequence[NDArray[np.intp]], params: Array) -> Array:
    """Return the gradients of params ``(k, d)``, each over a batch of its own."""
    if samples.gradients is not None and len(set(map(len, batches))) == 1:
        return samples.gradients(params, np.stack(batches))
    pairs = zip(params, batches, strict=True)
    return np.stack([samples.gradient(one, batch) for one, batch in pairs])
