"""Composes frames with Cairo."""

from __future__ import annotations

from vizgd.renderers.compositor import Compositor
from vizgd.renderers.manim.painter import CairoPainter
from vizgd.storyboard.storyboard import Storyboard


class CairoCompositor(Compositor):
    """The frames of a storyboard, in any order, drawn by Cairo; colors are premultiplied.

    Parameters
    ----------
    storyboard : Storyboard
    """

    def __init__(self, storyboard: Storyboard) -> None:
        painter = CairoPainter(storyboard.size, storyboard.background)
        super().__init__(storyboard, painter, painter.pixels)
