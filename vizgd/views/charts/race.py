"""The order of runs on their way to a goal: who leads, how far each is, and who was there at what cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from vizgd.base.errors import UsageError
from vizgd.base.formatting import number
from vizgd.base.settings import Between
from vizgd.drawing.clock import Pace
from vizgd.drawing.marks import Color, Line, Mark, Points, Polygons, Text, Track
from vizgd.drawing.panel import GRID_WIDTH, SPINE_WIDTH, Box, Panel
from vizgd.drawing.typeset import measured, shortened
from vizgd.objectives.objective import Array
from vizgd.recording.costs import Cost, amount, costs_so_far
from vizgd.recording.race import Race as Standing
from vizgd.recording.race import places_in, race_of
from vizgd.recording.trajectory import loss_name
from vizgd.views.moments import moment_count
from vizgd.views.view import Study, Subject, View

SWITCH = 0.12
"""In seconds: so long rows take from their places to others, in which they pass one over the other."""
HOLD = 0.24
"""In seconds: for so long at least an order stands before it changes again, for it to be read."""
FLAG = "⚑"
LINE = 1.35
"""The height of a line of the heading, in sizes of its text."""
TALL, TALLEST = 2.3, 4.2
"""Rows of so many sizes of text have the bar beneath the name; they are no higher than the second."""
LOWEST = 1.2
"""No row is lower than this: where there are more runs, those that lead are shown."""
BAR = 0.55
"""The height of a bar, in sizes of text."""
WIDEST_NAME = 0.42
"""Where name and bar stand side by side: the part of the width that a name takes at most."""
HEADINGS: dict[Cost, str] = {
    "iterations": "Race by steps",
    "examples": "Race by examples seen",
    "evaluations": "Race by gradient evaluations",
    "seconds": "Race by seconds, as measured",
}


@dataclass(frozen=True)
class Race(View):
    """Who is first at a goal, with the runs in their order: a row each, which switches places with others.

    A bar shows how far a run's lowest loss so far has fallen, on a log scale whose end is the goal. A run
    that is there has a flag and what that has cost it, by the comparison's pace: steps, examples, evaluations
    of the gradient, or seconds as they were measured. Below those at the goal stand the others, the lowest
    loss first, and last those that have diverged. An order stands for a quarter of a second at least.

    Parameters
    ----------
    tolerance : float, optional
        The goal is a loss no higher than this above the minimum; where that is not known, above the lowest
        loss that any run has seen. By default a thousandth of the largest gap at the start.
    """

    tolerance: Annotated[float, Between(0, ends="()")] | None = None

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return the one study.

        Raises
        ------
        UsageError
            When there is one run, or when it was not recorded what the comparison's pace counts.
        """
        if len(subject.trajectories) < 2:
            raise UsageError(
                "a race needs two runs", why="there is one", hint="add a run, or leave the race out"
            )
        cost = cost_of(subject.pace)
        standing = race_of(subject.objectives, subject.trajectories, self.tolerance)
        return [_Rows(subject, standing, cost, _course(subject, standing, cost), self.tolerance is None)]


def cost_of(pace: Pace) -> Cost:
    """Return what a race at a pace is by: steps, where runs share but start and end."""
    return "iterations" if pace == "together" else pace


@dataclass(frozen=True, eq=False)
class _Course:
    """A race over the moments of a film, each ``(moments, runs)``; and what is said of each run's end."""

    progress: Array
    finished: NDArray[np.bool_]
    ended: NDArray[np.bool_]
    heights: Array
    words: list[str]


