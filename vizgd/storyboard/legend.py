"""Title, legend with readouts, and caption: the panels without axes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from vizgd.base.formatting import NO_BREAK, readout
from vizgd.drawing.clock import Clock
from vizgd.drawing.marks import Color, Line, Mark, Points, Text, Track
from vizgd.drawing.panel import Box, Panel
from vizgd.drawing.typeset import measured, shortened, wrapped
from vizgd.recording.trajectory import Trajectory, loss_name
from vizgd.storyboard.beat_captions import beat_marks, shown_where
from vizgd.storyboard.layout import COLUMN_GAP
from vizgd.views.view import Subject

ROW = 1.55
"""Height of a legend's row in sizes of its text."""
LINE = 1.4
"""Distance of a caption's lines in sizes of its text."""
TITLE_LINE = 1.2
"""Distance of a title's lines in sizes of its text."""
SWATCH = 104.0
"""Length of the piece of a run's line, where texts have their usual size."""
LARGEST_MARKER = 0.8
"""In heights of a legend's row: larger ones would hide one another."""
LONGEST_WHOLE = 32
"""Labels of more characters may be broken where a caption's line ends."""
USUAL_LOSS, COLUMN_SPACE = 6.1, 0.2
"""Width of a column of losses, and the room before a longer one, in sizes of its text."""
BETWEEN_NUMBERS = 0.7
"""That room where a column of other numbers ends there, not to be read as one number."""
BEFORE_NUMBERS = 0.4
"""And the room between a label, which may end in a number, and the numbers."""
MOST_MEASURED = 40_000
"""Losses of all runs that are looked at for the longest."""
SMALLEST = 0.74
"""How far a title may shrink to fit, before it is shortened."""
LEGIBLE = 26.0
"""And a sentence, or a label."""


def title_panel(subject: Subject, title: str, subtitle: str, box: Box) -> Panel:
    """Return the title, in two lines where it is too long for one, and the objective's formula beside it."""
    theme = subject.theme
    size = fitted_size(title, theme.title_size, box.width, bold=True)
    lines = wrapped(title, size, box.width, bold=True)
    if len(lines) > 1:
        lines = [lines[0], shortened(" ".join(lines[1:]), size, box.width, bold=True)]
    lines[0] = shortened(lines[0], size, box.width, bold=True)
    middle = (box.bottom + box.top) / 2
    marks: list[Mark] = []
    for number, line in enumerate(lines):
        place = np.array([box.left, middle + TITLE_LINE * size * ((len(lines) - 1) / 2 - number)])
        marks.append(Text(place, line, size, theme.text, "left", "center", bold=True))
    room = box.width - max(measured(line, size, bold=True)[0] for line in lines) - 40
    if subtitle and measured(subtitle, theme.label_size)[0] <= room:
        place = np.array([box.right, middle])
        marks.append(Text(place, subtitle, theme.label_size, theme.muted, "right", "center"))
    return Panel("title", box, tuple(marks))


def fitted_size(text: str, size: float, width: float, *, bold: bool = False) -> float:
    """Return the size at which a text is no wider than asked, but at least `SMALLEST` of the one given."""
    wide = measured(text, size, bold)[0]
    return size if wide <= width else max(SMALLEST * size, size * width / wide)


def legend_width(subject: Subject) -> float:
    """Return the width at which a legend's row shows its label in full size."""
    size = subject.theme.legend_size
    widest = max(measured(label, size)[0] for label in subject.labels)
    return SWATCH + 18 + widest + size * sum(column.width for column in _columns(subject))


