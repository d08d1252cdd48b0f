"""Draws storyboards with Cairo."""

from __future__ import annotations

from vizgd.renderers import film
from vizgd.renderers.manim.painter import CairoPainter
from vizgd.storyboard.storyboard import Storyboard


class Film(film.Film):
    """A storyboard's frames, in any order, drawn by Cairo; colors are multiplied by opacity.

    Parameters
    ----------
    storyboard : Storyboard
    """

    def __init__(self, storyboard: Storyboard) -> None:
        painter = CairoPainter(storyboard.size, storyboard.background)
        super().__init__(storyboard, painter, painter.pixels)
