"""The chart of progress: every run is in it, from its start to its end, whatever becomes of the others."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from vizgd.drawing.marks import Line, Points, Text

from ...gallery_films import planned, storyboard


def _chart(board):
    return next(panel for panel in board.panels if panel.name == "convergence")


def _curves(panel):
    return [panel.to_frame(mark.xy) for mark in panel.marks if isinstance(mark, Line)]


def _last_tips(board):
    return [
        mark
        for layer in board.frame(board.clock.frames - 1)
        for mark in layer.marks
        if isinstance(mark, Points) and mark.name.startswith("tip ")
    ]


def _diverging(*rates, **view):
    runs = [vg.Run(vg.GradientDescent(learning_rate=rate), (5, 2)) for rate in rates]
    objective = "x**2 + 10*y**2"
    return planned(vg.Comparison("t", objective, runs, steps=30, views=[vg.Convergence(**view)]))


def test_runs_that_rise_by_orders_of_magnitude_get_a_log_axis():
    assert _chart(_diverging(0.11, 0.12)).axes.y.scale == "log"


def test_a_linear_axis_has_room_for_a_rise_though_nothing_falls():
    panel = _chart(_diverging(0.11, 0.12, scale="linear"))
    low, high = panel.axes.y.limits
    first = 65.0  # 5² + 10·2²
    assert high - low > 2 * first
    assert high < 6 * first


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_axes_hold_a_run_that_starts_at_the_minimum_and_stays(scale):
    run = vg.Run(vg.GradientDescent(learning_rate=0.1), (0, 0))
    views = [vg.Convergence(scale=scale)]
    low, high = _chart(planned(vg.Comparison("t", "x**2 + y**2", [run], steps=5, views=views))).axes.y.limits
    assert np.isfinite([low, high]).all()
    assert low < high


def test_all_curves_start_at_the_loss_of_the_start_on_a_log_count_too():
    panel = _chart(storyboard("batch-sizes"))
    starts = np.array([curve[0] for curve in _curves(panel)])
    assert np.ptp(starts, axis=0).max() == 0
    assert starts[0, 0] == pytest.approx(panel.box.left)
    first_steps = np.array([curve[1] for curve in _curves(panel)])
    assert (first_steps[:, 0] > panel.box.left + 1).all()


@pytest.mark.parametrize("name", ["learning-rates", "plateau", "second-order", "schedules"])
def test_a_run_that_falls_through_the_floor_of_a_log_axis_stays_in_sight_along_its_edge(name):
    board = storyboard(name)
    box = _chart(board).box
    for curve in _curves(_chart(board)):
        assert (curve[:, 1] > box.bottom).all()
    tips = _last_tips(board)
    assert len(tips) == len(_curves(_chart(board)))
    for tip in tips:
        assert np.isfinite(tip.xy).all()


@pytest.mark.parametrize(
    ("name", "falls"),
    [("learning-rates", {1}), ("divergence", {14, 30}), ("second-order", {6, 36}), ("bowl", set())],
)
def test_what_falls_through_the_floor_or_the_ceiling_is_said_to_leave_the_chart(name, falls):
    """The readout goes on to fall where the line goes along the edge: both have to be true."""
    board = storyboard(name)
    frame = board.frame(board.clock.frames - 1)
    words = {m.text for layer in frame for m in layer.marks if isinstance(m, Text) and "chart" in m.text}
    assert words == {f"leaves the chart at step {step}" for step in falls}


def test_an_excess_of_zero_stands_on_the_floor():
    panel = _chart(storyboard("learning-rates"))
    exact = _curves(panel)[2]  # α=0.5 lands on the minimum in its first step
    others = [curve for run, curve in enumerate(_curves(panel)) if run != 2]
    assert np.ptp(exact[1:, 1]) == 0
    assert exact[-1, 1] < min(curve[:, 1].min() for curve in others)


def test_one_run_that_rises_and_stays_finite_is_on_a_log_axis_as_a_whole():
    inputs = np.array([[1.0, 3e4], [2.0, 9e4], [3.0, 4e4], [4.0, 6e4], [5.0, 2e4], [6.0, 7e4]])
    loss = vg.logistic(inputs, np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0]))
    run = vg.Run(vg.GradientDescent(learning_rate=0.01), (0, 0, 0))
    losses = vg.record(loss, run.optimizer, start=run.start, steps=30).losses
    assert losses.max() > 1e4 * losses[0]
    views = [vg.Convergence(quantity="loss", scale="log")]
    low, high = _chart(planned(vg.Comparison("t", loss, [run], steps=30, views=views))).axes.y.limits
    assert low < losses.min()
    assert high > losses.max()


def test_a_run_that_falls_for_ever_leaves_a_linear_chart_and_presses_no_other_flat():
    runs = [vg.Run(vg.GradientDescent(learning_rate=0.1), start) for start in (1.9, -1.1)]
    comparison = vg.Comparison("t", "x**3 - 3*x", runs, steps=30, domain=[(-1.5, 2)], views=["convergence"])
    panel = _chart(planned(comparison))
    low, high = panel.axes.y.limits
    first, second = (vg.record("x**3 - 3*x", run.optimizer, start=run.start, steps=30) for run in runs)
    assert second.status.kind == "diverged"
    assert low < first.losses.min()
    assert high - low < 10 * (max(first.losses[0], second.losses[0]) - first.losses.min())
    board = planned(comparison)
    words = [
        m.text for layer in board.frame(board.clock.frames - 1) for m in layer.marks if isinstance(m, Text)
    ]
    assert any(
        text.startswith("leaves the chart at step ") for text in words
    )  # where it goes through the floor
