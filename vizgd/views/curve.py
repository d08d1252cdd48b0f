"""A one-parameter objective as a curve, with the runs hopping along it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from vizgd.drawing.marks import Arrow, Line, Mark, Track, faded
from vizgd.drawing.panel import Axes, Box, Panel
from vizgd.objectives.objective import Array
from vizgd.recording.trajectory import Trajectory
from vizgd.views.clearance import evenly_spaced
from vizgd.views.departure import fractions
from vizgd.views.grid import require_dimension, require_values, sampled_curve
from vizgd.views.overlays.acts import Acting
from vizgd.views.overlays.arrows import arrow_marks, drop_mark, level_arrows
from vizgd.views.overlays.cloud import CloudSeen, cloud_chances, clouds_of, standing_marks
from vizgd.views.overlays.ghosts import ghost_marks, ghost_note
from vizgd.views.overlays.model import LocalModel, local_models
from vizgd.views.overlays.model_marks import parabola_marks
from vizgd.views.overlays.slope import slope_marks
from vizgd.views.overlays.trials import Trials, trial_marks, trials_of
from vizgd.views.overlays.vectors import Arrows, acting, fitted
from vizgd.views.paths import Path, marker_marks, path_marks
from vizgd.views.rulers import level_axis, upright_axis
from vizgd.views.view import Study, Subject, View

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
    arrows : bool or {"step", "gradient", "parts", "components"}, default False
        True draws each step that is long enough as an arrow from point to point. A name draws along the axis
        what acts at each run's current point: the step that leaves it, with the drop to the curve; the
        negative gradient, as long as its name says; or the vectors that add up to the step, tip to tail in
        lanes, and the step. Of one parameter there are no components but the step.
    slope : bool, default False
        Draw the slope triangle at each run's current point, with the number that the derivative is there.
    model : bool, default False
        Draw the parabola that Newton's method minimizes, for any optimizer, at each run's current point, and
        where it has no slope.
    trials : bool, default False
        Draw where a method of scipy evaluated the objective before each step, as ghosts in that order.
    cloud : bool, default False
        Draw 200 gradients that each step of a run over batches or under noise might have been given, as for
        `Contour`: dots stand on the curve where plain gradient descent would have gone with each, in stacks
        as high as that is likely. Of other rules they stand at the height of the point.
    """

    side_by_side: bool = False
    tangent: bool = False
    arrows: bool | Arrows = False
    slope: bool = False
    model: bool = False
    trials: bool = False
    cloud: bool = False

    place: ClassVar[Literal["landscape", "chart"]] = "landscape"

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return a study of all runs, or one of each run."""
        require_dimension(subject.objective, 1, "curve")
        xs, values = sampled_curve(subject.objective, subject.domain[0], CURVE_POINTS)
        require_values(subject, values)
        curve, limits = np.column_stack([xs, values]), _limits(subject, values)
        runs = range(len(subject.trajectories))
        groups = [[run] for run in runs] if self.side_by_side else [list(runs)]
        chances = cloud_chances(subject, arrows=isinstance(self.arrows, str)) if self.cloud else {}
        return [
            _Graph(
                self,
                subject,
                curve,
                limits,
                group,
                self._acting(subject, group),
                local_models(subject, group, np.asarray) if self.model else (),
                trials_of(subject, group, np.asarray) if self.trials else (),
                clouds_of(subject, group, np.asarray, chances),
            )
            for group in groups
        ]

    def _acting(self, subject: Subject, group: list[int]) -> tuple[tuple[Acting, ...], ...]:
        """Return what acts in each of some runs; of none where steps are drawn, or no arrows."""
        if not isinstance(self.arrows, str):
            return ()
        kind: Arrows = self.arrows
        names = subject.objective.variables[:1]
        return tuple(acting(kind, subject, run, lambda vectors: vectors, names) for run in group)


@dataclass(frozen=True, eq=False)
class _Graph(Study):
    """The graph of an objective, its points ``(m, 2)`` and its axis of losses, with some runs on it."""

    view: Curve
    subject: Subject
    curve: Array
    limits: tuple[float, float]
    group: list[int]
    acts: tuple[tuple[Acting, ...], ...]
    models: tuple[LocalModel, ...]
    tried: tuple[Trials, ...]
    clouds: tuple[CloudSeen, ...]

    def axes(self, box: Box) -> Axes:
        """Return the parameter's axis and that of the loss."""
        subject, first = self.subject, self.group[0]
        apart = self.view.side_by_side
        return Axes(
            level_axis(subject, box, subject.domain[0], subject.objective.variables[0], every=130.0, more=1),
            upright_axis(subject, box, self.limits, "loss", every=110.0, more=1),
            subject.axes_style,
            " · ".join(
                filter(None, (subject.labels[first] if apart else "", ghost_note(subject, self.group)))
            ),
            subject.style(first).color if apart else None,
            grid=True,
        )

    def panel(self, box: Box) -> Panel:
        """Return the curve with the paths of its runs on it."""
        subject, axes = self.subject, self.axes(box)
        theme = subject.theme
        minimizers = np.array(subject.objective.minimizers).reshape(-1, 1)
        minima = np.column_stack([minimizers[:, 0], subject.values(minimizers)])
        paths = [Path(run, _places(subject, run)) for run in self.group]
        steps = [mark for path in paths for mark in self._step_marks(path, box, axes)]
        curve = Line(self.curve, theme.curve, theme.curve_width)
        arrows, symbols = self._arrows(paths, axes, box)
        trails = [evenly_spaced(fractions(axes, path.places), box) for path in paths]
        seen = np.concatenate([fractions(axes, np.concatenate([self.curve, minima])), *trails])
        models, rings, told = parabola_marks(subject, self.models, paths, axes, box, seen, symbols)
        sloping = paths if self.view.slope else []
        triangles, slopes = slope_marks(subject, sloping, axes, box, seen, (*symbols, *told))
        ghosts, numbers = trial_marks(subject, self.tried, paths, axes, box, subject.values)
        marks = (
            curve,
            *ghost_marks(subject, self.group, axes, box, _on_curve),
            *models,
            *triangles,
            *path_marks(subject, paths, minima, axes, box),
            *steps,
            *ghosts,
            *rings,
            *arrows,
        )
        notes = (*symbols, *marker_marks(subject, paths, axes, box, self.curve), *told, *numbers, *slopes)
        return Panel("curve", box, marks, axes, notes)

    def _arrows(self, paths: list[Path], axes: Axes, box: Box) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        """Return what acts at the runs' points along the axis, with the drops, and what it is called."""
        if self.clouds:
            return standing_marks(self.subject, self.clouds, paths, axes, box)
        if not self.acts:
            return (), ()
        subject = self.subject
        pairs = [(acts, path.places[:, :1]) for acts, path in zip(self.acts, paths, strict=True)]
        scaled = fitted(pairs, np.array([axes.x.limits]), np.array([box.width]))
        placed = [
            level_arrows(path.run, acts, path.places, axes, box)
            for path, acts in zip(paths, scaled, strict=True)
        ]
        drops = [
            drop_mark(subject, path.run, path.places, own[-1])
            for path, own in zip(paths, placed, strict=True)
            if own and self.view.arrows != "gradient"
        ]
        arrows, symbols = arrow_marks(subject, [one for own in placed for one in own], paths, axes, box)
        return (*drops, *arrows), symbols

    def _step_marks(self, path: Path, box: Box, axes: Axes) -> list[Mark]:
        subject = self.subject
        marks: list[Mark] = []
        if self.view.tangent:
            ends = _tangents(subject, path, box, axes)
            marks.append(Line(Track(path.run, ends), faded(subject.theme.muted, 0.9), 4.0, (2.5, 1.5)))
        if self.view.arrows and not isinstance(self.view.arrows, str):
            marks += _arrows(subject, path, box, axes)
        return marks


