"""The data of a loss, and what its model makes of them."""

from __future__ import annotations

import numpy as np

import vizgd as vg
from vizgd.drawing.marks import Line, Text

from ..gallery_films import planned


def test_the_data_view_shows_what_a_network_fits():
    inputs, targets = vg.nn.sine(np.random.default_rng(0), 30)
    objective = vg.nn.network_loss(vg.nn.Network((1, 5, 1)), inputs, targets, "squared")
    runs = [vg.Run(vg.Adam(learning_rate=0.05))]
    board = planned(vg.Comparison("t", objective, runs, steps=5, views=["contour", "data"]), (480, 270))
    shown = next(one for one in board.panels if one.name == "data")
    (fit,) = [mark for mark in shown.marks if isinstance(mark, Line)]
    iterates = vg.record(objective, vg.Adam(learning_rate=0.05), steps=5).iterates
    moments = len(fit.xy.values) - 1
    for moment in (0, moments // 3, moments):
        position = 5 * moment / moments
        index = min(int(position), 4)
        params = iterates[index] + (position - index) * (iterates[index + 1] - iterates[index])
        along, fitted = fit.xy.values[moment].T
        np.testing.assert_allclose(fitted, objective.samples.predict(params, along), rtol=1e-9, atol=1e-12)


def _outside(board, name, frame):
    texts = [m for layer in board.frame(frame) for m in layer.marks if isinstance(m, Text)]
    return [m.text for m in texts if np.isfinite(m.xy).all() and name in m.text]


def test_a_fit_that_is_not_in_the_panel_is_said_to_be_outside():
    runs = [vg.Run(vg.GradientDescent(learning_rate=0.1), start=(0, b)) for b in (-30, 0, 30)]
    board = planned(vg.Comparison("t", "line", runs, steps=40, views=["data"]))
    assert _outside(board, "fit outside", 0) == ["fit outside, below", "fit outside, above"]
    assert _outside(board, "fit outside", board.clock.frames - 1) == []
