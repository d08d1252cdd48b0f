"""Painters draw every kind of mark, each where the plan puts it."""

from __future__ import annotations

import numpy as np
import pytest

from tests import polyline_renderer
from tests.gallery_films import NAMES, as_numbers, first_middle_last, in_pixels, storyboard
from vizgd.drawing.marks import Arrow, Line, Mark, Mesh, Points, Polygons, Text
from vizgd.drawing.region import Region
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.renderers.matplotlib.painter import MatplotlibPainter

BOTH = pytest.mark.parametrize("renderer", [AggCompositor, CairoCompositor], ids=["matplotlib", "manim"])


@BOTH
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_every_marker_is_within_a_pixel_of_where_the_plan_puts_it(name, theme, renderer):
    board = storyboard(name, theme)
    compositor = renderer(board)
    seen = 0
    for number in first_middle_last(board):
        for layer in board.frame(number):
            for mark in layer.marks:
                if isinstance(mark, Points) and mark.name and mark.name != "example":
                    seen += _check_marker(board, compositor, mark, layer.clip)
    assert seen >= 6


def _check_marker(board, compositor, mark, clip):
    """Draw a marker alone on the still ground and compare the centre of what changed with the plan."""
    place = np.asarray(mark.xy)
    if place.ndim != 1 or not np.isfinite(place).all() or mark.fill[3] < 1:
        return 0
    reach = mark.size
    if clip and not (
        clip.left + reach < place[0] < clip.right - reach
        and clip.bottom + reach < place[1] < clip.top - reach
    ):
        return 0
    pixels, ground = compositor._pixels, 255 - np.round(255 * np.array([*mark.fill[:3], 0])).astype(np.uint8)
    pixels[:] = ground
    compositor._painter.paint(mark, compositor._painter.clipped(clip))
    rows, columns = np.nonzero(as_numbers(pixels) != as_numbers(ground))
    changed = np.abs(pixels[rows, columns, :3].astype(int) - ground[:3]).sum(axis=-1) > 60
    rows, columns = rows[changed], columns[changed]
    expected = in_pixels(board, place)
    assert abs(columns.mean() + 0.5 - expected[0]) <= 1.0
    assert abs(rows.mean() + 0.5 - expected[1]) <= 1.0
    return 1


ONE_OF_EACH = [
    Line(np.array([[10.0, 10.0], [90.0, 60.0]]), (1.0, 0.0, 0.0, 1.0), 5.0),
    Points(np.array([50.0, 50.0]), "star", 40.0, (1.0, 0.0, 0.0, 1.0)),
    Polygons(
        np.array([[10.0, 10.0], [90.0, 10.0], [50.0, 80.0]]),
        np.array([0]),
        np.array([0]),
        np.array([[1.0, 0.0, 0.0, 1.0]]),
    ),
    Mesh(
        np.array([[[10.0, 10.0], [90.0, 10.0]], [[10.0, 80.0], [90.0, 80.0]]]),
        np.array([[[1.0, 0.0, 0.0, 1.0]]]),
    ),
    Arrow(np.array([10.0, 10.0]), np.array([90.0, 90.0]), (1.0, 0.0, 0.0, 1.0), 6.0, 30.0),
    Text(np.array([10.0, 40.0]), "loss", 40.0, (1.0, 0.0, 0.0, 1.0)),
]


def test_there_is_one_of_each_kind_of_mark():
    kinds = {kind for kind in Mark.__subclasses__() if kind.__module__.startswith("vizgd.")}
    assert {type(mark) for mark in ONE_OF_EACH} == kinds


@pytest.mark.parametrize("mark", ONE_OF_EACH, ids=lambda mark: type(mark).__name__)
def test_each_renderer_draws_each_kind_of_mark(mark):
    from matplotlib.backends.backend_agg import RendererAgg

    size = (1600, 900)
    canvas = RendererAgg(*size, 72)
    MatplotlibPainter(canvas, size).paint(mark, Region(0, 0, *size))
    drawn = np.asarray(canvas.buffer_rgba()).astype(int)
    assert ((drawn[..., 3] == 255) & (drawn[..., 0] > 200) & (drawn[..., 1] < 60)).sum() > 100
    assert any(len(points) > 1 for points, _ in polyline_renderer.polylines(mark))