def legend_panel(subject: Subject, box: Box, columns: int = 1) -> Panel:
    """Return a row for each run: its line and marker, its label, its step where runs differ, and its loss.

    Rows fill the box from the top, in as many columns as asked.
    """
    theme = subject.theme
    runs = len(subject.labels)
    rows = -(-runs // columns)
    height = min(ROW * theme.legend_size, box.height / (rows + 1))
    size = min(theme.legend_size, height / 1.25)
    width = (box.width - COLUMN_GAP * (columns - 1)) / columns
    readouts = _columns(subject)
    marks: list[Mark] = []
    for column in range(columns):
        left = box.left + column * (width + COLUMN_GAP)
        cell = Box(left, box.bottom, left + width, box.top)
        marks += _header(subject, readouts, cell, height, size, counting=column == 0)
        for row, run in enumerate(range(column * rows, min(runs, (column + 1) * rows))):
            bottom = box.top - (row + 2) * height
            line = Box(cell.left, bottom, cell.right, bottom + height)
            marks += _row(subject, readouts, run, line, size)
    marks.sort(key=lambda mark: isinstance(getattr(mark, "text", None), Track))
    return Panel("legend", box, tuple(marks))


FEW_ROWS = 4


@dataclass(frozen=True)
class Column:
    """A readout: its heading and what it says of a run at an iteration that was kept."""

    heading: str
    text: Callable[[Trajectory, int], str]
    width: float
    tallied: bool = False


def _loss(trajectory: Trajectory, kept: int) -> str:
    """Return the loss at an iteration; a diverged run has none any more when the others go on."""
    if trajectory.status.kind == "diverged" and kept == len(trajectory.losses) - 1:
        return "diverged"
    return readout(float(trajectory.losses[kept]))


def _examples(trajectory: Trajectory, kept: int) -> str:
    return str(trajectory.examples[kept])


def _step(trajectory: Trajectory, kept: int) -> str:
    return str(trajectory.iterations[kept])


def _loss_width(subject: Subject, space: float) -> float:
    """Return the width of the losses: that of usual ones, or the longest with some room before it."""
    most = -(-MOST_MEASURED // len(subject.trajectories))
    texts = (
        _loss(trajectory, kept)
        for trajectory in subject.trajectories
        for kept in range(0, len(trajectory.losses), -(-len(trajectory.losses) // most))
    )
    heading = measured(loss_name(subject.trajectories), 0.9)[0]
    longest = measured(max(texts, key=len), 1.0)[0]
    return max(USUAL_LOSS, longest + space, heading + COLUMN_SPACE)


def _columns(subject: Subject) -> list[Column]:
    """Return the readouts from right to left: the loss, and what runs do not have in common."""
    columns: list[Column] = []
    if subject.objective.samples is not None and not _all_see_everything(subject):
        columns.append(Column("examples", _examples, 4.9))
    if not _shared_count(subject):
        columns.append(Column("step", _step, 3.4))
    if subject.tallies:
        tally = next(iter(subject.tallies.values()))
        longest = measured(f"{tally.of} of {tally.of}", 1.0)[0]
        # Beside many rows there is room for labels, or for long headings.
        heading = tally.heading if len(subject.labels) <= FEW_ROWS else tally.heading.removesuffix(" of min")
        wide = max(longest, measured(heading, 0.9)[0]) + COLUMN_SPACE
        columns.append(Column(heading, _untallied, wide, tallied=True))
    space = BETWEEN_NUMBERS if columns else COLUMN_SPACE
    return [Column(loss_name(subject.trajectories), _loss, _loss_width(subject, space)), *columns]


def _untallied(trajectory: Trajectory, kept: int) -> str:
    """Return what is said of the seeds of a run that has but one."""
    del trajectory, kept
    return "–"


def _tallied(subject: Subject, run: int) -> Track:
    """Return how many seeds of a run are where they should be, in each frame."""
    tally = subject.tallies[run]
    said = tuple(f"{count} of {tally.of}" for count in tally.counts.tolist())
    return Track(None, said, density=len(said) - 1, nearest=True)


def _nearest(clock: Clock, run: int) -> list[int]:
    """Return the iterate that a run's marker is nearest to, in each frame that moves."""
    progress = np.arange(clock.run + 1) / clock.run
    return [int(position + 0.5) for position in clock.positions(run, progress).tolist()]


def _over_film(nearest: Sequence[int], text: Callable[[int], str]) -> Track:
    """Return what is said of iterates, in each frame of one.

    So many texts are made and no more: a run may have a million iterates.
    """
    said = {kept: text(kept) for kept in dict.fromkeys(nearest)}
    return Track(None, tuple(said[kept] for kept in nearest), density=len(nearest) - 1, nearest=True)


def _all_see_everything(subject: Subject) -> bool:
    """Say whether each step of each run sees every example: then the count of steps says as much."""
    for objective, trajectory in zip(subject.objectives, subject.trajectories, strict=True):
        everything = objective.samples.count if objective.samples else 0
        if (np.diff(trajectory.examples) != everything * np.diff(trajectory.iterations)).any():
            return False
    return True


def _header(
    subject: Subject, readouts: Sequence[Column], cell: Box, height: float, size: float, *, counting: bool
) -> list[Mark]:
    theme = subject.theme
    middle, bottom = cell.top - height / 2, cell.top - height
    ends = np.array([(cell.left, bottom), (cell.right, bottom)])
    marks: list[Mark] = [Line(ends, theme.grid, 2.0, crisp=True)]
    right = cell.right
    for column in readouts:
        place = np.array([right, middle])
        marks.append(Text(place, column.heading, 0.9 * size, theme.muted, "right", "center"))
        right -= column.width * size
    if counting and _shared_count(subject):
        longest = max(
            range(len(subject.trajectories)), key=lambda run: subject.trajectories[run].iterations[-1]
        )
        iterations = subject.trajectories[longest].iterations
        last = iterations[-1]
        count = _over_film(
            _nearest(subject.clock, longest), lambda kept: f"iteration {iterations[kept]} of {last}"
        )
        played = subject.clock.played_of(longest)
        if played is not None:
            rows = played.rows(subject.clock.moments).tolist()
            texts = (
                text if row < 0 else f"step {iterations[played.steps[row] + 1]} of {last}, in parts"
                for row, text in zip(rows, count.values, strict=True)
            )
            count = replace(count, values=tuple(texts))
        place = np.array([cell.left, middle])
        marks.append(Text(place, count, size, theme.text, "left", "center", bold=True))
    return marks


def _shared_count(subject: Subject) -> bool:
    """Say whether all runs are at the same iteration at all times (until they end)."""
    if any(subject.clock.played):  # which is only where they are
        return True
    pairs = zip(subject.clock.reached, subject.trajectories, strict=True)
    seconds = [reached[1] / run.iterations[1] for reached, run in pairs if len(reached) > 1]
    return not seconds or max(seconds) - min(seconds) < 1e-12


def _row(subject: Subject, readouts: Sequence[Column], run: int, box: Box, size: float) -> list[Mark]:
    theme, style = subject.theme, subject.style(run)
    middle = (box.bottom + box.top) / 2
    swatch = SWATCH * size / theme.legend_size
    ends = np.array([(box.left, middle), (box.left + swatch, middle)])
    largest = LARGEST_MARKER * box.height
    marker_size = min(theme.marker_size * 0.9 * style.swell, largest)
    marks: list[Mark] = [
        Line(ends, style.color, min(theme.path_width * style.swell, largest / 3), style.dash),
        Points(ends.mean(axis=0), style.marker, marker_size, style.color, theme.background, 2.5),
    ]
    right, nearest = box.right, _nearest(subject.clock, run)
    for column in readouts:
        texts = (
            _tallied(subject, run)
            if column.tallied and run in subject.tallies
            else _over_film(nearest, partial(column.text, subject.trajectories[run]))
        )
        marks.append(Text(np.array([right, middle]), texts, size, theme.text, "right", "center"))
        right -= column.width * size
    left = box.left + swatch + 18
    label = subject.labels[run]
    room = right - left - BEFORE_NUMBERS * size
    label_size = max(fitted_size(label, size, room), min(size, LEGIBLE))
    label = shortened(label, label_size, room)
    marks.append(Text(np.array([left, middle]), label, label_size, theme.text, "left", "center"))
    return marks


def caption_panel(subject: Subject, before: str, after: Iterable[str], box: Box) -> Panel:
    """Return the sentences under the picture: one text while the runs move, another when they have ended.

    Of the latter there may be several, the longest first: it is that which there is room for.

    While steps are played in parts, what their beats do stands in the place of the first.
    """
    theme = subject.theme
    told, untold = beat_marks(subject, box)
    marks: list[Mark] = []
    told_in_phases: list[tuple[Iterable[str], int, Color]] = [
        ([before], 0, theme.muted),
        (after, 1, theme.text),
    ]
    for texts, phase, color in told_in_phases:
        lines, size = _paragraph(texts, theme.caption_size, box)
        for number, line in enumerate(line.replace(NO_BREAK, " ") for line in lines):
            place = np.array([box.left, box.top - (0.62 + LINE * number) * size])
            unseen = np.full(2, np.nan)
            places = np.array([place, unseen] if phase == 0 else [unseen, place])
            track = Track(None, places, held=True)
            if told and phase == 0:
                track = shown_where(untold, place)
            marks.append(Text(track, line, size, color, "left", "center"))
    return Panel("caption", box, (*marks, *told))


def kept_whole(labels: Sequence[str]) -> list[str]:
    """Return labels for a caption's text, whose lines are not broken within them unless they are long."""
    return [label.replace(" ", NO_BREAK) if len(label) <= LONGEST_WHOLE else label for label in labels]


def _paragraph(texts: Iterable[str], size: float, box: Box) -> tuple[list[str], float]:
    """Return the lines and the size of the first text that fits, or smaller does; else the last one, cut."""
    for text in texts:
        for smaller in (size, 0.88 * size, min(size, LEGIBLE)):
            lines, room = wrapped(text, smaller, box.width), int(box.height / (LINE * smaller))
            if len(lines) <= room:
                return lines, smaller
    return [*lines[: room - 1], shortened(" ".join(lines[room - 1 :]), smaller, box.width)], smaller
