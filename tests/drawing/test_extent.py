"""How far marks reach, held against the pixels that they color."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg

from vizgd.drawing.marks import Line, Points, Text
from vizgd.drawing.region import Region
from vizgd.renderers.matplotlib.painter import MatplotlibPainter

from ..gallery_films import NAMES, first_middle_last, storyboard

SIZE = (960, 540)
RED = (1.0, 0.0, 0.0, 1.0)


def drawn(painter, canvas, mark) -> np.ndarray:
    canvas.clear()
    painter.paint(mark, Region(0, 0, *SIZE))
    return np.asarray(canvas.buffer_rgba())[..., 3] > 0


@pytest.mark.parametrize("name", NAMES)
def test_no_mark_of_the_gallery_colors_a_pixel_outside_its_extent(name):
    board = storyboard(name)
    canvas = RendererAgg(*SIZE, 72)
    painter = MatplotlibPainter(canvas, SIZE)
    for layer in board.frame(first_middle_last(board)[1]):
        for mark in layer.marks:
            colored, box = drawn(painter, canvas, mark), mark.extent()
            if box is not None:
                colored[painter.region(box).slices] = False
            assert not colored.any() or getattr(mark, "crisp", False)


LINE = Line(np.array([[100.0, 100.0], [500.0, 700.0], [900.0, 200.0]]), RED, 8.0, (), RED, 3.0)
TEXT = Text(np.array([300.0, 300.0]), "0.25", 60.0, RED)
DOTS = Points(np.array([[100.0, 100.0], [500.0, 500.0]]), "star", 40.0, RED, RED, 4.0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LINE, replace(LINE, xy=np.concatenate([LINE.xy, [[950.0, 800.0]]]))),
        (LINE, replace(LINE, xy=LINE.xy[:2])),
        (LINE, replace(LINE, xy=LINE.xy + 30)),
        (LINE, replace(LINE, reveal=1.25)),
        (replace(LINE, reveal=0.75), replace(LINE, reveal=0.25)),
        (replace(LINE, reveal=0.5), replace(LINE, reveal=2.0)),
        (LINE, replace(LINE, color=(0.0, 0.0, 1.0, 1.0))),
        (TEXT, replace(TEXT, text="0.125")),
        (TEXT, replace(TEXT, xy=TEXT.xy + 200)),
        (DOTS, replace(DOTS, xy=np.array([[100.0, 100.0], [500.0, 500.0], [900.0, 500.0]]))),
        (DOTS, TEXT),
    ],
)
def test_whatever_looks_different_lies_in_the_boxes_of_the_change(old, new):
    canvas = RendererAgg(*SIZE, 72)
    painter = MatplotlibPainter(canvas, SIZE)

    def pixels(mark):
        drawn(painter, canvas, mark)
        return np.asarray(canvas.buffer_rgba()).astype(int)

    # Where a line goes on, Agg rounds the coverage of its last edge anew: by a level of 255.
    different = (np.abs(pixels(old) - pixels(new)) > 2).any(axis=-1)
    assert different.any()
    boxes = old.changes(new)
    for box in [old.extent(), new.extent()] if boxes is None else boxes:
        different[painter.region(box).slices] = False
    assert not different.any()


def test_a_line_that_grows_changes_only_where_it_has_grown():
    grown = replace(LINE, xy=np.concatenate([LINE.xy, [[950.0, 250.0]]]))
    boxes = LINE.changes(grown)
    assert all(box.left > 850 for box in boxes)


def test_a_line_that_is_revealed_further_changes_only_there():
    (box,) = replace(LINE, reveal=1.5).changes(replace(LINE, reveal=1.75))
    reach = LINE.width / 2 + LINE.casing_width
    assert (box.left, box.right) == pytest.approx((700 - reach, 800 + reach))


def test_equal_marks_change_nothing():
    for mark in (LINE, TEXT, DOTS):
        assert mark.changes(mark) == mark.changes(replace(mark, xy=mark.xy.copy())) == []