def _course(subject: Subject, standing: Standing, cost: Cost) -> _Course:
    moments = np.linspace(0.0, 1.0, moment_count(subject) + 1)
    progress, finished, ended, out, costs, words = [], [], [], [], [], []
    for run, (trajectory, finish) in enumerate(zip(subject.trajectories, standing.finishes, strict=True)):
        positions = subject.clock.positions(run, moments)
        progress.append(np.interp(positions, np.arange(len(trajectory.iterates)), standing.progress(run)))
        over = positions >= trajectory.steps - 1e-9
        lost = trajectory.status.kind == "diverged"
        so_far = costs_so_far(trajectory, cost)
        there = np.full(len(moments), False) if finish is None else positions >= finish - 1e-9
        finished.append(there)
        ended.append(over | there)
        out.append(over & lost & ~there)
        costs.append(np.inf if finish is None else float(so_far[finish]))
        if finish is not None:
            # Of iterates that were not kept nobody knows whether one was there before.
            before = "≤ " if trajectory.every > 1 and finish else ""
            words.append(before + amount(float(so_far[finish]), cost))
        elif lost:
            words.append(f"out at step {trajectory.status.iteration}")
        else:
            words.append(f"not in {amount(float(so_far[-1]), cost)}")
    columns = [np.column_stack(rows) for rows in (progress, finished, ended, out)]
    places = places_in(columns[0], columns[1], np.array(costs), columns[3])
    a_second = float(subject.clock.rate) * (len(moments) - 1) / subject.clock.run
    standing_still = held(places, max(1, round(HOLD * a_second)))
    heights = glided(standing_still, max(1, round(SWITCH * a_second)))
    return _Course(columns[0], columns[1], columns[2], heights, words)


def held(places: NDArray[np.intp], moments: int) -> NDArray[np.intp]:
    """Return places ``(m, runs)`` that change for all runs at once, and then not for so many moments.

    At each moment they are an order, so that no two rows are at one place; the last one is that of the end.
    """
    seen = places.copy()
    changed = -moments
    for moment in range(1, len(places)):
        seen[moment] = seen[moment - 1]
        if moment - changed >= moments and (places[moment] != seen[moment]).any():
            seen[moment], changed = places[moment], moment
    seen[-1] = places[-1]
    return seen


def glided(places: NDArray[np.intp], moments: int) -> Array:
    """Return places ``(m, runs)`` as they are seen: a change begins when it happens and takes some moments.

    What would not be over at the last moment begins so much earlier.
    """
    begun = places.astype(float)
    begun[-moments - 1 :] = places[-1]
    weights = np.sin(np.pi * (np.arange(moments) + 0.5) / moments) ** 2
    padded = np.concatenate([np.repeat(begun[:1], moments - 1, axis=0), begun])
    return np.column_stack(
        [np.convolve(column, weights / weights.sum(), mode="valid") for column in padded.T]
    )


