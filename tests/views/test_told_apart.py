"""Runs and roles can be told apart as they are drawn, small, without red or green cones, and in gray."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

import vizgd as vg
from vizgd.drawing.panel import Panel
from vizgd.drawing.theme import DASHES, THEMES, Theme
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.storyboard.storyboard import Storyboard
from vizgd.views.overlays.acts import Acting, Placed
from vizgd.views.overlays.arrows import static_arrow

from ..gallery_films import in_pixels, planned
from ..vision import VISIONS, ciede2000, seen

SIZE, QUARTER = (1280, 720), 4
APART = 15.0
RUNS, STEPS = 8, 180
HEIGHTS = 7.0 - 2 * np.arange(RUNS)
SAME_RHYTHM = 0.25
"""Of two lines with the same dashes, stretched and shifted to agree best, coverage differs by less."""

SHARMA = """
50 2.6772 -79.7751 50 0 -82.7485 2.0425
50 3.1571 -77.2803 50 0 -82.7485 2.8615
50 2.8361 -74.0200 50 0 -82.7485 3.4412
50 -1.3802 -84.2814 50 0 -82.7485 1.0000
50 -1.1848 -84.8006 50 0 -82.7485 1.0000
50 -0.9009 -85.5211 50 0 -82.7485 1.0000
50 0 0 50 -1 2 2.3669
50 -1 2 50 0 0 2.3669
50 2.49 -0.001 50 -2.49 0.0009 7.1792
50 2.49 -0.001 50 -2.49 0.0010 7.1792
50 2.49 -0.001 50 -2.49 0.0011 7.2195
50 2.49 -0.001 50 -2.49 0.0012 7.2195
50 -0.001 2.49 50 0.0009 -2.49 4.8045
50 -0.001 2.49 50 0.0010 -2.49 4.8045
50 -0.001 2.49 50 0.0011 -2.49 4.7461
50 2.5 0 50 0 -2.5 4.3065
50 2.5 0 73 25 -18 27.1492
50 2.5 0 61 -5 29 22.8977
50 2.5 0 56 -27 -3 31.9030
50 2.5 0 58 24 15 19.4535
50 2.5 0 50 3.1736 0.5854 1.0000
50 2.5 0 50 3.2972 0 1.0000
50 2.5 0 50 1.8634 0.5757 1.0000
50 2.5 0 50 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""
"""Pairs of colors in CIELAB and their difference, from the paper's table 1."""


@pytest.mark.parametrize("row", SHARMA.strip().splitlines())
def test_the_measure_of_these_tests_is_that_of_the_paper(row):
    numbers = [float(number) for number in row.split()]
    assert ciede2000(numbers[:3], numbers[3:6]) == pytest.approx(numbers[6], abs=1e-4)


def test_the_visions_of_these_tests_keep_gray_and_lose_what_they_should():
    gray = np.full(3, 0.5)
    for vision in VISIONS:
        np.testing.assert_allclose(seen(gray, vision)[1:], 0, atol=0.1)
        assert seen(gray, vision)[0] == pytest.approx(53.4, abs=0.1)
    red, green = np.array([0.8, 0.3, 0.0]), np.array([0.45, 0.55, 0.0])
    usual = ciede2000(seen(red, "usual vision"), seen(green, "usual vision"))
    assert ciede2000(seen(red, "deuteranopia"), seen(green, "deuteranopia")) < usual / 4
    assert abs(seen(red, "grayscale")[1]) < 1e-3


def small(pixels: np.ndarray) -> np.ndarray:
    """Return a picture at a quarter of its size, each pixel the mean of sixteen."""
    height, width = pixels.shape[0] // QUARTER, pixels.shape[1] // QUARTER
    return pixels[..., :3].reshape(height, QUARTER, width, QUARTER, 3).mean(axis=(1, 3)) / 255


def eight_runs(view: str, theme: str | Theme) -> Storyboard:
    """Return the plan of eight runs that go straight to the right, one below the other."""
    shown = vg.Contour() if view == "contour" else vg.Chart(quantity="y", scale="linear")
    runs = [
        vg.Run(vg.GradientDescent(learning_rate=18 / STEPS), start=(-9.0, y), label=f"{y:.0f}")
        for y in HEIGHTS
    ]
    comparison = vg.Comparison(
        "Eight runs", "0*y - x", runs, domain=[(-10, 10), (-8.2, 8.2)], steps=STEPS, views=[shown]
    )
    return planned(comparison, size=SIZE, theme=theme, seconds=1.0, fps=2.0)


def drawn(board: Storyboard, compositor: type) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return the color of each run's marker, and the coverage along its line, in the last frame."""
    picture = small(compositor(board).frame(board.clock.frames - 1))
    (panel,) = (panel for panel in board.panels if panel.axes is not None)
    left, right = (-9.0, 9.0) if panel.name == "contour" else (0.0, float(STEPS))
    colors, lines = [], []
    for y in HEIGHTS:
        across = left + np.array([0.05, 0.95, 1.0]) * (right - left)
        pixels = in_pixels(board, panel.to_frame(np.column_stack([across, np.full(3, y)]))) / QUARTER
        (first, last, tip), row = pixels[:, 0].astype(int), int(pixels[0, 1])
        marker = picture[row - 4 : row + 5, tip - 4 : tip + 5].reshape(-1, 3)
        unlike = np.abs(marker - picture[row - 6, tip]).sum(axis=1)
        colors.append(marker[unlike.argsort()[-4:]].mean(axis=0))
        lines.append(coverage(picture[row - 4 : row + 5, first:last], colors[-1]))
    return colors, lines


