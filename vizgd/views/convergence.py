"""How far each run has come: loss, excess loss or distance over iterations or examples seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from vizgd.drawing.panel import Axes, Axis, Box, Panel
from vizgd.objectives.objective import Array, Objective
from vizgd.objectives.stationarity import distances
from vizgd.recording.trajectory import Trajectory, loss_name
from vizgd.views.paths import progress_marks
from vizgd.views.rulers import level_axis, upright_axis
from vizgd.views.view import Study, Subject, View

DEEPEST = 1e-12
"""The part of the first value at which a log axis ends: below it, runs differ by rounding alone."""
BELOW = -0.01
"""Where on a log axis, as a part of it, that is which is below it: 0 is infinitely far down."""
WIDE_SPAN = 30.0
"""The factor by which values fall or rise from the first before a log axis shows them better."""

_LABELS = {"loss": "{loss}", "excess": "{loss} − min", "distance": "distance to minimum"}


@dataclass(frozen=True)
class Convergence(View):
    """A curve of progress for each run.

    Parameters
    ----------
    quantity : {"loss", "excess", "distance"}, optional
        The loss; the loss above the known minimum; or the Euclidean distance to the nearest known minimizer.
        By default the excess on a log axis where the minimum is known. Where it is not, or where a run goes
        below what was taken for it, the loss.
    scale : {"linear", "log"}, optional
        By default logarithmic for an excess or a distance that falls or rises by more than a factor of
        thirty.
    against : {"iterations", "examples"}, default "iterations"
        What is counted along the axis: steps, or examples seen (sample gradients evaluated).
    x_scale : {"linear", "log"}, default "linear"
        The scale of that count. A log axis has no place for 0, so the start stands at its left edge.
    """

    quantity: Literal["loss", "excess", "distance"] | None = None
    scale: Literal["linear", "log"] | None = None
    against: Literal["iterations", "examples"] = "iterations"
    x_scale: Literal["linear", "log"] = "linear"

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return the one study."""
        quantity = self._known_quantity(subject)
        values = list(map(partial(_measured, quantity), subject.objectives, subject.trajectories))
        scale = self.scale or _suited_scale(values, quantity)
        lost = [trajectory.status.kind == "diverged" for trajectory in subject.trajectories]
        limits = _log_limits(values, lost) if scale == "log" else _linear_limits(values, lost)
        label = _LABELS[quantity].format(loss=loss_name(subject.trajectories))
        counts = [self._counted(t) for t in subject.trajectories]
        return [_Progress(self, subject, counts, values, Axis(limits, label, scale))]

    def _known_quantity(self, subject: Subject) -> Literal["loss", "excess", "distance"]:
        """Return what can be measured of every run."""
        wanted = self.quantity or "excess"
        needed = "minimizers" if wanted == "distance" else "minimum"
        known = all(getattr(objective, needed) not in (None, ()) for objective in subject.objectives)
        return wanted if known else "loss"

    def _counted(self, trajectory: Trajectory) -> Array:
        if self.against == "iterations":
            return trajectory.iterations.astype(float)
        return trajectory.examples.astype(float)


