"""One run as it is recorded: judged by each of its steps, and kept as far as there is room.

Its steps come piece by piece, or all in one. Each piece is judged as a whole, then thinned out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array
from vizgd.objectives.stationarity import is_stationary
from vizgd.optimizers.task import Task
from vizgd.recording.keeping import DRAWN, NUMBER, few, numbers_of
from vizgd.recording.outcome import NOT_FINITE, sound
from vizgd.recording.trajectory import Status, Trajectory


@dataclass(frozen=True, eq=False)
class Piece:
    """Some steps of a run, n of them, before anything is known of its losses.

    Parameters
    ----------
    iterates : array, shape (n + 1, d)
    gradients : array, shape (n + 1, d), or None
        As each step was given it, with room for the last; None where they are to be asked for.
    terms : mapping of str to array with leading axis n
    examples, evaluations : array of int, shape (n + 1,)
    losses : array, shape (n + 1,), or None
        What the method was told at the iterates, where nobody can ask for it again; nan where not.
    reason : str
        Why the run ended with it; empty where it did not.
    """

    iterates: Array
    gradients: Array | None
    terms: Mapping[str, Array]
    examples: NDArray[np.int64]
    evaluations: NDArray[np.int64]
    losses: Array | None
    reason: str


@dataclass(frozen=True, eq=False)
class Excerpt:
    """What is kept of a piece: some of its iterates, and the terms of the steps that left them.

    The last excerpt has the last iterate, too, which no step has left.
    """

    iterations: NDArray[np.int64]
    iterates: Array
    losses: Array
    gradients: Array
    examples: NDArray[np.int64]
    evaluations: NDArray[np.int64]
    terms: Mapping[str, Array]

    def at(self, iterates: Any, steps: Any, names: Iterable[str] | None = None) -> Excerpt:
        """Return some rows of what there is for each iterate, and of what there is for each step."""
        names = self.terms.keys() if names is None else names
        return Excerpt(
            self.iterations[iterates],
            self.iterates[iterates],
            self.losses[iterates],
            self.gradients[iterates],
            self.examples[iterates],
            self.evaluations[iterates],
            {name: values[steps] for name, values in self.terms.items() if name in names},
        )


class Record:
    """A run that is being recorded.

    Parameters
    ----------
    task : Task
    room : float
        In bytes.
    every : int
        Every k-th iterate is kept, and the last; the k grows where a run turns out longer than there is room.
    free : bool
        Whether it is left to end by itself, whatever the losses and gradients on its way.
    """

    def __init__(self, task: Task, room: float, every: int, *, free: bool) -> None:
        self.task, self.room, self.every, self.free = task, room, every, free
        self.ended, self.reason = False, ""
        self._taken = self._judged = self._settled = 0
        self._excerpts: list[Excerpt] = []
        self._lean = False
        self._lost: Excerpt | None = None

    def add(self, piece: Piece, *, last: bool) -> None:
        """Take the next steps of the run, unless it has ended."""
        if self.ended:
            return
        count, last = len(piece.iterates) - 1, last or bool(piece.reason)
        points = piece.iterates if last else piece.iterates[:-1]
        losses = self._losses(points, piece.losses)
        given, full = self._gradients(points, piece.gradients, last=last)
        fine = sound(self.task.objective, losses, None if self.free else given)
        self.reason = piece.reason
        if not self.free and not fine.all() and (not self.reason or int(np.argmin(fine)) < count):
            count, self.reason = int(np.argmin(fine)), NOT_FINITE
        self.ended = last or bool(self.reason)
        self._settle(full[: count + (self.ended and not self.reason)])
        if self.ended:
            given[count] = full[count]
        whole = Excerpt(
            self._taken + np.arange(len(points)),
            points,
            losses,
            given,
            piece.examples,
            piece.evaluations,
            piece.terms,
        )
        if self.free:
            self._watch(whole, fine)
        self._make_room(count, piece.terms)
        steps = np.arange(-self._taken % self.every, count, self.every)
        names = few(_shapes(piece.terms)) if self._lean else None
        if not self.ended:
            self._excerpts.append(whole.at(steps, steps, names))  # copied: the next piece is written over it
        elif self.every == 1:
            self._excerpts.append(whole.at(slice(0, count + 1), slice(0, count), names))
        else:
            self._excerpts.append(whole.at(np.append(steps, count), steps, names))
        self._taken += count

    def trajectory(self, names: Iterable[str]) -> Trajectory:
        """Return the run, with those of its terms that have these names."""
        joined = _joined(self._excerpts, names)
        taken, reason = self._taken, self.reason
        if self._lost is not None and (not reason or self._lost.iterations[0] < taken):
            taken, reason = int(self._lost.iterations[0]), NOT_FINITE
            rows = np.flatnonzero(joined.iterations < taken)
            joined = _joined([joined.at(rows, rows), self._lost], joined.terms)
        status = Status("moving")
        if reason:
            status = Status("diverged", taken, reason)
        elif self._settled <= taken:
            status = Status("converged", self._settled)
        return Trajectory(
            iterates=joined.iterates,
            losses=joined.losses,
            gradients=joined.gradients,
            learning_rates=mean_rates(joined.terms),
            terms=joined.terms,
            status=status,
            examples=joined.examples,
            evaluations=joined.evaluations,
            every=self.every,
            taken=taken if self.every > 1 else None,
        )

    def _losses(self, points: Array, told: Array | None) -> Array:
        if told is None:
            return np.asarray(self.task.objective.value(points))
        losses = told[: len(points)].copy()
        unknown = np.isnan(losses)
        if unknown.any():
            losses[unknown] = self.task.objective.value(points[unknown])
        return losses

    def _gradients(self, points: Array, told: Array | None, *, last: bool) -> tuple[Array, Array]:
        """Return the gradients that steps were given, and those of the objective."""
        gradient = self.task.objective.gradient
        if told is None:
            full = np.array(gradient(points))
            return full, full
        given = told[: len(points)]
        if not self.task.exact:
            full = np.asarray(gradient(points))
            if last:
                given[-1] = full[-1]
            return given, full
        if last:
            given[-1:] = gradient(points[-1:])
        return given, given

    def _settle(self, gradients: Array) -> None:
        """Note from which iterate on all gradients have been small."""
        steep = np.flatnonzero(~is_stationary(gradients, self.task.tolerance))
        if len(steep):
            self._settled = self._judged + int(steep[-1]) + 1
        self._judged += len(gradients)

    def _watch(self, whole: Excerpt, fine: NDArray[np.bool_]) -> None:
        """Note from which iterate on no loss has been finite, in a run that goes on all the same."""
        good = np.flatnonzero(fine)
        first = int(good[-1]) + 1 if len(good) else 0
        if first == len(fine):
            self._lost = None
        elif len(good) or self._lost is None:
            rows = np.array([first])
            self._lost = whole.at(rows, rows[:0])

    def _make_room(self, count: int, terms: Mapping[str, Array]) -> None:
        """Let terms go, then two of three iterates, where so many more steps would not fit."""
        shapes = _shapes(terms)
        while not math.isinf(self.room):
            names = few(shapes) if self._lean else tuple(shapes)
            numbers = numbers_of(self.task.objective.dimension, shapes, names) + DRAWN
            most = math.ceil(self.room / (NUMBER * numbers))
            coming = len(range(-self._taken % self.every, count, self.every))
            if sum(len(excerpt.iterations) for excerpt in self._excerpts) + coming <= most:
                return
            if not self._lean and len(few(shapes)) < len(shapes):
                self._lean = True
                names = few(shapes)
            else:
                self.every *= 3  # odd, for a run that jumps to and fro to be seen doing so
            for place, excerpt in enumerate(self._excerpts):
                rows = np.flatnonzero(excerpt.iterations % self.every == 0)
                self._excerpts[place] = excerpt.at(rows, rows, names)


def mean_rates(terms: Mapping[str, Array]) -> Array:
    """Return the learning rate of each step, one number where components have their own."""
    rates = terms["learning_rate"]
    return rates.mean(axis=-1) if rates.ndim > 1 else rates


def _shapes(terms: Mapping[str, Array]) -> dict[str, tuple[int, ...]]:
    return {name: values.shape[1:] for name, values in terms.items()}


def _joined(excerpts: Sequence[Excerpt], names: Iterable[str]) -> Excerpt:
    """Return excerpts as one; a term is nan where it was not there yet."""
    if len(excerpts) == 1:
        only = excerpts[0]
        return only.at(slice(None), slice(None), names)
    return Excerpt(
        np.concatenate([excerpt.iterations for excerpt in excerpts]),
        np.concatenate([excerpt.iterates for excerpt in excerpts]),
        np.concatenate([excerpt.losses for excerpt in excerpts]),
        np.concatenate([excerpt.gradients for excerpt in excerpts]),
        np.concatenate([excerpt.examples for excerpt in excerpts]),
        np.concatenate([excerpt.evaluations for excerpt in excerpts]),
        {name: column for name in names if (column := _column(excerpts, name)) is not None},
    )


def _column(excerpts: Sequence[Excerpt], name: str) -> Array | None:
    shapes = {excerpt.terms[name].shape[1:] for excerpt in excerpts if name in excerpt.terms}
    if len(shapes) != 1:
        return None
    shape = shapes.pop()
    missing = [np.full((len(excerpt.terms["learning_rate"]), *shape), np.nan) for excerpt in excerpts]
    return np.concatenate(
        [excerpt.terms.get(name, none) for excerpt, none in zip(excerpts, missing, strict=True)]
    )
