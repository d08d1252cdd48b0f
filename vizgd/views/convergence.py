"""How far each run has come: loss, excess loss or distance over iterations or examples seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vizgd.events import distances
from vizgd.objectives.objective import Array
from vizgd.panel import Axes, Box, Panel
from vizgd.ticks import axis
from vizgd.trajectory import Trajectory
from vizgd.views.paths import progress_marks
from vizgd.views.view import Scene, View

DEEPEST = 1e-12
"""The part of the first value at which a log axis ends: below it, runs differ by rounding alone."""

_LABELS = {"loss": "loss", "excess": "loss − min", "distance": "distance to minimum"}


@dataclass(frozen=True)
class Convergence(View):
    """A curve of progress for each run.

    Parameters
    ----------
    quantity : {"loss", "excess", "distance"}, optional
        The loss; the loss above the known minimum; or the Euclidean distance to the nearest known minimizer.
        By default the excess on a log axis where the minimum is known, and the loss elsewhere.
    scale : {"linear", "log"}, optional
        By default logarithmic for an excess or a distance that spans more than a factor of thirty.
    against : {"iterations", "examples"}, default "iterations"
        What is counted along the axis: steps, or examples seen (sample gradients evaluated).
    x_scale : {"linear", "log"}, default "linear"
        The scale of that count.
    """

    quantity: Literal["loss", "excess", "distance"] | None = None
    scale: Literal["linear", "log"] | None = None
    against: Literal["iterations", "examples"] = "iterations"
    x_scale: Literal["linear", "log"] = "linear"

    def panels(self, scene: Scene, boxes: Sequence[Box]) -> tuple[Panel, ...]:
        """Return the one panel."""
        quantity = self.quantity or ("excess" if scene.objective.minimum is not None else "loss")
        curves = [_measured(scene, t, quantity) for t in scene.trajectories]
        scale = self.scale or _suited_scale(curves, quantity)
        counts = [self._counted(t) for t in scene.trajectories]
        limits = _log_limits(curves) if scale == "log" else _linear_limits(curves)
        (box,) = boxes
        axes = Axes(
            axis(
                self.x_scale, self._count_limits(counts), self._count_label(), max(3, round(box.width / 130))
            ),
            axis(scale, limits, _LABELS[quantity], max(3, round(box.height / 75))),
            scene.axes_style,
            grid=True,
        )
        places = [np.column_stack([c, v]) for c, v in zip(counts, curves, strict=True)]
        lines, tips = progress_marks(scene, places, axes, "tip")
        return (Panel("convergence", box, lines, axes, tips),)

    def _counted(self, trajectory: Trajectory) -> Array:
        if self.against == "iterations":
            return np.arange(trajectory.steps + 1, dtype=float)
        return trajectory.examples.astype(float)

    def _count_limits(self, counts: list[Array]) -> tuple[float, float]:
        most = max(1.0, *(float(count[-1]) for count in counts))
        return (1.0, most) if self.x_scale == "log" else (0.0, most)

    def _count_label(self) -> str:
        return "iteration" if self.against == "iterations" else "examples seen"


def _measured(scene: Scene, trajectory: Trajectory, quantity: str) -> Array:
    objective = scene.objective
    if quantity == "distance" and objective.minimizers:
        return distances(objective, trajectory.iterates)
    losses = np.where(np.isfinite(trajectory.losses), trajectory.losses, np.nan)
    if quantity == "excess" and objective.minimum is not None:
        return np.maximum(losses - objective.minimum, 0.0)
    return losses


def _suited_scale(curves: list[Array], quantity: str) -> Literal["linear", "log"]:
    if quantity == "loss":
        return "linear"
    first = max(float(curve[0]) for curve in curves)
    last = min(float(np.nanmin(curve)) for curve in curves)
    return "log" if last < first / 30 else "linear"


def _log_limits(curves: list[Array]) -> tuple[float, float]:
    """Return limits that hold every curve, short of rounding noise below and of divergence above."""
    first = max(float(curve[0]) for curve in curves)
    values = np.concatenate(curves)
    values = values[np.isfinite(values) & (values > 0)]
    if len(values) == 0:
        return 0.1, 10.0
    first = first if first > 0 else float(values.max())
    low = max(float(values.min()), DEEPEST * first)
    high = min(float(values.max()), 1e3 * first)
    spread = max(np.log10(high / low), 0.5)
    return float(low / 10 ** (0.06 * spread)), float(high * 10 ** (0.06 * spread))


def _linear_limits(curves: list[Array]) -> tuple[float, float]:
    values = np.concatenate(curves)
    first = max(float(curve[0]) for curve in curves)
    low = float(np.nanmin(values))
    high = (
        min(float(np.nanmax(values)), low + 1.5 * max(first - low, 0.0))
        if first > low
        else float(np.nanmax(values))
    )
    room = 0.06 * (high - low) or 0.5 * max(abs(high), 1.0)
    return low - room, high + room
