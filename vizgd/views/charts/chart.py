"""Curves of what is measured of each run, over iterations or examples seen, that grow as the runs go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.base.settings import check_settings
from vizgd.base.values import on_one_line
from vizgd.drawing.marks import Line, Mark, Points, Text, Track
from vizgd.drawing.panel import Axes, Axis, Box, Panel
from vizgd.drawing.theme import DASHES
from vizgd.drawing.typeset import measured
from vizgd.objectives.objective import Array
from vizgd.recording.costs import AXES, Cost, costs_so_far
from vizgd.recording.trajectory import Trajectory
from vizgd.views.charts.bands import Band, band_marks, band_note, bands_of, thin
from vizgd.views.charts.measures import OF_ITERATES, ON_PLANE, Measure, measure_runs
from vizgd.views.paths import progress_marks
from vizgd.views.rulers import level_axis, upright_axis
from vizgd.views.slices import PlaneSetting, checked_plane
from vizgd.views.view import Study, Subject, View

DEEPEST = 1e-12
"""The part of the first value at which a log axis ends: below it, runs differ by rounding alone."""
BELOW = -0.01
"""Where on a log axis, as a part of it, that is which is below it: 0 is infinitely far down."""
WIDE_SPAN = 30.0
"""The factor by which values fall or rise from the first before a log axis shows them better."""
ROOM = 0.06
"""What a linear axis shows above and below the curves, as a part of how far they reach."""
MOST_OF_LOST = 3.0
"""In sizes of the first value: what of a diverged run a linear axis shows."""
MOST_QUANTITIES = 6
"""More curves to a run could not be told apart."""

Scale: TypeAlias = Literal["linear", "log"]
Count: TypeAlias = Cost


@dataclass(frozen=True)
class Chart(View):
    """Curves of any recorded quantities, one a run and quantity, on one axis.

    Parameters
    ----------
    quantity : str or sequence of str, default "loss"
        ``loss``; ``on_plane_loss``, that of the path's shadow on the plane on which an objective of many
        parameters is shown; ``excess``, the loss above the known minimum; ``distance``, to the nearest known
        minimizer; ``cosine``, of the angle between one step and the next; a coordinate, ``x``, ``y``, ``x1``,
        ``x2``, …; or a quantity of the rule: ``gradient``, ``step``, ``learning_rate``, ``velocity``,
        ``first_moment`` …
        Of a vector its length is drawn, of ``gradient.x`` that coordinate. With several, each has a dash of
        its own and its symbol at the head of its curve; at most six.
    scale : {"linear", "log"}, optional
        By default logarithmic where all are excesses, distances or lengths that fall or rise by more than a
        factor of thirty.
    against : {"iterations", "examples", "evaluations", "seconds"}, default "iterations"
        What is counted along the axis: steps, examples seen (sample gradients evaluated), points at which
        gradients were taken, or the seconds measured where the comparison's pace asks for them.
    x_scale : {"linear", "log"}, default "linear"
        The scale of that count. A log axis has no place for 0, so the start stands at its left edge.
    plane : optional
        On which plane ``on_plane_loss`` is: as the setting of `Contour` that it stands beside.
    """

    quantity: str | Sequence[str] = "loss"
    scale: Scale | None = None
    against: Count = "iterations"
    x_scale: Scale = "linear"
    plane: PlaneSetting = None

    def __post_init__(self) -> None:
        check_settings(self)
        object.__setattr__(self, "quantity", checked_quantities(self.quantity))
        object.__setattr__(self, "plane", checked_plane(self.plane))

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return the one study."""
        names = [self.quantity] if isinstance(self.quantity, str) else list(self.quantity)
        return [
            charted(
                subject,
                names,
                scale=self.scale,
                against=self.against,
                x_scale=self.x_scale,
                plane=self.plane,
            )
        ]


