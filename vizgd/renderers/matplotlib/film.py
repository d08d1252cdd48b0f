"""Draws storyboards with matplotlib's Agg: what stands still once, what moves in each frame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from numpy.typing import NDArray

from vizgd.panel import Layer, pixels_per_unit
from vizgd.renderers import Sink
from vizgd.renderers.matplotlib.painter import Painter
from vizgd.storyboard import Storyboard

POINTS_PER_INCH = 72.0


class Film:
    """A storyboard's frames, in any order.

    Parameters
    ----------
    storyboard : Storyboard
    """

    def __init__(self, storyboard: Storyboard) -> None:
        width, height = storyboard.size
        self.storyboard = storyboard
        agg: Any = RendererAgg  # matplotlib leaves its constructor untyped
        self._agg = agg(width, height, POINTS_PER_INCH)
        self._pixels = np.asarray(self._agg.buffer_rgba())
        self._painter = Painter(self._agg, pixels_per_unit(storyboard.size))
        self._pixels[:] = np.round(255 * np.array(storyboard.background)).astype(np.uint8)
        self._paint(storyboard.still)
        self._still = self._pixels.copy()

    def frame(self, frame: int) -> NDArray[np.uint8]:
        """Return the pixels of a frame, uint8 ``(height, width, 4)``; they are valid until the next call."""
        self._pixels[:] = self._still
        self._paint(self.storyboard.moving(frame))
        return self._pixels

    def _paint(self, layers: Iterable[Layer]) -> None:
        for layer in layers:
            for mark in layer.marks:
                self._painter.paint(mark, layer.clip)


def draw(storyboard: Storyboard, sink: Sink) -> None:
    """Push every frame of a storyboard, each drawn once; intro and hold are one frame repeated."""
    film = Film(storyboard)
    clock = storyboard.clock
    if clock.intro:
        sink.write(film.frame(0), repeat=clock.intro)
    for frame in range(clock.intro, clock.intro + clock.run - 1):
        sink.write(film.frame(frame))
    sink.write(film.frame(clock.frames - 1), repeat=clock.hold + 1)
