"""Sensitivity: how many steps an optimizer takes to converge, over two of its hyper-parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from vizgd.base.errors import UsageError, unknown
from vizgd.base.progress import part
from vizgd.base.settings import Between
from vizgd.base.values import is_number
from vizgd.drawing.marks import Mark, Points
from vizgd.drawing.panel import Axes, Axis, Box, Panel
from vizgd.drawing.theme import Theme, blended
from vizgd.objectives.objective import Array
from vizgd.optimizers.interface import Method
from vizgd.optimizers.parameters import bounds_of, hyperparameters, symbol_of
from vizgd.recording.many.sweeps import Sweep
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
from vizgd.views.rulers import level_axis, upright_axis
from vizgd.views.view import Study, Subject, View

LEAST = 0.2
"""Where on the color map the slowest stands, short of the ground."""


@dataclass(frozen=True)
class Sensitivity(View):
    """A map of hyper-parameters: each cell shows how many steps a run with those of its middle takes.

    The stronger the color, the fewer steps, on a log scale. A cell gets its color when its run has converged,
    or is dark from the step on at which it has diverged; one that does neither stays blank. All start
    where the comparison's runs start, and each run has its marker where its own hyper-parameters are. Runs
    are those of `sweep`, with exact gradients.

    Parameters
    ----------
    x : str, default "learning_rate"
        A hyper-parameter of the optimizer, by the name it has in Python.
    y : str, optional
        Another one; by default ``beta`` or else ``beta1``.
    x_limits, y_limits : pair of float, optional
        From where to where; by default from 0 to 1 for a decay such as beta, and elsewhere decades around the
        runs' values, on a log axis. An axis that does not begin above 0 is linear.
    points : int, default 80
        How many values there are along each axis, 2 to 400.
    tolerance : float, default 1e-5
        A run has converged when no component of its gradient exceeds this any more.
    optimizer : Method, optional
        Whose hyper-parameters are varied; by default those of every run that has both, a map for each.
    """

    x: str = "learning_rate"
    y: str | None = None
    x_limits: tuple[float, float] | None = None
    y_limits: tuple[float, float] | None = None
    points: Annotated[int, Between(2, 400)] = 80
    tolerance: Annotated[float, Between(0.0, 1e6)] = 1e-5
    optimizer: Method | None = None

    place: ClassVar[Literal["landscape", "chart"]] = "landscape"

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return a study for each optimizer and start, whatever the two hyper-parameters.

        Raises
        ------
        UsageError
            When no optimizer has both hyper-parameters, or when they cannot have these values.
        """
        families = self._families(subject)
        if not families:
            self._names(subject.optimizers[own_runs(subject)[0]])  # which says why
        studies = []
        for index, family in enumerate(families):
            with part(index, len(families)):
                studies.append(self._map(subject, family, titled=len(families) > 1))
        return studies

    def _families(self, subject: Subject) -> list[Family]:
        """Return what the maps are of: runs that differ in nothing but the two hyper-parameters."""
        families: dict[Any, Family] = {}
        if self.optimizer is not None:
            names = self._names(self.optimizer)
            start = subject.trajectories[own_runs(subject)[0]].iterates[0]
            family = Family(self.optimizer, names, start)
            families[family.key] = family
        for run in own_runs(subject):
            optimizer = subject.optimizers[run]
            try:
                names = self._names(optimizer)
            except UsageError:
                continue
            family = Family(optimizer, names, subject.trajectories[run].iterates[0])
            if self.optimizer is None or family.key in families:
                families.setdefault(family.key, family).runs.append(run)
        return list(families.values())

    def _names(self, optimizer: Method) -> tuple[str, str]:
        """Return the two hyper-parameters of an optimizer, or refuse one that lacks them."""
        known = [name for name, _ in hyperparameters(optimizer)]
        if len(known) < 2:
            raise UsageError(
                f"{optimizer.called or optimizer.label} has no two hyper-parameters to vary",
                hint='give the view one that has: { view = "sensitivity", optimizer = "momentum" }',
            )
        y = self.y or next((name for name in ("beta", "beta1") if name in known), None)
        if y is None:
            raise UsageError(
                f"{optimizer.called} has no momentum to vary",
                why=f"its hyper-parameters: {', '.join(known)}",
                hint="name two of them: x and y",
            )
        for name in (self.x, y):
            if name not in known:
                raise unknown(f"hyper-parameter of {optimizer.called}", name, known)
        if self.x == y:
            raise UsageError(f"x and y are both {y!r}", why="a map is over two hyper-parameters")
        return self.x, y

    def _map(self, subject: Subject, family: Family, *, titled: bool) -> _Map:
        optimizers = [subject.optimizers[run] for run in family.runs] or [family.optimizer]
        across = _axis(family.names[0], self.x_limits, optimizers)
        up = _axis(family.names[1], self.y_limits, optimizers)
        xs, ys = centers(across, self.points), centers(up, self.points)
        rule: Any = family.optimizer  # a dataclass, as every optimizer with hyper-parameters
        optimizer = replace(rule, **dict(zip(family.names, (xs[:, None], ys[:, None, None]), strict=True)))
        ends = swept(subject, optimizer, family.start, self.tolerance)
        return _Map(subject, family, (across, up), ends, family.optimizer.called if titled else "")


