"""Marks and tracks: any frame from the plan alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizgd.drawing.marks import (
    Line,
    Points,
    Shared,
    Track,
    is_static,
    mapped,
    resolved,
    settled,
)
from vizgd.drawing.panel import Axes, AxesStyle, Axis, Box, Panel

RED = (1.0, 0.0, 0.0, 1.0)
STYLE = AxesStyle(RED, RED, RED, RED, 20.0, 20.0, 20.0)


@given(st.floats(0, 4))
def test_a_track_passes_in_a_straight_line_from_value_to_value(position):
    track = Track(0, np.array([0.0, 10.0, 20.0, 30.0, 40.0]))
    assert track.at(position) == pytest.approx(10 * position)


def test_a_held_track_keeps_its_value_until_the_next_iteration():
    track = Track(0, ("a", "b", "c"), held=True)
    assert [track.at(p) for p in (0.0, 0.99, 1.0, 1.5, 2.0, 7.0)] == ["a", "a", "b", "b", "c", "c"]


def test_a_readout_changes_midway_between_iterations():
    track = Track(0, ("a", "b", "c"), nearest=True)
    assert [track.at(p) for p in (0.0, 0.49, 0.51, 1.4, 1.6, 2.0, 7.0)] == ["a", "a", "b", "b", "c", "c", "c"]


def test_a_dense_track_has_several_values_a_step():
    track = Track(0, np.array([0.0, 1.0, 4.0, 9.0, 16.0]), density=2)
    assert track.at(1.0) == 4.0
    assert track.at(1.25) == 6.5


def _shown(until):
    line = Line(np.array([[0.0, 0], [1, 0], [1, 1]]), RED, 1.0, reveal=Track(0, np.arange(3.0)))
    return resolved(line, lambda _: until).revealed().tolist()


def test_a_line_is_revealed_to_the_midst_of_a_step():
    assert _shown(0.0) == [[0, 0]]
    assert _shown(0.5) == [[0, 0], [0.5, 0]]
    assert _shown(1.0) == [[0, 0], [1, 0]]
    assert _shown(2.0) == [[0, 0], [1, 0], [1, 1]]


def test_points_are_revealed_one_by_one():
    points = Points(np.zeros((5, 2)), "circle", 1.0, RED, reveal=Track(0, np.arange(5.0)))
    assert [len(resolved(points, lambda _, p=p: p).xy) for p in (0, 0.9, 1, 3.5, 4)] == [1, 1, 2, 4, 5]


def test_on_a_log_axis_a_marker_glides_along_the_drawn_segment():
    axis = Axis((1.0, 1000.0), scale="log")
    axes = Axes(Axis((0.0, 1.0)), axis, STYLE)
    places = np.array([[0.0, 1.0], [1.0, 1000.0]])
    panel = Panel("p", Box(0, 0, 100, 300), (Points(Track(0, places), "circle", 1.0, RED),), axes)
    (mark,) = panel.layers[2].marks
    np.testing.assert_allclose(resolved(mark, lambda _: 0.5).xy, [50.0, 150.0])


def test_what_a_log_axis_cannot_show_leaves_through_its_lower_end():
    axis = Axis((1e-3, 1.0), scale="log")
    assert axis.fraction(np.array(0.0)) < -0.1
    assert np.isfinite(axis.fraction(np.array(0.0)))


@given(st.floats(0, 1), st.sampled_from(["linear", "log"]))
def test_a_fraction_of_an_axis_and_its_value_are_inverse(fraction, scale):
    axis = Axis((0.5, 80.0), scale=scale)
    assert axis.fraction(np.array(axis.value(fraction))) == pytest.approx(fraction, abs=1e-9)


def test_a_number_beyond_counting_is_drawn_far_away_and_not_at_infinity():
    axis = Axis((0.0, 1e-8))
    assert np.isfinite(axis.fraction(np.array([1e308, -1e308]))).all()


def test_positions_in_tracks_are_mapped_too():
    mark = Points(Track(0, np.ones((3, 2))), "circle", 1.0, RED)
    moved = mapped(mark, lambda xy: 2 * xy)
    assert moved.xy.values.tolist() == [[2, 2]] * 3


def test_a_mark_with_tracks_is_not_drawn_unresolved():
    with pytest.raises(TypeError):
        settled(Track(0, np.zeros(3)))


def test_marks_are_frozen():
    mark = Line(np.array([[10.0, 10.0], [90.0, 60.0]]), RED, 5.0)
    with pytest.raises(AttributeError):
        mark.width = 3.0


def test_a_mark_without_tracks_is_static():
    assert is_static(Line(np.array([[10.0, 10.0], [90.0, 60.0]]), RED, 5.0))
    assert not is_static(Points(Track(0, np.zeros((2, 2))), "circle", 3.0, RED))


def test_iterations_share_rows_of_a_track_and_are_mapped_as_rows():
    rows = np.arange(12.0).reshape(3, 2, 2)
    points = Points(Track(0, Shared(rows, np.array([0, 0, 1, 2, 2])), held=True), "circle", 5.0, RED)
    for position, row in [(0.0, 0), (1.9, 0), (2.0, 1), (3.5, 2), (9.0, 2)]:
        np.testing.assert_array_equal(points.xy.at(position), rows[row])
    moved = mapped(points, lambda xy: 2.0 * xy + 1.0)
    assert len(moved.xy.values) == 5
    assert moved.xy.values.rows.shape == rows.shape
    np.testing.assert_array_equal(resolved(moved, lambda _: 2.5).xy, 2.0 * rows[1] + 1.0)
