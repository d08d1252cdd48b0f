"""Where runs leave the axes: the end of a trail, a cross on the edge, and words beside it.

To leave the picture is not to diverge: a run may come back, and then it is shown coming back. Whoever leaves
is told of, with the step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Color, Mark, Points, Text, Track
from vizgd.drawing.panel import Axes, Box
from vizgd.drawing.strokes import crossings
from vizgd.drawing.theme import Theme
from vizgd.drawing.typeset import measured
from vizgd.objectives.objective import Array
from vizgd.recording.trajectory import Trajectory
from vizgd.views.clearance import CROSS, clear_place, evenly_spaced
from vizgd.views.view import Subject

PLATE = 6.0
"""How far the ground around the words reaches: they stay readable where a path runs behind them."""
EDGE = 1e-6
"""How far outside, as a part of the axes, still counts as inside: rounding must not move a run out."""
NEAR = 1.0
"""In lengths of what is drawn: a run that ends no farther outside has not left, but met what is undefined."""
MOST_TOLD = 3
"""A run that leaves more often has one text that counts: words for each time would fill the picture."""
MOST_WORDS = 5
"""Where more departures are told of in a panel, each has fewer words."""
MOST_ROWS = 8
"""Of so many departures a list tells at most; more would hide what they are told of."""


@dataclass(frozen=True, eq=False)
class Departure:
    """How a run leaves: with which step, where as fractions of the axes, and when it is back, if ever."""

    step: int
    place: Array
    back: int | None = None


@dataclass(frozen=True, eq=False)
class Departures:
    """Every time that a run leaves the unit square.

    Parameters
    ----------
    places : array, shape (n + 1, 2)
        Its iterates as fractions of the axes.
    diverged : bool
        Whether it diverges with the last one: inside the axes, that is where it departs.
    """

    places: Array
    diverged: bool

    @cached_property
    def _inside(self) -> NDArray[np.bool_]:
        inside = np.asarray(~((self.places < -EDGE) | (self.places > 1.0 + EDGE)).any(axis=1))
        # What is not a number is nowhere: a run that is outside has not come back with it.
        known = np.where(np.isfinite(self.places).all(axis=1) | ~inside, np.arange(len(inside)), 0)
        return np.asarray(inside[np.maximum.accumulate(known)])

    @cached_property
    def steps(self) -> NDArray[np.intp]:
        """With which steps it leaves; 0 where it starts outside."""
        inside = self._inside
        steps = np.flatnonzero(np.concatenate([[True], inside[:-1]]) & ~inside)
        return np.append(steps, len(inside) - 1) if self.diverged and inside[-1] else steps

    @cached_property
    def backs(self) -> NDArray[np.intp]:
        """With which steps it comes back: one fewer than those with which it leaves, or as many."""
        inside = self._inside
        return np.flatnonzero(~inside[:-1] & inside[1:]) + 1

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, number: int) -> Departure:
        step = int(self.steps[number])
        back = int(self.backs[number]) if number < len(self.backs) else None
        return Departure(step, self._place(step), back)

    def _place(self, step: int) -> Array:
        """Return where the edge is crossed, or where the run is that ends inside or starts outside."""
        if not np.isfinite(self.places[step]).all():
            return np.asarray(np.clip(self.places[max(step - 1, 0)], 0.0, 1.0))
        if step == 0 or self._inside[step]:
            return np.asarray(np.clip(self.places[step], 0.0, 1.0))
        return _crossing(self.places[step - 1], self.places[step])

    @property
    def last(self) -> Departure | None:
        """The departure for good, None for a run that is inside at the end."""
        return self[len(self) - 1] if len(self) > len(self.backs) else None


def fractions(axes: Axes, places: Array) -> Array:
    """Return places ``(n, 2)`` as fractions of the axes."""
    return np.stack([axes.x.fraction(places[:, 0]), axes.y.fraction(places[:, 1])], axis=-1)


def in_data(axes: Axes, place: Array) -> Array:
    """Return a place ``(2,)``, as fractions of the axes, in data coordinates."""
    return np.array([axes.x.value(float(place[0])), axes.y.value(float(place[1]))])


def departures(trajectory: Trajectory, places: Array) -> Departures:
    """Return how a run leaves the unit square; ``places`` are its iterates as fractions ``(n + 1, 2)``."""
    return Departures(places, trajectory.status.kind == "diverged")


def ended(places: Array, leaving: Departure | None) -> Array:
    """Return places with nan for those after the step with which a run leaves for good.

    It may jump from far outside to far outside, across the picture: drawn to its end it would be a bar.
    """
    if leaving is None:
        return places
    beyond = np.arange(len(places))[:, None] > leaving.step
    return np.where(beyond, math.nan, places)


@dataclass(frozen=True, eq=False)
class Phase:
    """What is said from a progress of the film on, until another: in words, and in fewer."""

    words: str
    fewer: str
    begin: float
    end: float = math.inf


@dataclass(frozen=True, eq=False)
class Notice:
    """A cross where a run leaves, as fractions of what it is drawn in, and what is said beside it."""

    run: int
    place: Array
    phases: tuple[Phase, ...]

    @property
    def begin(self) -> float:
        """From when on there is a cross."""
        return self.phases[0].begin


class Wording(NamedTuple):
    """How departures are told of, each in words and in fewer."""

    leaves: tuple[str, str]
    returns: tuple[str, str]
    counted: tuple[str, str]


FROM_LANDSCAPE = Wording(
    ("leaves at step {}", "step {}"),
    ("left at step {}, back at {}", "steps {}–{}"),
    ("left {} times, last at step {}", "{} times"),
)
FROM_CHART = Wording(
    ("leaves the chart at step {}", "off chart: {}"),
    ("left the chart at step {}, back at {}", "off chart: {}–{}"),
    ("left the chart {} times, last at step {}", "off chart {} times"),
)
"""Of a chart it is said that it is the chart that is left: the landscape is left at another step."""


def notices(subject: Subject, run: int, trail: Array, *, chart: bool = False) -> list[Notice]:
    """Return what is to be said of a run; ``trail`` are its iterates as fractions of the axes.

    In a chart only of leaving its axes: what else becomes of a run is told where the run moves.
    """
    diverges = not chart and subject.trajectories[run].status.kind == "diverged"
    found = Departures(trail, diverges)
    for_good = len(found) - (found.last is not None)
    told = list(range(for_good)) if for_good <= MOST_TOLD else []
    wording = FROM_CHART if chart else FROM_LANDSCAPE
    each = [found[k] for k in told] + ([] if found.last is None else [found.last])
    noticed = [Notice(run, one.place, tuple(_phases(subject, run, one, diverges, wording))) for one in each]
    if for_good > MOST_TOLD:
        noticed.insert(
            0, Notice(run, found[0].place, tuple(_counted(subject, run, found, for_good, wording)))
        )
    return noticed


def _phases(subject: Subject, run: int, leaving: Departure, diverges: bool, wording: Wording) -> list[Phase]:
    """Return what is said of one departure: nothing before it has happened."""
    trajectory, when = subject.trajectories[run], subject.clock.reached[run]
    number = trajectory.iterations
    first, last = number[leaving.step], trajectory.steps
    said = []
    if leaving.step == 0:
        said.append(Phase("starts outside", "outside", float(when[0])))
    elif leaving.step < last or not diverges:
        words, fewer = (text.format(first) for text in wording.leaves)
        said.append(Phase(words, fewer, float(when[leaving.step])))
    if leaving.back is not None:
        back = number[leaving.back]
        words, fewer = (text.format(first, back) for text in wording.returns)
        if leaving.step == 0:
            words, fewer = f"enters at step {back}", f"enters: {back}"
        said.append(Phase(words, fewer, float(when[leaving.back])))
    elif diverges:
        ends = _how_it_ends(subject, run)
        words, fewer = f"{ends} at step {number[last]}", f"{ends}: {number[last]}"
        if 0 < leaving.step < last:
            # The cross stays where it left, long before.
            words = f"left at {first}, {ends} at {number[last]}"
        said.append(Phase(words, fewer, float(when[last])))
    return _in_turn(said)


def _how_it_ends(subject: Subject, run: int) -> str:
    """Say what happens to a diverging run: near the picture, where there is no loss, that is what is said."""
    trajectory = subject.trajectories[run]
    low, high = np.array(subject.shown(run)).T
    place, room = trajectory.iterates[-1], NEAR * (high - low)
    near = bool(((place >= low - room) & (place <= high + room)).all())
    return "undefined" if near and not np.isfinite(trajectory.losses[-1]) else "diverges"


def _counted(subject: Subject, run: int, found: Departures, count: int, wording: Wording) -> list[Phase]:
    """Return one text that counts how often a run has left so far, changed once a frame at most."""
    trajectory, clock = subject.trajectories[run], subject.clock
    numbers, times = trajectory.iterations[found.steps[:count]], clock.reached[run][found.steps[:count]]
    frames = np.arange(clock.run + 1) / clock.run
    so_far = np.searchsorted(times, frames, side="right")
    said = []
    for many in np.unique(so_far[so_far > 0]).tolist():
        step = numbers[many - 1]
        words, fewer = (text.format(many, step) for text in wording.counted)
        if many == 1:
            words, fewer = (text.format(step) for text in wording.leaves)
        said.append(Phase(words, fewer, float(times[many - 1])))
    return _in_turn(said)


def _in_turn(said: list[Phase]) -> list[Phase]:
    """Return phases each of which ends where the next one begins."""
    ends = [phase.begin for phase in said[1:]] + [math.inf]
    return [replace(phase, end=end) for phase, end in zip(said, ends, strict=True)]


def departure_marks(
    subject: Subject,
    paths: Sequence[tuple[int, Array]],
    axes: Axes,
    box: Box,
    ground: Array,
    *,
    chart: bool = False,
    taken: Sequence[Array] = (),
) -> tuple[Mark, ...]:
    """Return the notes of all runs in a panel that leave it.

    ``paths`` are runs and their places, ``ground`` places ``(m, 2)`` of what else is drawn there, ``taken``
    the corners of other words, as fractions of the axes.
    """
    trails = [fractions(axes, places) for _, places in paths]
    noticed = [
        one
        for (run, _), trail in zip(paths, trails, strict=True)
        for one in notices(subject, run, trail, chart=chart)
    ]
    if not noticed:
        return ()
    drawn = [
        _seen(trail, departures(subject.trajectories[run], trail).last, box)
        for (run, _), trail in zip(paths, trails, strict=True)
    ]
    seen = np.concatenate([*drawn, fractions(axes, ground)])
    return notice_marks(subject, noticed, box, seen, lambda place: in_data(axes, place), taken=taken)


def notice_marks(
    subject: Subject,
    noticed: Sequence[Notice],
    box: Box,
    seen: Array,
    to_place: Callable[[Array], Array],
    *,
    taken: Sequence[Array] = (),
) -> tuple[Mark, ...]:
    """Return the crosses of some notices, and their words where the least of what is ``seen`` lies behind.

    Words keep apart from each other and from all crosses; where there is no room for them, there are fewer,
    or none. Places are fractions of the box; ``to_place`` takes them to the panel's coordinates.
    """
    half_cross = np.array([CROSS / 2, CROSS / 2]) / (box.width, box.height)
    taken = [*taken, *(np.stack([one.place - half_cross, one.place + half_cross]) for one in noticed)]
    fewer = len(noticed) > MOST_WORDS
    marks: list[Mark] = []
    words: list[Mark] = []
    for one in noticed:
        color = subject.style(one.run).color
        marks.append(cross_mark(subject.theme, color, subject.clock.run, one, to_place(one.place)))
        for short in (True,) if fewer else (False, True):
            half = _half(subject, one, short=short) / (box.width, box.height)
            place = clear_place(one.place, half, box, seen, taken)
            if place is not None:
                taken.append(np.stack([place - half, place + half]))
                words += _said(subject, one, to_place(place), short=short)
                break
    return (*marks, *words)


def _half(subject: Subject, one: Notice, *, short: bool) -> Array:
    size = subject.theme.tick_size
    texts = [phase.fewer if short else phase.words for phase in (one.phases[0], *one.phases[-2:])]
    return np.array([max(measured(text, size, bold=True)[0] for text in texts) / 2, size / 2]) + PLATE


def cross_mark(theme: Theme, color: Color, frames: int, one: Notice, place: Array) -> Points:
    """Return the cross of a notice at a place, from when the run leaves there."""
    shown = during(frames, place, one.begin)
    return Points(shown, "cross", CROSS, color, theme.outline, 3.0, name="departure")


def listed(subject: Subject, noticed: Sequence[Notice], box: Box) -> tuple[Mark, ...]:
    """Return what some notices say as rows at the upper left of a box, where their crosses move about."""
    size = subject.theme.tick_size
    corner = np.array([box.left + PLATE, box.top - 0.5 * size])
    return tuple(
        mark
        for number, one in enumerate(noticed[:MOST_ROWS])
        for mark in _said(subject, one, corner - (0.0, 1.3 * size * number), "left")
    )


def _said(
    subject: Subject,
    one: Notice,
    place: Array,
    horizontal: Literal["left", "center"] = "center",
    *,
    short: bool = False,
) -> list[Mark]:
    theme = subject.theme
    return [
        Text(
            during(subject.clock.run, place, phase.begin, phase.end),
            phase.fewer if short else phase.words,
            theme.tick_size,
            subject.style(one.run).color,
            horizontal,
            "center",
            bold=True,
            casing=theme.panel,
            casing_width=PLATE,
        )
        for phase in one.phases
    ]


def during(frames: int, place: Array, begin: float, end: float = math.inf) -> Track:
    """Return a place from one progress of the film until another, nowhere before and after.

    It has a value for each frame that moves: there may be a million steps.
    """
    progress = np.arange(frames + 1) / frames
    shown = (progress >= begin) & (progress < end)
    return Track(None, np.where(shown[:, None], place, math.nan), density=frames, nearest=True)


def _seen(trail: Array, leaving: Departure | None, box: Box) -> Array:
    """Return the drawn part of a trail as evenly spaced points, in fractions of the axes."""
    if leaving is not None:
        trail = np.concatenate([trail[: leaving.step], leaving.place[None]])
    return evenly_spaced(trail, box)


def _crossing(inside: Array, outside: Array) -> Array:
    """Return where the segment between two places, as fractions of the axes, leaves the unit square."""
    _, leave = crossings(inside[None], outside[None], np.zeros(2), np.ones(2))
    return np.asarray(np.clip(inside + leave[0] * (outside - inside), 0.0, 1.0))
