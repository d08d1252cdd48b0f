"""Strokes and fills marks through any matplotlib renderer: the Agg buffer of a film, or a window's canvas.

Marks are drawn as bare paths. Markers are paths too, because matplotlib's own snap to whole pixels and
would stutter in a slow descent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from matplotlib import path as paths
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.transforms import Affine2D, Bbox, IdentityTransform

from vizgd.drawing.canvas import Pen, VectorPath, ring
from vizgd.drawing.marks import Color, Mesh, Polygons, settled
from vizgd.drawing.region import Region
from vizgd.renderers.painter import Painter

if TYPE_CHECKING:
    from matplotlib.backend_bases import GraphicsContextBase, RendererBase

POINTS_PER_INCH = 72.0


def agg_canvas(width: int, height: int) -> Any:
    """Return an empty canvas of Agg's, of which each pixel is a point wide."""
    renderer: Any = RendererAgg  # matplotlib leaves its constructor untyped
    return renderer(width, height, POINTS_PER_INCH)


class MatplotlibPainter(Painter):
    """Draws resolved marks with a matplotlib renderer.

    Parameters
    ----------
    renderer : RendererBase
    size : tuple of int
        Width and height of the frame in pixels.
    """

    def __init__(self, renderer: RendererBase, size: tuple[int, int]) -> None:
        super().__init__(size)
        self.renderer = renderer
        self.transform = Affine2D().scale(self.scale)
        self._context: GraphicsContextBase = renderer.new_gc()
        self._box = Region(0, 0, 0, 0), Bbox.unit()
        # A renderer's widths are points, of which its canvas has `dpi` / 72 pixels each.
        self.points: float = self.scale / float(cast(float, renderer.points_to_pixels(1.0)))

    def clip(self, region: Region) -> None:
        """Draw only inside a region until `unclip`."""
        if region != self._box[0]:  # many marks are painted in one region
            height = self.frame.bottom
            corners = np.array([(region.left, height - region.bottom), (region.right, height - region.top)])
            self._box = region, Bbox(corners)
        self._context = self.renderer.new_gc()
        self._context.set_snap(False)
        self._context.set_clip_rectangle(self._box[1])

    def unclip(self) -> None:
        """Draw everywhere again."""
        self._context.restore()

    def stroke(self, path: VectorPath, pen: Pen) -> None:
        """Draw a line along a path."""
        context = self._context
        context.set_snap(pen.snap)
        context.set_joinstyle(pen.join)
        context.set_capstyle(pen.cap)
        context.set_foreground(pen.color, isRGBA=True)
        context.set_alpha(pen.color[3])
        context.set_linewidth(pen.width * self.points)
        self.renderer.draw_path(context, _whole(path), self.transform, None)

    def fill(self, path: VectorPath, color: Color) -> None:
        """Fill a path."""
        context = self._context
        context.set_snap(False)
        context.set_alpha(color[3])
        context.set_linewidth(0.0)
        self.renderer.draw_path(context, _whole(path), self.transform, color)

    def polygons(self, mark: Polygons) -> None:
        """Fill polygons, and draw their edges."""
        rings = np.split(settled(mark.vertices), mark.starts[1:])
        parts: list[list[paths.Path]] = [[] for _ in mark.fills]
        for vertices, owner in zip(rings, mark.owners, strict=True):
            parts[owner].append(_whole(ring(vertices)))
        whole = [part[0] if len(part) == 1 else paths.Path.make_compound_path(*part) for part in parts]
        edges = mark.fills if mark.edge_width else np.empty((0, 4))
        renderer: Any = self.renderer
        renderer.draw_path_collection(
            self._context,
            self.transform,
            whole,
            np.empty((0, 3, 3)),
            np.zeros((1, 2)),
            IdentityTransform(),
            mark.fills,
            edges,
            [mark.edge_width * self.points],
            [(0, None)],
            [True],
            [None],
            "screen",
        )

    def mesh(self, mark: Mesh) -> None:
        """Fill quadrilaterals, and draw their edges."""
        rows, columns = (side - 1 for side in mark.vertices.shape[:2])
        fills = settled(mark.fills).reshape(-1, 4)
        edges = fills if mark.edge_width else np.empty((0, 4))
        self._context.set_joinstyle("round")
        self._context.set_linewidth(mark.edge_width * self.points)
        renderer: Any = self.renderer
        renderer.draw_quad_mesh(
            self._context,
            self.transform,
            columns,
            rows,
            mark.vertices,
            np.zeros((1, 2)),
            IdentityTransform(),
            fills,
            # Faces without an edge are filled to whole pixels: antialiased, they would leave hairlines.
            bool(mark.edge_width),
            edges,
        )


def _whole(path: VectorPath) -> paths.Path:
    """Return a path for matplotlib, which is told not to simplify it."""
    whole = paths.Path(path.vertices, path.codes)
    whole.should_simplify = False
    return whole
