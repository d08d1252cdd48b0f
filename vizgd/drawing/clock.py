"""When things happen: frames are counted, seconds are derived from them, and the rate is a fraction.

    frame     0 …          intro …                    intro + run …      frames − 1
    progress  0 0 0 0 0 0  1/run 2/run …           1  1 1 1 1 1 1 1 1 1

Intro and hold belong to the clock, so that every renderer has the same frames. A step may be played in parts:
beat after beat is shown while the run stands at its iterate, and in the last one it goes on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array
from vizgd.recording.costs import costs_so_far
from vizgd.recording.trajectory import Trajectory

Pace: TypeAlias = Literal["iterations", "examples", "evaluations", "seconds", "together"]
"""What runs share while a film goes on: what they have cost so far, or start and end."""

INTRO_SECONDS = 0.6
HOLD_SECONDS = 3.0
PART_SECONDS, BEAT_SECONDS = 2.0, 0.6
"""How long a step in parts lasts at least, and a beat of the run that has the most of them."""
LEAST_PART_SECONDS, MOST_SHARE = 0.8, 0.75
"""A step in parts is not shortened to less, unless such steps would take more of what moves than this."""
STANDING = 0.4
"""The part of the last beat in which a run still stands at its iterate."""
MOST_PLAYED = 100
"""Steps that are played in parts, at most."""


@dataclass(frozen=True, eq=False)
class Played:
    """The steps of a run that are played in parts.

    Parameters
    ----------
    steps : array of int, shape (m,)
        The iterates that they leave, in rising order.
    begins : array, shape (m, beats + 1)
        The progress of the film at which each of a step's beats begins, and at which the last one ends.
    """

    steps: NDArray[np.intp]
    begins: Array

    def rows(self, progress: Array) -> NDArray[np.intp]:
        """Return which of the steps is under way, -1 for none."""
        rows = np.searchsorted(self.begins[:, 0], progress, side="right") - 1
        return np.where((rows >= 0) & (progress < self.begins[rows, -1]), rows, -1)

    def beats(self, progress: Array) -> Array:
        """Return how many beats of the step under way have passed, real-valued; inf where none is."""
        rows = self.rows(progress)
        begins = self.begins[rows]
        lengths = np.diff(begins, axis=-1)
        passed = np.clip((progress[..., None] - begins[..., :-1]) / lengths, 0.0, 1.0).sum(axis=-1)
        return np.where(rows < 0, np.inf, passed)

    def positions(self, progress: Array, usual: Array) -> Array:
        """Return positions in iterations: those given, but in a step in parts its iterate, then onwards."""
        rows = self.rows(progress)
        begin, end = self.begins[rows, -2], self.begins[rows, -1]
        gone = ((progress - begin) / (end - begin) - STANDING) / (1.0 - STANDING)
        return np.where(rows < 0, usual, self.steps[rows] + np.clip(gone, 0.0, 1.0))


@dataclass(frozen=True, eq=False)
class Clock:
    """The frames of a film and where each run stands at each of them.

    Parameters
    ----------
    rate : Fraction
        Frames a second.
    intro, run, hold : int
        How many frames stand at the start, move, and stand at the end.
    reached : tuple of arrays
        For each run, the progress of the film (0 to 1) at which each of its iterations is reached.
    played : tuple of Played or None, default ()
        For each run, its steps that are played in parts; none of any run by default.
    """

    rate: Fraction
    intro: int
    run: int
    hold: int
    reached: tuple[Array, ...]
    played: tuple[Played | None, ...] = ()

    @property
    def frames(self) -> int:
        """The number of frames."""
        return self.intro + self.run + self.hold

    @property
    def seconds(self) -> float:
        """How long the film lasts."""
        return float(self.frames / self.rate)

    def progress(self, frame: int) -> float:
        """Return how much of the moving part has passed at a frame, from 0 to 1."""
        return min(max(frame - self.intro + 1, 0), self.run) / self.run

    def position(self, run: int | None, frame: int) -> float:
        """Return a run's real-valued position in iterations at a frame; the film's progress for None."""
        progress = self.progress(frame)
        if run is None:
            return progress
        if self.played_of(run):
            return float(self.positions(run, np.array(progress)))
        reached = self.reached[run]
        # The few that are near it: a run may have a million, and each mark asks in each frame.
        after = int(np.searchsorted(reached, progress, side="right"))
        low, high = max(after - 2, 0), after + 2
        return float(np.interp(progress, reached[low:high], np.arange(low, min(high, len(reached)))))

    def positions(self, run: int, progress: Array) -> Array:
        """Return a run's positions in iterations, real-valued, at any progress of the film."""
        reached = self.reached[run]
        usual = np.interp(progress, reached, np.arange(len(reached)))
        played = self.played_of(run)
        return played.positions(progress, usual) if played else usual

    def played_of(self, run: int) -> Played | None:
        """Return the steps of a run that are played in parts; None where there are none."""
        return self.played[run] if self.played else None

    @property
    def moments(self) -> Array:
        """The progress of the film in the frame before it moves and in each that does, from 0 to 1."""
        return np.arange(self.run + 1) / self.run


