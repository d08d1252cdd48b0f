"""What a run has cost so far: steps, examples, evaluations of the gradient, or seconds measured."""

from __future__ import annotations

from typing import Literal, TypeAlias

from vizgd.base.errors import UsageError
from vizgd.base.formatting import number
from vizgd.objectives.objective import Array
from vizgd.recording.trajectory import Trajectory

Cost: TypeAlias = Literal["iterations", "examples", "evaluations", "seconds"]
"""What can be counted of a run."""

AXES: dict[Cost, str] = {
    "iterations": "iteration",
    "examples": "examples seen",
    "evaluations": "gradient evaluations",
    "seconds": "seconds, as measured",
}
"""What an axis of it is called."""
NOUNS: dict[Cost, str] = {"iterations": "step", "examples": "example", "evaluations": "evaluation"}


def costs_so_far(trajectory: Trajectory, cost: Cost) -> Array:
    """Return what a run has cost up to each iterate, shape (n + 1,).

    Raises
    ------
    UsageError
        When that was not recorded.
    """
    counts: Array | None = getattr(trajectory, cost)
    if counts is not None:
        return counts.astype(float)
    if cost == "seconds":
        raise UsageError(
            "nobody measured how long the steps of this run took",
            why="it was recorded before, for another count",
            hint="record it with timed=True, or give the run its optimizer",
        )
    raise UsageError(
        "nobody counted the gradient evaluations of this run",
        why="it was recorded elsewhere, or before they were counted",
        hint='record it again, or count "iterations"',
    )


def amount(value: float, cost: Cost) -> str:
    """Return so much of a cost in words.

    >>> amount(1, "iterations"), amount(23000, "examples"), amount(0.00041, "seconds")
    ('1 step', '23,000 examples', '0.41 ms')
    """
    if cost != "seconds":
        return f"{value:,.0f} {NOUNS[cost]}{'s' * (value != 1)}"
    unit, factor = next(
        (u, f) for u, f in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)) if value * f >= 0.1 or u == "µs"
    )
    return f"{number(value * factor, 2)} {unit}"
