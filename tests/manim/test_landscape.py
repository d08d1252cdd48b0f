"""Landscapes: their stars, and their scales."""

from __future__ import annotations

import numpy as np
import pytest

from vizgd.base.errors import UsageError
from vizgd.manim import Landscape
from vizgd.objectives.lookup import objective_from

VALLEY, BOWL = "x**4 - 3*x**2 + x", "x**2 + 10*y**2"
MAP = Landscape(BOWL, [(-6, 6), (-3, 3)], width=8, height=4)


def test_a_landscape_has_stars_at_its_minima_also_where_nobody_has_named_them():
    known = objective_from("himmelblau")
    assert len(Landscape("himmelblau").minima) == len(known.minimizers)
    (star,) = MAP.minima
    np.testing.assert_allclose(star.get_center()[:2], MAP.c2p(0, 0)[:2], atol=0.05)
    assert len(Landscape(BOWL, [(-6, 6), (-3, 3)], minima=False).minima) == 0


def test_gradients_stand_upright_on_contours():
    square = Landscape(BOWL, [(-6, 6), (-3, 3)], width=8, height=8)
    across, up = square.c2p(1, 0) - square.c2p(0, 0), square.c2p(0, 1) - square.c2p(0, 0)
    assert across[0] == pytest.approx(up[1])


def test_a_landscape_has_one_or_two_parameters():
    with pytest.raises(UsageError, match="a landscape has one or two"):
        Landscape("rosenbrock", [(-1, 1)])
