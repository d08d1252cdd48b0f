"""Basins of attraction: which minimum each start of a grid reaches, and how fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from vizgd.base.progress import part
from vizgd.base.settings import Between
from vizgd.drawing.panel import Axes, Axis, Box, Panel
from vizgd.drawing.theme import Theme
from vizgd.objectives.objective import Array, Objective
from vizgd.objectives.stationarity import at_minimizer, is_minimum
from vizgd.optimizers.interface import Method
from vizgd.recording.many.sweeps import Sweep
from vizgd.views.contour import shared_scale
from vizgd.views.grid import require_dimension
from vizgd.views.maps.cells import (
    SHADES,
    axes_box,
    cell_mark,
    centers,
    counted,
    neither,
    own_runs,
    speeds,
    swept,
)
from vizgd.views.maps.keys import Item, Key
from vizgd.views.paths import Path, marker_marks, path_marks
from vizgd.views.rulers import level_axis, upright_axis
from vizgd.views.view import Study, Subject, View

FADED = 0.5
"""How far the color of the slowest start has faded to the ground."""
MOST_PLACES = 400
"""Runs that end at more places than these end along a line, which is no minimum to be told from others."""
MOST_STARS = 16
"""More minima than these would hide the map under their stars: then only known minimizers have one."""


@dataclass(frozen=True)
class Basins(View):
    """A map of starts: each cell has the color of the minimum that a run from its middle reaches.

    The stronger a color, the fewer steps it takes, on a log scale. A cell gets its color when its run has
    converged, or is dark from the step on at which it has diverged; one that does neither, or that stops
    where there is no minimum, stays blank, as does a start at which there is no loss: it does not count in
    the shares. Runs are those of `sweep`, with exact gradients.

    Parameters
    ----------
    points : int, default 80
        How many starts there are along each axis, 2 to 400.
    tolerance : float, default 1e-5
        A run has converged when no component of its gradient exceeds this any more.
    optimizer : Method, optional
        Whose basins are shown; by default those of every run's, a map for each.
    """

    points: Annotated[int, Between(2, 400)] = 80
    tolerance: Annotated[float, Between(0.0, 1e6)] = 1e-5
    optimizer: Method | None = None

    place: ClassVar[Literal["landscape", "chart"]] = "landscape"

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return a study for each optimizer.

        Raises
        ------
        UsageError
            When the objective has another number of parameters than two, or when an optimizer cannot run
            from many starts at once.
        """
        require_dimension(subject.objective, 2, "map of basins")
        groups = self._groups(subject)
        starts = np.stack(np.meshgrid(*(centers(Axis(one), self.points) for one in subject.domain)), axis=-1)
        # Where there is no loss nothing starts, so that nothing diverges there either.
        defined = np.isfinite(subject.values(starts))
        studies = []
        for index, (optimizer, runs) in enumerate(groups):
            with part(index, len(groups)):
                ends = swept(subject, optimizer, starts, self.tolerance)
                which, minima = reached(subject.objective, ends)
                title = optimizer.label if len(groups) > 1 else ""
                studies.append(_Map(subject, runs, ends, which, minima, defined, title))
        return studies

    def _groups(self, subject: Subject) -> list[tuple[Method, list[int]]]:
        """Return the optimizers, each with the runs that it made."""
        groups: dict[str, tuple[Method, list[int]]] = {}
        if self.optimizer is not None:
            groups[repr(self.optimizer)] = self.optimizer, []
        for run in own_runs(subject):
            optimizer = subject.optimizers[run]
            if self.optimizer is None or repr(optimizer) in groups:
                groups.setdefault(repr(optimizer), (optimizer, []))[1].append(run)
        return list(groups.values())