@dataclass(frozen=True, eq=False)
class _Rows(Study):
    """The rows of a race, under what its goal is."""

    subject: Subject
    standing: Standing
    cost: Cost
    course: _Course
    by_default: bool

    def panel(self, box: Box) -> Panel:
        """Return the heading, the places, and a row for each run."""
        theme, runs = self.subject.theme, len(self.subject.trajectories)
        size, heading = theme.tick_size, theme.label_size
        top = box.top - LINE * (heading + size)
        decades = self._marked_decades()
        shown = int((top - box.bottom - LINE * size * bool(decades)) / (LOWEST * size))
        if shown < runs:  # a row more rather than the scale
            decades, shown = [], int((top - box.bottom) / (LOWEST * size))
        shown = max(1, min(shown, runs))
        height = min((top - box.bottom - LINE * size * bool(decades)) / shown, TALLEST * size)
        rows = _Drawn(self, box, top, height, shown, size, decades)
        part = "" if shown == runs else f", the first {shown} of {runs}"
        said = shortened(self._heading() + part, heading, box.width, bold=True)
        goal = shortened(self._goal(box.width), size, box.width)
        lines = (
            np.array([box.left, box.top - 0.5 * LINE * heading]),
            np.array([box.left, top + 0.5 * LINE * size]),
        )
        marks: list[Mark] = [
            Text(lines[0], said, heading, theme.text, "left", "center", bold=True),
            Text(lines[1], goal, size, theme.muted, "left", "center"),
        ]
        return Panel("race", box, (*marks, *rows.ground(), *rows.rows()))

    def _heading(self) -> str:
        dimension = self.subject.objective.dimension
        hessians = any(map(_takes_hessians, self.subject.optimizers))
        heading = HEADINGS[self.cost]
        if self.cost == "evaluations":
            if not all(optimizer.needs_gradient for optimizer in self.subject.optimizers):
                heading = "Race by evaluations of gradient or value"
            heading += f", a Hessian counts as {dimension}" if hessians else ""
        return heading

    def _goal(self, width: float) -> str:
        """Return what the goal is, in as many words as there is room for."""
        loss = loss_name(self.subject.trajectories)
        tolerance = number(self.standing.tolerance, 2)
        if self.standing.known:
            goal, short = f"goal: {loss} − min ≤ {tolerance}", f"goal: ≤ min + {tolerance}"
        else:
            known = len(set(self.standing.references)) == 1
            lowest = f", {number(self.standing.references[0])}" if known else ""
            goal, short = (
                f"goal: within {tolerance} of the lowest {loss} seen{lowest}",
                f"goal: ≤ lowest + {tolerance}",
            )
        whole = f"{goal}, a thousandth of the first gap"
        texts = [whole, goal] if self.by_default and self.standing.tolerance else [goal]
        return next(
            (text for text in texts if measured(text, self.subject.theme.tick_size)[0] <= width), short
        )

    def _marked_decades(self) -> list[int]:
        """Return which powers of ten are marked along the bars, the goal's among them where it is one."""
        most = int(self.standing.decades + 1e-9)
        return list(range(1, most + 1)) if 1 <= most <= 6 else []


