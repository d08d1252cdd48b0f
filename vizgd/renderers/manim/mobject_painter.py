"""Paints marks as ordinary mobjects, which Manim can create, write and fade in."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import Camera, CapStyleType, LineJointType, ManimColor, Mobject

from vizgd.drawing.canvas import Pen, VectorPath
from vizgd.drawing.marks import Color, Mark, Mesh, Polygons
from vizgd.drawing.region import Region
from vizgd.renderers.manim.bezier import cubic_curves
from vizgd.renderers.manim.camera import Clipped, Pixels
from vizgd.renderers.manim.painter import CairoPainter, colored_paths, snapped
from vizgd.renderers.manim.raster import Raster
from vizgd.renderers.painter import Painter

CAPS = {"butt": CapStyleType.BUTT, "round": CapStyleType.ROUND}
JOINS = {"round": LineJointType.ROUND, "miter": LineJointType.MITER}


class MobjectPainter(Painter):
    """A painter that makes, for each stroke and fill, a mobject that looks the same.

    Parameters
    ----------
    size : tuple of int
        Width and height of the frame in pixels.
    camera : Camera
        The one that sees them.
    """

    def __init__(self, size: tuple[int, int], camera: Camera) -> None:
        super().__init__(size)
        self._camera = camera
        self._unit = self.scale * camera.frame_width / size[0]
        across, up = camera.frame_width / 2, camera.frame_height / 2
        self._origin = np.asarray(camera.frame_center) - (across, up, 0.0)
        self._region = self.frame
        self._made: list[Mobject] = []

    def mobjects(self, mark: Mark, region: Region) -> list[Mobject]:
        """Return the mobjects of a mark in a region, in drawing order."""
        self._made = []
        self.paint(mark, region)
        return self._made

    def clip(self, region: Region) -> None:
        """Draw only inside a region until `unclip`."""
        self._region = region

    def unclip(self) -> None:
        """Draw everywhere again."""
        self._region = self.frame

    def stroke(self, path: VectorPath, pen: Pen) -> None:
        """Draw a line along a path."""
        made = self._vectorized(
            snapped(path, pen, self) if pen.snap else path,
            fill_opacity=0.0,
            stroke_color=ManimColor(pen.color[:3]),
            stroke_opacity=pen.color[3],
            stroke_width=pen.width * self._unit / self._camera.cairo_line_width_multiple,
            cap_style=CAPS[pen.cap],
            joint_type=JOINS[pen.join],
        )
        self._made.append(made)

    def fill(self, path: VectorPath, color: Color) -> None:
        """Fill a path."""
        # The stroke has no width, but `Write` uses its color for the outline that it draws first.
        paint = ManimColor(color[:3])
        made = self._vectorized(
            path, fill_color=paint, fill_opacity=color[3], stroke_color=paint, stroke_width=0.0
        )
        self._made.append(made)

    def polygons(self, mark: Polygons) -> None:
        """Fill polygons, and draw their edges."""
        if len(mark.fills) == 1:
            self.fill(*colored_paths(mark)[0])
        else:
            self._add_faces(mark)

    def mesh(self, mark: Mesh) -> None:
        """Fill quadrilaterals, and draw their edges."""
        self._add_faces(mark)

    def _add_faces(self, mark: Polygons | Mesh) -> None:
        # Thousands of faces would take Manim longer than all the rest, and are only faded in.
        self._made.append(Faces(mark, self._region, self.frame, self._camera))

    def _vectorized(self, path: VectorPath, **style: Any) -> Clipped:
        whole = self._region == self.frame
        corners = None if whole else np.array(self._region, dtype=float).reshape(2, 2)
        made = Clipped(window=corners, **style)
        made.points = cubic_curves(path.vertices, path.codes) * self._unit + self._origin
        return made


class Faces(Raster):
    """Polygons or a mesh, painted once."""

    def __init__(self, mark: Polygons | Mesh, region: Region, frame: Region, camera: Camera) -> None:
        super().__init__(camera, region)
        painter = CairoPainter((frame.right, frame.bottom), (0.0, 0.0, 0.0, 0.0))
        painter.paint(mark, region)
        self.painted = painter.pixels[region.slices].copy()

    def image(self) -> Pixels:
        """Return the pixels of the faces."""
        return self.painted