@dataclass(frozen=True, eq=False)
class _Progress(Study):
    """What is measured of each run, over what is counted, and the axis of the former but for its ticks."""

    view: Convergence
    subject: Subject
    counts: list[Array]
    values: list[Array]
    up: Axis

    def axes(self, box: Box) -> Axes:
        """Return the axes of the count and of what is measured."""
        view, subject, up = self.view, self.subject, self.up
        label = "iteration" if view.against == "iterations" else "examples seen"
        return Axes(
            level_axis(subject, box, self._count_limits(), label, scale=view.x_scale),
            upright_axis(subject, box, up.limits, up.label, scale=up.scale),
            subject.axes_style,
            grid=True,
        )

    def panel(self, box: Box) -> Panel:
        """Return the curves as they grow."""
        axes = self.axes(box)
        counts = [_held_above(axes.x, 0.0, count) for count in self.counts]
        # What falls through the floor of a log axis, an excess of exactly 0 above all, runs along its edge:
        # the run that got farthest down must not be the one that is gone. It is said that it left the axis.
        floor = 0.5 * self.subject.theme.path_width / box.height
        held, measured = (
            [
                np.column_stack([c, _held_above(axes.y, low, v)])
                for c, v in zip(counts, self.values, strict=True)
            ]
            for low in (floor, BELOW)
        )
        lines, tips = progress_marks(self.subject, held, axes, "tip", box, measured)
        return Panel("convergence", box, lines, axes, tips)

    def _count_limits(self) -> tuple[float, float]:
        most = max(1.0, *(float(count[-1]) for count in self.counts))
        if self.view.x_scale == "linear":
            return 0.0, most
        # Half of the smallest step: so the start, at the edge, and the first step are two places.
        first_steps = (float(count[1]) for count in self.counts if len(count) > 1 and count[1] > 0)
        return min(first_steps, default=1.0) / 2, most


def _measured(quantity: str, objective: Objective, trajectory: Trajectory) -> Array:
    if quantity == "distance":
        return distances(objective, trajectory.iterates)
    losses = np.where(np.isfinite(trajectory.losses), trajectory.losses, np.nan)
    if quantity == "excess" and objective.minimum is not None:
        return np.maximum(losses - objective.minimum, 0.0)
    return losses


def _suited_scale(curves: list[Array], quantity: str) -> Literal["linear", "log"]:
    if quantity == "loss":
        return "linear"
    first = max(float(curve[0]) for curve in curves)
    lowest = min(float(np.nanmin(curve)) for curve in curves)
    highest = max(float(np.nanmax(curve)) for curve in curves)
    return "log" if lowest < first / WIDE_SPAN or highest > WIDE_SPAN * first > 0 else "linear"


def _log_limits(curves: list[Array], lost: list[bool]) -> tuple[float, float]:
    """Return limits that hold every curve, short of rounding noise below and of divergence above.

    Other rises are cut, too, but for the smallest: where no run diverges, one is there as a whole.
    """
    first = max(float(curve[0]) for curve in curves)
    values = np.concatenate(curves)
    values = values[np.isfinite(values) & (values > 0)]
    if len(values) == 0:
        return 0.1, 10.0
    first = first if first > 0 else float(values.max())
    low = max(float(values.min()), DEEPEST * first)
    tops = (float(np.nanmax(curve)) for curve, gone in zip(curves, lost, strict=True) if not gone)
    high = min(float(values.max()), max(1e3 * first, min(tops, default=0.0)))
    spread = max(np.log10(high / low), 0.5)
    return float(low / 10 ** (0.06 * spread)), float(high * 10 ** (0.06 * spread))


def _linear_limits(curves: list[Array], lost: list[bool]) -> tuple[float, float]:
    """Return limits that hold every curve, short of divergence above and below."""
    values = np.concatenate(curves)
    first = max(float(curve[0]) for curve in curves)
    # One that falls for ever must not press the others flat, either.
    kept = [curve for curve, gone in zip(curves, lost, strict=True) if not gone] or curves
    starts = [float(curve[0]) for curve in curves]
    low, high = min(*starts, *(float(np.nanmin(curve)) for curve in kept)), float(np.nanmax(values))
    # What the runs fall by, or where they rise from the start on, the size of the start: a run that diverges
    # must not press the others flat, and one that only rises must not be seen through a slit.
    reach = 3.0 * max(abs(first), first - low)
    if reach > 0:
        high = min(high, low + reach)
    room = 0.06 * (high - low) or 0.5 * max(abs(high), 1.0)
    return low - room, high + room


def _held_above(along: Axis, fraction: float, values: Array) -> Array:
    """Return values no lower than a fraction of an axis where it is logarithmic, as they are where not."""
    return np.maximum(values, along.value(fraction)) if along.scale == "log" else values
