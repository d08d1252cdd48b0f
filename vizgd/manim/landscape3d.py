"""The objective as a surface, and a run that descends on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform

from vizgd.drawing.marks import Color, faded
from vizgd.drawing.theme import Theme
from vizgd.drawing.ticks import linear_axis
from vizgd.drawing.typeset import CAP_HEIGHT, outline
from vizgd.manim.chart import name
from vizgd.manim.link import Link
from vizgd.manim.mesh import Mesh
from vizgd.objectives.lookup import objective_from
from vizgd.objectives.objective import Array, Objective
from vizgd.views.grid import require_dimension, sampled_grid
from vizgd.views.surface import lift_of

CORNER = 0.2
"""Numbers nearer than this to a corner (the half side is 1) would overlap those of the other axis."""
FROM_ABOVE = 20.0
"""Within so many degrees of the vertical, the camera counts as looking from above."""
FADE = 8.0
"""Labels fade over so many degrees before the camera looks along their edge."""

_FLOOR = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0), (-1, -1, 0)], dtype=float)


class Landscape3D(Mesh):
    """An objective of two parameters as a surface, with numbers along the two edges of the ground in front.

    Parameters
    ----------
    objective : str, Objective or callable
        As `vizgd.record` takes it.
    domain : sequence of (low, high), optional
        The part that is drawn, one pair a parameter; by default the objective's own.
    scale : {"linear", "log"}, optional
        Of the height; by default logarithmic where a linear one would show a flat floor and a wall.
    resolution : int, default 64
        How many points of the surface are drawn along each side.
    width, depth, height, theme, lines
        As for `Mesh`.
    axes : bool, default True
        Draw the ground's edges, with numbers and names.

    Raises
    ------
    UsageError
        When the objective has not two parameters, or is undefined where it is to be drawn.
    """

    reach = 0.12

    def __init__(
        self,
        objective: str | Objective,
        domain: Sequence[tuple[float, float]] | None = None,
        *,
        scale: Literal["linear", "log"] | None = None,
        resolution: int = 64,
        width: float = 6.0,
        depth: float = 6.0,
        height: float = 2.4,
        theme: str | Theme | None = None,
        lines: int = 12,
        axes: bool = True,
    ) -> None:
        function = objective_from(objective)
        require_dimension(function, 2, "surface")
        self.link = Link(function)
        self.variables = function.variables[:2]
        self.domain = tuple((float(low), float(high)) for low, high in domain or function.domain)
        self.with_axes = axes
        grid = sampled_grid(function, self.domain, resolution)
        self.lift = lift_of(grid.values, scale)
        heights = self.lift(grid.values)
        self.lowest, self.highest = float(np.nanmin(heights)), float(np.nanmax(heights))
        super().__init__(heights, width=width, depth=depth, height=height, theme=theme, lines=lines)
        self.floor_axes = [
            linear_axis(limits, name, 5) for limits, name in zip(self.domain, self.variables, strict=True)
        ]

    @property
    def objective(self) -> Objective:
        """What is drawn."""
        return self.link.target

    def box_points(self, params: Array) -> Array:
        """Return where params ``(..., 2)`` lie on the surface, in the box; nan outside the domain."""
        (left, right), (bottom, top) = self.domain
        x = 2.0 * (params[..., 0] - left) / (right - left) - 1.0
        y = 2.0 * (params[..., 1] - bottom) / (top - bottom) - 1.0
        losses = np.nan_to_num(
            np.asarray(self.objective.value(params), dtype=float), nan=np.inf, posinf=1e300
        )
        z = (self.lift(losses) - self.lowest) / max(self.highest - self.lowest, 1e-300)
        inside = (np.abs(x) <= 1.0 + 1e-9) & (np.abs(y) <= 1.0 + 1e-9)
        return np.where(inside[..., None], np.stack([x, y, z], axis=-1), np.nan)

    def point(self, params: Sequence[float] | Array) -> Array:
        """Return where params ``(..., 2)`` lie on the surface in the scene."""
        return self.place(self.box_points(np.asarray(params, dtype=float)))

    def around(self) -> Array:
        """Return the corners of the ground."""
        return _FLOOR if self.with_axes else _FLOOR[:0]

    def paint_floor(self, camera: Any, agg: Any, eye: tuple[float, float, float]) -> None:
        """Draw the ground's outline, and numbers and names along the two edges nearest to the eye."""
        if not self.with_axes:
            return
        unit = agg.height / 1000
        _line(agg, self.on_screen(camera, _FLOOR), self.theme.spine, 1.5 * unit)
        level = np.array(eye[:2])
        near = level / max(float(np.hypot(*level)), 1e-9)
        from_above = float(np.hypot(*level)) < abs(eye[2]) * np.tan(np.radians(FROM_ABOVE))
        for along, across in ((0, 1), (1, 0)):
            side = 1.0 if near[across] > 0 else -1.0
            # Labels change sides when the camera looks along their edge: near there they fade.
            sine = abs(float(near[across]))
            seen = 1.0 if from_above else min(1.0, sine / np.sin(np.radians(FADE)))
            for label in self._labels(along, near):
                foot, outer = np.zeros(3), np.zeros(3)
                foot[along] = outer[along] = label.at
                foot[across], outer[across] = side, side * 1.1
                start, beyond = self.on_screen(camera, np.stack([foot, outer]))
                outward = (beyond - start) / max(float(np.hypot(*(beyond - start))), 1e-9)
                if label.tick:
                    ends = np.stack([start, start + label.tick * unit * outward])
                    _line(agg, ends, faded(self.theme.spine, seen), 2.0 * unit)
                middle = start + label.away * unit * outward
                _words(agg, middle, label.text, label.size * unit, faded(label.color, seen))

    def _labels(self, along: int, near: Array) -> Iterator[_Label]:
        """Yield the numbers along an edge, and its name."""
        theme, axis = self.theme, self.floor_axes[along]
        for tick, text in zip(axis.ticks, axis.tick_labels, strict=True):
            at = float(2 * axis.fraction(np.array(tick)) - 1)
            if 1.0 - abs(at) >= CORNER or at * near[along] < 0:
                yield _Label(at, text, 1.2 * theme.tick_size, 32.0, theme.muted, 8.0)
        yield _Label(0.0, name(axis.label), 1.4 * theme.label_size, 78.0, theme.text, 0.0)


class _Label(NamedTuple):
    """A label beside an edge, at a place from −1 to 1; lengths are as in a theme."""

    at: float
    text: str
    size: float
    away: float
    color: Color
    tick: float


def _line(agg: Any, places: Array, color: Color, width: float) -> None:
    context = agg.new_gc()
    context.set_linewidth(width)
    context.set_foreground(color, isRGBA=True)
    agg.draw_path(context, Path(places * (1, -1) + (0, agg.height)), IdentityTransform())


def _words(agg: Any, middle: Array, text: str, size: float, color: Color) -> None:
    if not np.isfinite(middle).all():
        return
    shape = outline(text)
    context = agg.new_gc()
    context.set_linewidth(0)
    context.set_foreground(color, isRGBA=True)
    to_pixels = (
        Affine2D()
        .translate(-shape.width / 2, -CAP_HEIGHT / 2)
        .scale(size)
        .translate(middle[0], agg.height - middle[1])
    )
    agg.draw_path(context, Path(shape.vertices, shape.codes), to_pixels, color)
