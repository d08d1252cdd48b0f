"""A mobject over a height field: it fades as a whole, and keeps its coordinates however it is moved."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Self

import cairo
import numpy as np
from manim import OUT, ManimColor, interpolate

from vizgd.drawing.projection import HeightField
from vizgd.manim.link import Link
from vizgd.objectives.objective import Array
from vizgd.renderers.manim.camera import Drawn, Pixels
from vizgd.renderers.matplotlib.painter import agg_canvas

FAR = 1e4
"""The distance of the eye of a flat camera, in Manim's units."""
_CORNERS = np.array(
    [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1)], dtype=float
)


class HeightFieldMobject(Drawn):
    """A drawn mobject inside the box of a height field: x and y from −1 to 1, z from 0 to 1.

    Its points are the corners of the box, so that whatever moves, turns or scales it moves the box.
    """

    def __init__(self, field: HeightField, color: ManimColor) -> None:
        self.opacity = 1.0
        super().__init__(color=color)
        self.field_link = Link(field)

    @property
    def field(self) -> HeightField:
        """The heights."""
        return self.field_link.target

    def set_box(self, width: float, depth: float, height: float) -> Self:
        """Put the box around the origin."""
        self.points = (_CORNERS - 0.5) * (width, depth, height)
        return self

    def place(self, local: Array) -> Array:
        """Return points of the scene for points ``(..., 3)`` of the box."""
        origin, x, y, z = self.points[:4]
        units = (local + np.array([1, 1, 0])) * (0.5, 0.5, 1)
        return np.asarray(origin + units @ np.stack([x - origin, y - origin, z - origin]))

    def local(self, points: Array) -> Array:
        """Return points of the box for points ``(..., 3)`` of the scene."""
        origin, x, y, z = self.points[:4]
        units = (points - origin) @ np.linalg.pinv(np.stack([x - origin, y - origin, z - origin]))
        return np.asarray(units * (2, 2, 1) - (1, 1, 0))

    def eye(self, camera: Any) -> tuple[float, float, float]:
        """Return where the camera's eye is in the box's coordinates."""
        eye = np.asarray(camera.frame_center, dtype=float) + FAR * OUT
        if hasattr(camera, "get_focal_distance") and self not in camera.fixed_in_frame_mobjects:
            away = camera.get_rotation_matrix().T @ (0.0, 0.0, camera.get_focal_distance())
            eye = np.asarray(camera.frame_center) + away
        x, y, z = self.local(eye).round(9).tolist()
        return (x, y, z)

    def on_screen(self, camera: Any, local: Array) -> Array:
        """Return where points ``(..., 3)`` of the box are in pixels ``(..., 2)``."""
        flat = self.place(local).reshape(-1, 3)
        known = np.isfinite(flat).all(axis=1)
        seen = np.full((len(flat), 2), np.nan)
        seen[known] = camera.transform_points_pre_display(self, flat[known])[:, :2]
        matrix: cairo.Matrix = camera.get_cairo_context(camera.pixel_array).get_matrix()
        pixels = seen * (matrix.xx, matrix.yy) + (matrix.x0, matrix.y0)
        return np.asarray(pixels.reshape(*local.shape[:-1], 2))

    def set_opacity(self, opacity: float, family: bool = True) -> Self:
        """Set the opacity of the whole."""
        self.opacity = float(opacity)
        if family:
            for part in self.submobjects:
                part.set_opacity(opacity)
        return self

    def get_opacity(self) -> float:
        """Return how opaque it is."""
        return self.opacity

    def fade(self, darkness: float = 0.5, family: bool = True) -> Self:
        """Take away a part of its opacity."""
        return self.set_opacity((1.0 - darkness) * self.opacity, family)

    def interpolate_color(self, mobject1: Any, mobject2: Any, alpha: float) -> Self:
        """Interpolate between the opacities and the colors of two mobjects."""
        self.opacity = interpolate(mobject1.opacity, mobject2.opacity, alpha)
        self.color = ManimColor(mobject1.color).interpolate(ManimColor(mobject2.color), alpha)
        return self


@lru_cache(maxsize=2)
def scratch_canvas(width: int, height: int) -> Any:
    """Return a canvas of Agg's to draw faces on, reused from frame to frame."""
    return agg_canvas(width, height)


def composite(pixels: Pixels, drawn: Pixels, opacity: float) -> None:
    """Blend what was drawn into pixels, in place."""
    if opacity >= 1.0:
        pixels[:] = drawn
        return
    share = round(256 * max(opacity, 0.0))
    mixed = pixels.astype(np.uint16) * (256 - share) + drawn.astype(np.uint16) * share
    pixels[:] = mixed >> 8
