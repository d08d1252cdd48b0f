"""Composes frames with matplotlib's Agg."""

from __future__ import annotations

import numpy as np

from vizgd.renderers.compositor import Compositor
from vizgd.renderers.matplotlib.painter import MatplotlibPainter, agg_canvas
from vizgd.storyboard.storyboard import Storyboard


class AggCompositor(Compositor):
    """The frames of a storyboard, in any order, drawn by Agg.

    Parameters
    ----------
    storyboard : Storyboard
    """

    def __init__(self, storyboard: Storyboard) -> None:
        width, height = storyboard.size
        canvas = agg_canvas(width, height)
        pixels = np.asarray(canvas.buffer_rgba())
        pixels[:] = np.round(255 * np.array(storyboard.background))
        super().__init__(storyboard, MatplotlibPainter(canvas, storyboard.size), pixels)
