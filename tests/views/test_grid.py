"""An objective on a grid: filled in, and with levels that follow its values."""

from __future__ import annotations

import numpy as np

import vizgd as vg
from vizgd.views.grid import Grid, filled_in, levels, sampled_grid


def test_a_coarse_grid_is_filled_in_between_its_values():
    xs, ys = np.linspace(-1, 2, 11), np.linspace(0, 5, 11)
    values = np.random.default_rng(0).standard_normal((11, 11)) ** 3
    filled = filled_in(Grid(xs, ys, values), 81)
    assert filled.values.shape == (81, 81)
    assert filled.values.min() >= values.min() - 1e-12
    assert filled.values.max() <= values.max() + 1e-12
    np.testing.assert_allclose(filled.values[::8, ::8], values, atol=1e-12)
    holed = Grid(xs, ys, np.where(values > 1, np.nan, values))
    assert filled_in(holed, 81) is holed


BARRIER = "x - log(x) + y - log(y)"


def test_levels_are_those_of_the_part_that_is_defined():
    grid = sampled_grid(vg.objective_from(BARRIER), ((-5, 5), (-5, 5)), 81)
    defined = sampled_grid(vg.objective_from(BARRIER), ((0.125, 5), (0.125, 5)), 40)
    np.testing.assert_allclose(levels(grid.values), levels(defined.values), rtol=1e-9)
