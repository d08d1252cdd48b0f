"""Trajectories as arrays in an archive, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizgd.base.archives import Archive
from vizgd.base.errors import UsageError
from vizgd.recording.trajectory import Status, Trajectory

FIELDS = ("iterates", "losses", "gradients", "learning_rates", "examples")
CostName: TypeAlias = Literal["evaluations", "seconds"]
COSTS: tuple[CostName, ...] = ("evaluations", "seconds")
"""And those that not every run has."""
Shapes: TypeAlias = Mapping[str, tuple[np.dtype[Any], tuple[int, ...]]]


def array_names(run: int, terms: int, costs: Iterable[str] = ()) -> Iterable[str]:
    """Return what the arrays of a run with so many terms are called, in a fixed order."""
    fields = [f"run{run}_{name}" for name in (*FIELDS, *costs)]
    return fields + [f"run{run}_term{number}" for number in range(terms)]


def costs_of(trajectory: Trajectory) -> list[CostName]:
    """Return which costs are known of a run."""
    return [name for name in COSTS if getattr(trajectory, name) is not None]


def arrays_of(run: int, trajectory: Trajectory, dimension: int) -> dict[str, NDArray[Any]]:
    """Return the arrays of a run by their names; the terms have numbers for names.

    Raises
    ------
    UsageError
        When the trajectory's arrays do not fit one another, or are no float64.
    """
    costs = costs_of(trajectory)
    parts = [getattr(trajectory, name) for name in (*FIELDS, *costs)] + list(trajectory.terms.values())
    names = array_names(run, len(trajectory.terms), costs)
    arrays = {name: np.asarray(part) for name, part in zip(names, parts, strict=True)}
    shapes = {name: (part.dtype, part.shape) for name, part in arrays.items()}
    _check_shapes(shapes, run, len(trajectory.terms), dimension, costs)
    _check_costs({name: getattr(trajectory, name) for name in costs})
    last = int(trajectory.iterations[-1])
    _check_values(arrays[f"run{run}_iterates"], trajectory.status, list(trajectory.terms), last)
    return arrays


def trajectory_of(
    archive: Archive,
    run: int,
    terms: list[str],
    status: Status,
    every: int,
    dimension: int,
    taken: int | None = None,
    costs: Iterable[str] = (),
) -> Trajectory:
    """Return the trajectory of a run.

    Of one without the count of steps taken, the status is counted in iterates, as it once was.

    Raises
    ------
    UsageError
        As `arrays_of`.
    """
    shapes = {name: (header.dtype, header.shape) for name, header in archive.headers.items()}
    _check_shapes(shapes, run, len(terms), dimension, costs)
    parts: dict[str, Any] = {name: archive.array(f"run{run}_{name}") for name in (*FIELDS, *costs)}
    if every < 1:
        raise UsageError(f"its iterates are {every} steps apart", why="expected at least 1")
    steps = len(parts["iterates"]) - 1
    if taken is None and status.iteration is not None:
        status = replace(status, iteration=every * status.iteration)
    last = every * steps if taken is None else taken
    if not every * (steps - 1) < last <= every * steps and last:
        raise UsageError(f"it took {last} steps", why=f"{steps + 1} iterates are {every} steps apart")
    _check_values(parts["iterates"], status, terms, last)
    _check_costs({name: parts[name] for name in costs})
    values = {name: archive.array(f"run{run}_term{number}") for number, name in enumerate(terms)}
    return Trajectory(
        terms=values, status=status, every=every, taken=None if last == every * steps else last, **parts
    )


def _check_shapes(shapes: Shapes, run: int, terms: int, dimension: int, costs: Iterable[str]) -> None:
    iterates = shapes[f"run{run}_iterates"][1]
    count = iterates[0] if iterates else 0
    expected = {
        "iterates": (count, dimension),
        "losses": (count,),
        "gradients": (count, dimension),
        "learning_rates": (count - 1,),
        "examples": (count,),
        **dict.fromkeys(costs, (count,)),
    }
    for name, shape in expected.items():
        kind, given = shapes[f"run{run}_{name}"]
        wanted = np.dtype(np.int64 if name in {"examples", "evaluations"} else np.float64)
        # A network that is trained in single precision is recorded in it.
        single = name in {"iterates", "gradients"} and kind == np.float32
        if given != shape or count < 1 or not (kind == wanted or single):
            raise UsageError(f"{name} is {given} of {kind}", why=f"expected the shape {shape} of {wanted}")
    for number in range(terms):
        kind, given = shapes[f"run{run}_term{number}"]
        if given[:1] != (count - 1,) or kind.kind not in "biufc":
            raise UsageError(
                f"term {number} is {given} of {kind}", why=f"expected numbers of {count - 1} steps"
            )


def _check_costs(costs: Mapping[str, NDArray[Any]]) -> None:
    for name, counts in costs.items():
        if not (np.isfinite(counts).all() and (counts >= 0).all() and (np.diff(counts) >= 0).all()):
            raise UsageError(f"its {name} are no count", why="a count of what was spent never falls")


def _check_values(iterates: NDArray[Any], status: Status, terms: list[str], steps: int) -> None:
    if not np.isfinite(iterates).all():
        raise UsageError("an iterate is nan or infinite", why="a path must be finite")
    if (status.iteration is None) != (status.kind == "moving"):
        raise UsageError(f"its status is {status.kind}, and the iteration of that {status.iteration}")
    if status.iteration is not None and not 0 <= status.iteration <= steps:
        raise UsageError(f"it ended at iteration {status.iteration} of {steps}")
    if len(set(terms)) < len(terms):
        raise UsageError("two of its terms have the same name")
