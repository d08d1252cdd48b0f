"""Strokes and fills marks through any matplotlib renderer: the Agg buffer of a film, or a window's canvas.

Marks are drawn as bare paths. Markers are paths too, because matplotlib's own snap to whole pixels and
would stutter in a slow descent. The units of marks are those of `vizgd.panel`. Whatever lies outside the
region that is painted is left out before matplotlib sees it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, assert_never, cast

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox, IdentityTransform
from numpy.typing import NDArray

from vizgd.marks import Arrow, Color, Line, Mark, Marker, Mesh, Points, Polygons, Text, settled
from vizgd.panel import Box, frame_units, pixels_per_unit
from vizgd.region import Region
from vizgd.shapes import arrow_outline, marker_outline
from vizgd.strokes import Stroker
from vizgd.typeset import placed

if TYPE_CHECKING:
    from matplotlib.backend_bases import GraphicsContextBase, RendererBase

    from vizgd.objectives.objective import Array


class Painter:
    """Draws resolved marks with a matplotlib renderer on a frame of so many pixels.

    Parameters
    ----------
    renderer : RendererBase
    size : tuple of int
        Width and height of the frame in pixels.
    """

    def __init__(self, renderer: RendererBase, size: tuple[int, int]) -> None:
        self.renderer = renderer
        self.scale = pixels_per_unit(size)
        self.frame = Region(0, 0, *size)
        self.transform = Affine2D().scale(self.scale)
        self._stroker = Stroker(frame_units(size), 1 / self.scale)
        self._last = Region(0, 0, 0, 0), Bbox.unit(), np.zeros((2, 2))
        # A renderer's widths are points, of which its canvas has `dpi` / 72 pixels each.
        self.points: float = self.scale / float(cast(float, renderer.points_to_pixels(1.0)))

    def region(self, box: Box) -> Region:
        """Return the whole pixels of the frame that a box of frame units touches."""
        height = self.frame.bottom
        return Region(
            math.floor(box.left * self.scale),
            height - math.ceil(box.top * self.scale),
            math.ceil(box.right * self.scale),
            height - math.floor(box.bottom * self.scale),
        ).common(self.frame)

    def clipped(self, clip: Box | None) -> Region:
        """Return the region that a clip box, which is rounded to whole pixels, leaves of the frame."""
        if clip is None:
            return self.frame
        height = self.frame.bottom
        left, bottom, right, top = (
            math.floor(side * self.scale + 0.5) for side in (clip.left, clip.bottom, clip.right, clip.top)
        )
        return Region(left, height - top, right, height - bottom).common(self.frame)

    def paint(self, mark: Mark, region: Region) -> None:
        """Draw what lies of one mark in a region."""
        clip, seen = self._window(region)
        context = self.renderer.new_gc()
        context.set_snap(False)
        context.set_clip_rectangle(clip)
        match mark:
            case Line():
                self._line(context, mark, seen)
            case Points():
                self._points(context, mark, seen)
            case Polygons():
                self._polygons(context, mark)
            case Mesh():
                self._mesh(context, mark)
            case Arrow():
                self._arrow(context, mark)
            case Text():
                self._text(context, mark)
            case _:
                assert_never(mark)
        context.restore()

    def _window(self, region: Region) -> tuple[Bbox, Array]:
        """Return a region as matplotlib clips to it, and in frame units."""
        if region != self._last[0]:  # many marks are painted in one region
            height = self.frame.bottom
            corners = np.array([(region.left, height - region.bottom), (region.right, height - region.top)])
            self._last = region, Bbox(corners), corners / self.scale
        return self._last[1:]

    def _line(self, context: GraphicsContextBase, mark: Line, seen: Array) -> None:
        vertices, begins = self._stroker.strokes(mark, *seen)
        if len(vertices) == 0:
            return
        path = Path(vertices, np.where(begins, Path.MOVETO, Path.LINETO))
        path.should_simplify = False
        context.set_snap(mark.crisp)
        context.set_joinstyle("round")
        context.set_capstyle("butt" if mark.dash or mark.crisp else "round")
        if mark.casing is not None and mark.casing_width:
            self._stroke(context, path, mark.casing, mark.width + 2 * mark.casing_width)
        self._stroke(context, path, mark.color, mark.width)

    def _points(self, context: GraphicsContextBase, mark: Points, seen: Array) -> None:
        xy = settled(mark.xy)
        if xy.ndim == 2:
            reach = mark.size + 3 * mark.edge_width
            near = (xy >= seen[0] - reach) & (xy <= seen[1] + reach)  # which a nan is not either
            xy = xy[near[:, 0] & near[:, 1]]
        elif np.isnan(xy).any():
            return
        if len(xy) == 0:
            return
        path = _markers(mark.marker, xy.reshape(-1, 2), mark.size / 2)
        if mark.edge_width and mark.edge[3]:
            # The edge lies outside the fill, so that a marker's colour keeps its size.
            context.set_joinstyle("miter" if mark.marker != "star" else "round")
            self._stroke(context, path, mark.edge, 2 * mark.edge_width)
        if mark.fill[3]:
            self._fill(context, path, mark.fill)

    def _polygons(self, context: GraphicsContextBase, mark: Polygons) -> None:
        rings = np.split(np.asarray(mark.vertices), mark.starts[1:])
        paths: list[list[Path]] = [[] for _ in mark.fills]
        for ring, owner in zip(rings, mark.owners, strict=True):
            paths[owner].append(_ring(ring))
        whole = [path[0] if len(path) == 1 else Path.make_compound_path(*path) for path in paths]
        edges = mark.fills if mark.edge_width else np.empty((0, 4))
        renderer: Any = self.renderer
        renderer.draw_path_collection(
            context,
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

    def _mesh(self, context: GraphicsContextBase, mark: Mesh) -> None:
        rows, columns = (side - 1 for side in mark.vertices.shape[:2])
        fills = mark.fills.reshape(-1, 4)
        edges = fills if mark.edge_width else np.empty((0, 4))
        context.set_joinstyle("round")
        context.set_linewidth(mark.edge_width * self.points)
        renderer: Any = self.renderer
        renderer.draw_quad_mesh(
            context,
            self.transform,
            columns,
            rows,
            mark.vertices,
            np.zeros((1, 2)),
            IdentityTransform(),
            fills,
            True,
            edges,
        )

    def _arrow(self, context: GraphicsContextBase, mark: Arrow) -> None:
        shape = arrow_outline(mark)
        if len(shape) == 0:
            return
        path = _ring(shape)
        if mark.casing is not None and mark.casing_width:
            context.set_joinstyle("round")
            self._stroke(context, path, mark.casing, 2 * mark.casing_width)
        self._fill(context, path, mark.color)

    def _text(self, context: GraphicsContextBase, mark: Text) -> None:
        vertices, codes = placed(mark)
        if len(vertices) == 0 or not np.isfinite(vertices).all():
            return
        path = Path(vertices, codes)
        if mark.casing is not None and mark.casing_width:
            context.set_joinstyle("round")
            self._stroke(context, path, mark.casing, 2 * mark.casing_width)
        self._fill(context, path, mark.color)

    def _stroke(
        self,
        context: GraphicsContextBase,
        path: Path,
        color: Color,
        width: float,
    ) -> None:
        context.set_foreground(color, isRGBA=True)
        context.set_alpha(color[3])
        context.set_linewidth(width * self.points)
        self.renderer.draw_path(context, path, self.transform, None)

    def _fill(self, context: GraphicsContextBase, path: Path, color: Color) -> None:
        context.set_alpha(color[3])
        context.set_linewidth(0.0)
        self.renderer.draw_path(context, path, self.transform, color)


def _ring(vertices: Array) -> Path:
    codes = np.full(len(vertices) + 1, Path.LINETO, dtype=Path.code_type)
    codes[0], codes[-1] = Path.MOVETO, Path.CLOSEPOLY
    return Path(np.concatenate([vertices, vertices[:1]]), codes)


@lru_cache
def _outline(marker: Marker) -> tuple[Array, NDArray[np.uint8]]:
    """Return a marker's outline, closed, with its path codes."""
    ring = _ring(marker_outline(marker))
    assert ring.codes is not None
    return np.asarray(ring.vertices), np.asarray(ring.codes)


def _markers(marker: Marker, places: Array, scale: float) -> Path:
    """Return a marker at each of some places ``(m, 2)`` as one path."""
    outline, codes = _outline(marker)
    vertices = (places[:, None, :] + scale * outline).reshape(-1, 2)
    return Path(vertices, codes if len(places) == 1 else np.tile(codes, len(places)))