@dataclass(frozen=True, eq=False)
class _Map(Study):
    """How runs end over two hyper-parameters, and the axes of these but for their ticks."""

    subject: Subject
    family: Family
    along: tuple[Axis, Axis]
    ends: Sweep
    title: str

    def axes(self, box: Box) -> Axes:
        """Return the axes of the two hyper-parameters."""
        subject, (across, up) = self.subject, self.along
        return Axes(
            level_axis(subject, box, across.limits, across.label, scale=across.scale),
            upright_axis(subject, box, up.limits, up.label, scale=up.scale),
            subject.axes_style,
        )

    def panel(self, box: Box) -> Panel:
        """Return the map as it is filled, with the places of the runs that it stands for, under its key."""
        subject, ends, axes = self.subject, self.ends, self.axes(box)
        theme = subject.theme
        slowness, steps = speeds(ends, ends.converged)
        fills = np.full((*slowness.shape, 4), np.nan)
        fills[ends.converged] = _shaded(theme, slowness[ends.converged])
        fills[ends.diverged] = theme.text
        last = subject.steps
        span = f" in {steps[0]} to {steps[1]} steps" if ends.converged.any() else ""
        there = counted(ends, ends.converged, last, lambda _, share: f"converges{span}: {share}")
        gone = counted(ends, ends.diverged, last, lambda _, share: f"diverges: {share}")
        rest = counted(ends, ~ends.moving, last, partial(neither, last), rest=True)
        key = Key(
            theme,
            (
                Item(_shaded(theme, SHADES), there),
                Item(np.array([theme.text]), gone),
                Item(np.array([theme.panel]), rest),
            ),
            self.title,
        )
        inner = axes_box(box, key, None)
        marks: tuple[Mark, ...] = (cell_mark(axes, ends, fills, last), *_run_marks(subject, self.family))
        return Panel("sensitivity", inner, marks, axes, key.marks(axes, inner, box.width))


@dataclass(frozen=True, eq=False)
class Family:
    """What a map is of: an optimizer, the two hyper-parameters that vary, a start, and the runs on it."""

    optimizer: Method
    names: tuple[str, str]
    start: Array
    runs: list[int] = field(default_factory=list)

    @property
    def key(self) -> tuple[Any, ...]:
        """What runs have in common that differ in nothing but the two hyper-parameters."""
        rest = [(name, repr(value)) for name, value in vars(self.optimizer).items() if name not in self.names]
        return type(self.optimizer), *rest, self.start.tobytes()


def _axis(name: str, limits: tuple[float, float] | None, optimizers: Sequence[Any]) -> Axis:
    """Return a hyper-parameter's axis without ticks."""
    owner = optimizers[0]
    label = f"{name.replace('_', ' ')} {symbol_of(owner, name).text}"
    bounds = bounds_of(owner, name)
    if limits is None and np.isfinite([bounds.low, bounds.high]).all():
        limits = bounds.low, bounds.high
    elif limits is None:
        values = [
            value for optimizer in optimizers if is_number(value := getattr(optimizer, name)) and value > 0
        ]
        if not values:
            raise UsageError(
                f"there is no {name} around which a map could be drawn",
                hint="give x_limits or y_limits, such as [0.001, 1]",
            )
        limits = 10.0 ** np.floor(np.log10(min(values)) - 1), 10.0 ** np.ceil(np.log10(max(values)) + 1)
    low, high = float(limits[0]), float(limits[1])
    if not low < high:
        raise UsageError(f"the limits of {name} are {limits}", why="expected the lower one first")
    inner = np.array([low, high]) + 1e-9 * (high - low) * np.array([1.0, -1.0])
    if not bounds.allows(inner):
        raise UsageError(
            f"a map of {name} from {low:g} to {high:g}", why=f"{name} must be {bounds.words('a number')}"
        )
    return Axis((low, high), label, "log" if low > 0 else "linear")


def _shaded(theme: Theme, slowness: Array) -> Array:
    """Return colors ``(n, 4)``, the stronger the faster."""
    return blended(theme.surface_map, 1.0 - (1.0 - LEAST) * slowness)


def _run_marks(subject: Subject, family: Family) -> tuple[Points, ...]:
    """Return a marker for each run at its own hyper-parameters, where these are numbers."""
    theme = subject.theme
    marks: list[Points] = []
    for run in family.runs:
        place = [getattr(subject.optimizers[run], name) for name in family.names]
        if all(map(is_number, place)):
            style = subject.style(run)
            size = theme.marker_size * style.swell
            marks.append(
                Points(
                    np.array(place, dtype=float),
                    style.marker,
                    size,
                    style.color,
                    theme.outline,
                    3.0,
                    name=f"run {run}",
                )
            )
    return tuple(marks)
