"""How a film begins: its axes, titles and curves are drawn in, as in any Manim video."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    Camera,
    Create,
    FadeIn,
    LaggedStart,
    Mobject,
    ThreeDCamera,
    VGroup,
    Write,
)

from vizgd.drawing.marks import Line, Mark, Points, Text
from vizgd.drawing.panel import Layer
from vizgd.renderers.manim.camera import Clipped
from vizgd.renderers.manim.mobject_painter import MobjectPainter
from vizgd.storyboard.storyboard import Storyboard

LAG = 0.25
"""The fraction of one group's time after which the next one begins."""


def intro_animation(storyboard: Storyboard, camera: Camera, frames: int) -> Animation:
    """Return an animation that draws the first frame of a storyboard as mobjects.

    Backgrounds and axes come first, then what is in them and what is written beside them. The last frame
    shows them complete.

    Parameters
    ----------
    storyboard : Storyboard
    camera : Camera
    frames : int
        The number of frames of the animation, at least two.
    """
    painter = MobjectPainter(storyboard.size, camera)
    groups: dict[str, list[Animation]] = {"axes": [], "marks": [], "words": []}
    drawn: list[Mobject] = []
    for layer in storyboard.frame(0):
        for mark in layer.marks:
            made = painter.mobjects(mark, painter.clipped(layer.clip))
            if not made:
                continue
            words = layer.role == "marks" and isinstance(mark, Text)
            if words:
                made[-1:] = letters(made[-1])
            for mobject in made:
                # Otherwise Manim would draw in the order in which mobjects are added to the scene.
                mobject.set_z_index(len(drawn))
                drawn.append(mobject)
            groups["words" if words else layer.role].append(_animation(mark, layer, made))
    begun = [AnimationGroup(*group) for group in groups.values() if group]

    def finished_in_time(alpha: float) -> float:
        return min(1.0, alpha * (frames - 0.5) / (frames - 1))

    run_time = (frames - 0.5) / float(storyboard.clock.rate)
    if isinstance(camera, ThreeDCamera):
        camera.add_fixed_in_frame_mobjects(*drawn)
    return LaggedStart(*begun, lag_ratio=LAG, run_time=run_time, rate_func=finished_in_time)


def _animation(mark: Mark, layer: Layer, made: list[Any]) -> Animation:
    """Return the animation of a mark's appearance."""
    match mark:
        case Line():
            return AnimationGroup(*(Create(line) for line in made))
        case Text():
            return (
                FadeIn(*made)
                if layer.role == "axes"
                else Write(VGroup(*made), run_time=1.0, stroke_width=1.0)
            )
        case Points():
            return FadeIn(*made, scale=0.3)
        case _:
            return FadeIn(*made)


def letters(text: Mobject) -> list[Mobject]:
    """Return a line of text as one mobject a letter: a letter's outlines lie above one another."""
    assert isinstance(text, Clipped)
    outlines = sorted(text.get_subpaths(), key=lambda outline: float(outline[:, 0].min()))
    groups: list[list[Any]] = []
    end = -np.inf
    for outline in outlines:
        left, right = float(outline[:, 0].min()), float(outline[:, 0].max())
        if groups and min(right, end) - left > (right - left) / 2:
            groups[-1].append(outline)
            end = max(end, right)
        else:
            groups.append([outline])
            end = right
    made: list[Mobject] = []
    for group in groups:
        letter = text.copy()
        letter.points = np.concatenate(group)
        made.append(letter)
    return made
