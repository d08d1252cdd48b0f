"""Samplers choose the examples of a data-set loss that each step uses, as arrays of indices."""

from __future__ import annotations

import itertools
import operator
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizgd.base.errors import UsageError
from vizgd.base.registry import Entry, Registry, lazily
from vizgd.base.values import is_whole

Indices = NDArray[np.intp]


class Sampler(ABC):
    """Chooses examples; subclasses are frozen dataclasses of their settings."""

    @abstractmethod
    def batches(self, count: int, rng: np.random.Generator) -> Iterator[Indices]:
        """Yield the indices of one batch after another.

        Parameters
        ----------
        count : int
            How many examples there are.
        rng : numpy.random.Generator
            The random generator; the same state gives the same batches.
        """


@dataclass(frozen=True)
class FullBatch(Sampler):
    """All examples, each step: plain gradient descent."""

    def batches(self, count: int, rng: np.random.Generator) -> Iterator[Indices]:  # noqa: ARG002 - no chance
        """Yield all indices, forever."""
        return itertools.repeat(np.arange(count))


@dataclass(frozen=True)
class WithReplacement(Sampler):
    """A few examples drawn with replacement at each step: textbook stochastic gradient descent.

    Parameters
    ----------
    batch_size : int, default 1
        How many examples a step uses.
    """

    batch_size: int = 1

    def __post_init__(self) -> None:
        _check_size(self.batch_size)

    def batches(self, count: int, rng: np.random.Generator) -> Iterator[Indices]:
        """Yield independent uniform draws, forever."""
        while True:
            yield rng.integers(count, size=self.batch_size, dtype=np.intp)


@dataclass(frozen=True)
class ShuffledEpochs(Sampler):
    """All examples in a new random order each epoch, cut into batches: what training loops do.

    Parameters
    ----------
    batch_size : int
        How many examples a step uses; the last batch of an epoch has the rest.
    """

    batch_size: int

    def __post_init__(self) -> None:
        _check_size(self.batch_size)

    def batches(self, count: int, rng: np.random.Generator) -> Iterator[Indices]:
        """Yield the batches of one epoch after another, forever."""
        while True:
            order = rng.permutation(count).astype(np.intp, copy=False)
            for low in range(0, count, self.batch_size):
                yield order[low : low + self.batch_size]


@dataclass(frozen=True)
class Replay(Sampler):
    """Given batches in their order, and no more: to repeat a run that was made elsewhere.

    Parameters
    ----------
    recorded : sequence of sequences of int
        The indices of each batch.
    """

    recorded: Iterable[Iterable[int]]

    def __post_init__(self) -> None:
        try:
            recorded = tuple(tuple(operator.index(index) for index in batch) for batch in self.recorded)
        except TypeError:
            raise UsageError(
                f"recorded is {self.recorded!r:.60}",
                why="expected a list of batches, each a list of whole numbers, such as [[0, 3], [1, 2]]",
            ) from None
        object.__setattr__(self, "recorded", recorded)

    def batches(self, count: int, rng: np.random.Generator) -> Iterator[Indices]:  # noqa: ARG002 - no chance
        """Yield the given batches.

        Raises
        ------
        UsageError
            For a batch that is empty or that names an example beyond the last.
        """
        for number, batch in enumerate(self.recorded):
            indices = np.array(batch, dtype=np.intp)
            if not indices.size or indices.min() < 0 or indices.max() >= count:
                raise UsageError(
                    f"cannot replay batch {number}",
                    why=f"its indices must lie between 0 and {count - 1}, and there must be one",
                )
            yield indices


def _check_size(batch_size: int) -> None:
    if not is_whole(batch_size) or batch_size < 1:
        raise UsageError(f"cannot use batch_size={batch_size!r}", why="it must be a whole number, at least 1")


def _entries() -> dict[str, Entry[type[Sampler]]]:
    here = "vizgd.objectives.datasets.samplers"
    return {
        "full-batch": Entry(lazily(f"{here}:FullBatch"), "all examples, each step"),
        "with-replacement": Entry(lazily(f"{here}:WithReplacement"), "a few drawn anew each step"),
        "shuffled-epochs": Entry(
            lazily(f"{here}:ShuffledEpochs"), "all in a new order each epoch, in batches"
        ),
        "replay": Entry(lazily(f"{here}:Replay"), "given batches, in their order"),
    }


SAMPLERS: Registry[type[Sampler]] = Registry("sampler", "vizgd.samplers", _entries)
"""The samplers' classes by name."""
