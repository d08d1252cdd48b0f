"""The objective: a curve over one parameter, filled contours over two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import LineJointType, VGroup, VMobject

from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Line, Polygons, settled
from vizgd.drawing.panel import Axis
from vizgd.drawing.theme import Theme
from vizgd.drawing.ticks import linear_axis
from vizgd.manim.chart import Chart
from vizgd.manim.link import Link
from vizgd.manim.marker import Marker
from vizgd.manim.scene_theme import theme_of
from vizgd.manim.units import manim_color, polyline_points, segment_points, stroke_width
from vizgd.objectives.lookup import objective_from
from vizgd.objectives.minima import with_global_minima
from vizgd.objectives.objective import Array, Objective
from vizgd.views.contour import WIDEST, contour_marks
from vizgd.views.grid import sampled_curve, sampled_grid

CURVE_POINTS = 401
GRID_POINTS = 141
SPACING = 1.1
"""The least distance between ticks, in Manim's units."""


class Landscape(Chart):
    """An objective with its axes: a curve over one parameter, or filled contours over two.

    Parameters
    ----------
    objective : str, Objective or callable
        As `vizgd.record` takes it.
    domain : sequence of (low, high), optional
        The part that is drawn, one pair a parameter; by default the objective's own.
    width, height : float, default 7 and 5
        The room for the axes' rectangle. Two parameters share one scale, so that gradients are perpendicular
        to contours, unless the domain is more than three times as long one way as the other.
    values : (low, high), optional
        The range of losses that a curve is drawn over.
    levels : int, default 12
        How many contours.
    minima : bool, default True
        Mark the known minimizers by stars.
    theme : str or Theme, optional
        By default the scene's.
    font_size : float, default 20
        Of the axes' numbers.

    Raises
    ------
    UsageError
        When the objective has more than two parameters, or is undefined where it is to be drawn.

    Examples
    --------
    >>> landscape = Landscape("x**2 + 10*y**2", domain=((-6, 6), (-3, 3)))
    >>> landscape.point((0, 0)).round(6).tolist()
    [0.0, 0.0, 0.0]
    """

    def __init__(
        self,
        objective: str | Objective,
        domain: Sequence[tuple[float, float]] | None = None,
        *,
        width: float = 7.0,
        height: float = 5.0,
        values: tuple[float, float] | None = None,
        levels: int = 12,
        minima: bool = True,
        theme: str | Theme | None = None,
        font_size: float = 20.0,
    ) -> None:
        function = objective_from(objective)
        limits = tuple((float(low), float(high)) for low, high in domain or function.domain)
        if len(limits) != function.dimension or function.dimension > 2:
            raise UsageError(
                f"{function.name} has {function.dimension} parameters, its domain {len(limits)}",
                why="a landscape has one or two",
            )
        if minima and not function.source and not function.minimizers:
            function = with_global_minima(function, limits)
        self.link = Link(function)
        self.variables = function.variables[: function.dimension]
        self.domain = limits
        alone = function.dimension == 1
        if alone:
            x, y = _curve_axes(function, limits[0], values, width, height)
        else:
            width, height = _in_scale(limits, width, height)
            x, y = _map_axes(function, limits, width, height)
        super().__init__(x, y, width, height, theme=theme_of(theme), font_size=font_size)
        self.ground = VGroup(*(self._curve(function) if alone else self._contours(function, levels)))
        self.minima = VGroup()
        self.submobjects.insert(1, self.ground)
        self.add(self.minima)
        if minima:
            self._mark_minima(function)

    @property
    def objective(self) -> Objective:
        """What is drawn."""
        return self.link.target

    def point(self, params: float | Sequence[float] | Array) -> Array:
        """Return where params ``(..., d)`` lie in the scene: on the curve, or among the contours."""
        params = np.asarray(params, dtype=float)
        if len(self.domain) == 2:
            return self.places(params)
        params = params if params.shape[-1:] == (1,) else params[..., None]
        return self.places(np.stack([params[..., 0], self.objective.value(params)], axis=-1))

    def _curve(self, function: Objective) -> list[VMobject]:
        xs, losses = sampled_curve(function, self.domain[0], CURVE_POINTS)
        low, high = self.y.limits
        seen = np.where((losses >= low) & (losses <= high), losses, np.nan)
        curve = VMobject(
            stroke_color=manim_color(self.theme.curve),
            stroke_width=stroke_width(self.theme.curve_width),
            joint_type=LineJointType.ROUND,
        )
        return [curve.set_points(polyline_points(self.places(np.column_stack([xs, seen]))))]

    def _contours(self, function: Objective, levels: int) -> list[VMobject]:
        grid = sampled_grid(function, self.domain, GRID_POINTS)
        parts: list[VMobject] = []
        for mark in contour_marks(grid, self.theme, levels):
            parts += self._bands(mark) if isinstance(mark, Polygons) else self._lines(mark)
        return parts

    def _bands(self, mark: Polygons) -> list[VMobject]:
        """Return the bands, those of one color as one mobject, lowest first."""
        rings = np.split(settled(mark.vertices), mark.starts[1:])
        bands: dict[Any, list[Array]] = {}
        for ring, owner in zip(rings, mark.owners, strict=True):
            closed = self.places(np.concatenate([ring, ring[:1]]))
            bands.setdefault(tuple(mark.fills[owner]), []).append(segment_points(closed[:-1], closed[1:]))
        return [
            VMobject(stroke_width=0, fill_color=manim_color(fill), fill_opacity=fill[3]).set_points(
                np.concatenate(points)
            )
            for fill, points in bands.items()
        ]

    def _lines(self, mark: Any) -> list[VMobject]:
        assert isinstance(mark, Line)
        lines = VMobject(
            stroke_color=manim_color(mark.color),
            stroke_width=stroke_width(mark.width),
            stroke_opacity=mark.color[3],
        )
        return [lines.set_points(polyline_points(self.places(settled(mark.xy))))]

    def _mark_minima(self, function: Objective) -> None:
        for minimizer in function.minimizers:
            place = self.point(np.array(minimizer))
            if np.all(np.abs(self.frame.unit(place) - 0.5) <= 0.5 + 1e-9):
                star = Marker("star", self.theme.minimum_size, self.theme.minimum, self.theme.text, 2.0)
                self.minima.add(star.shift(place))


