"""Contours: in one scale, side by side, and filled up to where there is no value."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from vizgd.drawing.theme import THEMES
from vizgd.views.contour import contour_marks
from vizgd.views.grid import Grid

from ..gallery_films import planned


def contours(*rates, **settings):
    """Return the panels of contours under runs of gradient descent."""
    runs = [vg.Run(vg.GradientDescent(learning_rate=rate), (3, 2)) for rate in rates]
    board = planned(vg.Comparison("t", "x**2 + y**2", runs, **{"views": ["contour"]} | settings))
    return [panel for panel in board.panels if panel.name == "contour"]


def test_contours_have_one_scale_on_both_axes():
    (panel,) = contours(0.1, domain=[(-6, 6), (-3, 3)])
    assert panel.box.width / panel.box.height == pytest.approx(2.0)


def test_runs_stand_side_by_side_where_asked():
    panels = contours(0.1, 0.2, 0.3, views=[vg.Contour(side_by_side=True)])
    assert [panel.axes.title for panel in panels] == ["α=0.1", "α=0.2", "α=0.3"]
    assert len({(round(panel.box.width, 6), round(panel.box.height, 6)) for panel in panels}) == 1


LIGHT = THEMES["light"]


@pytest.mark.parametrize("value", [0.0, 3.0, -1e300, 1e-300, 1e300])
def test_a_flat_part_beside_what_is_undefined_is_filled(value):
    values = np.full((9, 9), value)
    values[:4] = np.nan
    filled = contour_marks(Grid(np.arange(9.0), np.arange(9.0), values), LIGHT, 12)[0]
    assert filled.vertices[:, 1].min() == 4
    assert filled.vertices[:, 1].max() == 8
