"""Runs that leave the picture: each time is marked, in words that say no more than has happened."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import vizgd as vg
from vizgd.drawing.marks import Line, Points, Text
from vizgd.drawing.typeset import placed
from vizgd.recording.trajectory import Status, Trajectory
from vizgd.views.departure import MOST_TOLD, Departures, departures, ended

from ..gallery_films import planned


def _diverging(*rates, view="contour", objective="x**2 + 10*y**2", start=(5, 2)):
    runs = [vg.Run(vg.GradientDescent(learning_rate=rate), start) for rate in rates]
    return planned(vg.Comparison("t", objective, runs, steps=100, views=[view]))


def _frame_at(board, run, iteration):
    """Return the first frame at which a run has reached an iteration."""
    return next(k for k in range(board.clock.frames) if board.clock.position(run, k) >= iteration)


def _said(board, frame):
    texts = [m for layer in board.frame(frame) for m in layer.marks if isinstance(m, Text)]
    return [m.text for m in texts if " at " in m.text and m.bold and np.isfinite(m.xy).all()]


def test_a_run_is_said_to_leave_when_it_leaves_and_to_diverge_when_it_diverges():
    board = _diverging(0.11)
    trajectory = vg.record("x**2 + 10*y**2", vg.GradientDescent(learning_rate=0.11), (5, 2), 100)
    left = int(np.flatnonzero((np.abs(trajectory.iterates) <= 5).all(axis=1))[-1]) + 1
    diverged = trajectory.status.iteration
    assert left < diverged
    assert _said(board, _frame_at(board, 0, left) - 1) == []
    assert _said(board, _frame_at(board, 0, left)) == [f"leaves at step {left}"]
    assert _said(board, _frame_at(board, 0, diverged) - 1) == [f"leaves at step {left}"]
    both = f"left at {left}, diverges at {diverged}"
    assert _said(board, _frame_at(board, 0, diverged)) == [both]


@pytest.mark.parametrize("view", ["contour", "surface"])
def test_what_a_run_does_after_it_has_left_is_not_drawn(view):
    """Far outside it jumps from side to side, and each jump would cross the picture."""
    board = _diverging(0.12, view=view)
    panel = next(panel for panel in board.panels if panel.name == view)
    trails = [m for m in panel.marks if isinstance(m, Line) and m.reveal is not None]
    iterates = vg.record("x**2 + 10*y**2", vg.GradientDescent(learning_rate=0.12), (5, 2), 100).iterates
    left = int(np.flatnonzero((np.abs(iterates) <= 5).all(axis=1))[-1]) + 1
    for trail in trails:
        shown = np.flatnonzero(np.isfinite(trail.xy).all(axis=1))
        share = (shown[-1] if len(shown) else 0) / (len(trail.xy) - 1)
        assert share <= left / (len(iterates) - 1)


def test_a_run_that_comes_back_before_it_diverges_is_drawn_until_it_leaves_for_good():
    trajectory = vg.record("x**2", vg.GradientDescent(learning_rate=1.1), 3, 40)
    places = np.array([[0.5, 0.5], [0.5, 1.5], [0.5, 0.5], [0.5, 2.5], [0.5, 9.0]])
    found = departures(trajectory, places)
    assert [(one.step, one.back) for one in found] == [(1, 2), (3, None)]
    np.testing.assert_allclose(found.last.place, [0.5, 1.0])
    assert np.isfinite(ended(places, found.last)).all(axis=1).tolist() == [True] * 4 + [False]


@pytest.mark.parametrize(
    ("places", "step", "place"),
    [
        ([[0.2, 0.2], [0.4, 0.4]], 1, [0.4, 0.4]),
        ([[0.2, 0.2], [0.4, np.nan]], 1, [0.2, 0.2]),
        ([[2.0, 0.2], [3.0, 0.2]], 0, [1.0, 0.2]),
    ],
    ids=["inside to the end", "not a number", "never inside"],
)
def test_a_departure_has_a_place_wherever_the_diverging_run_was(places, step, place):
    found = Departures(np.array(places), diverged=True).last
    assert found.step == step
    np.testing.assert_allclose(found.place, place)


@given(
    arrays(float, st.tuples(st.integers(1, 12), st.just(2)), elements=st.sampled_from([-3.0, 0.2, 0.9, 1e9])),
    st.booleans(),
)
def test_every_departure_has_its_step_its_place_on_the_edge_and_its_return(places, diverged):
    inside = ((places >= 0) & (places <= 1)).all(axis=1).tolist()
    state, expected = True, []
    for step, within in enumerate(inside):
        if state and not within:
            expected.append([step, None])
        elif within and not state:
            expected[-1][1] = step
        state = within
    if diverged and state:
        expected.append([len(inside) - 1, None])
    found = Departures(places, diverged)
    assert [[one.step, one.back] for one in found] == expected
    for one in found:
        assert ((one.place >= 0) & (one.place <= 1)).all()
        if not inside[one.step]:
            assert np.min(np.minimum(one.place, 1 - one.place)) == pytest.approx(0, abs=1e-9)
    assert (found.last is None) == (state and not diverged)


def test_a_run_that_stays_inside_does_not_depart():
    assert len(Departures(np.array([[0.0, 1.0], [1.0 + 1e-9, 0.5], [0.3, 0.3]]), diverged=False)) == 0


def _path(*places, view="contour", domain=((-1, 1), (-1, 1)), **settings):
    """Return the storyboard of a path that was recorded before."""
    iterates = np.array(places, dtype=float)
    objective = vg.objective_from("x**2 + y**2", domain=domain)
    objective = dataclasses.replace(objective, domain=domain)
    trajectory = Trajectory(
        iterates,
        objective.value(iterates),
        objective.gradient(iterates),
        np.ones(len(iterates) - 1),
        {},
        Status("moving"),
        np.zeros(len(iterates), dtype=int),
    )
    runs = [vg.Run(trajectory)]
    return planned(vg.Comparison("t", objective, runs, views=[view], domain=domain, **settings))


VIEWS = ["contour", vg.Surface(), vg.Surface(orbit=True)]


@pytest.mark.parametrize("view", VIEWS, ids=["contour", "surface", "turning"])
def test_a_run_that_leaves_without_diverging_is_marked_with_its_step(view):
    board = _path((0, 0), (0.5, 0), (2, 0), (5, 0), view=view)
    end = board.clock.frames - 1
    assert _said(board, _frame_at(board, 0, 2) - 1) == []
    assert _said(board, end) == ["leaves at step 2"]
    (cross,) = _crosses(board, end)
    assert np.isfinite(cross.xy).all()
    assert not any("diverge" in text for text in _texts(board, end))


def _crosses(board, frame):
    found = [m for layer in board.frame(frame) for m in layer.marks if getattr(m, "name", "") == "departure"]
    return [mark for mark in found if np.isfinite(mark.xy).all()]


def _texts(board, frame):
    return [m.text for layer in board.frame(frame) for m in layer.marks if isinstance(m, Text)]


@pytest.mark.parametrize("view", VIEWS, ids=["contour", "surface", "turning"])
def test_a_run_that_comes_back_is_told_to_come_back_and_its_marker_comes_in_from_the_edge(view):
    board = _path((0, 0), (0.5, 0), (2, 0), (0.5, 0.5), (0, 0.5), view=view)
    assert _said(board, _frame_at(board, 0, 2)) == ["leaves at step 2"]
    assert _said(board, board.clock.frames - 1) == ["left at step 2, back at 3"]
    seen = [_current(board, frame) for frame in range(board.clock.frames)]
    assert not all(seen)
    before = [board.clock.position(0, k) for k, shown in enumerate(seen) if not shown]
    # It is outside from a third of the second step on, until two thirds of the third.
    assert 1.25 < min(before) < 1.45
    assert 2.55 < max(before) < 2.75


def _current(board, frame):
    marks = [m for layer in board.frame(frame) for m in layer.marks if isinstance(m, Points)]
    current = [m for m in marks if m.name in {"current 0", "behind 0"}]
    return any(np.isfinite(mark.xy).all() for mark in current)


def test_a_run_that_leaves_again_and_again_has_one_text_that_counts():
    out_and_in = [(0.5, 0), (2, 0)] * (MOST_TOLD + 4)
    board = _path(*out_and_in, (0.2, 0.1))
    last = 2 * (MOST_TOLD + 4) - 1
    assert _said(board, board.clock.frames - 1) == [f"left {MOST_TOLD + 4} times, last at step {last}"]


def test_a_run_on_an_objective_of_its_own_is_seen_to_start():
    runs = [vg.Run(vg.Adam(), (5, 2)), vg.Run(vg.Adam(), (40, 2), objective="x**2 + 3*y**2")]
    board = planned(vg.Comparison("t", "x**2 + y**2", runs, steps=5))
    first, second = (panel.axes.x.limits for panel in board.panels if panel.name == "contour")
    assert first[1] == 5
    assert second[1] > 40


def test_a_loss_that_leaves_the_chart_is_marked_there():
    start, rate = (5, 2), 0.12  # y grows by 1.4 each step
    board = _diverging(rate, view="convergence")
    panel = next(one for one in board.panels if one.name == "convergence")
    losses = vg.record("x**2 + 10*y**2", vg.GradientDescent(learning_rate=rate), start, 40).losses
    above = int(np.flatnonzero(losses <= panel.axes.y.limits[1])[-1]) + 1
    end = board.clock.frames - 1
    (cross,) = _crosses(board, end)
    assert cross.xy[1] == pytest.approx(panel.box.top)
    assert f"leaves the chart at step {above}" in _texts(board, end)


def test_a_run_that_is_lost_outside_has_not_come_back():
    """Its last loss is infinite: that is nowhere in a chart, and not inside."""
    runs = [vg.Run(vg.GradientDescent(learning_rate=rate), start=2.0) for rate in (0.1, 0.5)]
    board = planned(vg.Comparison("t", "x**4", runs, steps=60, views=["curve", "convergence"]))
    words = _texts(board, board.clock.frames - 1)
    assert "leaves the chart at step 2" in words
    assert "left at 1, diverges at 5" in words
    assert not any("back" in text for text in words)
    path = np.array([[0.5, 0.5], [0.5, 2.0], [np.nan, np.nan], [0.5, 0.6], [np.nan, 0.5]])
    assert list(Departures(path, diverged=False).steps) == [1]
    assert list(Departures(path, diverged=False).backs) == [3]


def test_words_stand_near_their_cross_though_a_path_lies_there():
    """Elsewhere they would be taken for another run's."""
    starts = [(1, 0), (1, 0.001), (-0.8, 0.01), (0.5, -0.05)]
    runs = [vg.Run(vg.GradientDescent(learning_rate=0.1), start=start, label=str(start)) for start in starts]
    views = ["surface", "contour"]
    comparison = vg.Comparison("t", "x**2 - y**2", runs, steps=40, domain=[(-1, 1)] * 2, views=views)
    board = planned(comparison)
    panel = next(one for one in board.panels if one.name == "contour")
    marks = [mark for mark in panel.notes if isinstance(mark, Text)]
    heights = {mark.text: mark.xy.values[-1, 1] for mark in marks}
    assert heights["leaves at step 38"] > 0.5
    assert heights["leaves at step 26"] > 0.2
    assert heights["leaves at step 17"] < -0.5


def test_many_departures_have_fewer_words_which_never_lie_on_one_another():
    runs = [vg.Run(vg.GradientDescent(learning_rate=0.3), (x, 0.1)) for x in np.linspace(-0.9, 0.9, 12)]
    domain = [(-1, 1), (-1, 1)]
    board = planned(vg.Comparison("t", "x**2 - y**2", runs, steps=8, views=["contour"], domain=domain))
    end = board.clock.frames - 1
    assert len(_crosses(board, end)) == 12
    marks = [m for layer in board.frame(end) for m in layer.marks if isinstance(m, Text) and m.bold]
    words = [m for m in marks if m.text.startswith("step ") and np.isfinite(m.xy).all()]
    assert len(words) >= 10
    boxes = [(placed(m)[0].min(axis=0), placed(m)[0].max(axis=0)) for m in words]
    for index, (low, high) in enumerate(boxes):
        for low2, high2 in boxes[:index]:
            assert ((high < low2) | (high2 < low)).any()


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
    inside = [xy for m in trails if np.nanmax((xy := m.revealed())[:, 0]) <= panel.box.right + 1]
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