def checked_quantities(given: Any) -> str | tuple[str, ...]:
    """Return a name of a quantity, or some of them as a tuple.

    Raises
    ------
    UsageError
        When there are too many, or one is there twice.
    """
    if isinstance(given, str):
        return given
    names = tuple(given) if isinstance(given, Iterable) else ()
    if not 1 <= len(names) <= MOST_QUANTITIES or not all(isinstance(name, str) for name in names):
        raise UsageError(
            f"quantity is {on_one_line(given)}", why=f"expected a name, or up to {MOST_QUANTITIES} of them"
        )
    if len(set(names)) < len(names):
        raise UsageError(f"quantity is {on_one_line(given)}", why="a name is there twice")
    return names


def charted(
    subject: Subject,
    names: Sequence[str],
    *,
    scale: Scale | None,
    against: Count,
    x_scale: Scale,
    plane: PlaneSetting = None,
    name: str = "chart",
    head: str = "tip",
) -> Study:
    """Return a study of quantities; the panel and the heads of its curves have the names that are given."""
    curves = [
        _Curve(run, index, measure)
        for index, quantity in enumerate(names)
        for run, measure in enumerate(measure_runs(subject, quantity, plane))
    ]
    bands = bands_of(subject, names, against)
    held = [*curves, *_edges(curves, bands)]
    lost = [subject.trajectories[curve.run].status.kind == "diverged" for curve in held]
    scale = scale or _suited_scale(held, names)
    limits = _log_limits(held, lost) if scale == "log" else _linear_limits(held, lost, names)
    labels = list(dict.fromkeys(curve.measure.label for curve in curves))
    symbols = dict.fromkeys(curve.measure.symbol for curve in curves)
    label = labels[0] if len(labels) == 1 else ", ".join(symbols)
    return _Curves(subject, curves, Axis(limits, label, scale), against, x_scale, name, head, bands)


def _edges(curves: Sequence[_Curve], bands: Sequence[Band]) -> list[_Curve]:
    """Return the edges of bands as curves, for axes to hold them."""
    own = {(curve.run, curve.quantity): curve.measure for curve in curves}
    return [
        _Curve(band.run, band.quantity, measure)
        for band in bands
        for measure in band.measured(own[band.run, band.quantity])
        if np.isfinite(measure.values).any()
    ]


@dataclass(frozen=True, eq=False)
class _Curve:
    """What is measured of a run, and which of the quantities it is."""

    run: int
    quantity: int
    measure: Measure


