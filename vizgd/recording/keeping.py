"""How much is kept of long runs: everything where there is room, else what can be drawn of them.

A run that has too little room keeps, of the terms of its rule, the step and those that are one number; where
that is not enough, every k-th iterate. It is judged by every step all the same: piece by piece, each of which
is then thinned out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array, Objective
from vizgd.recording.outcome import NOT_FINITE, Path, concluded, mean_rates, sound
from vizgd.recording.trajectory import Status, Trajectory

PIECE = 1 << 20
"""Numbers of a run in a piece that is judged at once."""
NUMBER = 8
"""Bytes."""
DRAWN = 40
"""Numbers that a film makes of one iterate beside what is recorded: its places in panels and in the frame."""


@dataclass(frozen=True)
class Keeping:
    """What is kept of a run: every how many-th iterate, and which of its terms."""

    every: int
    terms: tuple[str, ...]


def keeping(room: float, steps: int, dimension: int, shapes: Mapping[str, tuple[int, ...]]) -> Keeping:
    """Return what is kept of a run of so many steps in so many bytes.

    Parameters
    ----------
    room : float
        In bytes, for what is kept and for what is drawn of it; infinite where everything is to be kept.
    steps, dimension : int
    shapes : mapping of str to tuple of int
        Of each term in one step.
    """
    few = tuple(name for name, shape in shapes.items() if not shape or name in ("step", "learning_rate"))
    for names in (tuple(shapes), few):
        needed = NUMBER * steps * (numbers_of(dimension, shapes, names) + DRAWN)
        if needed <= room:
            return Keeping(1, names)
    # Odd, for a run that jumps to and fro to be seen doing so.
    return Keeping(math.ceil(needed / max(room, 1.0)) | 1, few)


def numbers_of(dimension: int, shapes: Mapping[str, tuple[int, ...]], names: tuple[str, ...]) -> int:
    """Return how many numbers are kept of one step."""
    return 2 * dimension + 2 + sum(math.prod(shapes[name]) for name in names)


def piece_of(every: int, steps: int, numbers: int) -> int:
    """Return of how many steps, of so many numbers, the pieces are: all, where each is to be kept."""
    return steps if every == 1 else max(1, PIECE // numbers)


def gathered(pieces: Iterator[Path], objective: Objective, tolerance: float, *, exact: bool) -> Trajectory:
    """Return the trajectory of a run that comes in pieces, or in one."""
    first = next(pieces)
    if first.every == 1:
        return concluded(first, objective, tolerance, exact=exact)
    run = Thinned(objective, tolerance, first.every, exact=exact)
    run.add(first)
    for piece in pieces:
        run.add(piece)
    return run.trajectory()


class Thinned:
    """A run of which every k-th iterate is kept, and the last; judged by every one, as `concluded` does.

    Parameters
    ----------
    objective : Objective
    tolerance : float
    every : int
        The k.
    exact : bool
        Whether the gradients of the path are those of the full objective.
    """

    def __init__(self, objective: Objective, tolerance: float, every: int, *, exact: bool) -> None:
        self.objective, self.tolerance, self.every, self.exact = objective, tolerance, every, exact
        self._taken, self._seen = 0, 0
        self._judged, self._settled = 0, 0
        self._kept: list[Path] = []
        self._losses: list[Array] = []
        self._end: Path | None = None
        self._reason = ""

    def add(self, piece: Path) -> None:
        """Take the next steps of the run, unless it has ended."""
        if self._reason:
            return
        if len(piece.gradients) == 0:  # its first step led nowhere
            self._reason = piece.reason
            if self._end is None:
                self._end, self._kept, self._losses = piece, [piece], [np.empty(0)]
            return
        count, visited = len(piece.gradients), piece.iterates[:-1]
        losses = np.asarray(self.objective.value(visited))
        full = piece.gradients if self.exact else self.objective.gradient(visited)
        fine = sound(self.objective, losses, piece.gradients)
        self._reason = piece.reason
        if not fine.all():
            count, self._reason = int(np.argmin(fine)), NOT_FINITE
        self._settle(full[:count])
        rows = np.arange(-self._taken % self.every, count, self.every)
        self._kept.append(
            Path(
                iterates=visited[rows],
                gradients=piece.gradients[rows],
                terms={name: values[rows] for name, values in piece.terms.items()},
                examples=self._seen + piece.examples[rows],
                reason="",
            )
        )
        self._losses.append(losses[rows])
        self._taken += count
        self._seen += int(piece.examples[count])
        here = slice(count, count + 1)
        self._end = replace(
            piece, iterates=piece.iterates[here].copy(), gradients=full[here].copy(), terms={}
        )

    def trajectory(self) -> Trajectory:
        """Return what is kept, with the last iterate."""
        assert self._end is not None
        last = self._end.iterates
        loss = np.asarray(self.objective.value(last))
        gradient = self._end.gradients if len(self._end.gradients) else self.objective.gradient(last)
        if not self._reason and not sound(self.objective, loss, gradient).all():
            self._reason = NOT_FINITE
        if not self._reason:
            self._settle(gradient)
        joined = {
            name: np.concatenate([part.terms[name] for part in self._kept]) for name in self._kept[0].terms
        }
        status = Status("moving")
        if self._reason:
            status = Status("diverged", self._taken, self._reason)
        elif self._settled <= self._taken:
            status = Status("converged", self._settled)
        return Trajectory(
            iterates=np.concatenate([*(part.iterates for part in self._kept), last]),
            losses=np.concatenate([*self._losses, loss]),
            gradients=np.concatenate([*(part.gradients for part in self._kept), gradient]),
            learning_rates=mean_rates(joined),
            terms=joined,
            status=status,
            examples=np.concatenate([*(part.examples for part in self._kept), [self._seen]]),
            every=self.every,
            taken=self._taken,
        )

    def _settle(self, gradients: Array) -> None:
        """Note from which iterate on no component of a gradient has exceeded the tolerance."""
        steep = np.flatnonzero(~(np.abs(gradients).max(axis=-1) <= self.tolerance))
        if len(steep):
            self._settled = self._judged + int(steep[-1]) + 1
        self._judged += len(gradients)


def thinned(run: Trajectory, room: float) -> Trajectory:
    """Return a run that was recorded whole as it is kept in so many bytes."""
    dimension = run.iterates.shape[1]
    kept = keeping(room, run.steps, dimension, {name: np.shape(term)[1:] for name, term in run.terms.items()})
    if kept == Keeping(1, tuple(run.terms)):
        return run
    steps: NDArray[np.intp] = np.arange(0, run.steps, kept.every)
    visited = np.append(steps, run.steps)
    return Trajectory(
        iterates=run.iterates[visited],
        losses=run.losses[visited],
        gradients=run.gradients[visited],
        learning_rates=run.learning_rates[steps],
        terms={name: run.terms[name][steps] for name in kept.terms},
        status=run.status,
        examples=run.examples[visited],
        every=kept.every,
        taken=run.steps,
    )
