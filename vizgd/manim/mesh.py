"""A surface over a square, drawn in one call; Manim's own surface has a mobject for each face."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import WHITE, ManimColor
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from vizgd.base.hashing import fingerprint
from vizgd.drawing.marks import Color
from vizgd.drawing.projection import HeightField, shaded
from vizgd.drawing.theme import Theme, blended
from vizgd.manim.heightfield_mobject import HeightFieldMobject, composite, scratch_canvas
from vizgd.manim.perspective_horizon import horizon_from
from vizgd.manim.scene_theme import theme_of
from vizgd.manim.units import manim_color
from vizgd.objectives.objective import Array
from vizgd.renderers.manim.alpha import premultiply, unpremultiply
from vizgd.renderers.manim.camera import Pixels

EDGE = 0.001
"""The width of the edges, in the faces' colors, that close seams, relative to the frame's height."""


class Mesh(HeightFieldMobject):
    """A surface of heights over a rectangle, in a `DescentScene3D`: shaded, and fast at any resolution.

    It moves, turns, scales and fades as a whole.

    Parameters
    ----------
    heights : array, shape (rows, columns)
        Heights over a grid; y grows with the rows, x with the columns. Nan leaves a hole.
    width, depth, height : float, default 6, 6 and 2.4
        The box that it fills, in Manim's units, around the origin.
    theme : str or Theme, optional
        By default the scene's.
    lines : int, default 12
        How many squares the lines drawn on it make along each side; 0 for none.
    colors : sequence of Color, optional
        From the lowest height to the highest, instead of the theme's.
    """

    reach = 0.006
    """How far beyond its faces it draws, relative to the frame's height."""

    def __init__(
        self,
        heights: Array,
        *,
        width: float = 6.0,
        depth: float = 6.0,
        height: float = 2.4,
        theme: str | Theme | None = None,
        lines: int = 12,
        colors: tuple[Color, ...] | None = None,
    ) -> None:
        self.theme = theme_of(theme)
        heights = np.asarray(heights, dtype=float)
        low, high = float(np.nanmin(heights)), float(np.nanmax(heights))
        shares = (heights - low) / max(high - low, 1e-300)
        rows, columns = heights.shape
        field = HeightField(np.linspace(-1, 1, columns), np.linspace(-1, 1, rows), shares)
        super().__init__(field, manim_color(self.theme.surface_line))
        self.set_box(width, depth, height)
        self.fills = _faces(field, colors or self.theme.surface_map)
        self.line_opacity = self.theme.surface_line[3]
        self.lines = _grid_lines(field, lines)
        self.contents = fingerprint(
            shares
        )  # for Manim's hash of a scene, which would otherwise not see the heights

    def set_color(self, color: Any = WHITE, alpha: Any = None, family: bool = True) -> Self:
        """Color it from a dark shade of a color, in its valleys, to the color itself."""
        del alpha, family
        top = ManimColor.parse(color).to_rgb()
        self.fills = _faces(self.field, ((*(0.35 * top), 1.0), (*top, 1.0)))
        return self

    def draw(self, camera: Any, pixels: Pixels) -> None:
        """Draw the faces from the farthest to the nearest, and the visible lines."""
        if self.opacity <= 0.0:
            return
        vertices = self.on_screen(camera, self.field.points)
        size = pixels.shape[1], pixels.shape[0]
        covered = np.concatenate([vertices.reshape(-1, 2), self.on_screen(camera, self.around())])
        area = _area(covered, size, self.reach * size[1])
        if area is None:
            return
        agg = scratch_canvas(*size)
        canvas = np.asarray(agg.buffer_rgba())
        canvas[area] = pixels[area]
        unpremultiply(canvas[area])
        eye = self.eye(camera)
        unit = size[1] * EDGE
        context = agg.new_gc()
        context.set_joinstyle("round")
        context.set_linewidth(unit)
        self.paint_floor(camera, agg, eye)
        for rows, columns in _quarters(self.field, eye):
            faces = self.fills[_between(rows)][:, _between(columns)]
            part = vertices[rows][:, columns]
            _paint_faces(agg, context, part, faces)
        self._paint_lines(camera, agg, context, eye, unit)
        premultiply(canvas[area])
        composite(pixels[area], canvas[area], self.opacity)

    def around(self) -> Array:
        """Return points of the box ``(n, 3)`` beyond the surface that are drawn on."""
        return np.empty((0, 3))

    def paint_floor(self, camera: Any, agg: Any, eye: tuple[float, float, float]) -> None:
        """Draw what lies beneath the surface; a subclass may have something there."""

    def _paint_lines(
        self, camera: Any, agg: Any, context: Any, eye: tuple[float, float, float], unit: float
    ) -> None:
        if len(self.lines) == 0:
            return
        hidden = horizon_from(self.field, eye).hidden(self.lines)
        places = np.where(hidden[..., None], np.nan, self.on_screen(camera, self.lines))
        gaps = np.full((len(places), 1, 2), np.nan)
        joined = Path(np.concatenate([places, gaps], axis=1).reshape(-1, 2) * (1, -1) + (0, agg.height))
        context.set_linewidth(1.4 * unit)
        color: Any = self.color
        context.set_foreground((*color.to_rgb(), self.line_opacity), isRGBA=True)
        agg.draw_path(context, joined, IdentityTransform())


