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
    from vizgd.objectives.datasets.samplers import Indices, Sampler


class Draw(NamedTuple):
    """What chance gives one step.

    Parameters
    ----------
    batch : array of int, shape (b,), or None
        The examples that it sees; None for all.
    noise : array, shape (d,), or None
        What is added to its gradients; None for nothing.
    """

    batch: Indices | None
    noise: Array | None


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
        if self.exact:
            return itertools.repeat(self.seen(Draw(None, None)))
        return map(self.seen, self.draws())

    def seen(self, draw: Draw) -> StepLoss:
        """Return what a step sees that was given a draw."""
        samples, indices = self.objective.samples, draw.batch
        if samples is None or indices is None:
            loss = StepLoss(self.objective.value, self.objective.gradient, samples.count if samples else 0)
        else:
            loss = StepLoss(_on(samples.value, indices), _on(samples.gradient, indices), len(indices))
        return loss if draw.noise is None else tilted(loss, draw.noise)

    def draws(self) -> Iterator[Draw]:
        """Yield what chance gives each step, one after another and the same each time.

        Raises
        ------
        UsageError
            When the sampler has run out of batches.
        """
        own = chances(self.seed, self.sampler, self.noise)
        samples, sampler = self.objective.samples, self.sampler
        batches: Iterator[Any] = itertools.repeat(None)
        if sampler is not None:
            batches = sampler.batches(samples.count if samples else 0, own.batches)
        for batch in batches:
            noise = self.noise * own.noise.standard_normal(self.start.shape) if self.noise else None
            yield Draw(batch, noise)
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
        lambda point: loss.value(point) + np.sum(noise * point, axis=-1),
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
