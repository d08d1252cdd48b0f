"""What a run did, step by step: the data from which every picture and caption is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array


@dataclass(frozen=True)
class Status:
    """How a run ended.

    Parameters
    ----------
    kind : {"converged", "diverged", "moving"}
        ``converged``: the gradient is below the tolerance from ``iteration`` to the end. ``diverged``: at
        ``iteration``, the last one recorded, the loss, the gradient or the step from there was not finite; or
        the run was farther from its start than 10⁶ times the largest of the start's norm, 1 and the longest
        side of the domain, and had come farther away in each of its last 20 steps. ``moving``: neither,
        within the steps it was given, be it inside the domain or not.
    iteration : int or None
        When, counted in steps of the optimizer; None while moving.
    reason : str, default ""
        For a diverged run, what gave out: ``"not finite"`` or ``"farther away with every step"``.
    """

    kind: Literal["converged", "diverged", "moving"]
    iteration: int | None = None
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The recorded path of one run of n steps.

    Where not every iterate was kept, n is the number of steps that were, and the learning rate and the terms
    of a step are those with which the run left the iterate before it.

    Parameters
    ----------
    iterates : array, shape (n + 1, d)
        The start and the point after each step; always finite.
    losses : array, shape (n + 1,)
        The full objective at each iterate; the last may be inf or nan when the run diverged, and those on the
        way of a method of scipy that came back from there.
    gradients : array, shape (n + 1, d)
        The gradient at each iterate that the optimizer was given: of a mini-batch, where there was one. The
        last is the full gradient at the last iterate.
    learning_rates : array, shape (n,)
        The learning rate of each step: the mean where components have rates of their own (``terms`` has them
        all), nan for line searches.
    terms : mapping of str to array with leading axis n
        Every named quantity of the update rule at each step, such as ``first_moment`` and ``step``; of an
        optimizer from another library what that shows of its state, by its own names.
    status : Status
        Converged, diverged or still moving, and when.
    examples : array of int, shape (n + 1,)
        Sample gradients evaluated up to each iterate; all zero where the objective has no data set.
    every : int, default 1
        How many steps of the optimizer lie between two iterates: more than 1 where not all were kept.
    batch_losses : bool, default False
        Whether the losses are those of the mini-batches that a training loop saw, each of another one.
    taken : int or None, default None
        After how many steps of the optimizer the last iterate was reached, where that is not ``every * n``:
        the last of a run is kept whatever the number of its steps.
    evaluations : array of int, shape (n + 1,), or None, default None
        At how many points gradients were taken up to each iterate, over a batch or over all examples, or
        values by a method without gradients; a Hessian counts as d of them. None where nobody counted.
    seconds : array, shape (n + 1,), or None, default None
        How long the steps up to each iterate took, as it was measured; None where it was not.
    """

    iterates: Array
    losses: Array
    gradients: Array
    learning_rates: Array
    terms: Mapping[str, Array]
    status: Status
    examples: NDArray[np.int64]
    every: int = 1
    batch_losses: bool = False
    taken: int | None = None
    evaluations: NDArray[np.int64] | None = None
    seconds: Array | None = None

    def __repr__(self) -> str:
        when = "" if self.status.iteration is None else f" at {self.status.iteration}"
        last = ", ".join(f"{value:g}" for value in self.iterates[-1][:3])
        last += ", …" if self.iterates.shape[1] > 3 else ""
        return f"<Trajectory of {self.iterations[-1]} steps to ({last}), {self.status.kind}{when}>"

    @property
    def steps(self) -> int:
        """The number of steps recorded, n."""
        return len(self.iterates) - 1

    @property
    def iterations(self) -> NDArray[np.int64]:
        """After how many steps of the optimizer each iterate was reached, shape (n + 1,)."""
        counts = self.every * np.arange(self.steps + 1)
        if self.taken is not None:
            counts[-1] = self.taken
        return counts


def loss_name(trajectories: Sequence[Trajectory]) -> str:
    """Return what the losses of some runs are called: of mini-batches they are not those of the objective."""
    kinds = {trajectory.batch_losses for trajectory in trajectories}
    if kinds == {True}:
        return "mini-batch loss"
    return "loss or mini-batch loss" if True in kinds else "loss"