def _faces(field: HeightField, colors: tuple[Color, ...]) -> Array:
    """Return the shaded color of each face, by its height."""
    z = field.heights
    middles = (z[:-1, :-1] + z[:-1, 1:] + z[1:, :-1] + z[1:, 1:]) / 4
    return shaded(field, blended(colors, np.nan_to_num(middles)))


def _paint_faces(agg: Any, context: Any, vertices: Array, fills: Array) -> None:
    rows, columns = fills.shape[:2]
    if rows and columns:
        flat = fills.reshape(-1, 4)
        height = agg.height  # Agg counts from below
        upright = np.stack([vertices[..., 0], height - vertices[..., 1]], axis=-1)
        agg.draw_quad_mesh(
            context,
            IdentityTransform(),
            columns,
            rows,
            upright,
            np.zeros((1, 2)),
            IdentityTransform(),
            flat,
            True,
            flat,
        )


def _quarters(field: HeightField, eye: tuple[float, float, float]) -> list[tuple[slice, slice]]:
    """Return parts of the grid, and their order, so that near faces are painted over far ones.

    A face can only be hidden by one that is nearer, in both x and y, to the point below the eye. So on each
    side of that point the order of the grid itself will do, towards it.
    """
    return [(rows, columns) for rows in _towards(field.ys, eye[1]) for columns in _towards(field.xs, eye[0])]


def _towards(places: Array, foot: float) -> list[slice]:
    count = len(places)
    at = int(np.searchsorted(places, foot))
    if at <= 0:
        return [slice(None, None, -1)]
    if at >= count:
        return [slice(None)]
    # The faces around the point below the eye are nearest: they are painted last.
    before, after = slice(0, at), slice(count - 1, at - 2 if at >= 2 else None, -1)
    return [before, after]


def _between(points: slice) -> slice:
    """Return the slice of the faces between points, in the same order."""
    if points.step == -1:
        first = None if points.start is None else points.start - 1
        return slice(first, points.stop, -1)
    return slice(points.start, None if points.stop is None else points.stop - 1)


def _grid_lines(field: HeightField, count: int) -> Array:
    """Return lines on the surface, ``(lines, points, 3)``; a grid with more columns than rows has nan."""
    surface = field.points
    rows, columns = surface.shape[:2]
    longest = max(rows, columns)
    lines: list[Array] = []
    if count:
        lines += (surface[row] for row in _spread(rows, count))
        lines += (surface[:, column] for column in _spread(columns, count))
    filled = [np.concatenate([line, np.full((longest - len(line), 3), np.nan)]) for line in lines]
    return np.array(filled) if filled else np.empty((0, longest, 3))


def _spread(size: int, count: int) -> list[int]:
    return [int(index) for index in np.linspace(0, size - 1, count + 1).round()]


def _area(places: Array, size: tuple[int, int], reach: float) -> tuple[slice, slice] | None:
    """Return the rows and columns of pixels that a surface may cover, with a margin around it."""
    places = places[np.isfinite(places).all(axis=1)]
    if len(places) == 0:
        return None
    low = np.floor(places.min(axis=0)).astype(int) - int(reach)
    high = np.ceil(places.max(axis=0)).astype(int) + int(reach) + 1
    left, top = np.maximum(low, 0)
    right, bottom = np.minimum(high, size)
    return (slice(top, bottom), slice(left, right)) if right > left and bottom > top else None
