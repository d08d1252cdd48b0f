"""Curves: around poles, and with gaps where there is no value."""

from __future__ import annotations

import numpy as np

import vizgd as vg

from ..gallery_films import planned


def curve(objective, start, low, high):
    """Return the panel of a curve over a domain."""
    run = vg.Run(vg.GradientDescent(learning_rate=0.01), start)
    comparison = vg.Comparison("t", objective, [run], steps=10, domain=[(low, high)], views=["curve"])
    return next(panel for panel in planned(comparison).panels if panel.name == "curve")


def test_isolated_poles_are_drawn_around():
    low, high = curve("1/x**2 + x**2", 2, -3, 3).axes.y.limits
    assert high - low < 100


def test_a_curve_has_gaps():
    line = curve("log(x)", 1.0, -2, 2).marks[0]
    np.testing.assert_array_equal(np.isfinite(line.xy[:, 1]), line.xy[:, 0] > 0)
