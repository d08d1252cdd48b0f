"""What acts at a run's point, large: a window that follows it and zooms with its steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.base.formatting import number
from vizgd.base.settings import Between
from vizgd.drawing.marks import Arrow, Line, Mark, Points, Text, Track, faded
from vizgd.drawing.panel import Axes, Axis, Box, Panel
from vizgd.objectives.objective import Array
from vizgd.views.contour import shared_scale
from vizgd.views.departure import fractions
from vizgd.views.grid import require_landscape
from vizgd.views.overlays.acts import Acting, Placed
from vizgd.views.overlays.arrows import GHOSTS, arrow_mark, flat_arrows, reaching, static_arrow
from vizgd.views.overlays.names import name_marks
from vizgd.views.overlays.vectors import Arrows, acting, fitted
from vizgd.views.slices import PlaneSetting, checked_plane, sliced
from vizgd.views.view import Study, Subject, View
from vizgd.views.windows import Windows, round_below, windows_around

MOST_PANELS = 4
TRAIL = 6
"""So many iterates before the point are shown."""
SCALE = 0.5
"""The longest scale, as a part of the window's width."""
EDGE = 22.0
"""How far from the edge of the window it is."""
RING = 0.75
"""The size of the marker, in that of others: what matters begins there."""


@dataclass(frozen=True)
class Anatomy(View):
    """What acts at each run's current point, in a window that follows the point and zooms with its steps.

    Contours of the neighborhood are at multiples of a round number; the scale at the lower left says how wide
    the window is. The last steps stay as ghosts. There is a window for each run, of more than four for the
    first four.

    Parameters
    ----------
    arrows : {"step", "gradient", "parts", "components"}, default "parts"
        What is drawn, as for `Contour`.
    run : int, optional
        The number of the only run that is shown, from 1 on.
    plane : optional
        Where an objective of more than two parameters is cut, as for `Contour`.
    """

    arrows: Arrows = "parts"
    run: Annotated[int, Between(1, 1000)] | None = None
    plane: PlaneSetting = None

    place: ClassVar[Literal["landscape", "chart"]] = "landscape"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "plane", checked_plane(self.plane))

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return a study for each run.

        Raises
        ------
        UsageError
            When there is no such run, or the objective has one parameter.
        """
        require_landscape(subject, "anatomy")
        count = len(subject.trajectories)
        if self.run is not None and self.run > count:
            raise UsageError(f"there is no run {self.run}", why=f"the comparison has {count}")
        runs = range(count)[:MOST_PANELS] if self.run is None else [self.run - 1]
        studies = []
        for run in runs:
            cut = sliced(subject, self.plane, run)
            shown = cut.shown()
            acts = acting(self.arrows, subject, run, cut.shadows, shown.objective.variables[:2])
            note = f"{len(runs)} of {count} runs" if run == runs[-1] and len(runs) < count else ""
            studies.append(_Anatomy(shown, run, acts, note if self.run is None else ""))
        return studies


@dataclass(frozen=True, eq=False)
class _Anatomy(Study):
    """A run with what acts at its point."""

    subject: Subject
    run: int
    acts: tuple[Acting, ...]
    note: str

    def axes(self, box: Box) -> Axes:
        """Return axes in units of the window, without ticks."""
        subject = self.subject
        across, up = _reach(box)
        several = len(subject.trajectories) > 1
        return Axes(
            Axis((-across, across)),
            Axis((-up, up)),
            subject.axes_style,
            subject.labels[self.run] if several else "",
            subject.style(self.run).color if several else None,
        )

    def panel(self, box: Box) -> Panel:
        """Return the window with its contours, arrows and scale."""
        subject, axes, theme = self.subject, self.axes(box), self.subject.theme
        places = _finite(subject.path(self.run))
        windows, acts = self._windows(box, places)
        sides = np.array([box.width, box.height])
        arrows, names = self._arrows(windows, acts, places, axes, sides)
        contours = Line(windows.contours(subject.objective), theme.curve, 1.6)
        marks = (contours, *self._stars(windows), *self._path(windows, places), *arrows)
        return Panel("anatomy", box, marks, axes, (*names, *self._scale(windows, sides)))

    def _windows(self, box: Box, places: Array) -> tuple[Windows, tuple[Acting, ...]]:
        """Return windows for the shape of a box, and what acts, of such lengths as are seen well in them."""
        subject = self.subject
        domain = np.array(subject.domain)
        span = np.ptp(domain, axis=1)
        unit = np.ones(2) if shared_scale(subject.domain) else span / span.max()
        shape = unit, _reach(box)

        def around(acts: Sequence[Acting]) -> Windows:
            ends = [end for one in flat_arrows(self.run, acts, places) for end in (one.tails, one.heads)]
            return windows_around(subject.clock, self.run, places, ends, domain, shape)

        windows = around([one for one in self.acts if not one.scaled])
        halves = windows.halves[:-1]
        sized = [replace(one, begins=one.begins / halves, vectors=one.vectors / halves) for one in self.acts]
        zeros, limits = np.zeros_like(places), np.array([(-1.0, 1.0)] * 2)
        (seen,) = fitted([(sized, zeros)], limits, np.ones(2)) if self.acts else ((),)
        shown = tuple(replace(one, begins=one.begins * halves, vectors=one.vectors * halves) for one in seen)
        return around(shown), shown

    def _arrows(
        self, windows: Windows, acts: Sequence[Acting], places: Array, axes: Axes, sides: Array
    ) -> tuple[list[Mark], list[Mark]]:
        """Return arrows with their ghosts beneath, and what they are called."""
        subject = self.subject
        placed = flat_arrows(self.run, acts, places)
        here = [reaching(_seen(windows, one), axes, sides) for one in placed]
        ghosts: list[Arrow] = []
        for back, opacity in reversed([*enumerate(GHOSTS, start=1)]):
            for one in placed:
                if one.acting.showing and np.isfinite(one.acting.showing.until):
                    continue
                before = replace(one, tails=_before(one.tails, back), heads=_before(one.heads, back))
                mark = static_arrow(subject.theme, reaching(_seen(windows, before), axes, sides))
                ghosts.append(replace(mark, color=faded(mark.color, opacity), casing=None))
        arrows = [arrow_mark(subject, one) for one in sorted(here, key=lambda one: not one.acting.whole)]
        way = fractions(axes, windows.at_iterates(places)) * sides
        names = name_marks(subject, [one for one in here if np.isfinite(one.heads).any()], [way], axes, sides)
        moved: list[Mark] = [
            replace(mark, tail=_moving(windows, mark.tail), head=_moving(windows, mark.head))
            for mark in (*ghosts, *arrows)
        ]
        room = windows.reach * (1.0 - 2.0 * EDGE / sides)
        return moved, [replace(name, xy=_inside(_moving(windows, name.xy), room)) for name in names]

    def _stars(self, windows: Windows) -> list[Mark]:
        theme = self.subject.theme
        minima = np.array(self.subject.objective.minimizers).reshape(-1, 2)
        rows = np.broadcast_to(minima, (len(windows.steps), *minima.shape))
        star = Points(
            windows.over_film(rows),
            "star",
            theme.minimum_size,
            theme.minimum,
            theme.text,
            2.0,
            name="minimum",
        )
        return [star] if len(minima) else []

    def _path(self, windows: Windows, places: Array) -> list[Mark]:
        """Return the last steps as a line with dots, and the run's point as a ring."""
        subject = self.subject
        theme, style = subject.theme, subject.style(self.run)
        after = np.minimum(windows.steps + 1, len(places) - 1)
        share = (windows.positions - windows.steps)[:, None]
        point = (1.0 - share) * places[windows.steps] + share * places[after]
        rows = np.maximum(windows.steps[:, None] - np.arange(TRAIL, -1, -1), 0)
        trail = np.concatenate([places[rows], point[:, None]], axis=1)
        return [
            Line(windows.over_film(trail), style.color, theme.path_width, style.dash),
            Points(windows.over_film(trail[:, :-1]), "circle", theme.iterate_size, style.color),
            Points(
                windows.over_film(point),
                style.marker,
                RING * theme.marker_size,
                theme.panel,
                style.color,
                4.0,
                name=f"current {self.run}",
            ),
        ]

    def _scale(self, windows: Windows, sides: Array) -> list[Mark]:
        """Return bars that say how long x is in the window, and y where that is another scale."""
        subject = self.subject
        theme, units = subject.theme, windows.units
        alike = bool(np.allclose(units[:, 0], units[:, 1]))
        names = subject.objective.variables[:2]
        corner = -windows.reach + 2.0 * windows.reach * EDGE / sides
        marks: list[Mark] = []
        for axis in (0,) if alike else (0, 1):
            widest = SCALE * 2.0 * windows.reach[axis]
            lengths = np.array([round_below(widest * unit) for unit in units[:, axis]])
            ends = np.tile(corner, (len(lengths), 2, 1))
            ends[:, 1, axis] += lengths / units[:, axis]
            marks.append(Line(_over_film(ends), theme.text, 5.0, casing=theme.panel, casing_width=3.0))
            before = "" if alike else f"{names[axis]}: "
            said = {length: f"{before}{number(length, 1)}" for length in np.unique(lengths).tolist()}
            marks.append(
                Text(
                    _over_film(ends[:, 1] if axis else ends.mean(axis=1)),
                    _over_film(tuple(said[length] for length in lengths.tolist())),
                    theme.tick_size,
                    theme.text,
                    "left" if axis else "center",
                    offset=(0.0, 9.0),
                    casing=theme.panel,
                    casing_width=4.0,
                )
            )
        if self.note:
            place = np.array([-corner[0], corner[1]])
            note = Text(place, self.note, theme.tick_size, theme.text, "right", "bottom")
            marks.append(replace(note, casing=theme.panel, casing_width=4.0))
        return marks


