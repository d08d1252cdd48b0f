"""Composes frames with matplotlib's Agg."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg

from vizgd.renderers.compositor import Compositor
from vizgd.renderers.matplotlib.painter import MatplotlibPainter
from vizgd.storyboard.storyboard import Storyboard

POINTS_PER_INCH = 72.0


class AggCompositor(Compositor):
    """The frames of a storyboard, in any order, drawn by Agg.

    Parameters
    ----------
    storyboard : Storyboard
    """

    def __init__(self, storyboard: Storyboard) -> None:
        width, height = storyboard.size
        agg: Any = RendererAgg  # matplotlib leaves its constructor untyped
        canvas = agg(width, height, POINTS_PER_INCH)
        pixels = np.asarray(canvas.buffer_rgba())
        pixels[:] = np.round(255 * np.array(storyboard.background))
        super().__init__(storyboard, MatplotlibPainter(canvas, storyboard.size), pixels)
