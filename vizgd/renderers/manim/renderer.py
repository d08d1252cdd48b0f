"""The frames of a film, drawn by a Manim scene and pushed to a sink."""

from __future__ import annotations

from typing import Any

from manim import CairoRenderer, Scene, SceneFileWriter

from vizgd.renderers import Sink
from vizgd.renderers.manim.alpha import straight_alpha
from vizgd.renderers.manim.camera import PlaneCamera
from vizgd.renderers.manim.configuration import configured
from vizgd.renderers.manim.storyboard_mobject import StoryboardMobject, play_storyboard
from vizgd.storyboard.storyboard import Storyboard


def draw(storyboard: Storyboard, sink: Sink, *, jobs: int = 1) -> None:
    """Push every frame of a storyboard.

    Parameters
    ----------
    storyboard : Storyboard
    sink : Sink
    jobs : int, default 1
        Not needed here: Manim draws one frame after another.
    """
    del jobs
    with configured(storyboard.size, storyboard.clock.rate, storyboard.background):
        _StoryboardScene(storyboard, sink).render()


class _StoryboardScene(Scene):
    """A storyboard, and nothing else."""

    def __init__(self, storyboard: Storyboard, sink: Sink) -> None:
        class Writer(_FrameWriter):
            """Manim makes its writer itself, from a class."""

            scene, target = self, sink

        super().__init__(_Renderer(file_writer_class=Writer, camera_class=PlaneCamera))
        camera: Any = self.camera
        self.shown = StoryboardMobject(storyboard, camera)

    def construct(self) -> None:
        """Play the storyboard."""
        play_storyboard(self, self.shown.storyboard, self.shown)


class _Renderer(CairoRenderer):
    """Avoids copies of frames: the sink has copied what it needs when it returns."""

    def render(self, scene: Any, time: float, moving_mobjects: Any = None) -> None:
        """Draw a frame and pass it on."""
        del time
        if moving_mobjects == [scene.shown] == scene.mobjects:
            # It covers the frame: its image is the frame.
            self.add_frame(scene.shown.image())
            return
        self.update_frame(scene, moving_mobjects)
        self.add_frame(self.camera.pixel_array)


class _FrameWriter(SceneFileWriter):
    """Passes frames to the sink instead of writing them."""

    scene: _StoryboardScene
    target: Sink

    def write_frame(self, pixels: Any, *, repeat: int = 1) -> None:
        """Pass a frame to the sink, with the regions that changed where they are known."""
        shown = self.scene.shown
        changed = shown.changed() if shown in self.scene.mobjects else None
        if shown.storyboard.transparent:
            pixels = straight_alpha(pixels, shown.storyboard.background)
        self.target.write(pixels, repeat=repeat, changed=changed)