def _over_film(values: Any) -> Track:
    """Return a value for each frame as a track."""
    return Track(None, values, density=len(values) - 1, nearest=True)


def _reach(box: Box) -> Array:
    """Return how far a window reaches from its middle: one along the shorter side."""
    return np.array([box.width, box.height]) / min(box.width, box.height)


def _finite(places: Array) -> Array:
    """Return places with the last finite one before where there is none."""
    known = np.isfinite(places).all(axis=1)
    return places[np.maximum.accumulate(np.where(known, np.arange(len(places)), 0))]


def _seen(windows: Windows, one: Placed) -> Placed:
    """Return arrows as they are in the window of their iterate."""
    return replace(one, tails=windows.at_iterates(one.tails), heads=windows.at_iterates(one.heads))


def _before(rows: Array, back: int) -> Array:
    """Return what was at the iterates so many steps before; at the end the last step's arrows stay."""
    shifted = np.concatenate([np.full_like(rows[:back], np.nan), rows[:-back]])[: len(rows)]
    return np.concatenate([shifted[:-1], shifted[-2:-1]]) if len(rows) > 1 else shifted


def _moving(windows: Windows, places: Array | Track) -> Track:
    """Return places in the windows of iterates, by iterate or by frame, as the window glides."""
    assert isinstance(places, Track)
    rows: Callable[[Array], Track] = windows.from_frames if places.run is None else windows.from_iterates
    return rows(np.asarray(places.values))


def _inside(track: Track, room: Array) -> Track:
    """Return places in a window with nan for those that it has left behind, or that are at its edge."""
    places = np.asarray(track.values)
    return replace(
        track, values=np.where((np.abs(places) <= room).all(axis=1, keepdims=True), places, np.nan)
    )
