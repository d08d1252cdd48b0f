"""A point that descends along a trajectory, at any real-valued position between its iterations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from manim import (
    Animation,
    CapStyleType,
    LineJointType,
    ManimColor,
    VGroup,
    VMobject,
    linear,
    override_animate,
)

from vizgd.drawing.marks import Color, between, faded
from vizgd.drawing.strokes import crossings
from vizgd.drawing.theme import Theme
from vizgd.manim.chart import Chart
from vizgd.manim.landscape import Landscape
from vizgd.manim.marker import Marker
from vizgd.manim.position import OnTrajectory
from vizgd.manim.units import UNIT, manim_color, segment_points, stroke_width
from vizgd.objectives.objective import Array
from vizgd.recording.trajectory import Trajectory

MOST_DOTS = 80
"""Longer runs are drawn without a dot at each iterate: dots would merge into a thick line."""
SECONDS_A_STEP = 0.6


class Descent(OnTrajectory, VGroup):
    """A run on a landscape: its point, the trail of straight steps behind it, and where it started.

    It has a coordinate frame of its own, a copy of its landscape's: move both together, as one ``VGroup``.

    Parameters
    ----------
    trajectory : Trajectory
        What `vizgd.record` returned.
    landscape : Landscape
        Of the same number of parameters.
    run : int, default 0
        Which of the theme's colors and markers it takes: number 0, 1, … of the runs in one picture.
    color : color, optional
        In place of the theme's.
    dots : bool, default True
        Mark each iterate of a run of at most 80 steps.
    """

    def __init__(
        self,
        trajectory: Trajectory,
        landscape: Landscape,
        run: int = 0,
        *,
        color: Any = None,
        dots: bool = True,
    ) -> None:
        self.trajectory = trajectory
        self.theme: Theme = landscape.theme
        style = self.theme.run(run)
        hue: Color = style.color if color is None else (*ManimColor(color).to_rgb(), 1.0)
        self.color_of_run, self.shape = manim_color(hue), style.marker
        self.position = 0.0
        self.variables = landscape.variables
        self.units = _units(trajectory, landscape)
        self.spans = np.array([high - low for low, high in landscape.domain])
        self.heights = landscape.y.limits[1] - landscape.y.limits[0]
        self.frame = landscape.frame.copy()
        theme = self.theme
        round_ends: dict[str, Any] = {"joint_type": LineJointType.ROUND, "cap_style": CapStyleType.ROUND}
        self.trail = VMobject(
            stroke_color=manim_color(hue), stroke_width=stroke_width(theme.path_width), **round_ends
        ).set_stroke(manim_color(theme.outline), stroke_width(theme.path_width + 3.0), 0.75, background=True)
        self.dots = VMobject(stroke_width=0, fill_color=manim_color(hue), fill_opacity=1.0)
        self.with_dots = dots and trajectory.steps <= MOST_DOTS
        self.start = Marker("circle", theme.start_size, faded(theme.panel, 1.0), hue, 3.5)
        self.start.shift(self.frame.place(self.units[0]))
        self.marker = Marker(self.shape, theme.marker_size, hue, theme.outline, 3.0)
        self.marker.shift(self.frame.place(self.units[0]))
        super().__init__(self.frame, self.start, self.trail, self.dots, self.marker)
        self.set_position(0.0)

    def unit_at(self, position: float) -> Array:
        """Return the place of the run at a position, as fractions of the axes."""
        return between(self.units, position)

    def place(self, position: float | None = None) -> Array:
        """Return where the run is in the scene, now or at another position."""
        return self.frame.place(self.unit_at(self.position if position is None else position))

    def where(self, position: float | None = None) -> Array:
        """Return where the point is in the scene, as the method of `Descent3D` does."""
        return self.place(position)

    def moved(self, vector: Array) -> Array:
        """Return a vector in the axes' coordinates ``(2,)`` as a vector in the scene."""
        spans = np.array([self.spans[0], self.spans[1] if len(self.spans) > 1 else self.heights])
        return np.asarray(self.frame.place(vector / spans) - self.frame.place(np.zeros(2)))

    @property
    def magnification(self) -> float:
        """By which factor it has been scaled."""
        return self.frame.magnification

    def set_position(self, position: float) -> Self:
        """Put the point at a position in iterations, from 0 to the number of steps.

        ``self.play(descent.animate.set_position(5))`` animates the steps in between.
        """
        before = self.place()
        self.position = float(np.clip(position, 0.0, self.steps))
        # Rounded, so that it ends in the same place however many moves it takes.
        self.marker.points = np.round(self.marker.points + self.place() - before, 9)
        self.marker.hidden = not _inside(self.unit_at(self.position))
        self.trail.set_points(self._trail())
        self.dots.set_points(self._dots())
        return self

    def _trail(self) -> Array:
        whole = self.iteration
        corners = np.concatenate([self.units[: whole + 1], self.unit_at(self.position)[None]])
        starts, ends = clipped_segments(corners[:-1], corners[1:])
        return segment_points(self.frame.place(starts), self.frame.place(ends))

    def _dots(self) -> Array:
        shown = self.units[: self.iteration + 1]
        shown = shown[_inside(shown)] if self.with_dots else shown[:0]
        size = self.theme.iterate_size * UNIT / 2 * self.frame.magnification
        return (self.frame.place(shown)[:, None] + size * _CIRCLE).reshape(-1, 3)


