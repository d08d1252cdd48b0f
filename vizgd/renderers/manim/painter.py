"""Strokes and fills marks with Cairo, on pixels in the format of Manim's cameras.

Meshes are drawn by Agg, in one call: with Cairo each face would take a Python call.
"""

from __future__ import annotations

from typing import Any

import cairo
import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.canvas import Pen, VectorPath, ring
from vizgd.drawing.marks import Color, Mesh, Polygons, settled
from vizgd.drawing.path_codes import CLOSE, CUBIC, LINE, MOVE, QUADRATIC
from vizgd.drawing.region import Region
from vizgd.renderers.manim.alpha import premultiply, unpremultiply
from vizgd.renderers.matplotlib.painter import MatplotlibPainter, agg_canvas
from vizgd.renderers.painter import Painter

CAPS = {"butt": cairo.LineCap.BUTT, "round": cairo.LineCap.ROUND}
JOINS = {"round": cairo.LineJoin.ROUND, "miter": cairo.LineJoin.MITER}


class CairoPainter(Painter):
    """Draws resolved marks on a canvas of its own.

    Parameters
    ----------
    size : tuple of int
        Width and height of the frame in pixels.
    background : Color

    Attributes
    ----------
    pixels : array of uint8, shape (height, width, 4)
        RGBA with premultiplied alpha.
    """

    def __init__(self, size: tuple[int, int], background: Color) -> None:
        super().__init__(size)
        width, height = size
        self._opaque = background[3] == 1.0
        self._agg = agg_canvas(width, height)
        self._faces = MatplotlibPainter(self._agg, size)
        self.pixels: NDArray[np.uint8] = np.asarray(self._agg.buffer_rgba())
        # Cairo's bytes are BGRA and these are RGBA: as in Manim, red and blue are exchanged in every color.
        surface = cairo.ImageSurface.create_for_data(self.pixels.data, cairo.FORMAT_ARGB32, width, height)
        self._context: Any = cairo.Context(surface)
        self._matrix = cairo.Matrix(self.scale, 0, 0, -self.scale, 0, height)
        self._context.set_matrix(self._matrix)
        self._clip = self.frame
        ground = np.round(255 * np.array([background])).astype(np.uint8)
        premultiply(ground)
        self.pixels[:] = ground

    def clip(self, region: Region) -> None:
        """Draw only inside a region until `unclip`."""
        self._clip = region
        context = self._context
        context.save()
        context.identity_matrix()
        context.rectangle(region.left, region.top, region.right - region.left, region.bottom - region.top)
        context.clip()
        context.set_matrix(self._matrix)

    def unclip(self) -> None:
        """Draw everywhere again."""
        self._context.restore()

    def stroke(self, path: VectorPath, pen: Pen) -> None:
        """Draw a line along a path."""
        context = self._context
        trace(context, snapped(path, pen, self) if pen.snap else path)
        self._set_color(pen.color)
        context.set_line_width(pen.width)
        context.set_line_cap(CAPS[pen.cap])
        context.set_line_join(JOINS[pen.join])
        context.stroke()

    def fill(self, path: VectorPath, color: Color) -> None:
        """Fill a path."""
        trace(self._context, path)
        self._set_color(color)
        self._context.fill()

    def polygons(self, mark: Polygons) -> None:
        """Fill polygons, and draw their edges."""
        for path, color in colored_paths(mark):
            self.fill(path, color)
            if mark.edge_width:
                self.stroke(path, Pen(color, mark.edge_width))

    def mesh(self, mark: Mesh) -> None:
        """Fill quadrilaterals, and draw their edges."""
        covered = self.pixels[self._clip.slices]
        if not self._opaque:
            unpremultiply(covered)
        self._faces.paint(mark, self._clip)
        if not self._opaque:
            premultiply(covered)

    def _set_color(self, color: Color) -> None:
        red, green, blue, opacity = color
        self._context.set_source_rgba(blue, green, red, opacity)


def snapped(path: VectorPath, pen: Pen, painter: Painter) -> VectorPath:
    """Return a path along pixel edges or, for odd widths in pixels, through pixel centers."""
    middle = 0.5 if round(pen.width * painter.scale) % 2 else 0.0
    height = np.array([0.0, painter.frame.bottom])
    down = np.array([painter.scale, -painter.scale])
    places = np.floor(path.vertices * down + height + 0.5) + middle
    return VectorPath((places - height) / down, path.codes)


def colored_paths(mark: Polygons) -> list[tuple[VectorPath, Color]]:
    """Return each polygon of a mark, with its holes, as a path and its color."""
    parts: list[list[VectorPath]] = [[] for _ in mark.fills]
    for vertices, owner in zip(np.split(settled(mark.vertices), mark.starts[1:]), mark.owners, strict=True):
        parts[owner].append(ring(vertices))
    wholes = [VectorPath(*(np.concatenate(columns) for columns in zip(*part, strict=True))) for part in parts]
    return list(zip(wholes, map(tuple, mark.fills.tolist()), strict=True))


def trace(context: Any, path: VectorPath) -> None:
    """Make a path the current one of a Cairo context."""
    context.new_path()
    line, move, curve = context.line_to, context.move_to, context.curve_to
    points = path.vertices.tolist()
    codes = path.codes.tolist()
    place = 0
    while place < len(codes):
        x, y = points[place]
        code = codes[place]
        if code == LINE:
            line(x, y)
        elif code == MOVE:
            move(x, y)
        elif code == QUADRATIC:
            x0, y0 = context.get_current_point()
            x1, y1 = points[place + 1]
            curve((x0 + 2 * x) / 3, (y0 + 2 * y) / 3, (x1 + 2 * x) / 3, (y1 + 2 * y) / 3, x1, y1)
            place += 1
        elif code == CUBIC:
            curve(x, y, *points[place + 1], *points[place + 2])
            place += 2
        elif code == CLOSE:
            context.close_path()
        place += 1
