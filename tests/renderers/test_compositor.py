"""Frames composed of what has changed are the frames drawn whole."""

from __future__ import annotations

import numpy as np
import pytest

from tests.gallery_films import NAMES, as_numbers, storyboard
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor

BOTH = pytest.mark.parametrize("renderer", [AggCompositor, CairoCompositor], ids=["matplotlib", "manim"])
ROUNDED = {AggCompositor: (6, 20), CairoCompositor: (20, 600)}
"""By how many levels, and in how many pixels, an edge may change: Cairo counts on 17 rows of a pixel."""


def redrawn(board, number, renderer):
    """Return a frame drawn whole on an empty canvas, nothing kept from any other."""
    compositor = renderer(board)
    compositor._pixels[:] = np.round(255 * np.array(board.background)).astype(np.uint8)
    for layer in board.frame(number):
        for mark in layer.marks:
            compositor._painter.paint(mark, compositor._painter.clipped(layer.clip))
    return compositor._pixels.astype(int)


@BOTH
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_frames_drawn_one_after_another_equal_plain_full_redraws(name, theme, renderer):
    """Where a region cuts an edge, its coverage is counted anew: a few levels of 255 in few pixels."""
    board = storyboard(name, theme, seconds=4.0)
    compositor = renderer(board)
    clock = board.clock
    compared = {clock.intro, clock.intro + clock.run // 3, clock.frames - 1}
    for number in [*range(clock.intro + clock.run), clock.frames - 1]:
        frame = compositor.frame(number)
        if number in compared:
            apart = np.abs(frame - redrawn(board, number, renderer)).max(axis=-1)
            most, pixels = ROUNDED[renderer]
            assert apart.max() <= most
            assert (apart > 2).sum() <= pixels
            assert (apart > 0).mean() <= 0.005


@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_nothing_changes_outside_the_regions_that_a_frame_names(name, renderer):
    board = storyboard(name, seconds=4.0)
    compositor, clock = renderer(board), board.clock
    before = compositor.frame(0).copy()
    for number in range(clock.intro, clock.intro + clock.run):
        frame = compositor.frame(number)
        differs = as_numbers(frame) != as_numbers(before)
        for region in compositor.changed:
            differs[region.slices] = False
        assert not differs.any()
        before = frame.copy()


@pytest.mark.parametrize("name", ["divergence", "rosenbrock", "schedules"])
def test_a_frame_does_not_depend_on_the_frames_before_it(name):
    board = storyboard(name)
    compositor = AggCompositor(board)
    numbers = [200, 3, 120, 201, 60]
    once = {number: compositor.frame(number).astype(int) for number in numbers}
    for number in reversed(numbers):
        assert np.abs(compositor.frame(number) - once[number]).max() <= 6
