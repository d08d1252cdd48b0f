"""A minimum is marked, measured and named where it is one, and nowhere else in a film."""

from __future__ import annotations

import pytest

import vizgd as vg

from ..gallery_films import planned


def _marks_named(board, name):
    return [mark for panel in board.panels for mark in (*panel.marks, *panel.notes) if _named(mark, name)]


def _named(mark, name):
    return getattr(mark, "name", "") == name


def _texts(board):
    texts = []
    for panel in board.panels:
        if panel.axes is not None:
            texts += [panel.axes.x.label, panel.axes.y.label]
        texts += [str(mark.text) for mark in (*panel.marks, *panel.notes) if hasattr(mark, "text")]
    return " ".join(texts)


WAVES = "x*cos(0.15*pi*x)"
SLOPE = "sin(x) - 0.2*x"
HILLY = "sin(x + y) + (x - y)**2 - 1.5*x + 2.5*y + 1"


@pytest.mark.parametrize(
    "comparison",
    [
        vg.Comparison(
            "waves",
            WAVES,
            [vg.Run(vg.GradientDescent(2.0), 10.0), vg.Run(vg.Newton(), 10.0)],
            steps=10,
            domain=[(-10, 10)],
            views=["curve", "convergence"],
        ),
        vg.Comparison(
            "slope",
            SLOPE,
            [vg.Run(vg.Momentum(0.3, 0.95), -4.0), vg.Run(vg.GradientDescent(0.3), -4.0)],
            steps=80,
        ),
        vg.Comparison(
            "hilly",
            HILLY,
            [vg.Run(vg.Momentum(0.1, 0.95), (0.0, 3.0))],
            steps=80,
            views=["surface", "contour", "basins", vg.Convergence(quantity="distance")],
        ),
        vg.Comparison("below zero", "mccormick", [vg.Run(vg.GradientDescent(0.05), (-3, -3.5))], steps=300),
    ],
    ids=lambda comparison: comparison.title,
)
def test_a_minimum_that_runs_go_below_or_that_a_box_alone_has_is_nowhere_in_the_film(comparison):
    board = planned(comparison)
    texts = _texts(board)
    assert "loss − min" not in texts
    assert "distance" not in texts
    assert "the minimum" not in texts
    if not any(panel.name == "basins" for panel in board.panels):
        assert not _marks_named(board, "minimum")


def test_what_is_the_minimum_is_marked_measured_and_said():
    run = vg.Run(vg.GradientDescent(0.1), 3.0)
    board = planned(vg.Comparison("t", "x**2 - 3*x", [run], steps=10))
    assert _marks_named(board, "minimum")
    assert "loss − min" in _texts(board)
    assert "distance from the minimum" in _texts(board)
