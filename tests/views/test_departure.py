"""A diverging run leaves the picture: once, for good, and in words that say no more than has happened."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from vizgd.marks import Line, Points, Text, revealed
from vizgd.trajectory import Status
from vizgd.typeset import placed
from vizgd.views.departure import departure, ended

from ..films import planned


def _diverging(*rates, view="contour", objective="x**2 + 10*y**2", start=(5, 2)):
    runs = [vg.Run(vg.GradientDescent(learning_rate=rate), start) for rate in rates]
    return planned(vg.Comparison("t", objective, runs, steps=40, views=[view]))


def _frame_at(board, run, iteration):
    """Return the first frame at which a run has reached an iteration."""
    return next(k for k in range(board.clock.frames) if board.clock.position(run, k) >= iteration)


def _said(board, frame):
    texts = [m for layer in board.frame(frame) for m in layer.marks if isinstance(m, Text)]
    return [m.text for m in texts if " at step " in m.text and m.bold and np.isfinite(m.xy).all()]


def test_a_run_is_said_to_leave_when_it_leaves_and_to_diverge_when_it_diverges():
    board = _diverging(0.11)
    trajectory = vg.record("x**2 + 10*y**2", vg.GradientDescent(learning_rate=0.11), (5, 2), 40)
    left = int(np.flatnonzero((np.abs(trajectory.iterates) <= 5).all(axis=1))[-1]) + 1
    diverged = trajectory.status.iteration
    assert left < diverged
    assert _said(board, _frame_at(board, 0, left) - 1) == []
    assert _said(board, _frame_at(board, 0, left)) == [f"leaves at step {left}"]
    assert _said(board, _frame_at(board, 0, diverged) - 1) == [f"leaves at step {left}"]
    assert _said(board, _frame_at(board, 0, diverged)) == [f"diverges at step {diverged}"]


@pytest.mark.parametrize("view", ["contour", "surface"])
def test_what_a_run_does_after_it_has_left_is_not_drawn(view):
    """Far outside it jumps from side to side, and each jump would cross the picture."""
    board = _diverging(0.12, view=view)
    panel = next(panel for panel in board.panels if panel.name == view)
    trails = [m for m in panel.marks if isinstance(m, Line) and m.reveal is not None]
    iterates = vg.record("x**2 + 10*y**2", vg.GradientDescent(learning_rate=0.12), (5, 2), 40).iterates
    left = int(np.flatnonzero((np.abs(iterates) <= 5).all(axis=1))[-1]) + 1
    for trail in trails:
        shown = np.flatnonzero(np.isfinite(trail.xy).all(axis=1))
        share = (shown[-1] if len(shown) else 0) / (len(trail.xy) - 1)
        assert share <= left / (len(iterates) - 1)


def test_a_run_that_comes_back_before_it_diverges_is_drawn_until_it_leaves_for_good():
    trajectory = vg.record("x**2", vg.GradientDescent(learning_rate=1.1), 3, 40)
    assert trajectory.status.kind == "diverged"
    places = np.array([[0.5, 0.5], [0.5, 1.5], [0.5, 0.5], [0.5, 2.5], [0.5, 9.0]])
    found = departure(trajectory, places)
    assert found.step == 3
    np.testing.assert_allclose(found.place, [0.5, 1.0])
    assert np.isfinite(ended(places, found)).all(axis=1).tolist() == [True] * 4 + [False]


@pytest.mark.parametrize(
    ("places", "step", "place"),
    [
        ([[0.2, 0.2], [0.4, 0.4]], 1, [0.4, 0.4]),
        ([[0.2, 0.2], [0.4, np.nan]], 1, [0.2, 0.2]),
        ([[2.0, 0.2], [3.0, 0.2]], 0, [1.0, 0.2]),
    ],
    ids=["inside to the end", "not a number", "never inside"],
)
def test_a_departure_has_a_place_wherever_the_run_was(places, step, place):
    trajectory = vg.record("x**2", vg.GradientDescent(learning_rate=1.1), 3, 40)
    found = departure(trajectory, np.array(places))
    assert found.step == step
    np.testing.assert_allclose(found.place, place)


def test_a_run_that_does_not_diverge_does_not_depart():
    trajectory = vg.record("x**2", vg.GradientDescent(learning_rate=0.1), 3, 5)
    assert trajectory.status == Status("moving")
    assert departure(trajectory, np.full((6, 2), 7.0)) is None


def test_the_words_keep_away_from_the_path_the_cross_and_the_words_of_other_runs():
    board = _diverging(0.11, 0.12)
    frame = board.frame(board.clock.frames - 1)
    words = [m for layer in frame for m in layer.marks if isinstance(m, Text) and "diverges at" in m.text]
    words = [m for m in words if m.bold and np.isfinite(m.xy).all()]
    assert len(words) == 2
    boxes = [(placed(m)[0].min(axis=0), placed(m)[0].max(axis=0)) for m in words]
    (low, high), (low2, high2) = boxes
    assert ((high < low2) | (high2 < low)).any()
    trails = [m for layer in frame for m in layer.marks if isinstance(m, Line) and m.casing]
    crosses = [m.xy for layer in frame for m in layer.marks if getattr(m, "name", "") == "departure"]
    panel = next(panel for panel in board.panels if panel.name == "contour")
    inside = [xy for m in trails if np.nanmax((xy := revealed(m))[:, 0]) <= panel.box.right + 1]
    assert len(inside) == len(crosses) == 2
    weights = np.linspace(0, 1, 50)[:, None, None]
    for low, high in boxes:
        for place in crosses:
            assert not ((place > low) & (place < high)).all()
        for xy in inside:
            fine = ((1 - weights) * xy[:-1] + weights * xy[1:]).reshape(-1, 2)
            assert not ((fine > low) & (fine < high)).all(axis=1).any()


def test_iterates_have_dots_where_they_stand_apart_and_none_where_they_would_merge():
    run = vg.Run(vg.GradientDescent(learning_rate=0.1), (4, 4))
    board = planned(vg.Comparison("t", "x**2 + y**2", [run], steps=40, views=["contour"]))
    panel = next(panel for panel in board.panels if panel.name == "contour")
    (dots,) = [m for m in panel.marks if isinstance(m, Points) and m.reveal is not None]
    places = panel.to_frame(dots.xy)
    kept = np.isfinite(places).all(axis=1)
    assert 3 < kept.sum() < 20
    assert not kept[-20:].any()
    assert np.hypot(*np.diff(places[kept], axis=0).T).min() >= 2 * dots.size
