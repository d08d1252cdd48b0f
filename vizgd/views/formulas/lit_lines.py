"""Lines of an equation in steps that are played in parts: that of the beat is lit, the others rest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Mark, Text, Track, faded
from vizgd.optimizers.formula import Line
from vizgd.recording.quantities import ShownBeat
from vizgd.views.view import Subject

RESTING = 0.25
"""The opacity of what is not of the beat."""


@dataclass(frozen=True, eq=False)
class LitLines:
    """Lights the lines of a run's rule, each in its beat.

    A beat without a line of its own lights the line that comes next, for which it is done; the gradient
    lights what has its color.
    """

    subject: Subject
    run: int
    beats: Sequence[ShownBeat]

    def __call__(self, line: Line, marks: Iterable[Mark]) -> Iterator[Mark]:
        """Yield the marks of a line, each once as it is and once at rest, where steps are played in parts."""
        played = self.subject.clock.played_of(self.run)
        if played is None:
            yield from marks
            return
        beats = played.beats(self.subject.clock.moments)
        begin, end = self.span(line)
        lit = (beats >= begin) & (beats < end) | (beats == math.inf)
        gradient = self.subject.theme.role("gradient").color
        for mark in marks:
            if not isinstance(mark, Text):
                yield mark
                continue
            now = lit | (beats < 1.0) if mark.color == gradient else lit
            yield replace(mark, xy=self._where(mark, now))
            yield replace(mark, xy=self._where(mark, ~now), color=faded(mark.color, RESTING * mark.color[3]))

    def span(self, line: Line) -> tuple[int, int]:
        """Return from which beat on a line is lit, and until which."""
        own = next((k for k, beat in enumerate(self.beats) if line in beat.lines), None)
        if own is None:
            wanted = "gradient" if line.target == "g" else "step"
            own = next(
                (k for k, beat in enumerate(self.beats) if any(one.name == wanted for one in beat.series)), 0
            )
        before = [k for k, beat in enumerate(self.beats[:own]) if beat.lines or k == 0]
        return (max(before) + 1 if before else 0), own + 1

    def _where(self, mark: Text, here: NDArray[np.bool_]) -> Track:
        places = mark.xy
        if isinstance(places, Track):
            clock = self.subject.clock
            steps = np.floor(clock.positions(self.run, clock.moments)).astype(np.intp)
            places = np.asarray(places.values)[np.minimum(steps, len(places.values) - 1)]
        rows = np.where(here[:, None], places, math.nan)
        return Track(None, rows, density=len(rows) - 1, nearest=True)
