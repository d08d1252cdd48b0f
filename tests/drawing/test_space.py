"""Marks in three dimensions are flattened for a camera: projected, in order, and hidden by a ridge."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from vizgd.drawing.marks import Line, Mesh, Points, Text, Track
from vizgd.drawing.panel import Axes, AxesStyle, Axis, Box
from vizgd.drawing.projection import Camera, HeightField
from vizgd.drawing.space import Sided, Space, TurningPanel

XS = np.linspace(-1, 1, 41)
RIDGE = HeightField(XS, XS, np.tile(np.exp(-12 * XS**2), (41, 1)))
"""A wall along y, which hides what lies beyond it from a camera that looks along x."""
LOW, HIGH = Camera(0.0, 20.0), Camera(0.0, 85.0)
BOX = Box(100, 100, 900, 700)
INK, PALE = (0.0, 0.0, 0.0, 1.0), (0.0, 0.0, 0.0, 0.3)
NEAR, FAR = np.array([0.8, 0.0, 0.02]), np.array([-0.6, 0.0, 0.02])
STYLE = AxesStyle(PALE, INK, PALE, INK, 26.0, 29.0, 29.0)
GROUND = Axes(
    Axis((0, 10), "x", ticks=(0, 5), tick_labels=("0", "5")),
    Axis((0, 10), "a long name", ticks=(5,), tick_labels=("5",)),
    STYLE,
)


def pair(kind, xy, **fields):
    return Sided(
        kind(xy, color=INK, width=2.0, **fields) if kind is Line else kind(xy, "circle", 9.0, INK, **fields),
        kind(xy, color=PALE, width=2.0) if kind is Line else kind(xy, "circle", 9.0, PALE, **fields),
    )


def space(*marks, crosses=()):
    grid = Line(np.array([NEAR, FAR, [np.nan] * 3]), INK, 1.0)
    return Space(RIDGE, np.zeros((40, 40, 4)), GROUND, grid, marks, crosses)


def flat(of, camera, kind):
    return [mark for mark in of.seen(camera, BOX, fitted=False) if isinstance(mark, kind)]


@pytest.mark.parametrize(
    ("place", "camera", "ink"), [(NEAR, LOW, INK), (FAR, LOW, PALE), (FAR, HIGH, INK)], ids=str
)
def test_a_point_that_stands_still_is_drawn_as_what_it_is(place, camera, ink):
    (mark,) = flat(space(pair(Points, place)), camera, Points)
    assert mark.fill == ink
    assert mark.xy.shape == (2,)


def test_a_point_that_moves_is_in_each_frame_on_one_side():
    track = Track(0, np.array([NEAR, FAR, NEAR]))
    before, behind = flat(space(pair(Points, track)), LOW, Points)
    assert np.isfinite(before.xy.values).all(axis=1).tolist() == [True, False, True]
    assert np.isfinite(behind.xy.values).all(axis=1).tolist() == [False, True, False]


def test_a_segment_over_the_rim_is_seen_and_nothing_is_missing_between_both_sides():
    along = np.linspace(NEAR, FAR, 8)
    # Without its outline and its grid, the ground's edges and ticks are lines of two vertices.
    behind, before = [mark for mark in flat(space(pair(Line, along)), LOW, Line) if len(mark.xy) == 8]
    hidden, seen = (np.isfinite(mark.xy).all(axis=1) for mark in (behind, before))
    assert behind.color == PALE
    assert (hidden | seen).all()
    assert (hidden[:-1] & hidden[1:] | seen[:-1] & seen[1:]).all()
    assert seen[0]
    assert hidden[-1]


def test_what_is_never_hidden_is_drawn_last():
    marks = space(pair(Points, NEAR), crosses=(Points(FAR, "cross", 9.0, INK),)).seen(LOW, BOX, fitted=False)
    assert marks[-1].marker == "cross"
    assert np.isfinite(marks[-1].xy).all()


def test_lines_on_the_surface_are_left_out_behind_it():
    (grid,) = [mark for mark in flat(space(), LOW, Line) if len(mark.xy) == 3]
    assert np.isfinite(grid.xy).all(axis=1).tolist() == [True, False, False]


@pytest.mark.parametrize("azimuth", [-60.0, 30.0, 150.0])
def test_all_that_is_drawn_lies_in_the_box_whatever_the_azimuth(azimuth):
    for fitted in (True, False):
        marks = space(pair(Points, NEAR)).seen(Camera(azimuth, 38.0), BOX, fitted=fitted)
        (mesh,) = [mark for mark in marks if isinstance(mark, Mesh)]
        corners = np.concatenate([mesh.vertices.reshape(-1, 2), [m.xy for m in marks if isinstance(m, Text)]])
        assert (corners >= (BOX.left, BOX.bottom)).all()
        assert (corners <= (BOX.right, BOX.top)).all()


def test_a_turning_panel_is_data_that_any_process_turns_alike():
    panel = TurningPanel(
        "p",
        BOX,
        (Text(np.zeros(2), "words", 20.0, INK),),
        space=space(),
        azimuth=Track(None, (0.0, 90.0)),
        elevation=30.0,
    )
    assert panel.turns
    halfway = replace(panel, azimuth=Track(None, (45.0, 45.0)))
    for one in (halfway, pickle.loads(pickle.dumps(panel))):
        (layer,), (expected,) = one.layers_at(0.5), panel.layers_at(0.5)
        assert layer.marks[-1].text == "words"
        for mark, known in zip(layer.marks, expected.marks, strict=True):
            if isinstance(mark, Line):
                np.testing.assert_array_equal(mark.xy, known.xy)
