"""When things happen: frames are counted, seconds are derived from them, and the rate is a fraction.

    frame     0 …          intro …                    intro + run …      frames − 1
    progress  0 0 0 0 0 0  1/run 2/run …           1  1 1 1 1 1 1 1 1 1

Intro and hold belong to the clock, so that every renderer has the same frames.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

import numpy as np

from vizgd.objectives.objective import Array
from vizgd.recording.costs import costs_so_far
from vizgd.recording.trajectory import Trajectory

Pace: TypeAlias = Literal["iterations", "examples", "evaluations", "seconds", "together"]
"""What runs share while a film goes on: what they have cost so far, or start and end."""

INTRO_SECONDS = 0.6
HOLD_SECONDS = 3.0


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
    """

    rate: Fraction
    intro: int
    run: int
    hold: int
    reached: tuple[Array, ...]

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
        reached = self.reached[run]
        # The few that are near it: a run may have a million, and each mark asks in each frame.
        after = int(np.searchsorted(reached, progress, side="right"))
        low, high = max(after - 2, 0), after + 2
        return float(np.interp(progress, reached[low:high], np.arange(low, min(high, len(reached)))))

    def positions(self, run: int, progress: Array) -> Array:
        """Return a run's positions in iterations, real-valued, at any progress of the film."""
        reached = self.reached[run]
        return np.interp(progress, reached, np.arange(len(reached)))


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
    """
    longest = max(steps or 0, *(int(one.iterations[-1]) for one in trajectories), 1)
    total = default_seconds(longest) if seconds is None else seconds
    intro = round(min(INTRO_SECONDS, 0.08 * total) * rate)
    hold = round(min(HOLD_SECONDS, 0.3 * total) * rate)
    run = max(1, round(total * rate) - intro - hold)
    return Clock(rate, intro, run, hold, _reached(trajectories, pace, longest))


def _reached(trajectories: Sequence[Trajectory], pace: Pace, longest: int) -> tuple[Array, ...]:
    counts: list[Array] = [t.iterations.astype(float) for t in trajectories]
    if pace == "together":
        return tuple(count / max(count[-1], 1.0) for count in counts)
    if pace != "iterations":
        counts = [costs_so_far(t, pace) for t in trajectories]
        highest = max(c[-1] for c in counts)
        return tuple(count / (highest or 1.0) for count in counts)
    return tuple(count / longest for count in counts)
