"""The one builder of trajectories: it takes the steps of a method, and decides when a run ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizgd.base.progress import paced
from vizgd.objectives.objective import Array
from vizgd.optimizers.interface import Method, Rule, Step, Terms
from vizgd.optimizers.task import Task
from vizgd.recording.columns import Columns
from vizgd.recording.keeping import Keeping, Shapes, keeping_for, numbers_of, piece_of
from vizgd.recording.outcome import FAR, NOT_FINITE, Course
from vizgd.recording.pieces import Piece, Record
from vizgd.recording.trajectory import Trajectory


@dataclass(frozen=True)
class Group:
    """Neighbors among runs side by side whose rules are one: how many, and what terms each has in a step."""

    runs: int
    shapes: Shapes


class Builder:
    """Makes the trajectory of a run, or of several side by side, of their steps.

    Steps are written into arrays as they come. These hold all of a run where all of it is kept; else they are
    judged and thinned out whenever they are full.

    Parameters
    ----------
    task : Task
    method : Method
    room : float
        How many bytes each run may take.
    groups : sequence of Group, default ()
        Of runs side by side, whose terms are given as a sequence, those of a group at once.
    """

    def __init__(self, task: Task, method: Method, room: float, groups: Sequence[Group] = ()) -> None:
        self._task, self._room, self._groups = task, room, groups
        self._free = method.ends_itself
        self._varied = not isinstance(method, Rule)
        self._told = paced(task.steps)
        self._size = self._row = 0
        self._losses: Array | None = None

    def keep(self, step: Step, terms: Sequence[Terms] = ()) -> Array | None:
        """Take a step, as `vizgd.optimizers.interface.Keep` says.

        Parameters
        ----------
        step : Step
        terms : sequence of mapping, optional
            Its terms for each group of runs, where there are several.
        """
        if step.number == 0:
            self._begin(step.terms)
        elif self._row == self._size:
            self._hand_on(last=False)
        row = self._row
        if step.gradient is None:
            self._asks = True
        else:
            self._gradients[row] = step.gradient
        if self._groups:
            for columns, own in zip(self._columns, terms, strict=True):
                columns.write(row, own)
        elif self._varied:
            self._columns[0].write_varied(row, step.terms)
        else:
            self._columns[0].write(row, step.terms)
        course = self._course
        broken_off, far = course.advance(step.params)
        self._row = row = row + 1
        self._iterates[row] = course.place
        self._examples[row], self._evaluations[row] = step.examples, step.evaluations
        if step.losses is not None:
            if self._losses is None:
                self._losses = np.full(self._size + 1, np.nan)
            self._losses[row - 1 : row + 1] = step.losses
        if len(broken_off) or len(far):
            self._end(broken_off, row - 1, NOT_FINITE)
            self._end(far, row, FAR)
        self._told(step.number)
        return None if course.over else course.place

    def trajectories(self) -> list[Trajectory]:
        """Return what the runs were."""
        if self._size == 0:  # not a step was taken
            self._begin({"learning_rate": np.nan, "step": np.zeros_like(self._task.start)})
        if self._free:
            self._end(self._course.far(), self._row, FAR)
        self._hand_on(last=True)
        names = [columns.names for columns in self._columns for _ in range(columns.runs)]
        return [record.trajectory(own) for record, own in zip(self._records, names, strict=True)]

    def _begin(self, terms: Terms) -> None:
        task = self._task
        dimension = task.start.shape[-1]
        groups = self._groups or [Group(1, {name: np.shape(value) for name, value in terms.items()})]
        kept = [Keeping(1, tuple(group.shapes)) for group in groups]
        if not self._free:  # of a run that ends by itself nobody knows how long it is
            kept = [keeping_for(self._room, task.steps, dimension, group.shapes) for group in groups]
        every = max(one.every for one in kept)
        self._size = task.steps
        if every > 1 or self._free:
            each = [
                group.runs * numbers_of(dimension, group.shapes, one.terms)
                for group, one in zip(groups, kept, strict=True)
            ]
            self._size = piece_of(task.steps, sum(each))
        self._columns = [
            Columns(group.runs, self._size, group.shapes, one.terms, alone=not self._groups)
            for group, one in zip(groups, kept, strict=True)
        ]
        self._course = Course(task.objective, task.start, free=self._free)
        self._records = [
            Record(task, self._room, every, free=self._free) for _ in range(len(self._course.going))
        ]
        self._ends: dict[int, tuple[int, str]] = {}
        # A row a step, for one run or for all; each run has its own stretch of memory.
        shape = (*task.start.shape[:-1], self._size + 1, dimension)
        self._iterates, self._gradients = (np.moveaxis(np.empty(shape), -2, 0) for _ in range(2))
        self._examples, self._evaluations = (np.zeros(self._size + 1, dtype=np.int64) for _ in range(2))
        self._losses = None
        self._asks = False
        self._iterates[0] = task.start
        self._row = 0

    def _end(self, runs: NDArray[np.intp], row: int, reason: str) -> None:
        for run in runs.tolist():
            self._ends[run] = row, reason

    def _hand_on(self, *, last: bool) -> None:
        """Have what is written judged and kept, to write over it from then on."""
        row = self._row
        examples, evaluations = (
            np.cumsum(counts[: row + 1]) for counts in (self._examples, self._evaluations)
        )
        places = [(columns, run) for columns in self._columns for run in range(columns.runs)]
        for run, (record, (columns, number)) in enumerate(zip(self._records, places, strict=True)):
            steps, reason = self._ends.get(run, (row, ""))
            piece = Piece(
                iterates=self._of(self._iterates, run, steps + 1),
                gradients=None if self._asks else self._of(self._gradients, run, steps + 1),
                terms={name: _first(rows, steps) for name, rows in columns.of(number).items()},
                examples=examples[: steps + 1],
                evaluations=evaluations[: steps + 1],
                losses=None if self._losses is None else self._losses[: steps + 1],
                reason=reason,
            )
            record.add(piece, last=last)
        self._course.stop(np.array([record.ended for record in self._records]))
        self._row = 0
        if last:
            return
        self._iterates[0] = self._course.place
        self._examples[0], self._evaluations[0] = examples[-1], evaluations[-1]
        if self._losses is not None:
            self._losses[0] = self._losses[row]

    def _of(self, rows: Array, run: int, count: int) -> Array:
        return _first(rows[:, run] if self._groups else rows, count)


def _first(values: Array, count: int) -> Array:
    """Return the first of some rows: a copy where they are few, and the others would be held in vain."""
    return values[:count].copy() if 2 * count < len(values) else values[:count]
