"""Every objective of the catalogue can be drawn, kinks, poles, plateaus and overflow included."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from vizgd.objectives.catalogue import OBJECTIVES
from vizgd.objectives.lookup import objective_from
from vizgd.renderers.matplotlib.compositor import AggCompositor

from ..gallery_films import planned


@pytest.mark.parametrize("name", list(OBJECTIVES))
def test_an_objective_is_drawn_with_a_path_on_it_and_without_a_warning(name):
    objective = objective_from(name)
    span = max(high - low for low, high in objective.domain)
    views = ["curve"] if objective.dimension == 1 else ["contour", "surface"]
    comparison = vg.Comparison(
        title=name,
        objective=name,
        runs=[vg.Run(vg.Adam(learning_rate=span / 100)), vg.Run(vg.GradientDescent(learning_rate=10.0))],
        steps=12,
        views=[*views, "convergence"],
    )
    board = planned(comparison, (320, 180))
    compositor = AggCompositor(board)
    first = compositor.frame(0).copy()
    last = compositor.frame(board.clock.frames - 1)
    assert (first != last).any()
    for panel in board.panels:
        if panel.axes:
            assert np.isfinite([panel.axes.x.limits, panel.axes.y.limits]).all()


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if objective_from(name).dimension == 2])
def test_contours_show_the_landscape_unless_it_is_constant(name):
    from vizgd.views.grid import levels, sampled_grid

    objective = objective_from(name)
    values = sampled_grid(objective, objective.domain, 121).values
    found = levels(values)
    if name == "constant_zero":
        assert len(found) == 0
        return
    assert (np.diff(found) > 0).all()
    assert np.nanmin(values) < found[0]
    assert found[-1] < np.nanmax(values)
    assert len(found) >= 8
