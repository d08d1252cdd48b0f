"""Cameras for mobjects that draw themselves: thousands of faces, or a whole storyboard, as one mobject.

Manim draws a mobject by its Bézier curves, with a Python call for each. A `Drawn` mobject is given the camera
and its pixels instead, at its place in the drawing order among ordinary mobjects.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from manim import Camera, Mobject, MovingCamera, Rectangle, ThreeDCamera, VMobject, config
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
"""A camera's canvas ``(height, width, 4)``, RGBA with premultiplied alpha."""


class Drawn(Mobject):
    """A mobject that draws itself, in a scene whose camera is a `PlaneCamera` or a `SpaceCamera`.

    Manim shows only mobjects that have points: give it points that span its extent; they are moved, scaled
    and rotated with it.
    """

    def draw(self, camera: Camera, pixels: Pixels) -> None:
        """Draw on the camera's pixels.

        Parameters
        ----------
        camera : Camera
            Tells where points lie (``transform_points_pre_display``) and has a Cairo context for the pixels
            in Manim's units (``get_cairo_context``), in which red and blue are exchanged.
        pixels : array, uint8, shape (height, width, 4)
            To be changed in place. Alpha is premultiplied.
        """
        raise NotImplementedError


class Clipped(VMobject):
    """A mobject that is clipped to a rectangle; the rectangle does not move with it.

    Parameters
    ----------
    window : array, shape (2, 2)
        Two corners in pixels from the upper left; by default everything is seen.
    """

    def __init__(self, *, window: NDArray[np.float64] | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self.window = window


class _SelfDrawing(Camera):
    """Lets `Drawn` mobjects draw themselves, and clips `Clipped` ones."""

    def type_or_raise(self, mobject: Mobject) -> Any:
        """Return the type that says how a mobject is displayed."""
        kind = super().type_or_raise(mobject)  # it rebuilds the table at each call
        table: dict[type[Mobject], Any] = self.display_funcs
        table[Drawn] = self._display_drawn
        return Drawn if isinstance(mobject, Drawn) else kind

    def _display_drawn(self, mobjects: list[Mobject], pixels: Pixels) -> None:
        for mobject in mobjects:
            assert isinstance(mobject, Drawn)
            mobject.draw(self, pixels)

    def display_vectorized(self, vmobject: VMobject, ctx: Any) -> Any:
        """Draw an ordinary mobject."""
        if not isinstance(vmobject, Clipped) or vmobject.window is None:
            return super().display_vectorized(vmobject, ctx)
        (left, top), (right, bottom) = vmobject.window.tolist()
        ctx.save()
        matrix = ctx.get_matrix()
        ctx.identity_matrix()
        ctx.new_path()
        ctx.rectangle(left, top, right - left, bottom - top)
        ctx.clip()
        ctx.set_matrix(matrix)
        super().display_vectorized(vmobject, ctx)
        ctx.restore()
        return self


class PlaneCamera(_SelfDrawing, MovingCamera):
    """A `MovingCamera` that shows `Drawn` mobjects, and a frame of any shape whole."""

    def __init__(self, frame: Mobject | None = None, **settings: Any) -> None:
        if frame is None:
            frame = Rectangle(width=config.frame_width, height=config.frame_height, stroke_width=0)
        super().__init__(frame, **settings)


class SpaceCamera(_SelfDrawing, ThreeDCamera):
    """A `ThreeDCamera` that shows `Drawn` mobjects."""