def _curve_axes(
    function: Objective,
    limits: tuple[float, float],
    values: tuple[float, float] | None,
    width: float,
    height: float,
) -> tuple[Axis, Axis]:
    _, losses = sampled_curve(function, limits, CURVE_POINTS)
    x = linear_axis(limits, function.variables[0], max(3, int(width / SPACING)))
    return x, linear_axis(values or _range(losses), "loss", max(3, int(height / SPACING) + 1))


def _map_axes(
    function: Objective, domain: tuple[tuple[float, float], ...], width: float, height: float
) -> tuple[Axis, Axis]:
    x, y = (
        linear_axis(limits, name, max(3, int(length / SPACING) + 1))
        for limits, name, length in zip(domain, function.variables, (width, height), strict=False)
    )
    return x, y


def _in_scale(domain: tuple[tuple[float, float], ...], width: float, height: float) -> tuple[float, float]:
    """Return the largest sides with one scale for both axes, unless the domain is too elongated."""
    (left, right), (bottom, top) = domain
    aspect = (right - left) / (top - bottom)
    if not 1 / WIDEST <= aspect <= WIDEST:
        return width, height
    return min(width, height * aspect), min(height, width / aspect)


def _range(losses: Array) -> tuple[float, float]:
    """Return the range of losses that a curve is drawn over, without what a pole or a steep wall adds."""
    finite = losses[np.isfinite(losses)]
    low = float(finite.min())
    high = min(float(finite.max()), low + 3.0 * (float(np.quantile(finite, 0.9)) - low))
    if high - low < 1e-9 * max(abs(high), 1.0):
        return low - 1.0, high + 1.0
    return low - 0.12 * (high - low), high + 0.06 * (high - low)
