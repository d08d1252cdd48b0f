"""A storyboard as a mobject in a scene: drawn in, run through frame by frame, and held."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Sequence
from typing import Any, Self

from manim import Animation, Camera, Mobject, Scene, ThreeDCamera, linear

from vizgd.drawing.region import Region
from vizgd.renderers.manim.camera import Pixels
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.manim.intro import intro_animation
from vizgd.renderers.manim.raster import Raster
from vizgd.storyboard.storyboard import Storyboard


class StoryboardMobject(Raster):
    """A storyboard at one of its frames, over all that a camera sees.

    Parameters
    ----------
    storyboard : Storyboard
    camera : Camera
        A `PlaneCamera` or a `SpaceCamera`.
    frame : int, default 0
        Which frame is shown; it may be set at any time.
    """

    def __init__(self, storyboard: Storyboard, camera: Camera, frame: int = 0) -> None:
        super().__init__(camera)
        self.frame = frame
        self.shared = _Shared(storyboard)
        # Manim decides by a mobject's attributes whether a scene has to be rendered again.
        self.fingerprint = hashlib.sha256(pickle.dumps(storyboard)).hexdigest()

    @property
    def storyboard(self) -> Storyboard:
        """What is shown."""
        return self.shared.storyboard

    def image(self) -> Pixels:
        """Return the pixels of the frame."""
        return self.shared.frame(self.frame)

    def covers(self) -> bool:
        """Return whether the image is opaque and hides all that is under it."""
        return self.storyboard.background[3] == 1.0

    def changed(self) -> Sequence[Region]:
        """Return where the image has changed since the last call."""
        changed, self.shared.changed = self.shared.changed, []
        return changed


class _Shared:
    """A compositor and what has changed: one for a mobject and its copies, of which animations make many."""

    __slots__ = ("_compositor", "changed", "storyboard")

    def __init__(self, storyboard: Storyboard) -> None:
        self.storyboard = storyboard
        self.changed: list[Region] = []
        self._compositor: CairoCompositor | None = None

    def frame(self, frame: int) -> Pixels:
        if self._compositor is None:
            self._compositor = CairoCompositor(self.storyboard)
        pixels = self._compositor.frame(frame)
        self.changed += self._compositor.changed
        return pixels

    def __deepcopy__(self, memo: Any) -> Self:
        return self


class RunStoryboard(Animation):
    """Runs through the frames of a mobject's storyboard in which something moves.

    By default that takes as long as the storyboard says. In a scene with the storyboard's frame rate each of
    its frames is then shown once.
    """

    def __init__(self, mobject: StoryboardMobject, **settings: Any) -> None:
        clock = mobject.storyboard.clock
        usual: dict[str, Any] = {"run_time": _run_time(clock.run, mobject.storyboard), "rate_func": linear}
        super().__init__(mobject, **(usual | settings))

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the frame at a fraction of the run."""
        mobject: Any = self.mobject
        clock = mobject.storyboard.clock
        mobject.frame = clock.intro + min(int(self.rate_func(alpha) * clock.run), clock.run - 1)


def play_storyboard(
    scene: Scene, storyboard: Storyboard, mobject: StoryboardMobject | None = None
) -> StoryboardMobject:
    """Play a storyboard in a scene, from drawing it in to its end, and return what is left on the scene.

    Parameters
    ----------
    scene : Scene
        With a `PlaneCamera` or a `SpaceCamera`, and the storyboard's frame rate.
    storyboard : Storyboard
    mobject : StoryboardMobject, optional
        What shows it; by default a new one over all that the camera sees.
    """
    camera: Any = scene.camera
    mobject = StoryboardMobject(storyboard, camera) if mobject is None else mobject
    clock = storyboard.clock
    if clock.intro > 1:
        before = list(scene.mobjects)
        scene.play(intro_animation(storyboard, camera, clock.intro))
        scene.remove(*(drawn for drawn in scene.mobjects if drawn not in before))
    _fix_in_frame(camera, mobject)
    scene.add(mobject)
    if clock.intro == 1:
        scene.wait(1.5 / float(clock.rate))
    scene.play(RunStoryboard(mobject))
    if clock.hold:
        scene.wait((clock.hold + 0.5) / float(clock.rate))
    return mobject


def _run_time(frames: int, storyboard: Storyboard) -> float:
    """Return the run time for a number of frames: Manim shows those that begin before its end."""
    return (frames - 0.5) / float(storyboard.clock.rate)


def _fix_in_frame(camera: Camera, mobject: Mobject) -> None:
    """Keep a mobject in front of a camera that turns."""
    if isinstance(camera, ThreeDCamera):
        camera.add_fixed_in_frame_mobjects(mobject)