def default_seconds(steps: int) -> float:
    """Return how long a film of so many steps lasts: long enough to follow, short enough to be watched."""
    return INTRO_SECONDS + HOLD_SECONDS + 2.0 + 3.0 * math.log10(1 + steps)


def clock_for(
    trajectories: Sequence[Trajectory],
    *,
    rate: Fraction,
    seconds: float | None = None,
    pace: Pace = "iterations",
    steps: int | None = None,
    parts: int | Sequence[int] = 0,
    beats: Sequence[int] = (),
) -> Clock:
    """Return the clock that shows some runs in some seconds.

    Parameters
    ----------
    trajectories : sequence of Trajectory
    rate : Fraction
        Frames a second.
    seconds : float, optional
        The whole film, intro and hold included; by default what suits the number of steps.
    pace : {"iterations", "examples", "evaluations", "seconds", "together"}
        What the runs share: the count of steps, of examples seen or of evaluations of the gradient, the
        seconds measured, or start and end.
    steps : int, optional
        The count of steps that fills the film where it is shared; by default the longest run's.
    parts : int or sequence of int, default 0
        So many of the first steps, or steps by their numbers from 1 on, are played in parts: each lasts at
        least two seconds, or longer for many beats, or what that is of the film if its length is given. Only
        where the runs share the count of steps.
    beats : sequence of int, default ()
        In how many beats each run plays a step; 0 where it cannot.
    """
    longest = max(steps or 0, *(int(one.iterations[-1]) for one in trajectories), 1)
    slow = _played_numbers(parts, longest) if any(beats) and pace == "iterations" else []
    usual = default_seconds(longest)
    each = 0.0
    if slow:
        usual, each = _with_parts(usual, longest, len(slow), max(beats))
    total = usual if seconds is None else seconds
    intro = round(min(INTRO_SECONDS, 0.08 * total) * rate)
    hold = round(min(HOLD_SECONDS, 0.3 * total) * rate)
    run = max(1, round(total * rate) - intro - hold)
    if not slow:
        return Clock(rate, intro, run, hold, _reached(trajectories, pace, longest))
    moving = float(run / rate)
    share = each * moving / (usual - INTRO_SECONDS - HOLD_SECONDS)
    share = max(share, min(LEAST_PART_SECONDS, MOST_SHARE * moving / len(slow))) / moving
    when = _counted_off(longest, slow, share)
    reached = tuple(when[trajectory.iterations] for trajectory in trajectories)
    last = share / max(beats)
    played = tuple(
        _played(trajectory, slow, when, count, last)
        for trajectory, count in zip(trajectories, beats, strict=True)
    )
    return Clock(rate, intro, run, hold, reached, played)


def _played_numbers(parts: int | Sequence[int], longest: int) -> list[int]:
    """Return the numbers of the steps that are played in parts, in rising order."""
    numbers = range(1, parts + 1) if isinstance(parts, int) else sorted({*parts})
    return [number for number in numbers if number <= longest]


def _with_parts(usual: float, longest: int, slow: int, beats: int) -> tuple[float, float]:
    """Return the seconds of a film with some steps in parts, the others at the usual pace, and of each."""
    still = INTRO_SECONDS + HOLD_SECONDS
    one = (usual - still) / longest
    each = max(PART_SECONDS, BEAT_SECONDS * beats, one)
    return still + one * (longest - slow) + each * slow, each


def _counted_off(longest: int, slow: Sequence[int], share: float) -> Array:
    """Return the progress of the film at which each count of steps is reached, from 0 on."""
    others = longest - len(slow)
    share = share if others else 1.0 / len(slow)
    lengths = np.full(longest, (1.0 - share * len(slow)) / max(others, 1))
    lengths[np.array(slow) - 1] = share
    when = np.concatenate([[0.0], np.cumsum(lengths)])
    when[-1] = 1.0
    return when


def _played(
    trajectory: Trajectory, slow: Sequence[int], when: Array, beats: int, last: float
) -> Played | None:
    """Return the beats of a run's steps: the last as long as every run's, so that all go on at once."""
    if not beats or trajectory.every != 1:
        return None
    steps = np.array([number - 1 for number in slow if number <= trajectory.steps], dtype=np.intp)
    if len(steps) == 0:
        return None
    begin, end = when[steps], when[steps + 1]
    before = np.linspace(begin, end - last, beats).T if beats > 1 else begin[:, None]
    return Played(steps, np.column_stack([before, end]))


def _reached(trajectories: Sequence[Trajectory], pace: Pace, longest: int) -> tuple[Array, ...]:
    counts: list[Array] = [t.iterations.astype(float) for t in trajectories]
    if pace == "together":
        return tuple(count / max(count[-1], 1.0) for count in counts)
    if pace != "iterations":
        counts = [costs_so_far(t, pace) for t in trajectories]
        highest = max(c[-1] for c in counts)
        return tuple(count / (highest or 1.0) for count in counts)
    return tuple(count / longest for count in counts)
