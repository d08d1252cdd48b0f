"""Models over a film: their parameters at its moments, and words where what they draw is not to be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Mark, Text, Track
from vizgd.drawing.panel import Axes, Box
from vizgd.objectives.objective import Array
from vizgd.views.departure import in_data
from vizgd.views.view import Subject

MOST_MOMENTS = 600
"""At so many moments of a film, at most, a model is asked; a usual one has fewer frames that move."""
MOST_ROWS = 6
"""More runs are not told of: their words would hide the data."""
LINE = 1.3
"""From one row of words to the next, in sizes of their text."""
CASING = 5.0


def moment_count(subject: Subject) -> int:
    """Return how many moments there are after the first."""
    return min(subject.clock.run, MOST_MOMENTS)


def passed(subject: Subject, run: int) -> Array:
    """Return a run's parameters at each moment of the film, between iterates as the markers glide."""
    return np.stack(list(passing(subject, run)))


def passing(subject: Subject, run: int, moments: int | None = None) -> Iterator[Array]:
    """Yield them one after another: all those of a large network would be a table of their own.

    There are as many after the first as `moment_count` says, or as are asked for.
    """
    iterates = subject.path(run)
    moments = moment_count(subject) if moments is None else moments
    positions = subject.clock.positions(run, np.linspace(0.0, 1.0, moments + 1))
    for position in positions.tolist():
        before = min(int(position), max(len(iterates) - 2, 0))
        after = min(before + 1, len(iterates) - 1)
        weight = position - before
        yield (1.0 - weight) * iterates[before] + weight * iterates[after]


@dataclass(frozen=True, eq=False)
class Seen:
    """The iterates of a run at which something is drawn until the next.

    It is each of them, or, of a run of more steps than moments, the last one before each moment, so that a
    picture of a million steps is no larger than one of a few hundred.

    Parameters
    ----------
    run : int
    rows : array of int, shape (k,)
        The numbers of the iterates.
    by_step : bool
        Whether it is each of them.
    """

    run: int
    rows: NDArray[np.intp]
    by_step: bool

    def track(self, values: Any) -> Track:
        """Return what is seen of k values, one after another."""
        if self.by_step:
            return Track(self.run, values, held=True)
        return Track(None, values, nearest=True, density=len(self.rows) - 1)


def seen_iterates(subject: Subject, run: int) -> Seen:
    """Return the iterates of a run at which something is drawn until the next."""
    count, moments = len(subject.trajectories[run].iterates), moment_count(subject)
    if count <= moments + 1:
        return Seen(run, np.arange(count), by_step=True)
    positions = subject.clock.positions(run, np.linspace(0.0, 1.0, moments + 1))
    return Seen(run, np.minimum(positions.astype(np.intp), count - 1), by_step=False)


def word_marks(
    subject: Subject, axes: Axes, box: Box, said: Sequence[tuple[int, Sequence[str]]]
) -> tuple[Mark, ...]:
    """Return rows at the upper left of axes: of each run what is said at each moment, "" for nothing."""
    size = subject.theme.tick_size
    told = [(run, texts) for run, texts in said if any(texts)][:MOST_ROWS]
    marks: list[Mark] = []
    for number, (run, texts) in enumerate(told):
        down = (0.7 + LINE * number) * size
        place = in_data(axes, np.array([10.0 / box.width, 1.0 - down / box.height]))
        marks.append(
            Text(
                Track(
                    None,
                    np.where(np.array(list(map(bool, texts)))[:, None], place, np.nan),
                    nearest=True,
                    density=len(texts) - 1,
                ),
                Track(None, tuple(texts), nearest=True, density=len(texts) - 1),
                size,
                subject.style(run).color,
                "left",
                "center",
                bold=True,
                casing=subject.theme.panel,
                casing_width=CASING,
            )
        )
    return tuple(marks)
