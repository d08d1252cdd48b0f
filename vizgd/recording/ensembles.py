"""A run under noise or over batches, made again with many seeds at once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.datasets.samplers import FullBatch, Replay, ShuffledEpochs
from vizgd.objectives.objective import Array, Objective
from vizgd.optimizers.interface import Optimizer, picked
from vizgd.optimizers.line_search import LineSearch
from vizgd.recording.chance import chances
from vizgd.recording.foreign import Foreign
from vizgd.recording.recorded import Recorded
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
FIRST = 20
"""So many steps of the run that was recorded are held against the same one of the many."""
AGREEING = 1e-6
"""How exactly, in the unit of `GONE`."""
GONE = 1e6
"""How far from its start a run has diverged: in the largest of the start's size, 1 and the domain's width."""


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


@dataclass(frozen=True, eq=False)
class Chancy:
    """A run in which there is chance, and what it takes to make it again.

    Parameters
    ----------
    objective : Objective
    optimizer : Optimizer
    trajectory : Trajectory
        The run that was recorded.
    steps : int
        How many steps it was to take.
    sampler : Sampler or None
    noise : float
    seed : int
    """

    objective: Objective
    optimizer: Optimizer
    trajectory: Trajectory
    steps: int
    sampler: Sampler | None
    noise: float
    seed: int

    @property
    def repeatable(self) -> bool:
        """Whether its rule can be applied to many seeds at once."""
        return not isinstance(self.optimizer, Foreign | LineSearch | Recorded) and self.trajectory.every == 1

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


def ensembles(runs: Sequence[Chancy]) -> list[Ensemble | None]:
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
    seeds = [*range(count), run.seed]
    objective, path = run.objective, run.trajectory.iterates
    gradients = _gradients(run, seeds)
    params = np.tile(path[0], (len(seeds), 1))
    unit = max(float(np.linalg.norm(path[0])), 1.0, float(np.ptp(np.array(objective.domain), axis=1).max()))
    hessian_at = objective.hessian if run.optimizer.needs_hessian else None
    try:
        with np.errstate(all="ignore"):
            state = run.optimizer.init(params)
            for index in range(run.steps):
                gradient = next(gradients)(params)
                hessian = hessian_at(params) if hessian_at else None
                terms = run.optimizer.terms(gradient, state, params, hessian=hessian)
                state = picked(state, terms)
                params = params + terms["step"]
                if index < FIRST and index + 1 < len(path):
                    off = np.abs(params[-1] - path[index + 1]).max()
                    if not off <= AGREEING * unit:
                        return None
            losses = np.asarray(objective.value(params))
    except Exception:  # a rule or a sampler of the user's need not bear many seeds; the run itself did
        return None
    with np.errstate(all="ignore"):
        here = np.linalg.norm(params - path[0], axis=1) <= GONE * unit
    params[~here] = np.nan
    return Ensemble(params[:-1], losses[:-1])


def _gradients(run: Chancy, seeds: Sequence[int]) -> Iterator[Callable[[Array], Array]]:
    """Yield for each step what gives the seeds' params ``(k, d)`` their gradients."""
    objective, samples, noise = run.objective, run.objective.samples, run.noise
    dimension = objective.dimension
    streams = [chances(seed, run.sampler, noise) for seed in seeds]
    drawn = (
        np.stack([own.noise.standard_normal((run.steps, dimension)) for own in streams]) if noise else None
    )
    batches: Iterator[Any] = itertools.repeat(None)
    if run.sampler is not None and samples is not None:
        batches = zip(*(run.sampler.batches(samples.count, own.batches) for own in streams), strict=False)
    for index, indices in zip(range(run.steps), batches, strict=False):

        def gradient(params: Array, indices: Any = indices, index: int = index) -> Array:
            if indices is None or samples is None:
                exact = np.asarray(objective.gradient(params))
            elif samples.gradients is not None and len(set(map(len, indices))) == 1:
                exact = samples.gradients(params, np.stack(indices))
            else:
                pairs = zip(params, indices, strict=True)
                exact = np.stack([samples.gradient(one, batch) for one, batch in pairs])
            return exact if drawn is None else exact + noise * drawn[:, index]

        yield gradient
