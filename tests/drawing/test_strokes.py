"""What is stroked of a polyline in a box, held against matplotlib's own clipping and dashing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from vizgd.drawing.marks import Line, between
from vizgd.drawing.strokes import Stroker, stroke_line

SIZE = 200
EVERYTHING = np.full(2, -1e9), np.full(2, 1e9)
numbers = st.floats(-50, 250, allow_nan=False, width=32)
lines = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=12).map(np.array)


def stroked(vertices, begins=None, *, dash=None, width=3.0):
    """The pixels of a line as Agg strokes it, 255 where it is solid."""
    canvas = RendererAgg(SIZE, SIZE, 72)
    context = canvas.new_gc()
    context.set_snap(False)
    context.set_linewidth(width)
    context.set_foreground((0, 0, 0, 1), isRGBA=True)
    context.set_joinstyle("round")
    context.set_capstyle("butt")
    if dash:
        context.set_dashes(0.0, dash)
    codes = None if begins is None else np.where(begins, Path.MOVETO, Path.LINETO)
    path = Path(vertices, codes)
    path.should_simplify = False
    canvas.draw_path(context, path, IdentityTransform(), None)
    return np.asarray(canvas.buffer_rgba())[..., 3].astype(int)


@given(lines)
def test_in_a_box_that_holds_it_a_line_is_itself(xy):
    shown = stroke_line(xy, *EVERYTHING)
    assert np.array_equal(shown.vertices, xy)
    assert shown.begins.tolist() == [True] + [False] * (len(xy) - 1)
    assert shown.numbers.tolist() == list(range(len(xy)))


def counted_twice(xy):
    """How much of each pixel's coverage is that of several segments, 255 where all of it may be.

    Agg adds up what the parts of a path cover, up to all of the pixel. Of a whole line the two sides of a
    sharp corner are one outline, which is counted once, however far from the corner; as parts they are two.
    """
    alone = [stroked(xy[k : k + 2]) for k in range(len(xy) - 1)]
    return np.minimum(np.sum(alone, axis=0), 255) - np.max(alone, axis=0)


@given(lines, st.integers(20, 180), st.integers(20, 180))
@example(np.array([(89.0, 0.0), (0.0, 80.0), (80.0, 4.0)]), 20, 43)  # the corner is outside of the box
@example(np.array([(205.6, 196.6), (67.4, 90.0), (201.3, 197.3)]), 149, 154)
@example(np.array([(-41.0, 79.0), (124.0, 11.0), (-47.3, 76.6), (152.0, -25.0)]), 30, 48)
def test_inside_a_box_the_parts_of_a_line_look_like_the_whole(xy, x, y):
    low, high = np.array([x - 15.0, y - 15.0]), np.array([x + 15.0, y + 15.0])
    inside = np.s_[SIZE - y - 10 : SIZE - y + 10, x - 10 : x + 10]
    whole = stroke_line(xy, *EVERYTHING)
    allowed = 4 + counted_twice(xy)[inside]
    for vertices, begins in [stroke_line(xy, low, high).near(low, high), whole.near(low, high)]:
        if len(vertices):
            seen = stroked(vertices, begins)[inside]
            assert (np.abs(seen - stroked(xy)[inside]) <= allowed).all()
        else:
            assert not stroked(xy)[inside].any()


@given(lines, st.floats(0, 12), st.sampled_from([(), (7.0, 4.0), (9.0, 4.0, 2.0, 4.0)]))
def test_a_line_is_shown_up_to_any_place_on_it(xy, until, dash):
    """As if it ended there: what is dashed later does not look at what was shown before."""
    until = min(until, len(xy) - 1.0)
    tip = between(xy, until)
    begun = np.concatenate([xy[: int(until) + 1], [tip]])
    part = stroke_line(xy, *EVERYTHING, dash).near(*EVERYTHING, until, tip)
    alone = stroke_line(begun, *EVERYTHING, dash)
    if len(alone.vertices):
        assert (np.abs(stroked(*part) - stroked(alone.vertices, alone.begins)) > 40).sum() <= 6


def test_a_stroker_shows_a_line_as_its_strokes_and_keeps_lines_apart():
    stroker = Stroker((1000.0, 1000.0), 1.0)
    for shift in range(300):
        xy = np.array([[0.0, 10.0 + shift], [100.0, 10.0 + shift]])
        vertices, _ = stroker.strokes(Line(xy, (0, 0, 0, 1), 2.0, reveal=0.5), *EVERYTHING)
        assert vertices.tolist() == [[0.0, 10.0 + shift], [50.0, 10.0 + shift]]


DASHES = [(3.2, 1.7), (1.0, 1.4), (4.5, 1.5, 1.0, 1.5), (3.0, 1.4, 1.0, 1.4, 1.0, 1.4)]


# A line that turns back would lie on itself, where Agg adds up what it covers.
graphs = st.lists(st.floats(5, 190), min_size=2, max_size=6).map(
    lambda heights: np.column_stack([np.linspace(8, 190, len(heights)), heights])
)


@pytest.mark.parametrize("dash", DASHES)
@given(graphs)
def test_dashes_lie_where_matplotlib_puts_them(dash, xy):
    dash = tuple(6 * length for length in dash)
    ours = stroke_line(xy, *EVERYTHING, dash)
    # Agg leaves a dash out that ends exactly where the line does.
    ours = stroked(ours.vertices, ours.begins)
    assert (np.abs(ours - stroked(xy, dash=dash)) > 40).sum() <= 6


@given(lines, st.floats(-20, 220), st.floats(-20, 220))
def test_dashes_stay_where_they_are_whatever_box_is_looked_at(xy, x, y):
    dash = (7.0, 4.0, 2.0, 4.0)
    low, high = np.array([x - 20.0, y - 20.0]), np.array([x + 20.0, y + 20.0])
    whole, part = stroke_line(xy, *EVERYTHING, dash), stroke_line(xy, low, high, dash)
    inside = ((whole.vertices > low + 1e-6) & (whole.vertices < high - 1e-6)).all(axis=1)
    for vertex in whole.vertices[inside]:
        assert np.abs(part.vertices - vertex).sum(axis=1).min() < 1e-6


def test_a_line_with_a_gap_is_broken_and_its_dashes_begin_anew():
    xy = np.array([[0.0, 0.0], [15.0, 0.0], [np.nan, 0.0], [20.0, 5.0], [35.0, 5.0]])
    shown = stroke_line(xy, *EVERYTHING, (10.0, 10.0))
    assert shown.vertices.tolist() == [[0, 0], [10, 0], [20, 5], [30, 5]]
    assert shown.begins.tolist() == [True, False, True, False]


def test_nothing_is_stroked_of_a_line_elsewhere_or_without_length():
    low, high = np.zeros(2), np.ones(2)
    for xy in ([[5.0, 5.0], [9.0, 9.0]], [[0.5, 0.5]], [[-1.0, 1.5], [1.5, 4.0]]):
        assert len(stroke_line(np.array(xy), low, high).vertices) == 0


def test_a_line_of_more_dashes_than_can_be_seen_is_drawn_whole():
    xy = np.array([[0.0, 0.0], [1e9, 0.0]])
    assert len(stroke_line(xy, *EVERYTHING, (1.0, 1.0)).vertices) == 2
