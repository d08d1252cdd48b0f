"""Ink: what only grows is painted part by part, and each frame is the same whichever came before it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import vizgd as vg
from vizgd.drawing.marks import Line
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor

from ..gallery_films import planned

RUNS = [vg.Run(rule, (-5, 3), noise=8.0, seeds=6) for rule in (vg.GradientDescent(0.03), vg.Adam(0.3))]
COMPARISON = vg.Comparison(
    "t", "x**2 + 10*y**2", RUNS, steps=25, domain=[(-6, 6), (-4, 4)], views=["contour", "convergence"]
)


def board(**look):
    return planned(COMPARISON, size=(480, 270), **look)


def without_ink(storyboard):
    """Return a storyboard whose growing marks are painted whole in each frame, as all others are."""
    panels = [
        replace(panel, marks=tuple(replace(m, ink=False) if m.is_ink else m for m in panel.marks))
        for panel in storyboard.panels
    ]
    return replace(storyboard, panels=tuple(panels))


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
def test_a_frame_is_the_same_whichever_was_asked_for_before_it(compositor):
    film = board()
    forward, backward = compositor(film), compositor(film)
    frames = range(0, film.clock.frames, 7)
    one = {frame: forward.frame(frame).astype(int) for frame in frames}
    other = {frame: backward.frame(frame).astype(int) for frame in reversed(frames)}
    for frame in frames:
        apart = np.abs(one[frame] - other[frame])
        # At the edges of regions a few levels in a few pixels, as everywhere.
        assert (apart > 6).any(axis=2).mean() < 2e-4


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_looks_as_if_it_were_painted_whole(compositor, theme):
    film = board(theme=theme)
    plain = without_ink(film)
    assert film.ink
    assert not plain.ink
    inked, whole = compositor(film), compositor(plain)
    for frame in range(0, film.clock.frames, 9):
        apart = np.abs(inked.frame(frame).astype(int) - whole.frame(frame).astype(int)).max(axis=2)
        # Parts that touch are painted one over the other.
        assert (apart > 40).mean() < 2e-3
        assert apart.mean() < 0.5


def test_it_is_said_where_a_frame_differs_from_the_one_before():
    film = board()
    compositor, shown = AggCompositor(film), None
    for frame in range(film.clock.frames):
        pixels = compositor.frame(frame)
        if shown is None:
            shown = pixels.copy()
        for region in compositor.changed:
            shown[region.slices] = pixels[region.slices]
        assert np.array_equal(shown, pixels)


def test_the_part_that_is_added_to_a_line_begins_where_it_ended():
    line = Line(np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 2.0)]), (0, 0, 0, 1), 1.0, ink=True)
    before, after = replace(line, reveal=0.5), replace(line, reveal=1.5)
    assert after.added(before).xy.tolist() == [[0.5, 0.0], [1.0, 0.0], [1.0, 1.0]]
    assert before.added(after) is None
