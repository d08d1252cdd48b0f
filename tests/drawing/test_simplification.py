"""Vertices left out of long polylines: nobody sees it, and a path that turns back keeps its turns."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizgd.drawing.simplification import kept_vertices, places_along

TOLERANCE = 0.1


def walk(seed, size, drift, turn=0.0):
    """A path of 2,000 steps: a random walk with a drift, which turns around in the middle where asked."""
    steps = np.random.default_rng(seed).normal(0.0, size, (2000, 2))
    steps[:, 0] += drift
    if turn:
        steps[1000:] -= [2 * drift, turn * drift]
    return steps.cumsum(axis=0)


def distances(xy, kept):
    """How far each vertex lies from the polyline of the kept ones, measured on all of its segments nearby."""
    farthest = []
    for a, b in pairwise(kept):
        fine = np.linspace(xy[a], xy[b], 400)
        farthest += [np.hypot(*(fine - point).T).min() for point in xy[a : b + 1]]
    return np.array(farthest)


walks = st.builds(
    walk,
    st.integers(0, 99),
    st.sampled_from([1e-4, 0.01, 0.5]),
    st.floats(0, 0.5),
    st.sampled_from([0.0, 0.2]),
)


@given(walks)
def test_no_vertex_lies_farther_from_what_is_drawn_than_the_tolerance(xy):
    kept = kept_vertices(xy, TOLERANCE)
    assert kept[0] == 0
    assert kept[-1] == len(xy) - 1
    length = np.hypot(*np.diff(xy[kept], axis=0).T).max()
    assert distances(xy, kept).max() <= TOLERANCE + length / 400


@given(walks)
def test_along_what_is_drawn_a_path_goes_forward(xy):
    """By no more than the tolerance does it turn back: what was shown of a trail stays shown."""
    kept = kept_vertices(xy, TOLERANCE)
    for a, b in pairwise(kept):
        along = (xy[a : b + 1] - xy[a]) @ (xy[b] - xy[a]) / max(np.hypot(*(xy[b] - xy[a])), 1e-300)
        assert (np.maximum.accumulate(along) - along).max() <= 2 * TOLERANCE


def test_a_smooth_curve_needs_few_vertices_and_noise_all_of_them():
    t = np.linspace(0, 1, 5000)
    curve = np.column_stack([600 * t, 300 * np.exp(-5 * t) * np.cos(40 * t)])
    assert len(kept_vertices(curve, TOLERANCE)) < 300
    noise = curve + np.random.default_rng(0).normal(0, 5, curve.shape)
    assert len(kept_vertices(noise, TOLERANCE)) > 4900


def test_a_path_that_goes_forth_and_back_on_itself_keeps_its_turns():
    x = np.concatenate([np.linspace(0, 10, 100), np.linspace(10, 5, 100)[1:], np.linspace(5, 20, 100)[1:]])
    kept = kept_vertices(np.column_stack([x, 0 * x]), TOLERANCE)
    assert len(kept) < 100
    places = x[kept]
    turns = places[1:-1][np.diff(np.sign(np.diff(places))) != 0].tolist()
    assert turns == pytest.approx([10, 5], abs=TOLERANCE)


def test_gaps_are_kept_and_have_no_length():
    xy = np.column_stack([np.arange(2000.0), np.zeros(2000)])
    xy[80:90] = np.nan
    kept = kept_vertices(xy, TOLERANCE)
    assert set(range(79, 91)) <= set(kept)
    assert len(kept) < 100
    for vertices in (kept, np.arange(2000)):
        places = places_along(xy, vertices)
        assert places[[0, 79, 85, 90, 1999]] == pytest.approx([0, 79, 79, 79, 1988])


@given(walks)
def test_places_along_ascend_and_end_at_the_length(xy):
    kept = kept_vertices(xy, TOLERANCE)
    places = places_along(xy, kept)
    assert (np.diff(places) >= 0).all()
    assert places[kept] == pytest.approx(np.hypot(*np.diff(xy[kept], axis=0, prepend=xy[:1]).T).cumsum())


def test_a_short_line_and_no_tolerance_leave_everything():
    xy = np.column_stack([np.arange(1000.0), np.zeros(1000)])
    assert len(kept_vertices(xy, 0.0)) == 1000
    assert len(kept_vertices(xy[:10], TOLERANCE)) == 10
