"""Scenes whose cameras show every block, on the ground of a theme."""

from __future__ import annotations

from typing import Any, ClassVar

from manim import BLACK, Scene, ThreeDScene, config

from vizgd.renderers.manim.blocks.look import ink, theme_of
from vizgd.renderers.manim.camera import PlaneCamera, SpaceCamera
from vizgd.theme import Theme


class DescentScene(Scene):
    """A scene for landscapes and descents in the plane.

    ``theme`` may be set by a subclass: ``"dark"``, ``"light"`` or a `Theme`. Its ground is the scene's, unless
    the user asks Manim for another.
    """

    theme: ClassVar[str | Theme] = "dark"

    def __init__(self, *args: Any, camera_class: Any = PlaneCamera, **kwargs: Any) -> None:
        super().__init__(*args, camera_class=camera_class, **kwargs)
        _lay_ground(self)


class DescentScene3D(ThreeDScene):
    """A scene for surfaces and descents on them, otherwise as `DescentScene`."""

    theme: ClassVar[str | Theme] = "dark"

    def __init__(self, *args: Any, camera_class: Any = SpaceCamera, **kwargs: Any) -> None:
        super().__init__(*args, camera_class=camera_class, **kwargs)
        _lay_ground(self)


def _lay_ground(scene: Any) -> None:
    if config.background_color == BLACK:
        scene.camera.background_color = ink(theme_of(scene.theme).background)
        scene.camera.reset()
