"""The whole film as plain data: described, pickled, and taken frame by frame."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests import polyline_renderer
from tests.gallery_films import NAMES, first_middle_last, in_pixels, storyboard
from vizgd.drawing.marks import Points, tracks
from vizgd.renderers.matplotlib.compositor import AggCompositor

SNAPSHOTS = Path(__file__).parents[1] / "snapshots"


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_is_the_one_that_was_looked_at(name):
    """Compare with `tests/snapshots`; after a change that was meant, run with VIZGD_UPDATE_SNAPSHOTS=1."""
    described = storyboard(name).describe()
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("VIZGD_UPDATE_SNAPSHOTS"):
        SNAPSHOTS.mkdir(exist_ok=True)
        path.write_text(described, encoding="utf-8")
    assert described == path.read_text(encoding="utf-8")


def test_no_snapshot_is_left_of_a_comparison_that_is_gone():
    assert {path.stem for path in SNAPSHOTS.glob("*.txt")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_the_plan_survives_pickling(name):
    board = storyboard(name)
    copy = pickle.loads(pickle.dumps(board))
    assert copy.describe() == board.describe()
    number = first_middle_last(board)[1]
    assert np.array_equal(AggCompositor(copy).frame(number), AggCompositor(board).frame(number))


@pytest.mark.parametrize("name", NAMES)
def test_a_resolved_frame_has_no_tracks(name):
    board = storyboard(name)
    for number in first_middle_last(board):
        assert not [m for layer in board.frame(number) for m in layer.marks if tracks(m)]


@pytest.mark.parametrize("name", NAMES)
def test_a_second_renderer_draws_the_same_plan(name):
    board = storyboard(name)
    for number in first_middle_last(board):
        pixels = polyline_renderer.frame(board, number)
        background = np.round(255 * np.array(board.background[:3]))
        assert 0.01 < (pixels != background).any(axis=-1).mean() < 0.9


def test_the_second_renderer_puts_markers_where_the_first_does():
    board = _with_markers_alone(storyboard("ravine"))
    number = first_middle_last(board)[1]
    compared = 0
    drawn = AggCompositor(board).frame(number)[..., :3].astype(int)
    lines = polyline_renderer.frame(board, number).astype(int)
    for mark in _moving_points(board, number):
        x, y = in_pixels(board, mark.xy)
        window = np.s_[round(y) - 12 : round(y) + 13, round(x) - 12 : round(x) + 13]
        color = np.round(255 * np.array(mark.fill[:3])).astype(int)
        filled = np.abs(drawn[window] - color).sum(axis=-1) < 40
        outlined = np.abs(lines[window] - color).sum(axis=-1) == 0
        if filled.sum() < 40 or outlined.sum() < 12:
            continue  # another run's marker lies on top
        rows, columns = np.nonzero(filled)
        rows2, columns2 = np.nonzero(outlined)
        assert abs(np.ptp(rows) - np.ptp(rows2)) <= 4
        assert abs((rows.min() + rows.max()) - (rows2.min() + rows2.max())) <= 4
        assert abs((columns.min() + columns.max()) - (columns2.min() + columns2.max())) <= 4
        compared += 1
    assert compared >= 2


def _with_markers_alone(board):
    """Return a board without the trails, which have the markers' colors and cross them."""

    def current(marks):
        return tuple(m for m in marks if isinstance(m, Points) and m.name.startswith("current"))

    panels = (replace(panel, marks=(), notes=current(panel.notes)) for panel in board.panels)
    return replace(board, panels=tuple(panels))


def _moving_points(board, number):
    return [
        mark
        for layer in board.moving(number)
        for mark in layer.marks
        if isinstance(mark, Points) and mark.name.startswith("current") and np.isfinite(mark.xy).all()
    ]
