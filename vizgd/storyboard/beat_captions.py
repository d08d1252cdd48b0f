"""What is said under the picture while steps are played in parts: half a sentence for each beat of one run.

Of several runs another one is told of in each step, that with the most beats first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Mark, Text, Track
from vizgd.drawing.panel import Box
from vizgd.drawing.typeset import measured, shortened
from vizgd.objectives.objective import Array
from vizgd.recording.narration import LONGEST, half_sentence
from vizgd.recording.quantities import Quantities, quantities_of
from vizgd.views.view import Subject

TOP = 0.62
"""Where a line's middle is below the top of its box, in sizes of its text: as in other captions."""
SMALLEST = 26.0
SPACE = 0.35
PACE_SECONDS = 2.0
"""For so long it is said how fast the other steps go."""


def beat_marks(subject: Subject, box: Box) -> tuple[list[Mark], NDArray[np.bool_]]:
    """Return the half sentences of all steps in parts, and in which frames nothing of that kind is said."""
    clock = subject.clock
    untold = np.ones(clock.run + 1, dtype=bool)
    turns = _turns(subject)
    marks: list[Mark] = []
    known: dict[int, Quantities] = {}
    for run, row in turns:
        played = clock.played_of(run)
        assert played is not None
        if run not in known:
            known[run] = quantities_of(subject.optimizers[run], subject.trajectories[run])
        under_way = played.rows(clock.moments) == row
        beats = played.beats(clock.moments)
        untold &= ~under_way
        names = coordinate_names(subject, run)
        for beat, shown in enumerate(known[run].beats):
            said = half_sentence(known[run], beat, int(played.steps[row]), names, LONGEST)
            here = under_way & (beats >= beat) & (beats < beat + 1)
            role = next((one.role for one in shown.series if one.role), None)
            marks += _line(subject, box, run, (shown.verb, said), role, here)
    pace = _pace(subject, turns)
    if pace:
        after = np.arange(clock.run + 1) > np.flatnonzero(~untold)[-1]
        here = after & (np.cumsum(after) <= PACE_SECONDS * float(clock.rate))
        size = _fitting([pace], subject.theme.caption_size, box.width)
        marks.append(
            Text(shown_where(here, _place(box, size)), pace, size, subject.theme.muted, "left", "center")
        )
        untold &= ~here
    return marks, untold


def shown_where(here: NDArray[np.bool_], place: Array) -> Track:
    """Return a place in some frames, nowhere in others and when all is over."""
    here = np.append(here[:-1], False)
    return Track(None, np.where(here[:, None], place, math.nan), density=len(here) - 1, nearest=True)


def coordinate_names(subject: Subject, run: int) -> Sequence[str]:
    """Return how the coordinates of a run are called."""
    dimension = subject.trajectories[run].iterates.shape[1]
    names = subject.objectives[run].variables
    return names if len(names) == dimension else [f"x{k + 1}" for k in range(dimension)]


def _turns(subject: Subject) -> list[tuple[int, int]]:
    """Return which run is told of in each step that is played in parts, and which of its steps that is."""
    playing = {run: played for run, played in enumerate(subject.clock.played) if played}
    if not playing:
        return []
    by_beats = sorted(playing, key=lambda run: -playing[run].begins.shape[1])
    steps = np.unique(np.concatenate([played.steps for played in playing.values()])).tolist()
    turns = []
    for number, step in enumerate(steps):
        able = [run for run in by_beats if step in playing[run].steps]
        run = able[number % len(able)]
        turns.append((run, int(np.searchsorted(playing[run].steps, step))))
    return turns


def _pace(subject: Subject, turns: Sequence[tuple[int, int]]) -> str:
    """Return how fast the steps go after the last one in parts, "" where none is left."""
    clock = subject.clock
    if not turns:
        return ""
    longest = max(range(len(clock.reached)), key=lambda run: len(clock.reached[run]))
    played = clock.played_of(longest)
    if played is None:
        return ""
    left = int(subject.trajectories[longest].steps - played.steps[-1] - 1)
    lasting = (1.0 - float(played.begins[-1, -1])) * float(clock.run / clock.rate)
    if left < 1 or lasting <= 0.0:
        return ""
    rate = left / lasting
    told = f"{rate:.0f}" if rate >= 9.5 else f"{rate:.1f}".removesuffix(".0")
    return f"From here on {told} steps a second." if told != "1" else "From here on a step a second."


def _line(
    subject: Subject, box: Box, run: int, words: tuple[str, str], role: str | None, here: NDArray[np.bool_]
) -> list[Mark]:
    """Return a beat's half sentence: the run where there are several, the verb, and what it does."""
    theme = subject.theme
    verb, said = words
    several = len(subject.labels) > 1
    label = f"{subject.labels[run]} ·" if several else ""
    size = _fitting([label, f"{verb}:", said], theme.caption_size, box.width)
    pieces = [(label, subject.style(run).color, True)] if several else []
    pieces += [(f"{verb}:" if said else verb, theme.role(role).color if role else theme.text, True)]
    pieces += [(said, theme.text, False)] if said else []
    place, marks = _place(box, size), list[Mark]()
    for text, color, bold in pieces:
        room = box.right - place[0]
        text = shortened(text, size, max(room, size), bold=bold)
        marks.append(Text(shown_where(here, place), text, size, color, "left", "center", bold=bold))
        place = place + np.array([measured(text, size, bold=bold)[0] + SPACE * size, 0.0])
    return marks


def _place(box: Box, size: float) -> Array:
    return np.array([box.left, box.top - TOP * size])


def _fitting(texts: Sequence[str], size: float, width: float) -> float:
    """Return the size at which some texts stand side by side in a width, at least `SMALLEST`."""
    wide = measured(" ".join(texts), size, bold=True)[0] + SPACE * size * len(texts)
    return size if wide <= width else max(min(SMALLEST, size), size * width / wide)
