"""Recording scipy's line-search methods iterate by iterate."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.objective import Array, Objective
from vizgd.optimizers.line_search import LineSearch
from vizgd.recording.outcome import Path, reach_of


def check_search(optimizer: LineSearch, sampler: Any, noise: Any) -> None:
    """Raise a UsageError where a line search would be misled: by gradients that are not the objective's."""
    if sampler is not None or noise:
        raise UsageError(
            f"{optimizer.name} cannot work with {'a sampler' if sampler is not None else 'noise'}",
            why="its line search needs values and gradients of one and the same function",
            hint="leave that out, or use an optimizer such as Adam",
        )


def searched(objective: Objective, optimizer: LineSearch, start: Array, steps: int, tolerance: float) -> Path:
    """Run one of scipy's methods and return the iterates it passed, at most `steps` after the start.

    It ends where no component of the gradient exceeds the tolerance, or where scipy can improve no further,
    however far away. scipy tells no step lengths: the learning rates are nan, and ``step`` is the difference
    of the iterates.
    """
    from scipy.optimize import minimize

    iterates, evaluations = [start], [0]
    count = 0

    def gradient(point: Array) -> Array:
        nonlocal count
        count += 1
        return objective.gradient(point)

    # scipy looks at the parameter's name: only as `intermediate_result` it hands over copies.
    def keep(intermediate_result: Any) -> None:
        point = np.array(intermediate_result.x, dtype=np.float64)
        if not np.isfinite(point).all() or np.array_equal(point, iterates[-1]):
            return
        iterates.append(point)
        evaluations.append(count)

    with warnings.catch_warnings():
        # A search that gives up says so in warnings; here its path says it.
        warnings.simplefilter("ignore")
        minimize(
            lambda point: float(objective.value(point)),
            start,
            jac=gradient,
            method=optimizer.method,
            callback=keep,
            options={"maxiter": steps, "gtol": tolerance, **optimizer.options()},
        )
    visited = np.array(iterates)
    moves = np.diff(visited, axis=0)
    samples = objective.samples.count if objective.samples else 0
    return Path(
        iterates=visited,
        gradients=objective.gradient(visited)[:-1],
        terms={"learning_rate": np.full(len(moves), np.nan), "step": moves},
        examples=np.array(evaluations, dtype=np.int64) * samples,
        reason=reach_of(objective, start).strayed(iterates),
        by_values=True,
    )
