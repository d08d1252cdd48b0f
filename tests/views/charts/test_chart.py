"""A chart draws what was recorded: its curves, in the panel, are the numbers of the trajectories."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Line, Text
from vizgd.drawing.typeset import measured

from ...gallery_films import planned

RUNS = [
    vg.Run(vg.Momentum(learning_rate=0.02, beta=0.8), (5, 2)),
    vg.Run(vg.GradientDescent(learning_rate=0.05), (5, 2)),
]


def chart(*quantities, runs=RUNS, **settings):
    view = vg.Chart(quantity=quantities[0] if len(quantities) == 1 else quantities, **settings)
    board = planned(vg.Comparison("t", "x**2 + 10*y**2", runs, steps=30, views=["contour", view]))
    return next(panel for panel in board.panels if panel.name == "chart")


def curves(panel):
    return [mark.xy for mark in panel.marks if isinstance(mark, Line)]


def test_its_curves_are_the_recorded_numbers():
    recorded = [vg.record("x**2 + 10*y**2", run.optimizer, start=run.start, steps=30) for run in RUNS]
    for curve, trajectory in zip(curves(chart("gradient")), recorded, strict=True):
        assert curve[:, 0] == pytest.approx(np.arange(31))
        assert curve[:, 1] == pytest.approx(np.linalg.norm(trajectory.gradients, axis=1))


def test_several_quantities_share_an_axis_and_are_told_apart_by_dash_and_symbol():
    panel = chart("gradient", "velocity", "step", runs=RUNS[:1])
    dashes = [mark.dash for mark in panel.marks if isinstance(mark, Line)]
    assert len(set(dashes)) == 3
    symbols = [mark.text for mark in panel.notes if isinstance(mark, Text)]
    assert len(set(symbols)) == 3
    assert all(symbol in panel.axes.y.label for symbol in symbols)


def test_symbols_at_heads_that_end_together_stand_apart():
    panel = chart("x", "y", runs=RUNS[1:], scale="linear")
    texts = [mark for mark in panel.notes if isinstance(mark, Text)]
    ends = [panel.to_frame(np.asarray(mark.xy.values[-1]))[1] + mark.offset[1] for mark in texts]
    assert abs(ends[0] - ends[1]) >= texts[0].size


def test_symbols_at_heads_stand_within_the_axes_from_the_first_iterate_on():
    panel = chart("gradient", "velocity", "step", runs=RUNS[:1])
    for mark in panel.notes:
        if isinstance(mark, Text):
            ends = (
                np.array([panel.to_frame(np.asarray(place))[0] for place in mark.xy.values]) + mark.offset[0]
            )
            assert (ends - measured(mark.text, mark.size)[0] >= panel.box.left).all()


def test_lengths_that_fall_by_orders_of_magnitude_get_a_log_axis_and_signed_values_never():
    assert chart("gradient").axes.y.scale == "log"
    assert chart("gradient", "x").axes.y.scale == "linear"


def test_a_cosine_has_its_whole_range():
    low, high = chart("cosine").axes.y.limits
    assert low < -1
    assert high > 1


def test_a_run_that_diverges_does_not_press_the_others_flat():
    lost = vg.Run(vg.GradientDescent(learning_rate=0.5), (5, 2))
    low, high = chart("x", runs=[RUNS[1], lost]).axes.y.limits
    assert high - low < 40


@pytest.mark.parametrize("given", [[], ["x", "x"], ["x", 3], ["a", "b", "c", "d", "e", "f", "g"]])
def test_lists_that_cannot_be_are_refused(given):
    with pytest.raises(UsageError, match="quantity"):
        vg.Chart(quantity=given)
