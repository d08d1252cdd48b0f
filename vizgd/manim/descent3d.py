"""A point that descends on a surface; parts of its path behind a hill are faded."""

from __future__ import annotations

from typing import Any, Self

import cairo
import numpy as np
from manim import ManimColor
from numpy.typing import NDArray

from vizgd.drawing.marks import between
from vizgd.drawing.shapes import marker_outline
from vizgd.manim.descent import override, step_there
from vizgd.manim.heightfield_mobject import HeightFieldMobject
from vizgd.manim.landscape3d import Landscape3D
from vizgd.manim.perspective_horizon import horizon_from
from vizgd.manim.position import OnTrajectory
from vizgd.manim.units import UNIT, manim_color
from vizgd.objectives.objective import Array
from vizgd.recording.trajectory import Trajectory
from vizgd.renderers.manim.camera import Pixels

MOST_POINTS = 400
"""The number of points of a path on the surface."""
DENSEST = 16
"""The most pieces that a step is divided into."""


class Descent3D(OnTrajectory, HeightFieldMobject):
    """A run on a surface: its point, and the trail of straight steps behind it as it lies on the ground.

    Move it together with its landscape, as one ``Group``.

    Parameters
    ----------
    trajectory : Trajectory
        Of two parameters.
    landscape : Landscape3D
    run : int, default 0
        Which of the theme's colors and markers it takes.
    color : color, optional
        In place of the theme's.
    behind : float, default 0.28
        The opacity of what lies behind the surface.
    """

    def __init__(
        self,
        trajectory: Trajectory,
        landscape: Landscape3D,
        run: int = 0,
        *,
        color: Any = None,
        behind: float = 0.28,
    ) -> None:
        self.trajectory = trajectory
        self.theme = landscape.theme
        self.variables = landscape.variables
        style = self.theme.run(run)
        self.shape, self.behind = style.marker, behind
        super().__init__(
            landscape.field, manim_color(style.color) if color is None else ManimColor.parse(color)
        )
        self.field_link = landscape.field_link
        self.points = landscape.points.copy()
        self.spans = np.array([high - low for low, high in landscape.domain])
        self.across = self._width()
        self.density = max(1, min(DENSEST, MOST_POINTS // max(trajectory.steps, 1)))
        self.route = landscape.box_points(_divided(trajectory.iterates, self.density))
        self.position = 0.0

    @property
    def color_of_run(self) -> ManimColor:
        """Its color."""
        color: Any = self.color
        return ManimColor(color)

    def current_point(self) -> Array:
        """Return where the point is in the scene."""
        return self.where()

    def where(self, position: float | None = None) -> Array:
        """Return where the point is in the scene, now or at another position."""
        position = self.position if position is None else position
        return self.place(between(self.route, position * self.density))

    def moved(self, vector: Array) -> Array:
        """Return a vector of parameters ``(2,)`` as a horizontal vector in the scene."""
        return self.place(np.append(2.0 * vector / self.spans, 0.0)) - self.place(np.zeros(3))

    @property
    def magnification(self) -> float:
        """By which factor it has been scaled."""
        return self._width() / self.across

    def _width(self) -> float:
        return float(np.linalg.norm(self.points[1] - self.points[0]))

    def set_position(self, position: float) -> Self:
        """Put the point at a position in iterations, from 0 to the number of steps.

        ``self.play(descent.animate.set_position(5))`` animates the steps in between.
        """
        self.position = float(np.clip(position, 0.0, self.steps))
        return self

    def draw(self, camera: Any, pixels: Pixels) -> None:
        """Draw the trail and the point, faded where the surface is in front of them."""
        place = self.position * self.density
        local: Array = np.concatenate([self.route[: int(place) + 1], between(self.route, place)[None]])
        screen = self.on_screen(camera, local)
        seen = ~horizon_from(self.field, self.eye(camera)).hidden(local)
        context = camera.get_cairo_context(pixels)
        context.save()
        context.identity_matrix()
        unit = pixels.shape[0] / 1000
        shown = seen[:-1] & seen[1:]
        self._stroke(context, screen, ~shown, self.theme.path_width * unit, self.color_of_run, self.behind)
        casing = manim_color(self.theme.outline)
        self._stroke(context, screen, shown, (self.theme.path_width + 3.0) * unit, casing, 0.75)
        self._stroke(context, screen, shown, self.theme.path_width * unit, self.color_of_run, 1.0)
        self._mark(context, screen[-1], bool(seen[-1]), pixels.shape[0] * UNIT / 8)
        context.restore()

    def _stroke(
        self,
        context: Any,
        places: Array,
        shown: NDArray[np.bool_],
        width: float,
        color: ManimColor,
        opacity: float,
    ) -> None:
        context.new_path()
        last = -1
        known: Any = np.isfinite(places).all(axis=1)
        for index in np.flatnonzero(shown & known[:-1] & known[1:]).tolist():
            if index != last:
                context.move_to(*places[index])
            context.line_to(*places[index + 1])
            last = index + 1
        context.set_line_width(width)
        context.set_line_join(cairo.LineJoin.ROUND)
        context.set_line_cap(cairo.LineCap.ROUND if opacity >= 1.0 else cairo.LineCap.BUTT)
        _set_color(context, color, opacity * self.opacity)
        context.stroke()

    def _mark(self, context: Any, middle: Array, seen: bool, unit: float) -> None:
        if not np.isfinite(middle).all():
            return
        outline = marker_outline(self.shape) * (1, -1) * (self.theme.marker_size / 2 * unit)
        context.new_path()
        for x, y in (outline + middle).tolist():
            context.line_to(x, y)
        context.close_path()
        opacity = self.opacity * (1.0 if seen else self.behind + 0.15)
        _set_color(context, self.color_of_run, opacity)
        context.fill_preserve()
        context.set_line_width(3.0 * unit)
        _set_color(context, manim_color(self.theme.outline), opacity)
        context.stroke()


override(Descent3D.set_position)(step_there)


def _divided(iterates: Array, density: int) -> Array:
    weights = (np.arange(density) / density)[:, None]
    between_them = iterates[:-1, None] * (1 - weights) + iterates[1:, None] * weights
    return np.concatenate([between_them.reshape(-1, iterates.shape[1]), iterates[-1:]])


def _set_color(context: Any, color: ManimColor, opacity: float) -> None:
    red, green, blue = color.to_rgb()
    # Manim's pixels are RGBA, Cairo's BGRA: red and blue are exchanged.
    context.set_source_rgba(blue, green, red, opacity)