@dataclass(frozen=True, eq=False)
class _Map(Study):
    """The starts of an optimizer: how their runs end, which minimum each reaches, and where a loss is.

    ``which`` numbers the ``minima``, and is -1 for a run that reaches none.
    """

    subject: Subject
    runs: list[int]
    ends: Sweep
    which: NDArray[np.intp]
    minima: Array
    defined: NDArray[np.bool_]
    title: str

    def axes(self, box: Box) -> Axes:
        """Return the axes of the starts."""
        subject = self.subject
        x, y = subject.objective.variables[:2]
        return Axes(
            level_axis(subject, box, subject.domain[0], f"start {x}", more=1),
            upright_axis(subject, box, subject.domain[1], f"start {y}", every=105.0, more=1),
            subject.axes_style,
        )

    def panel(self, box: Box) -> Panel:
        """Return the map as it is filled, with the paths of its optimizer's runs, under its key."""
        subject, ends, which, axes = self.subject, self.ends, self.which, self.axes(box)
        theme = subject.theme
        colors = region_colors(theme, self.minima)
        slowness, steps = speeds(ends, which >= 0)
        fills = np.full((*which.shape, 4), np.nan)
        fills[which >= 0] = _shaded(theme, colors[which[which >= 0]], slowness[which >= 0])
        fills[ends.diverged & self.defined] = theme.text
        key = self._key(colors, steps)
        inner = axes_box(box, key, shared_scale(subject.domain))
        paths = [Path(run, subject.path(run)) for run in self.runs]
        known = np.array(subject.objective.minimizers).reshape(-1, 2)
        stars = known if len(self.minima) > MOST_STARS else np.concatenate([known, self.minima])
        return Panel(
            "basins",
            inner,
            (cell_mark(axes, ends, fills, subject.steps), *path_marks(subject, paths, stars, axes, inner)),
            axes,
            (*key.marks(axes, inner, box.width), *marker_marks(subject, paths, axes, inner)),
        )

    def _key(self, colors: Array, steps: tuple[int, int]) -> Key:
        """Return what the colors of a map mean, with how many starts have come to what so far."""
        subject, ends, which = self.subject, self.ends, self.which
        theme, last, arrived = subject.theme, subject.steps, which >= 0
        commonest = np.bincount(which[arrived]).argmax() if arrived.any() else 0
        color = colors[commonest] if arrived.any() else np.array(theme.regions[0])
        span = f" in {steps[0]} to {steps[1]} steps" if arrived.any() else ""
        count = partial(counted, among=self.defined)
        there = count(ends, arrived, last, lambda _, share: f"minimum{span}: {share}")
        gone = count(ends, ends.diverged, last, lambda _, share: f"diverges: {share}")
        rest = count(ends, arrived | ends.diverged, last, partial(neither, last), rest=True)
        return Key(
            theme,
            (
                Item(_shaded(theme, np.tile(color, (len(SHADES), 1)), SHADES), there),
                Item(np.array([theme.text]), gone),
                Item(np.array([theme.panel]), rest),
            ),
            self.title,
            subject.style(self.runs[0]).color if self.title and len(self.runs) == 1 else theme.text,
        )


def reached(objective: Objective, ends: Sweep) -> tuple[NDArray[np.intp], Array]:
    """Return which minimum each run of a sweep has converged to, and the minima ``(m, 2)``.

    The known minimizers come first, then others that were found. The number is -1 for a run that has not
    converged, or that stopped at a saddle or a maximum.
    """
    apart = at_minimizer(objective)
    which = np.full(ends.outcomes.shape, -1)
    open_ = ends.converged.copy()
    known = [np.array(point) for point in objective.minimizers]
    minima: list[Array] = []
    for _ in range(MOST_PLACES):
        if not open_.any():
            break
        place = known.pop(0) if known else ends.iterates[open_][0]
        with np.errstate(over="ignore"):  # where a run has diverged
            there = open_ & (np.linalg.norm(ends.iterates - place, axis=-1) <= apart)
        open_ &= ~there
        if there.any() and is_minimum(objective, place):
            which[there] = len(minima)
            minima.append(place)
    return which, np.array(minima).reshape(-1, objective.dimension)


def region_colors(theme: Theme, minima: Array) -> Array:
    """Return a color ``(m, 4)`` for each minimum; those that share one are far from each other."""
    palette = np.array(theme.regions)
    chosen: list[int] = []
    for index, place in enumerate(minima):
        nearest = np.full(len(palette), np.inf)
        for color, other in zip(chosen, minima[:index], strict=True):
            nearest[color] = min(nearest[color], float(np.linalg.norm(place - other)))
        chosen.append(int(nearest.argmax()))
    return palette[chosen]


def _shaded(theme: Theme, colors: Array, slowness: Array) -> Array:
    """Return colors ``(n, 4)`` faded to the ground, the farther the slower."""
    fade = FADED * slowness[:, None]
    return np.asarray((1.0 - fade) * colors + fade * np.array(theme.panel))