@dataclass(frozen=True, eq=False)
class _Curves(Study):
    """The curves of a chart, and its upright axis but for the ticks."""

    subject: Subject
    curves: list[_Curve]
    up: Axis
    against: Count
    x_scale: Scale
    name: str
    head: str
    bands: list[Band]

    def axes(self, box: Box) -> Axes:
        """Return the axes of the count and of what is measured."""
        subject, up, against = self.subject, self.up, self.against
        whole = against != "seconds"
        return Axes(
            level_axis(subject, box, self._count_limits(), AXES[against], scale=self.x_scale, integer=whole),
            upright_axis(subject, box, up.limits, up.label, scale=up.scale),
            subject.axes_style,
            band_note(subject, self.bands),
            grid=True,
        )

    def panel(self, box: Box) -> Panel:
        """Return the curves as they grow."""
        axes = self.axes(box)
        counts = [_held_above(axes.x, 0.0, self._counted(t)) for t in self.subject.trajectories]
        # What falls through the floor of a log axis, an excess of exactly 0 above all, runs along its edge:
        # the run that got farthest down must not be the one that is gone. It is said that it left the axis.
        floor = 0.5 * self.subject.theme.path_width / box.height
        held, measured = (
            [
                np.column_stack([counts[curve.run], _held_above(axes.y, low, curve.measure.values)])
                for curve in self.curves
            ]
            for low in (floor, BELOW)
        )
        areas: list[Mark] = []
        lines: list[Mark] = []
        heads: list[Mark] = []
        for quantity in range(1 + max(curve.quantity for curve in self.curves)):
            own = [index for index, curve in enumerate(self.curves) if curve.quantity == quantity]
            drawn, notes = progress_marks(
                self.subject,
                [held[index] for index in own],
                axes,
                self.head,
                box,
                [measured[index] for index in own],
            )
            banded = {band.run: band for band in self.bands if band.quantity == quantity}
            for index, mark in zip(own, (_dashed(mark, quantity) for mark in drawn), strict=True):
                run = self.curves[index].run
                lines.append(thin(mark) if run in banded else mark)
                if run in banded and isinstance(mark, Line):
                    areas += band_marks(self.subject, banded[run], axes, mark.dash, len(banded))
            heads += notes if quantity == 0 else [_smaller(mark) for mark in notes]
        if len(self.curves) > len(self.subject.trajectories):
            heads += self._symbols(axes, box, held)
        areas.sort(key=lambda mark: not mark.is_ink)
        return Panel(self.name, box, (*areas, *lines), axes, tuple(heads))

    def _symbols(self, axes: Axes, box: Box, places: list[Array]) -> list[Mark]:
        """Return the symbol of each quantity at the head of its curve, of the first run that has it.

        They stand above the heads, apart from one another where the curves end together, and within the axes:
        as long as a head is near their left side, right of it.
        """
        theme = self.subject.theme
        first: dict[int, int] = {}
        for index, (curve, xy) in enumerate(zip(self.curves, places, strict=True)):
            if np.isfinite(xy[:, 1]).any():
                first.setdefault(curve.quantity, index)
        ends = {
            index: float(axes.y.fraction(_last(places[index])[1:])[0]) * box.height
            for index in first.values()
        }
        marks: list[Mark] = []
        lowest = -np.inf
        for index in sorted(ends, key=lambda index: ends[index]):
            level = max(ends[index] + 0.9 * theme.tick_size, lowest + 1.1 * theme.tick_size)
            level = min(level, box.height - 0.5 * theme.tick_size)
            lowest = level
            curve = self.curves[index]
            wide = measured(curve.measure.symbol, theme.tick_size)[0] + theme.marker_size
            leftmost = axes.x.value(min(wide / box.width, 1.0))
            marks.append(
                Text(
                    Track(curve.run, np.maximum(_filled(places[index]), (leftmost, -np.inf))),
                    curve.measure.symbol,
                    theme.tick_size,
                    self.subject.style(curve.run).color,
                    "right",
                    "center",
                    offset=(-0.5 * theme.marker_size, level - ends[index]),
                    casing=theme.panel,
                    casing_width=5.0,
                )
            )
        return marks

    def _counted(self, trajectory: Trajectory) -> Array:
        return costs_so_far(trajectory, self.against)

    def _count_limits(self) -> tuple[float, float]:
        counts = [self._counted(trajectory) for trajectory in self.subject.trajectories]
        most = max(float(count[-1]) for count in (*counts, *(band.counts for band in self.bands))) or 1.0
        if self.x_scale == "linear":
            return 0.0, most
        # Half of the smallest step: so the start, at the edge, and the first step are two places.
        first_steps = (float(count[1]) for count in counts if len(count) > 1 and count[1] > 0)
        return min(first_steps, default=1.0) / 2, most


def _dashed(mark: Mark, quantity: int) -> Mark:
    """Return a curve with the dash of a quantity; the first has that of its run, the others go on from it."""
    if not isinstance(mark, Line) or quantity == 0:
        return mark
    first = DASHES.index(mark.dash) if mark.dash in DASHES else 0
    return replace(mark, dash=DASHES[(first + quantity) % len(DASHES)], width=0.75 * mark.width)


def _smaller(mark: Mark) -> Mark:
    return replace(mark, size=0.7 * mark.size) if isinstance(mark, Points) else mark


def _last(xy: Array) -> Array:
    return np.asarray(xy[np.isfinite(xy).all(axis=1)][-1])


def _filled(xy: Array) -> Array:
    """Return places with the nearest known one for those that have no value, so that a symbol stays."""
    known = np.flatnonzero(np.isfinite(xy[:, 1]))
    nearest = known[np.abs(np.arange(len(xy))[:, None] - known).argmin(axis=1)] if len(known) else []
    return np.column_stack([xy[:, 0], xy[nearest, 1]]) if len(known) else xy


