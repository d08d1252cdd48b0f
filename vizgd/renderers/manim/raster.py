"""A raster image as a mobject: a storyboard at one of its frames, or a mark of very many faces."""

from __future__ import annotations

from typing import Any, Self

import cairo
import numpy as np
from manim import Camera

from vizgd.drawing.region import Region
from vizgd.renderers.manim.camera import Drawn, Pixels


class Raster(Drawn):
    """Pixels composited over what a camera sees; moved, scaled, rotated and faded like any mobject.

    Parameters
    ----------
    camera : Camera
        The one that sees it.
    region : Region, optional
        Where in the camera's frame; by default all of it.
    """

    def __init__(self, camera: Camera, region: Region | None = None) -> None:
        super().__init__()
        self.opacity = 1.0
        width, height = camera.pixel_width, camera.pixel_height
        left, top, right, bottom = region or Region(0, 0, width, height)
        corners = np.array([(left, bottom, 0.0), (right, bottom, 0.0), (left, top, 0.0)])
        middle, unit = (width / 2, height / 2, 0.0), camera.frame_width / width
        self.points = np.asarray(camera.frame_center) + unit * (corners - middle) * (1.0, -1.0, 1.0)

    def image(self) -> Pixels:
        """Return the pixels that are shown, with premultiplied alpha."""
        raise NotImplementedError

    def covers(self) -> bool:
        """Return whether the image is opaque and hides all that is under it."""
        return False

    def draw(self, camera: Any, pixels: Pixels) -> None:
        """Composite the image over the camera's pixels."""
        image = self.image()
        context: Any = camera.get_cairo_context(pixels)
        flat = camera.transform_points_pre_display(self, self.points)
        corners = np.array([context.user_to_device(x, y) for x, y in flat[:, :2]])
        height, width = image.shape[:2]
        fits = np.allclose(corners, [(0, height), (width, height), (0, 0)], atol=1e-3)
        if fits and image.shape == pixels.shape and self.opacity == 1.0 and self.covers():
            pixels[:] = image
            return
        low, right, top = corners
        across, down = (right - low) / width, (low - top) / height
        context.save()
        context.set_matrix(cairo.Matrix(*across, *down, *top))
        surface = cairo.ImageSurface.create_for_data(image.data, cairo.FORMAT_ARGB32, width, height)
        context.set_source_surface(surface)
        context.paint_with_alpha(self.opacity)
        context.restore()

    def set_opacity(self, opacity: float, family: bool = True) -> Self:
        """Set its opacity, from 0 to 1."""
        del family
        self.opacity = opacity
        return self

    def fade(self, darkness: float = 0.5, family: bool = True) -> Self:
        """Take away a part of its opacity."""
        return self.set_opacity(self.opacity * (1.0 - darkness), family)

    def interpolate_color(self, mobject1: Any, mobject2: Any, alpha: float) -> Self:
        """Interpolate between the opacities of two images."""
        return self.set_opacity((1.0 - alpha) * mobject1.opacity + alpha * mobject2.opacity)
