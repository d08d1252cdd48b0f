"""Everything has room: boxes inside the frame, no two on one another, and no text cut off or overlapping."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizgd.drawing.marks import Text
from vizgd.drawing.panel import frame_units
from vizgd.drawing.typeset import placed
from vizgd.storyboard.layout import Contents, lay_out

from ..gallery_films import NAMES, first_middle_last, storyboard

SIZES = [(960, 540), (1280, 720), (854, 480), (800, 600), (1080, 1080), (1080, 1920)]


def _overlap(one, other):
    across = min(one.right, other.right) - max(one.left, other.left)
    up = min(one.top, other.top) - max(one.bottom, other.bottom)
    return across > 1e-6 and up > 1e-6


@given(
    size=st.sampled_from(SIZES),
    landscapes=st.integers(0, 6),
    charts=st.integers(0, 3),
    runs=st.integers(1, 8),
    width=st.floats(200, 700),
    aspect=st.none() | st.floats(0.34, 3.0),
)
def test_boxes_lie_in_the_frame_and_not_on_one_another(size, landscapes, charts, runs, width, aspect):
    if landscapes + charts == 0:
        return
    found = lay_out(size, Contents(landscapes, charts, runs, 46.5, width, aspect))
    boxes = [found.title, found.caption, found.legend, *found.landscapes, *found.charts]
    assert (len(found.landscapes), len(found.charts)) == (landscapes, charts)
    right, top = frame_units(size)
    for box in boxes:
        assert 0 <= box.left < box.right <= right
        assert 0 <= box.bottom < box.top <= top
    for one, other in itertools.combinations(boxes, 2):
        assert not _overlap(one, other)


@pytest.mark.parametrize("runs", [1, 2, 3])
def test_a_legend_is_not_so_wide_that_its_numbers_leave_their_labels(runs):
    found = lay_out((960, 540), Contents(2, 1, runs, 46.5, 500.0, None))
    columns = found.legend_columns
    assert found.legend.width <= columns * 1.3 * 500.0 + 70.0 * (columns - 1) + 1e-6


def test_a_legend_of_many_runs_has_the_columns_in_which_its_rows_are_largest():
    columns = [lay_out((1280, 720), Contents(1, 1, n, 46.5, 500.0, 1.5)).legend_columns for n in (2, 6, 36)]
    assert columns == [1, 1, 2]


def test_a_caption_keeps_its_distance_from_what_is_above_it():
    for contents in (Contents(2, 1, 4, 46.5, 500.0, None), Contents(1, 1, 2, 46.5, 500.0, 1.0)):
        found = lay_out((960, 540), contents)
        boxes = [found.legend, *found.landscapes, *found.charts]
        assert min(box.bottom for box in boxes) - found.caption.top >= 22


def test_a_chart_beside_two_landscapes_is_no_sliver():
    found = lay_out((960, 540), Contents(2, 1, 2, 46.5, 500.0, None))
    assert found.charts[0].width > 0.28 * frame_units((960, 540))[0]


def test_a_unit_is_a_thousandth_of_the_height_of_a_wide_frame():
    assert frame_units((1920, 1080)) == pytest.approx((1777.78, 1000.0), rel=1e-4)
    width, height = frame_units((1080, 1080))
    assert width == height == pytest.approx(1333.33, rel=1e-4)


def _texts(board, number):
    """Return the boxes of all texts of a frame: left, bottom, right, top."""
    for layer in board.frame(number):
        for mark in layer.marks:
            if isinstance(mark, Text) and np.isfinite(mark.xy).all() and str(mark.text):
                vertices, _ = placed(mark)
                yield str(mark.text), np.concatenate([vertices.min(axis=0), vertices.max(axis=0)])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_no_text_is_cut_off_or_lies_on_another(name, size):
    board = storyboard(name, size=size)
    right, top = frame_units(size)
    for number in first_middle_last(board):
        texts = list(_texts(board, number))
        for text, (x0, y0, x1, y1) in texts:
            inside = x0 >= 0 and y0 >= 0 and x1 <= right and y1 <= top
            assert inside, f"{text!r} is cut off"
        for (one, a), (other, b) in itertools.combinations(texts, 2):
            across = min(a[2], b[2]) - max(a[0], b[0])
            up = min(a[3], b[3]) - max(a[1], b[1])
            assert not (across > 0 and up > 0), f"{one!r} lies on {other!r}"


@pytest.mark.parametrize("name", NAMES)
def test_text_can_be_read_from_the_back_row(name):
    """No text is smaller than 2 % of the height of the frame: 11 pixels of 540, 22 of 1080."""
    board = storyboard(name)
    sizes = [m.size for layer in board.frame(0) for m in layer.marks if isinstance(m, Text)]
    assert min(sizes) >= 20
