"""What a method is given to do: so many steps from a start, and what each sees of the objective."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.objective import Array, Objective

if TYPE_CHECKING:
    from vizgd.objectives.datasets.samplers import Sampler


class StepLoss(NamedTuple):
    """What one step sees of an objective: all of it or a batch of its examples, with noise or without.

    Parameters
    ----------
    value : callable
        Maps a point to its loss.
    gradient : callable
        Maps a point to the gradient there.
    examples : int
        Over how many examples both are taken; 0 where the objective has none.
    """

    value: Callable[[Array], Any]
    gradient: Callable[[Array], Array]
    examples: int


@dataclass(frozen=True, eq=False)
class Task:
    """A run that is asked for, or several at once.

    Parameters
    ----------
    objective : Objective
    start : array, shape (d,) or (k, d)
        Where the run starts, or each of k.
    steps : int
    sampler : Sampler or None, default None
        Which examples each step sees; None for all.
    noise : float, default 0
        Standard deviation of what is added to each component of each gradient.
    seed : int, default 0
        For all that is drawn. Runs of one seed share it, step by step.
    tolerance : float, default 1e-5
        No component of the gradient exceeds it where a run has converged.
    """

    objective: Objective
    start: Array
    steps: int
    sampler: Sampler | None = None
    noise: float = 0.0
    seed: int = 0
    tolerance: float = 1e-5

    @property
    def exact(self) -> bool:
        """Whether every step sees the objective itself: no sampler, no noise."""
        return self.sampler is None and self.noise == 0

    def losses(self) -> Iterator[StepLoss]:
        """Yield what each step sees, one after another and the same each time.

        Raises
        ------
        UsageError
            When the sampler has run out of batches.
        """
        samples = self.objective.samples
        whole = StepLoss(self.objective.value, self.objective.gradient, samples.count if samples else 0)
        return itertools.repeat(whole) if self.exact else self._drawn(whole)

    def _drawn(self, whole: StepLoss) -> Iterator[StepLoss]:
        own = chances(self.seed, self.sampler, self.noise)
        samples, sampler = self.objective.samples, self.sampler
        batches = sampler.batches(whole.examples, own.batches) if sampler else itertools.repeat(None)
        for indices in batches:
            loss = whole
            if indices is not None and samples is not None:
                loss = StepLoss(_on(samples.value, indices), _on(samples.gradient, indices), len(indices))
            if self.noise:
                loss = tilted(loss, self.noise * own.noise.standard_normal(self.start.shape))
            yield loss
        raise UsageError(
            f"{sampler!r:.60} has run out of batches",
            why="each step takes one",
            hint="ask for fewer steps, or give it more batches",
        )


def tilted(loss: StepLoss, noise: Array) -> StepLoss:
    """Return a loss with noise n added to its gradients.

    That is f(θ) + nᵀθ, so that a step which compares values, too, is not misled.
    """
    return StepLoss(
        lambda point: loss.value(point) + np.sum(noise * point),
        lambda point: loss.gradient(point) + noise,
        loss.examples,
    )


def _on(function: Callable[..., Any], indices: Any) -> Callable[[Array], Any]:
    return lambda params: function(params, indices)


@dataclass(frozen=True, eq=False)
class Chances:
    """The generators of a run.

    Parameters
    ----------
    noise, batches : numpy.random.Generator
        From which the noise of each step is drawn, and its batch.
    """

    noise: np.random.Generator
    batches: np.random.Generator


def chances(seed: int, sampler: Sampler | None, noise: float) -> Chances:
    """Return the generators of a run with a seed.

    Noise has one of its own, so that runs over different batches are under the same noise, and runs under
    noise with the same sampler see the same batches.
    """
    rng = np.random.default_rng(seed)
    both = sampler is not None and noise > 0
    return Chances(rng, np.random.default_rng(seed).spawn(1)[0] if both else rng)