def step_there(descent: Any, position: float, anim_args: dict[str, Any] | None = None) -> Descend:
    """Return the animation for ``descent.animate.set_position``."""
    return Descend(descent, to=position, **(anim_args or {}))


class Descend(Animation):
    """Animates steps of a run: its point, its trail and its annotations move together.

    Parameters
    ----------
    descent : Descent
    steps : float, optional
        How many steps it takes from where it is; by default all that are left.
    to : float, optional
        At which position it ends instead.
    run_time : float, optional
        By default 0.6 seconds a step, at least 1 and at most 6.
    rate_func : callable, default linear
        Of the whole run.
    step_func : callable, optional
        A rate function for each step, such as Manim's ``smooth``: the point rests at each iterate.
    """

    def __init__(
        self,
        descent: Any,
        steps: float | None = None,
        *,
        to: float | None = None,
        run_time: float | None = None,
        rate_func: Callable[[float], float] = linear,
        step_func: Callable[[float], float] | None = None,
        **options: Any,
    ) -> None:
        self.steps, self.to, self.step_func = steps, to, step_func
        self.first = self.last = descent.position
        if run_time is None:
            ahead = abs(self._end(descent) - descent.position)
            run_time = float(np.clip(SECONDS_A_STEP * ahead, 1.0, 6.0))
        super().__init__(descent, run_time=run_time, rate_func=rate_func, **options)

    def _end(self, descent: Any) -> float:
        if self.to is not None:
            return min(float(self.to), float(descent.steps))
        ahead = float(descent.steps if self.steps is None else self.steps)
        return min(float(descent.position) + ahead, float(descent.steps))

    def begin(self) -> None:
        """Store the position from which the animation starts."""
        descent: Any = self.mobject
        self.first, self.last = descent.position, self._end(descent)
        super().begin()

    def interpolate_mobject(self, alpha: float) -> None:
        """Set the position of the run for a fraction of the animation's time."""
        position = self.first + (self.last - self.first) * self.rate_func(alpha)
        if self.step_func is not None:
            whole = np.floor(position)
            position = whole + self.step_func(float(position - whole))
        descent: Any = self.mobject
        descent.set_position(position)


override: Any = override_animate  # its types are for bound methods
override(Descent.set_position)(step_there)


def clipped_segments(starts: Array, ends: Array) -> tuple[Array, Array]:
    """Return those parts of segments ``(n, 2)`` to ``(n, 2)`` that lie in the unit square."""
    beyond = ((starts < 0) & (ends < 0)) | ((starts > 1) & (ends > 1))
    starts, ends = starts[~beyond.any(axis=1)], ends[~beyond.any(axis=1)]
    enter, leave = crossings(starts, ends, np.zeros(2), np.ones(2))
    kept = enter < leave
    first, steps = starts[kept], (ends - starts)[kept]
    return first + enter[kept, None] * steps, first + leave[kept, None] * steps


def _units(trajectory: Trajectory, landscape: Landscape) -> Array:
    iterates = trajectory.iterates
    if iterates.shape[1] == 1:
        iterates = np.column_stack([iterates[:, 0], trajectory.losses])
    units = Chart.fractions(landscape, iterates)
    # Losses that are not finite are drawn as far above the frame.
    return np.nan_to_num(units, nan=1e6, posinf=1e6, neginf=-1e6)


def _inside(units: Array) -> Any:
    return np.all(np.abs(units - 0.5) <= 0.5 + 1e-6, axis=-1)


def _circle() -> Array:
    angles = np.linspace(0, 2 * np.pi, 9)
    at = np.column_stack([np.cos(angles), np.sin(angles), np.zeros(9)])
    turned = np.column_stack([-np.sin(angles), np.cos(angles), np.zeros(9)]) * (4 / 3 * np.tan(np.pi / 16))
    return np.stack([at[:-1], (at + turned)[:-1], (at - turned)[1:], at[1:]], axis=1).reshape(-1, 3)


_CIRCLE = _circle()