def coverage(strip: np.ndarray, color: np.ndarray) -> np.ndarray:
    """Return for each column how much of a color lies over the ground above and below."""
    ground = (strip[0] + strip[-1]) / 2
    along = color - ground
    return (((strip[2:-2] - ground) * along).sum(axis=-1) / (along**2).sum(axis=-1)).sum(axis=0)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Return how far apart two colors are for who has most trouble with them."""
    return min(ciede2000(seen(one, vision), seen(other, vision)) for vision in VISIONS)


def unlike_rhythms(one: np.ndarray, other: np.ndarray, window: int = 60) -> float:
    """Return by how much the coverage of two lines differs at their best, wherever their dashes begin.

    Runs are drawn in different widths, and so are their dashes: each is stretched by up to a third.
    """
    return max(_unlike(one, other, window), _unlike(other, one, window))


def _unlike(one: np.ndarray, other: np.ndarray, window: int) -> float:
    one, other = (line / np.quantile(line, 0.95) for line in (one, other))
    found = []
    for stretch in np.linspace(0.75, 1.33, 59):
        starts = np.arange(0, len(other) - 1 - window * stretch, 0.5)
        laid = np.interp(starts[:, None] + np.arange(window) * stretch, np.arange(len(other)), other)
        found.append(np.sqrt(((one[:window] - laid) ** 2).mean(axis=1)).min())
    return float(min(found))


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
@pytest.mark.parametrize("theme", list(THEMES))
@pytest.mark.parametrize("view", ["contour", "chart"])
def test_each_two_of_eight_runs_differ_in_color_for_every_vision_or_in_their_dashes(view, theme, compositor):
    colors, lines = drawn(eight_runs(view, theme), compositor)
    for one, other in itertools.combinations(range(RUNS), 2):
        found = apart(colors[one], colors[other]), unlike_rhythms(lines[one], lines[other])
        assert found[0] >= APART or found[1] > SAME_RHYTHM, (one, other, found)


def test_dashes_that_are_the_same_are_not_taken_for_others():
    theme = THEMES["light"]
    few = replace(theme, runs=tuple(replace(style, dash=DASHES[1]) for style in theme.runs), most_swell=0.3)
    _, lines = drawn(eight_runs("chart", few), AggCompositor)
    for one, other in itertools.combinations(range(6), 2):
        assert unlike_rhythms(lines[one], lines[other]) < SAME_RHYTHM


def arrow(theme: Theme, role: str, board: Storyboard) -> tuple[np.ndarray, np.ndarray]:
    """Return the color of a role's arrow, and its coverage of each pixel, at a quarter of the size."""
    tail, head = np.array([[-6.0, 0.0]]), np.array([[6.0, 0.0]])
    steps = np.repeat([[0.0, 0.0]], 2, axis=0)
    placed = Placed(
        0, Acting("a", role, steps, steps), np.repeat(tail, 2, axis=0), np.repeat(head, 2, axis=0)
    )
    (panel,) = (panel for panel in board.panels if panel.axes is not None)
    mark = static_arrow(theme, placed)
    shown = Panel("arrow", panel.box, (mark,), panel.axes)
    pictures = [
        small(AggCompositor(replace(board, panels=panels)).frame(0))
        for panels in ((shown,), (replace(shown, marks=()),))
    ]
    color = np.array(mark.color[:3])
    along = color - pictures[1]
    ink = ((pictures[0] - pictures[1]) * along).sum(axis=-1) / np.maximum((along**2).sum(axis=-1), 1e-9)
    here = in_pixels(board, panel.to_frame(np.concatenate([tail, head]))) / QUARTER
    (first, last), row = here[:, 0].astype(int), int(here[0, 1])
    area = np.s_[row - 6 : row + 7, first - 2 : last + 3]
    solid = pictures[0][area].reshape(-1, 3)[ink[area].ravel().argsort()[-4:]].mean(axis=0)
    return solid, ink[area]


@pytest.mark.parametrize("name", list(THEMES))
def test_each_two_roles_differ_in_the_shape_of_their_arrows_and_in_color(name):
    theme = THEMES[name]
    board = eight_runs("chart", theme)
    arrows = {style.role: arrow(theme, style.role, board) for style in theme.roles}
    for (one, (color, ink)), (other, (its, other_ink)) in itertools.combinations(arrows.items(), 2):
        # Of what either covers, so much is covered by only one.
        shape = np.abs(ink - other_ink).sum() / np.maximum(ink, other_ink).sum()
        assert shape > 0.15, (one, other)
        assert ciede2000(seen(color, "usual vision"), seen(its, "usual vision")) >= APART, (one, other)
