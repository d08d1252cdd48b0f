"""The outlines of markers and arrows."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizgd.drawing.marks import Arrow, Marker
from vizgd.drawing.shapes import arrow_outline, marker_outline

PLACES = st.tuples(st.floats(-500, 500), st.floats(-500, 500)).map(np.array)
RED = (1.0, 0.0, 0.0, 1.0)


def area(polygon):
    """Return the area of a polygon, positive where it is walked round against the clock."""
    x, y = polygon.T
    return 0.5 * float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


@pytest.mark.parametrize("marker", get_args(Marker))
def test_a_marker_is_about_the_origin_and_no_other_looks_more_important(marker):
    outline = marker_outline(marker)
    np.testing.assert_allclose(outline.mean(axis=0), 0.0, atol=1e-9)
    assert 1.5 < abs(area(outline)) < 3.6  # a circle has 3.1
    assert 0.9 < np.linalg.norm(outline, axis=1).max() < 1.5


def test_markers_can_be_told_apart():
    outlines = [marker_outline(marker).round(6).tobytes() for marker in get_args(Marker)]
    assert len(set(outlines)) == len(outlines)


@given(tail=PLACES, head=PLACES, width=st.floats(1, 20), head_size=st.floats(5, 60))
def test_an_arrow_reaches_from_its_tail_to_its_head_and_is_even_on_both_sides(tail, head, width, head_size):
    outline = arrow_outline(Arrow(tail, head, RED, width, head_size))
    length = np.hypot(*(head - tail))
    if length < 1e-9:
        assert len(outline) == 0
        return
    along = (head - tail) / length
    np.testing.assert_allclose(outline[3], head)
    np.testing.assert_allclose((outline[0] + outline[-1]) / 2, tail, atol=1e-9)
    forward, sideways = (outline - tail) @ along, (outline - tail) @ [-along[1], along[0]]
    np.testing.assert_allclose(sideways, -sideways[::-1], atol=1e-6)
    assert forward.min() >= -1e-6
    assert forward.max() <= length + 1e-6
    # Of a short arrow the head is half, so that a small step is a small arrow.
    assert forward[3] - forward[2] == pytest.approx(min(head_size, length / 2), abs=1e-6)


def test_the_heads_of_arrows_differ_by_where_their_barbs_are():
    tail, head = np.zeros(2), np.array([100.0, 0.0])
    for barbs, across in ((1.0, 80.0), (1.45, 71.0), (0.5, 90.0)):
        outline = arrow_outline(Arrow(tail, head, RED, 5.0, 20.0, barbs=barbs))
        assert outline[[2, 4], 0] == pytest.approx(across)
        assert outline[[1, 5], 0] == pytest.approx(80.0)
