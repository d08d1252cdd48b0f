"""What chance gave the steps of a run that a film shows, for views that show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Shared, Track
from vizgd.objectives.objective import Array
from vizgd.optimizers.task import Draw, Task
from vizgd.recording.draws import draws_at
from vizgd.recording.trajectory import Trajectory
from vizgd.views.view import Subject

MOST_STEPS = 600
"""Of so many steps of a run, at most, it is shown what chance gave them: a usual film has fewer frames."""


@dataclass(frozen=True, eq=False)
class Chance:
    """What chance gave those steps of a run that are shown.

    Parameters
    ----------
    run : int
    task : Task
    trajectory : Trajectory
        As it was recorded.
    rows : array of int, shape (m,)
        From which iterates the steps begin.
    draws : list of Draw
        One for each of them.
    """

    run: int
    task: Task
    trajectory: Trajectory
    rows: NDArray[np.intp]
    draws: list[Draw]

    @property
    def which(self) -> NDArray[np.intp]:
        """The number of the step that is shown at each iterate, shape (n + 1,): at the last one, the last."""
        iterates = np.arange(len(self.trajectory.iterates))
        return np.searchsorted(self.rows, iterates, side="right") - 1

    def track(self, values: Array) -> Track:
        """Return values ``(m, ...)`` as a track, each from where its step begins to the next one shown."""
        return Track(self.run, Shared(values, self.which), held=True)


def chances_of(
    subject: Subject, what: str, wanted: Callable[[Task], bool], needs: str, most: Callable[[Task], int]
) -> dict[int, Chance]:
    """Return what chance gave the steps of those runs that have what is to be shown.

    Parameters
    ----------
    subject : Subject
        With the runs as they were recorded.
    what : str
        What is to be shown, for messages: such as "a cloud".
    wanted : callable
        Says whether a run has that.
    needs : {"a sampler", "a sampler or noise"}
        What a run without it lacks.
    most : callable
        Says of how many steps of a run it can be shown, at most.

    Raises
    ------
    UsageError
        Where no run has it, or where it is not known any more.
    """
    runs = [run for run, task in enumerate(subject.tasks) if wanted(task)]
    if not runs:
        given = 'sampler = { sampler = "shuffled-epochs", batch_size = 10 }'
        noise = "noise" in needs
        raise UsageError(
            f"{what} needs {needs}",
            why=f"every step of every run sees {'the exact gradient' if noise else 'all examples'}",
            hint=f"give a run {'noise = 0.5, or over a data set ' if noise else ''}{given}",
        )
    found = {run: _chance(subject, run, most(subject.tasks[run])) for run in runs}
    known = {run: one for run, one in found.items() if one is not None}
    if not known:
        raise UsageError(
            f"{what} cannot be shown",
            why="what the runs drew is not what their samplers and seeds give",
            hint="record them again, or leave it out",
        )
    return known


def _chance(subject: Subject, run: int, most: int) -> Chance | None:
    trajectory, task = subject.trajectories[run], subject.tasks[run]
    rows = _steps_shown(subject, run, max(1, min(MOST_STEPS, most)))
    draws = draws_at(task, trajectory, rows)
    return Chance(run, task, trajectory, rows, draws) if draws else None


def _steps_shown(subject: Subject, run: int, most: int) -> NDArray[np.intp]:
    """Return the iterates from which those steps begin that frames show: all where they are few."""
    steps = subject.trajectories[run].steps
    if steps <= most:
        return np.arange(steps)
    moments = min(subject.clock.run, most) + 1
    positions = subject.clock.positions(run, np.linspace(0.0, 1.0, moments))
    # On either side of a whole number, for a frame may come to the other one.
    near = np.concatenate([positions - 1e-9, positions + 1e-9]).astype(np.intp)
    return np.unique(np.clip(near, 0, steps - 1))


def padded(parts: Sequence[Any], columns: int = 2) -> Array:
    """Return arrays of points ``(k, 2)``, k any, as one ``(m, longest, 2)``, nan after the end of each."""
    values = np.full((len(parts), max(1, *map(len, parts)), columns), np.nan)
    for row, part in zip(values, parts, strict=True):
        row[: len(part)] = part
    return values