def _suited_scale(curves: Sequence[_Curve], names: Sequence[str]) -> Scale:
    if (
        {"loss", ON_PLANE} & {*names}
        or "learning_rate" in names
        or any(curve.measure.signed for curve in curves)
    ):
        return "linear"
    values = [curve.measure.values for curve in curves if np.isfinite(curve.measure.values).any()]
    if not values:
        return "linear"
    first = max(float(curve[np.isfinite(curve)][0]) for curve in values)
    lowest = min(float(np.nanmin(curve)) for curve in values)
    highest = max(float(np.nanmax(curve)) for curve in values)
    return "log" if lowest < first / WIDE_SPAN or highest > WIDE_SPAN * first > 0 else "linear"


def _log_limits(curves: Sequence[_Curve], lost: Sequence[bool]) -> tuple[float, float]:
    """Return limits that hold every curve, short of rounding noise below and of divergence above.

    Other rises are cut, too, but for the smallest: where no run diverges, one is there as a whole.
    """
    measured = [curve.measure.values for curve in curves]
    kept = [values for values, gone in zip(measured, lost, strict=True) if not gone]
    values = np.concatenate(measured)
    values = values[np.isfinite(values) & (values > 0)]
    if len(values) == 0:
        return 0.1, 10.0
    first = max(_first(one) for one in measured)
    first = first if first > 0 else float(values.max())
    low = max(float(values.min()), DEEPEST * first)
    tops = [float(np.nanmax(one)) for one in kept if np.isfinite(one).any()]
    high = min(float(values.max()), max(1e3 * first, min(tops, default=0.0)))
    spread = max(np.log10(high / low), 0.5)
    return float(low / 10 ** (ROOM * spread)), float(high * 10 ** (ROOM * spread))


def _linear_limits(
    curves: Sequence[_Curve], lost: Sequence[bool], names: Sequence[str]
) -> tuple[float, float]:
    """Return limits that hold every curve, short of divergence above and below."""
    if set(names) == {"cosine"}:
        return -1.05, 1.05
    measured = [curve.measure.values for curve in curves]
    if not np.isfinite(np.concatenate(measured)).any():
        return 0.0, 1.0
    if set(names) <= {*OF_ITERATES}:
        return _limits_of_progress(measured, lost)
    # Rates are chosen: a run that diverges has none that presses the others flat.
    cut = [gone and curve.measure.label != "learning rate" for curve, gone in zip(curves, lost, strict=True)]
    reach = MOST_OF_LOST * max(abs(_first(one)) for one in measured)
    shown = [
        np.clip(one, -reach, reach) if gone and reach > 0 else one
        for one, gone in zip(measured, cut, strict=True)
    ]
    low, high = float(np.nanmin(np.concatenate(shown))), float(np.nanmax(np.concatenate(shown)))
    if not any(curve.measure.signed for curve in curves):
        return 0.0, 1.08 * high if high > 0 else 1.0
    room = ROOM * (high - low) or 0.5 * max(abs(high), 1.0)
    return low - room, high + room


def _limits_of_progress(measured: Sequence[Array], lost: Sequence[bool]) -> tuple[float, float]:
    """Return limits for losses and distances, which fall from their first values."""
    values = np.concatenate(measured)
    starts = [_first(one) for one in measured]
    first = max(starts)
    # One that falls for ever must not press the others flat, either.
    kept = [one for one, gone in zip(measured, lost, strict=True) if not gone] or list(measured)
    low, high = min(*starts, *(float(np.nanmin(one)) for one in kept)), float(np.nanmax(values))
    # What the runs fall by, or where they rise from the start on, the size of the start: a run that diverges
    # must not press the others flat, and one that only rises must not be seen through a slit.
    reach = MOST_OF_LOST * max(abs(first), first - low)
    if reach > 0:
        high = min(high, low + reach)
    room = ROOM * (high - low) or 0.5 * max(abs(high), 1.0)
    return low - room, high + room


def _first(values: Array) -> float:
    """Return the first value that there is, 0 where there is none."""
    finite = values[np.isfinite(values)]
    return float(finite[0]) if len(finite) else 0.0


def _held_above(along: Axis, fraction: float, values: Array) -> Array:
    """Return values no lower than a fraction of an axis where it is logarithmic, as they are where not."""
    return np.maximum(values, along.value(fraction)) if along.scale == "log" else values
