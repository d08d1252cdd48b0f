"""A one-parameter objective as a curve, with the runs hopping along it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from vizgd.drawing.marks import Arrow, Line, Mark, Track
from vizgd.drawing.panel import Axes, Box, Panel
from vizgd.drawing.theme import faded
from vizgd.objectives.objective import Array
from vizgd.views.departure import fractions
from vizgd.views.grid import require_dimension, require_values, sampled_curve
from vizgd.views.paths import Path, marker_marks, path_marks
from vizgd.views.rulers import level_axis, upright_axis
from vizgd.views.view import Scene, View

CURVE_POINTS = 601
SHORTEST_ARROW = 24.0
"""Shorter steps are drawn without an arrow: it would lie under the marker, or on its neighbours."""
MOST_ARROWS = 60
"""Only so many of a run's first steps have one."""


@dataclass(frozen=True)
class Curve(View):
    """The graph of a one-parameter objective with every run's path on it.

    Parameters
    ----------
    side_by_side : bool, default False
        A panel for each run instead of one for all.
    tangent : bool, default False
        Draw the tangent at each run's current point.
    arrows : bool, default False
        Draw each step that is long enough as an arrow.
    """

    side_by_side: bool = False
    tangent: bool = False
    arrows: bool = False

    place: ClassVar[Literal["landscape", "chart"]] = "landscape"

    def cells(self, scene: Scene) -> int:
        """Return one cell, or one a run."""
        return len(scene.trajectories) if self.side_by_side else 1

    def panels(self, scene: Scene, boxes: Sequence[Box]) -> tuple[Panel, ...]:
        """Return one panel a box: all runs in one, or one run in each."""
        require_dimension(scene.objective, 1, "curve")
        theme = scene.theme
        xs, values = sampled_curve(scene.objective, scene.domain[0], CURVE_POINTS)
        require_values(scene, values)
        curve = Line(np.column_stack([xs, values]), theme.curve, theme.curve_width)
        minimizers = np.array(scene.objective.minimizers).reshape(-1, 1)
        minima = np.column_stack([minimizers[:, 0], scene.objective.value(minimizers)])
        limits = self._limits(scene, values)
        runs = range(len(scene.trajectories))
        groups = [[run] for run in runs] if self.side_by_side else [list(runs)]
        panels = []
        for box, group in zip(boxes, groups, strict=True):
            axes = self._axes(scene, group, box, limits)
            paths = [Path(run, _places(scene, run)) for run in group]
            steps = [mark for path in paths for mark in self._step_marks(scene, path, box, axes)]
            marks = (curve, *path_marks(scene, paths, minima, axes, box), *steps)
            notes = marker_marks(scene, paths, axes, box, np.column_stack([xs, values]))
            panels.append(Panel("curve", box, marks, axes, notes))
        return tuple(panels)

    def _limits(self, scene: Scene, values: Array) -> tuple[float, float]:
        """Return the loss axis: all starts and the curve, less what a pole or a steep wall would add."""
        finite = values[np.isfinite(values)]
        starts = [t.losses[0] for t in scene.trajectories]
        low = float(min(finite.min(), *starts))
        usual = low + 3.0 * (float(np.quantile(finite, 0.9)) - low)
        high = float(max(min(finite.max(), usual), *starts))
        if high - low < 1e-9 * max(abs(high), 1.0):
            return low - 1.0, high + 1.0
        return low - 0.12 * (high - low), high + 0.06 * (high - low)

    def _axes(self, scene: Scene, group: list[int], box: Box, limits: tuple[float, float]) -> Axes:
        return Axes(
            level_axis(scene, box, scene.domain[0], scene.objective.variables[0], every=130.0, more=1),
            upright_axis(scene, box, limits, "loss", every=110.0, more=1),
            scene.axes_style,
            scene.labels[group[0]] if self.side_by_side else "",
            scene.style(group[0]).color if self.side_by_side else None,
            grid=True,
        )

    def _step_marks(self, scene: Scene, path: Path, box: Box, axes: Axes) -> list[Mark]:
        theme = scene.theme
        marks: list[Mark] = []
        if self.tangent:
            ends = _tangents(scene, path, box, axes)
            marks.append(Line(Track(path.run, ends), faded(theme.muted, 0.9), 4.0, (2.5, 1.5)))
        if self.arrows:
            marks += _arrows(scene, path, box, axes)
        return marks


def _arrows(scene: Scene, path: Path, box: Box, axes: Axes) -> list[Mark]:
    """Return an arrow for each step that is long enough to be seen beside a marker, from when it is taken.

    They stay, so that the directions and the lengths of the steps can still be compared at the end.
    """
    theme, style = scene.theme, scene.style(path.run)
    steps = np.diff(fractions(axes, path.places), axis=0) * (box.width, box.height)
    long = np.flatnonzero(np.hypot(*steps.T) >= SHORTEST_ARROW)

    def from_then_on(step: int, place: Array) -> Track:
        shown = np.arange(len(path.places))[:, None] >= step
        return Track(path.run, np.where(shown, place, np.nan), held=True)

    return [
        Arrow(
            from_then_on(step, path.places[step]),
            from_then_on(step, path.places[step + 1]),
            style.color,
            theme.path_width * style.swell,
            24.0,
            theme.outline,
            2.0,
        )
        for step in long[:MOST_ARROWS].tolist()
    ]


def _places(scene: Scene, run: int) -> Array:
    trajectory = scene.trajectories[run]
    losses = np.where(np.isfinite(trajectory.losses), trajectory.losses, np.nan)
    return np.column_stack([scene.path(run)[:, 0], losses])


def _tangents(scene: Scene, path: Path, box: Box, axes: Axes) -> Array:
    """Return the tangent's two ends at each iterate, of one length on the screen whatever the slope."""
    slopes = scene.trajectories[path.run].gradients[:, 0]
    (left, right), (low, high) = axes.x.limits, axes.y.limits
    on_screen = np.column_stack(
        [np.full(len(slopes), box.width / (right - left)), slopes * box.height / (high - low)]
    )
    half = 110.0 / np.hypot(on_screen[:, 0], on_screen[:, 1])
    step = np.column_stack([half, half * slopes])
    return np.stack([path.places - step, path.places + step], axis=1)