def _limits(subject: Subject, values: Array) -> tuple[float, float]:
    """Return the loss axis: all starts and the curve, less what a pole or a steep wall would add."""
    finite = values[np.isfinite(values)]
    starts = [t.losses[0] for t in subject.trajectories]
    low = float(min(finite.min(), *starts))
    usual = low + 3.0 * (float(np.quantile(finite, 0.9)) - low)
    high = float(max(min(finite.max(), usual), *starts))
    if high - low < 1e-9 * max(abs(high), 1.0):
        return low - 1.0, high + 1.0
    return low - 0.12 * (high - low), high + 0.06 * (high - low)


def _arrows(subject: Subject, path: Path, box: Box, axes: Axes) -> list[Mark]:
    """Return an arrow for each step that is long enough to be seen beside a marker, from when it is taken.

    They stay, so that the directions and the lengths of the steps can still be compared at the end.
    """
    theme, style = subject.theme, subject.style(path.run)
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


def _on_curve(trajectory: Trajectory) -> Array:
    return np.column_stack([trajectory.iterates[:, 0], trajectory.losses])


def _places(subject: Subject, run: int) -> Array:
    trajectory = subject.trajectories[run]
    losses = np.where(np.isfinite(trajectory.losses), trajectory.losses, np.nan)
    return np.column_stack([subject.path(run)[:, 0], losses])


def _tangents(subject: Subject, path: Path, box: Box, axes: Axes) -> Array:
    """Return the tangent's two ends at each iterate, of one length on the screen whatever the slope."""
    slopes = subject.trajectories[path.run].gradients[:, 0]
    (left, right), (low, high) = axes.x.limits, axes.y.limits
    on_screen = np.column_stack(
        [np.full(len(slopes), box.width / (right - left)), slopes * box.height / (high - low)]
    )
    half = 110.0 / np.hypot(on_screen[:, 0], on_screen[:, 1])
    step = np.column_stack([half, half * slopes])
    return np.stack([path.places - step, path.places + step], axis=1)
