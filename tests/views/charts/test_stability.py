"""The number line of αL: factors are those by which distances shrink, and only where 2/L is true."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Arrow, Points, Text

from ...gallery_films import planned

RATES = (0.01, 0.1, 0.5, 0.9, 1.1)


def panel_of(objective, *runs, steps=12):
    board = planned(vg.Comparison("t", objective, runs, steps=steps, views=["stability"]))
    return next(panel for panel in board.panels if panel.name == "stability")


def descents(*rates, start=(5.0,)):
    return [vg.Run(vg.GradientDescent(learning_rate=rate), start) for rate in rates]


def dots_in(panel):
    return [m.xy.values[:, 0] for m in panel.notes if isinstance(m, Points)]


def factors_in(panel):
    return [m.text.values for m in panel.notes if isinstance(m, Text)]


def test_on_a_parabola_a_factor_is_what_a_step_makes_of_the_distance():
    panel = panel_of("x**2 + 5", *descents(*RATES))
    np.testing.assert_allclose([dots[0] for dots in dots_in(panel)], (0.02, 0.2, 1.0, 1.8, 2.2))
    assert [texts[0] for texts in factors_in(panel)] == ["0.98", "0.8", "0", "−0.8", "−1.2"]
    for rate, text in zip(RATES, factors_in(panel), strict=True):
        places = vg.record("x**2 + 5", vg.GradientDescent(learning_rate=rate), 5.0, 2).iterates[:, 0]
        np.testing.assert_allclose(places[1] / places[0], float(text[0].replace("−", "-")), atol=1e-12)
    assert "= 2" in panel.axes.x.label


def test_far_values_are_arrows_at_the_edge_with_both_numbers():
    panel = panel_of("x**2", *descents(6.0))
    (arrow,) = (m for m in panel.notes if isinstance(m, Arrow))
    low, high = panel.axes.x.limits
    assert arrow.tail.values[0, 0] < arrow.head.values[0, 0] <= high
    assert factors_in(panel)[0][0] == "αL = 12: −11"
    assert not dots_in(panel)
    assert low < 0


def test_elsewhere_it_is_the_curvature_at_the_point():
    panel = panel_of("x**4/4 - x**2", *descents(0.1, start=(2.0,)))
    iterates = vg.record("x**4/4 - x**2", vg.GradientDescent(learning_rate=0.1), 2.0, 12).iterates[:, 0]
    slope = lambda x: x**3 - 2 * x  # noqa: E731 - differences of it are the curvature
    curvatures = (slope(iterates + 1e-5) - slope(iterates - 1e-5)) / 2e-5
    np.testing.assert_allclose(dots_in(panel)[0], 0.1 * curvatures, rtol=1e-6)
    assert "at the point" in panel.axes.x.label


def test_of_several_parameters_it_is_the_largest():
    (dots,) = dots_in(panel_of("x**2 + 10*y**2", *descents(0.03, start=(5.0, 2.0))))
    np.testing.assert_allclose(dots, 0.6)


def test_a_schedule_moves_the_dot():
    rule = vg.GradientDescent(learning_rate=vg.StepDecay(learning_rate=0.5, every=3))
    (dots,) = dots_in(panel_of("x**2", vg.Run(rule, (5.0,))))
    rates = vg.record("x**2", rule, 5.0, 12).learning_rates
    np.testing.assert_allclose(dots[:-1], 2 * rates)


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (vg.Run(vg.Momentum(learning_rate=0.1), (5.0,)), "run 2 is another method"),
        (vg.Run(vg.GradientDescent(learning_rate=0.1), (5.0,), noise=0.3), "run 2 are not exact"),
    ],
)
def test_where_two_is_not_the_limit_it_is_refused(run, words):
    with pytest.raises(UsageError, match=words):
        panel_of("x**2", *descents(0.1), run)


@pytest.mark.parametrize(
    "objective", ["log(x)", "exp(40*x)", "0*x + 3", "1e200*x**2", "abs(x)", "1e-300*x**2"]
)
def test_hard_functions_are_drawn(objective):
    panel = panel_of(objective, *descents(0.1, 40.0, start=(1.0,)), steps=30)
    for dots in dots_in(panel):
        assert not np.isinf(dots).any()
