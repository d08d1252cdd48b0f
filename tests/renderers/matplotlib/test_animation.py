"""An animation for windows and notebooks."""

from __future__ import annotations

import numpy as np
from matplotlib.animation import FuncAnimation

import vizgd as vg
from tests.gallery_films import storyboard
from vizgd.comparisons.gallery import GALLERY
from vizgd.renderers.matplotlib.compositor import AggCompositor


def test_an_animation_for_notebooks_draws_the_same_frames():
    board = storyboard("ravine")
    animation = vg.animate(GALLERY["ravine"])
    assert isinstance(animation, FuncAnimation)
    animation._draw_was_started = True
    figure = animation._fig
    compositor = AggCompositor(board)
    for number in (0, 120, board.clock.frames - 1):
        animation._func(number)
        figure.canvas.draw()
        shown = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)
        expected = compositor.frame(number)[..., :3].astype(int)
        assert shown.shape == expected.shape
        assert np.abs(shown - expected).max() <= 2
