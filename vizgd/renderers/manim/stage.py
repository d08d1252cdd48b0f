"""A storyboard in a scene: drawn in, run through frame by frame, and held."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Sequence
from typing import Any, Self

from manim import Animation, Camera, Mobject, Scene, ThreeDCamera, linear

from vizgd.drawing.region import Region
from vizgd.renderers.manim.camera import Pixels
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.manim.intro import drawn_in
from vizgd.renderers.manim.sheet import Sheet
from vizgd.storyboard.storyboard import Storyboard


class Stage(Sheet):
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
        # Manim tells by a mobject's attributes whether a scene has to be rendered again.
        self.fingerprint = hashlib.sha256(pickle.dumps(storyboard)).hexdigest()

    @property
    def storyboard(self) -> Storyboard:
        """What is shown."""
        return self.shared.storyboard

    def picture(self) -> Pixels:
        """Return the pixels of the frame."""
        return self.shared.frame(self.frame)

    def covers(self) -> bool:
        """Say whether the picture hides all that is under it."""
        return self.storyboard.background[3] == 1.0

    def changed(self) -> Sequence[Region]:
        """Return where the picture has changed since the last call."""
        changed, self.shared.changed = self.shared.changed, []
        return changed


class _Shared:
    """A compositor and what has changed: shared by a stage and its copies, of which animations make many."""

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


class Run(Animation):
    """Runs through the frames of a stage's storyboard in which something moves.

    By default that takes as long as the storyboard says. In a scene with the storyboard's frame rate each of
    its frames is then shown once.
    """

    def __init__(self, stage: Stage, **settings: Any) -> None:
        clock = stage.storyboard.clock
        usual: dict[str, Any] = {"run_time": _lasting(clock.run, stage.storyboard), "rate_func": linear}
        super().__init__(stage, **(usual | settings))

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the frame at a fraction of the run."""
        stage: Any = self.mobject
        clock = stage.storyboard.clock
        stage.frame = clock.intro + min(int(self.rate_func(alpha) * clock.run), clock.run - 1)


def play(scene: Scene, storyboard: Storyboard, stage: Stage | None = None) -> Stage:
    """Play a storyboard in a scene, from drawing it in to its end, and return what is left on the scene.

    Parameters
    ----------
    scene : Scene
        With a `PlaneCamera` or a `SpaceCamera`, and the storyboard's frame rate.
    storyboard : Storyboard
    stage : Stage, optional
        What shows it; by default a new one over all that the camera sees.
    """
    camera: Any = scene.camera
    stage = Stage(storyboard, camera) if stage is None else stage
    clock = storyboard.clock
    if clock.intro > 1:
        before = list(scene.mobjects)
        animation = drawn_in(storyboard, camera, clock.intro)
        scene.play(animation)
        scene.remove(*(mobject for mobject in scene.mobjects if mobject not in before))
    _fix(camera, stage)
    scene.add(stage)
    if clock.intro == 1:
        scene.wait(1.5 / float(clock.rate))
    scene.play(Run(stage))
    if clock.hold:
        scene.wait((clock.hold + 0.5) / float(clock.rate))
    return stage


def _lasting(frames: int, storyboard: Storyboard) -> float:
    """Return the run time for which Manim shows so many frames: it counts those that begin before the end."""
    return (frames - 0.5) / float(storyboard.clock.rate)


def _fix(camera: Camera, mobject: Mobject) -> None:
    """Keep a mobject before the eye of a camera that turns."""
    if isinstance(camera, ThreeDCamera):
        camera.add_fixed_in_frame_mobjects(mobject)
