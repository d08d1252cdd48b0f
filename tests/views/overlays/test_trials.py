"""Trials as ghosts: the points that scipy asks for, seen by a function of our own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Line, Points, Text, Track
from vizgd.objectives.lookup import objective_from

from ...gallery_films import planned

DOMAIN = [(-2.0, 2.0), (-2.0, 3.0)]
START = (-1.2, 1.0)


def panel_of(view, *runs, objective="rosenbrock", steps=6, domain=DOMAIN):
    board = planned(vg.Comparison("t", objective, runs, steps=steps, views=[view], domain=domain))
    return next(panel for panel in board.panels if panel.name in {"contour", "curve"})


def ghosts_in(panel):
    """Return the hollow marks of trials, those of the step first."""
    return [
        m for m in panel.marks if isinstance(m, Points) and isinstance(m.xy, Track) and m.xy.values.ndim == 3
    ]


def asked_for(method, steps):
    """Return the points at which scipy asks for a value in each step, without the step's own begin."""
    objective, tried, by_step = objective_from("rosenbrock"), [], []
    place = [np.array(START)]

    def value(point):
        if not np.array_equal(point, place[-1]):
            tried.append(np.array(point))
        return float(objective.value(point))

    def iterated(point):
        by_step.append(tried.copy())
        tried.clear()
        place.append(np.array(point))

    minimize(
        value, START, method=method, jac=objective.gradient, callback=iterated, options={"maxiter": steps}
    )
    return by_step


@pytest.mark.parametrize("method", ["BFGS", "CG"])
def test_they_are_the_points_that_scipy_asks_for(method):
    panel = panel_of(vg.Contour(trials=True), vg.Run(vg.Scipy(method), START))
    current, *_ = ghosts_in(panel)
    for step, points in enumerate(asked_for(method, 6)[:5]):
        inside = [p for p in points if (np.abs(p) < (2, 3)).all() and p[1] > -2]
        shown = current.xy.at(step)
        np.testing.assert_allclose(
            shown[np.isfinite(shown).all(axis=1)], np.reshape(inside, (-1, 2)), atol=1e-12
        )
    assert np.isfinite(current.xy.values).any()


def test_those_of_the_steps_before_fade():
    current, *before = ghosts_in(panel_of(vg.Contour(trials=True), vg.Run(vg.BFGS(), START)))
    assert [mark.edge[3] for mark in (current, *before)] == sorted([1.0, 0.4, 0.2], reverse=True)
    for back, mark in enumerate(before, start=1):
        np.testing.assert_array_equal(mark.xy.at(4), current.xy.at(4 - back))
        np.testing.assert_array_equal(mark.xy.at(6), current.xy.at(5 - back))


def test_ways_lead_from_the_iterate_and_numbers_count():
    panel = panel_of(vg.Contour(trials=True), vg.Run(vg.BFGS(), START))
    (ways,) = (m for m in panel.marks if isinstance(m, Line) and isinstance(m.xy, Track))
    first = ways.xy.at(0)
    np.testing.assert_allclose(
        first[::3][np.isfinite(first[1::3]).all(axis=1)], np.broadcast_to(START, (2, 2))
    )
    numbers = [
        m.text for m in panel.notes if isinstance(m, Text) and isinstance(m.xy, Track) and m.xy.run == 0
    ]
    assert numbers[:2] == ["1", "2"]


def test_on_a_curve_they_lie_on_it():
    run = vg.Run(vg.BFGS(), (2.4,))
    panel = panel_of(vg.Curve(trials=True), run, objective="x**4 - 2*x**2 + x/2", domain=[(-2.6, 2.6)])
    current, *_ = ghosts_in(panel)
    places = current.xy.values[np.isfinite(current.xy.values).all(axis=2)]
    assert len(places)
    np.testing.assert_allclose(places[:, 1], places[:, 0] ** 4 - 2 * places[:, 0] ** 2 + places[:, 0] / 2)


def test_methods_without_lines_have_them_too():
    assert ghosts_in(panel_of(vg.Contour(trials=True), vg.Run("Nelder-Mead", START)))


@pytest.mark.parametrize("optimizer", [vg.GradientDescent(learning_rate=0.001), vg.Scipy("TNC")])
def test_where_none_are_known_it_is_said(optimizer):
    with pytest.raises(UsageError, match="there are no trials of"):
        panel_of(vg.Contour(trials=True), vg.Run(optimizer, START))
    # Beside it, a run of which they are known shows them.
    panel = panel_of(vg.Contour(trials=True), vg.Run(optimizer, START), vg.Run(vg.BFGS(), START))
    assert {mark.xy.run for mark in ghosts_in(panel)} == {1}


def test_a_run_that_takes_no_step_has_none():
    assert not ghosts_in(panel_of(vg.Contour(trials=True), vg.Run(vg.BFGS(), (1.0, 1.0))))
