"""From the path that was followed to the trajectory: losses, the last gradient, and how the run ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array, Objective
from vizgd.objectives.randomness import has_gradient
from vizgd.trajectory import Status, Trajectory

WIDTHS = 10
"""How many widths of the domain a run may be from its center before it counts as diverged."""

FAR = "far outside the domain"
NOT_FINITE = "not finite"


@dataclass(frozen=True, eq=False)
class Path:
    """What a run of n steps leaves behind before the losses are known.

    Parameters
    ----------
    iterates : array, shape (n + 1, d)
    gradients : array, shape (n, d)
        As each step was given it.
    terms : mapping of str to array with leading axis n
        Among them ``learning_rate``.
    examples : array of int, shape (n + 1,)
    reason : str
        Why it broke off; empty where it did not.
    losses : array, shape (n + 1,), or None, default None
        What the method was told at the iterates, where nobody can ask for it again; nan where not.
    """

    iterates: Array
    gradients: Array
    terms: Mapping[str, Array]
    examples: NDArray[np.int64]
    reason: str
    losses: Array | None = None


def reach(objective: Objective) -> tuple[Array, Array]:
    """Return the lowest and the highest point, each of shape (d,), that a run may visit."""
    low, high = np.array(objective.domain, dtype=np.float64).T
    center, width = (low + high) / 2, high - low
    return center - WIDTHS * width, center + WIDTHS * width


def concluded(path: Path, objective: Objective, tolerance: float, *, exact: bool) -> Trajectory:
    """Evaluate what a path visited and say how it ended.

    Where the loss or a gradient is not finite in the midst of a path, that is where the run ends.

    Parameters
    ----------
    path : Path
    objective : Objective
    tolerance : float
        The largest component of the gradient with which a run counts as converged.
    exact : bool
        Whether the path's gradients are those of the full objective.
    """
    losses = objective.value(path.iterates) if path.losses is None else path.losses
    unknown = np.isnan(losses)
    if path.losses is not None and unknown.any():
        losses[unknown] = objective.value(path.iterates[unknown])
    if exact:
        full = np.concatenate([path.gradients, objective.gradient(path.iterates[-1:])])
        given = full
    else:
        full = objective.gradient(path.iterates)
        given = np.concatenate([path.gradients, full[-1:]])
    finite = np.isfinite(losses)
    if has_gradient(objective):
        finite &= np.isfinite(given).all(axis=-1)
    steps, reason = len(path.gradients), path.reason
    if not finite.all() and (not reason or int(np.argmin(finite)) < steps):
        steps, reason = int(np.argmin(finite)), NOT_FINITE
    terms = {name: values[:steps] for name, values in path.terms.items()}
    rates = terms["learning_rate"]
    return Trajectory(
        iterates=path.iterates[: steps + 1],
        losses=losses[: steps + 1],
        gradients=np.concatenate([given[:steps], full[steps : steps + 1]]),
        learning_rates=rates.mean(axis=-1) if rates.ndim > 1 else rates,
        terms=terms,
        status=Status("diverged", steps, reason) if reason else status_of(full, tolerance),
        examples=path.examples[: steps + 1],
    )


def status_of(gradients: Array, tolerance: float) -> Status:
    """Return whether, and from when to the end, no component of the gradients exceeds the tolerance."""
    # Asked so that nan, too, is steep.
    steep = np.flatnonzero(~(np.abs(gradients).max(axis=-1) <= tolerance))
    first = int(steep[-1]) + 1 if len(steep) else 0
    return Status("converged", first) if first < len(gradients) else Status("moving")
