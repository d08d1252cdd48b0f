"""The map of two hyper-parameters: each cell is what a recorded run of its own does."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from tests.gallery_films import planned
from tests.views.cells import COUNT, clear_of, colors_of_cells, mapped, mesh_of, middles, pixel
from vizgd.drawing.theme import LIGHT


def test_heavy_ball_diverges_beyond_its_edge_and_nowhere_else():
    """The edge is 2(1 + β)/L: Polyak (1964), section 3. The picture knows nothing of it."""
    count = 25
    view = vg.Sensitivity(x_limits=(0.02, 0.6), y_limits=(0.0, 0.9), points=count)
    run = vg.Run(vg.Momentum(learning_rate=0.03, beta=0.5), start=(5, 2))
    board, panel = mapped(view, "x**2 + 10*y**2", run, steps=1500)
    rates, betas = middles(panel, count)
    edge = 2 * (1 + betas[:, None]) / 20
    seen = colors_of_cells(board, panel, board.clock.frames - 1, count)
    clear = clear_of(panel, ("circle",), 0.1, count)
    dark = np.abs(seen - pixel(LIGHT.text)).max(axis=-1) <= 2
    far = np.abs(rates / edge - 1) > 0.02
    assert (clear & far).sum() > 500
    assert np.array_equal(dark[clear & far], np.broadcast_to(rates > edge, dark.shape)[clear & far])


def test_a_cell_of_the_sensitivity_takes_the_steps_that_are_recorded():
    view = vg.Sensitivity(x_limits=(0.005, 0.5), points=COUNT)
    run = vg.Run(vg.Adam(learning_rate=0.1, beta2=0.9), start=(2, 1))
    _, panel = mapped(view, "x**2 + 10*y**2", run, steps=150)
    assert panel.axes.x.scale == "log"
    assert panel.axes.x.label == "learning rate α"
    assert panel.axes.y.label == "beta1 β₁"
    filling = mesh_of(panel).fills.values
    rates, betas = middles(panel)
    for row, column in np.ndindex(COUNT, COUNT):
        optimizer = vg.Adam(learning_rate=rates[column], beta1=betas[row], beta2=0.9)
        status = vg.record("x**2 + 10*y**2", optimizer, (2, 1), steps=150).status
        blank = [np.isnan(filling[k][row, column]).any() for k in range(151)]
        assert blank == [status.iteration is None or k < status.iteration for k in range(151)]


def test_runs_stand_where_their_hyper_parameters_are():
    comparison = vg.Comparison(
        title="map",
        objective="sphere",
        runs=[
            vg.Run(vg.Momentum(learning_rate=0.1, beta=0.5)),
            vg.Run(vg.GradientDescent(learning_rate=0.1)),
            vg.Run(vg.Momentum(learning_rate=0.01, beta=0.9)),
        ],
        steps=20,
        views=[vg.Sensitivity(points=4)],
    )
    (panel,) = (panel for panel in planned(comparison).panels if panel.axes)
    places = {mark.name: mark.xy.tolist() for mark in panel.marks if getattr(mark, "name", "")}
    assert places == {"run 0": [0.1, 0.5], "run 2": [0.01, 0.9]}
    assert panel.axes.x.limits == pytest.approx((1e-3, 1.0))