def _takes_hessians(optimizer: Any) -> bool:
    return bool(optimizer.needs_hessian or getattr(optimizer, "takes_hessian", False))


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Where rows of a height stand under a top, so many of them, and what is drawn there."""

    study: _Rows
    box: Box
    top: float
    height: float
    shown: int
    size: float
    decades: list[int]

    @property
    def _tall(self) -> bool:
        return self.height >= TALL * self.size

    @property
    def _bar(self) -> tuple[float, float]:
        """The left and the right end of bars."""
        box, size = self.box, self.size
        if self._tall:
            return box.left + 1.3 * size, box.right - 1.2 * size
        words = max(measured(words, size)[0] for words in self.study.course.words)
        left = self._name_left + self._name_width + 0.5 * size
        return left, max(left + size, box.right - words - 1.6 * size)

    @property
    def _name_left(self) -> float:
        return self.box.left + 2.7 * self.size

    @property
    def _name_width(self) -> float:
        labels = self.study.subject.labels
        if self._tall:
            words = max(measured(words, self.size)[0] for words in self.study.course.words)
            return max(self.size, self._bar[1] - words - self.size - self._name_left)
        return min(max(measured(label, self.size)[0] for label in labels), WIDEST_NAME * self.box.width)

    def ground(self) -> list[Mark]:
        """Return the numbers of the places, the powers of ten and the goal's line: what stands still."""
        study, theme, size = self.study, self.study.subject.theme, self.size
        marks: list[Mark] = []
        left, right = self._bar
        foot = self.top - self.shown * self.height
        decades = self.decades
        apart = (right - left) / max(study.standing.decades, 1.0)
        for power in decades:
            x = left + apart * power
            goal = abs(x - right) < 1.0
            if not goal:
                marks.append(_upright(x, foot, self.top, theme.grid, GRID_WIDTH))
            said = f"÷{10**power}"
            if goal or measured(said, size)[0] < 0.9 * apart:
                marks.append(
                    Text(np.array([x, foot - 0.6 * size]), said, size, theme.muted, "center", "center")
                )
        marks.append(_upright(right, foot, self.top, theme.text, SPINE_WIDTH * 1.5))
        if decades:
            at = np.array([self._name_left, foot - 0.6 * size])
            gap = f"{loss_name(study.subject.trajectories)} − {'min' if study.standing.known else 'lowest'}"
            marks.append(Text(at, gap, size, theme.muted, "left", "center"))
        for place in range(self.shown):
            at = np.array([self.box.left, self._name_level(float(place))])
            marks.append(Text(at, str(place + 1), size, theme.muted, "left", "center"))
        return marks

    def _name_level(self, place: float) -> float:
        return float(self._levels(np.array([place]))[0])

    def _levels(self, places: Array) -> Array:
        """Return how high the names of runs at places stand."""
        share = 0.32 if self._tall else 0.5
        return np.asarray(self.top - (places + share) * self.height)

    def rows(self) -> list[Mark]:
        """Return a row for each run, the leading ones of the end above the others."""
        last = self.study.course.heights[-1]
        marks: list[Mark] = []
        for run in np.argsort(-last, kind="stable"):
            marks += self._row(int(run))
        return marks

    def _row(self, run: int) -> list[Mark]:
        subject, course, size = self.study.subject, self.study.course, self.size
        theme, style = subject.theme, subject.style(run)
        places = course.heights[:, run]
        # A run that is not among those shown is not seen.
        places = np.where(places < self.shown - 0.5, places, np.nan)
        names = self._levels(places)
        left, right = self._bar
        half = 0.5 * BAR * size
        bars = names - (0.95 * size + half if self._tall else 0.0)
        label = shortened(subject.labels[run], size, self._name_width)
        marker_size = min(theme.marker_size * style.swell, 0.9 * size)
        ends = left + course.progress[:, run] * (right - left)
        said = np.where(course.ended[:, run], names, np.nan)
        flags = np.where(course.finished[:, run], bars, np.nan)
        words_at = right - 0.4 * size if self._tall else self.box.right
        reached = bool(course.finished[-1, run])
        return [
            self._rectangle(np.full_like(bars, left), np.full_like(bars, right), bars, half, theme.grid),
            self._rectangle(np.full_like(bars, left), ends, bars, half, style.color),
            Points(
                _gliding(self._name_left - 0.75 * size, names),
                style.marker,
                marker_size,
                style.color,
                theme.outline,
                2.5,
                name=f"racer {run}",
            ),
            self._text(_gliding(self._name_left, names), label, size, theme.text),
            self._text(
                _gliding(words_at, said),
                course.words[run],
                size,
                theme.text if reached else theme.muted,
                "right",
            ),
            self._text(
                _gliding(right, flags - half), FLAG, min(1.5 * size, self.height), style.color, foot=True
            ),
        ]

    def _text(
        self,
        place: Track,
        text: str,
        size: float,
        color: Color,
        side: Literal["left", "right"] = "left",
        *,
        foot: bool = False,
    ) -> Text:
        ground = self.study.subject.theme.background
        standing: Literal["baseline", "center"] = "baseline" if foot else "center"
        return Text(place, text, size, color, side, standing, casing=ground, casing_width=4.0)

    def _rectangle(self, left: Array, right: Array, middle: Array, half: float, color: Color) -> Polygons:
        low, high = middle - half, middle + half
        corners = np.stack(
            [np.column_stack(pair) for pair in ((left, low), (right, low), (right, high), (left, high))],
            axis=1,
        )
        # What is not seen has no extent, for polygons to be of numbers.
        corners = np.where(np.isfinite(corners).all(axis=(1, 2), keepdims=True), corners, self.box.left)
        vertices = Track(None, corners, density=len(corners) - 1)
        return Polygons(vertices, np.zeros(1, dtype=np.intp), np.zeros(1, dtype=np.intp), np.array([color]))


def _gliding(x: float, heights: Array) -> Track:
    return Track(None, np.column_stack([np.full_like(heights, x), heights]), density=len(heights) - 1)


def _upright(x: float, low: float, high: float, color: Color, width: float) -> Line:
    return Line(np.array([(x, low), (x, high)]), color, width, crisp=True)
