"""A picture as large as the frame as a mobject: a storyboard at one of its frames, or a few of its marks."""

from __future__ import annotations

from typing import Any, Self

import cairo
import numpy as np
from manim import Camera

from vizgd.renderers.manim.camera import Drawn, Pixels


class Sheet(Drawn):
    """Pixels laid over all that a camera sees; they are moved, scaled, turned and faded as any mobject.

    Parameters
    ----------
    camera : Camera
        The one that sees it.
    """

    def __init__(self, camera: Camera) -> None:
        super().__init__()
        self.opacity = 1.0
        across, up = camera.frame_width / 2, camera.frame_height / 2
        corners = np.array([(-across, -up, 0.0), (across, -up, 0.0), (-across, up, 0.0)])
        self.points = np.asarray(camera.frame_center) + corners

    def picture(self) -> Pixels:
        """Return what is shown, with opacity multiplied in."""
        raise NotImplementedError

    def covers(self) -> bool:
        """Say whether the picture hides all that is under it."""
        return False

    def draw(self, camera: Any, pixels: Pixels) -> None:
        """Lay the picture over the camera's pixels."""
        picture = self.picture()
        context: Any = camera.get_cairo_context(pixels)
        flat = camera.transform_points_pre_display(self, self.points)
        corners = np.array([context.user_to_device(x, y) for x, y in flat[:, :2]])
        height, width = picture.shape[:2]
        fits = np.allclose(corners, [(0, height), (width, height), (0, 0)], atol=1e-3)
        if fits and picture.shape == pixels.shape and self.opacity == 1.0 and self.covers():
            pixels[:] = picture
            return
        low, right, top = corners
        across, down = (right - low) / width, (low - top) / height
        context.save()
        context.set_matrix(cairo.Matrix(*across, *down, *top))
        surface = cairo.ImageSurface.create_for_data(picture.data, cairo.FORMAT_ARGB32, width, height)
        context.set_source_surface(surface)
        context.paint_with_alpha(self.opacity)
        context.restore()

    def set_opacity(self, opacity: float, family: bool = True) -> Self:
        """Set how much of it is seen, from 0 to 1."""
        del family
        self.opacity = opacity
        return self

    def fade(self, darkness: float = 0.5, family: bool = True) -> Self:
        """Take away a part of its opacity."""
        return self.set_opacity(self.opacity * (1.0 - darkness), family)

    def interpolate_color(self, mobject1: Any, mobject2: Any, alpha: float) -> Self:
        """Set the opacity between those of two sheets."""
        return self.set_opacity((1.0 - alpha) * mobject1.opacity + alpha * mobject2.opacity)
