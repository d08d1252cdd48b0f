"""Scenes whose cameras show every block, with the background of a theme."""

from __future__ import annotations

from typing import Any, ClassVar

from manim import (
    BLACK,
    DOWN,
    UL,
    Animation,
    FadeIn,
    FadeOut,
    MovingCameraScene,
    ThreeDCamera,
    ThreeDScene,
    ValueTracker,
    Write,
    config,
    smooth,
    squish_rate_func,
)

from vizgd.comparisons.comparison import Comparison
from vizgd.comparisons.gallery import comparison_from
from vizgd.comparisons.resolving import resolved
from vizgd.drawing.theme import Theme
from vizgd.manim.scene_theme import set_scene_theme, theme_of
from vizgd.manim.text import PlainText
from vizgd.manim.units import manim_color
from vizgd.renderers.manim.camera import PlaneCamera, SpaceCamera
from vizgd.renderers.manim.storyboard_mobject import StoryboardMobject, play_storyboard
from vizgd.storyboard.look import Look
from vizgd.storyboard.planning import plan


class _Descents:
    """What both kinds of scenes have in common."""

    theme: ClassVar[str | Theme] = "dark"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scene: Any = self
        set_scene_theme(theme_of(self.theme))
        if config.background_color == BLACK and config.background_opacity == 1.0:
            # Otherwise the user has asked for another color, or for a transparent background.
            scene.camera.background_color = manim_color(theme_of(self.theme).background)
            scene.camera.reset()
        self._caption: PlainText | None = None

    def title(self, text: str) -> PlainText:
        """Write the title of the scene at the upper left, where it stays, and return it."""
        scene: Any = self
        words = PlainText(text, font_size=34, bold=True)
        self._fix(words.to_corner(UL, buff=0.4))
        scene.play(Write(words), run_time=1.0)
        return words

    def caption(
        self, text: str, *animations: Animation, wait: float = 2.0, run_time: float = 1.0, **options: Any
    ) -> PlainText:
        """Write a line below the picture in place of the last one, and leave it time to be said.

        Parameters
        ----------
        text : str
            Empty to take the last line away.
        *animations : Animation
            What happens meanwhile, for as long as each of them takes.
        wait : float, default 2
            Seconds that pass afterwards.
        run_time : float, default 1
            How long the lines take to change.
        **options
            What `PlainText` takes.

        Returns
        -------
        PlainText
            The line.
        """
        scene: Any = self
        words = PlainText(text, **({"font_size": 30.0} | options)).to_edge(DOWN, buff=0.4)
        changes: list[Animation] = []
        if self._caption is not None and self._caption in scene.mobjects:
            changes.append(FadeOut(self._caption, run_time=run_time / 2))
        if text:
            self._fix(words)
            # Only after the last line is gone: on top of each other they could not be read.
            changes.append(FadeIn(words, run_time=run_time, rate_func=squish_rate_func(smooth, 0.5, 1.0)))
        scene.play(*changes, *animations)
        if wait:
            scene.wait(wait)
        self._caption = words
        return words

    def _fix(self, words: PlainText) -> None:
        scene: Any = self
        if isinstance(scene.camera, ThreeDCamera):
            scene.camera.add_fixed_in_frame_mobjects(words)

    def play_comparison(
        self,
        comparison: str | Comparison,
        *,
        theme: str | Theme | None = None,
        seconds: float | None = None,
        title: str | None = None,
    ) -> StoryboardMobject:
        """Play a comparison over the whole frame, as ``vizgd render`` does; what is there fades out first.

        Parameters
        ----------
        comparison : str or Comparison
            One of the gallery by name, or a comparison.
        theme : str or Theme, optional
            By default the scene's.
        seconds : float, optional
            How long it lasts; by default as the comparison says.
        title : str, optional
            Instead of its own.

        Returns
        -------
        StoryboardMobject
            The mobject that shows its last frame, which stays on the scene.
        """
        scene: Any = self
        look = Look(
            size=(scene.camera.pixel_width, scene.camera.pixel_height),
            fps=scene.camera.frame_rate,
            theme=self.theme if theme is None else theme,
            seconds=seconds,
            title=title,
        )
        storyboard = plan(resolved(comparison_from(comparison)), look)
        seen = [
            mobject
            for mobject in scene.mobjects
            if mobject.family_members_with_points() and not isinstance(mobject, ValueTracker)
        ]
        if seen:
            scene.play(*map(FadeOut, seen))
        return play_storyboard(scene, storyboard)


class DescentScene(_Descents, MovingCameraScene):
    """A scene for landscapes and descents in the plane.

    ``theme`` may be set by a subclass: ``"dark"``, ``"light"`` or a `Theme`. What is made in the scene has
    it, and the scene has its background, unless the user asks Manim for another. It is a
    ``MovingCameraScene``: ``self.camera.frame`` can be moved and scaled.
    """

    def __init__(self, *args: Any, camera_class: Any = PlaneCamera, **kwargs: Any) -> None:
        super().__init__(*args, camera_class=camera_class, **kwargs)


class DescentScene3D(_Descents, ThreeDScene):
    """A scene for surfaces and descents on them, otherwise as `DescentScene`."""

    def __init__(self, *args: Any, camera_class: Any = SpaceCamera, **kwargs: Any) -> None:
        super().__init__(*args, camera_class=camera_class, **kwargs)
