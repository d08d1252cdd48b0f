"""Words beside a cross: near it, inside, and on nothing that has a place already."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from vizgd.drawing.panel import Box
from vizgd.views.clearance import CROSS, EVERY, clear_place, evenly_spaced

BOX = Box(0, 0, 600, 400)
UNIT = np.array([600.0, 400.0])
FRACTIONS = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(np.array)
HALVES = st.tuples(st.floats(0.02, 0.2), st.floats(0.02, 0.06)).map(np.array)
NOTHING = np.empty((0, 2))


@given(cross=FRACTIONS, half=HALVES, taken=st.lists(st.tuples(FRACTIONS, HALVES), max_size=3))
def test_words_are_inside_beside_their_cross_and_over_no_others(cross, half, taken):
    corners = [np.stack([place - size, place + size]) for place, size in taken]
    place = clear_place(cross, half, BOX, NOTHING, corners)
    if place is None:
        assert taken
        return
    assert (place - half > 0).all()
    assert (place + half < 1).all()
    assert (np.abs(place - cross) * UNIT >= half * UNIT + CROSS / 2).any()
    assert not any(((place + half > low) & (place - half < high)).all() for low, high in corners)


def test_what_is_larger_than_the_box_has_no_place():
    assert clear_place(np.array([0.5, 0.5]), np.array([0.6, 0.1]), BOX, NOTHING, []) is None


def test_words_move_from_a_trail_that_they_would_cover():
    cross, half = np.array([0.5, 0.5]), np.array([0.1, 0.04])
    first = clear_place(cross, half, BOX, NOTHING, [])
    trail = first + np.linspace(-0.08, 0.08, 40)[:, None] * [1.0, 0.0]
    moved = clear_place(cross, half, BOX, trail, [])
    assert not (np.abs(trail - moved) < half).all(axis=1).any()


@given(corners=st.lists(FRACTIONS, min_size=2, max_size=6))
def test_a_trail_is_told_by_points_as_far_apart_along_it(corners):
    trail = np.array(corners)
    length = np.hypot(*(np.diff(trail, axis=0) * UNIT).T).sum()
    assume(length > 1)
    points = evenly_spaced(trail, BOX)
    np.testing.assert_allclose(points[[0, -1]], trail[[0, -1]], atol=1e-9)
    assert np.hypot(*(np.diff(points, axis=0) * UNIT).T).max() <= EVERY + 1e-6
    assert len(points) <= length / EVERY + 2


def test_a_trail_without_a_place_has_no_points():
    assert evenly_spaced(np.full((5, 2), np.nan), BOX).shape == (0, 2)
