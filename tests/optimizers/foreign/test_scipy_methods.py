"""Methods of scipy are recorded as they are: each path is that of a call with scipy alone."""

from __future__ import annotations

import dataclasses
import warnings

import numpy as np
import pytest
from scipy.optimize import minimize, rosen, rosen_der

import vizgd as vg
from vizgd.objectives.lookup import objective_from
from vizgd.optimizers.adapters import optimizer_from
from vizgd.optimizers.foreign.scipy_methods import (
    FEW,
    HIDES_TRIALS,
    METHODS,
    NO_GRADIENT,
    TAKES_HESSIAN,
    TRIALS,
)

START = (-1.2, 1.0)
VALLEY = objective_from("(1 - x)**2 + 10*(y - x**2)**2")


def alone(method, steps, **options):
    """What a user of scipy would write."""
    iterates = [np.array(START)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        minimize(
            lambda p: float(VALLEY.value(p)),
            START,
            method=method,
            jac=None if method in NO_GRADIENT else VALLEY.gradient,
            hess=VALLEY.hessian if method in TAKES_HESSIAN else None,
            callback=lambda p, *_: iterates.append(np.array(p)),
            options=options,
        )
    return np.array(iterates)[: steps + 1]


@pytest.mark.parametrize("method", METHODS)
def test_the_path_is_that_of_scipy(method):
    run = vg.record(VALLEY, method, START, steps=25)
    np.testing.assert_array_equal(run.iterates, alone(method, 25))
    assert run.steps > 3
    assert run.terms["evaluations"].sum() > 0
    assert (run.terms["gradient_evaluations"].sum() > 0) == (method not in NO_GRADIENT)
    np.testing.assert_array_equal(run.terms["step"], np.diff(run.iterates, axis=0))


@pytest.mark.parametrize("method", ["CG", "BFGS", "Newton-CG", "L-BFGS-B"])
def test_a_line_search_goes_in_the_direction_in_which_it_begins_to_try(method):
    run = vg.record(VALLEY, method, START, steps=25)
    direction, step = run.terms["direction"], run.terms["step"]
    lengths = np.linalg.norm(direction, axis=1) * np.linalg.norm(step, axis=1)
    np.testing.assert_allclose((direction * step).sum(axis=1), lengths, rtol=1e-9)
    steepest = -run.gradients[0] / np.linalg.norm(run.gradients[0])
    np.testing.assert_allclose(direction[0] / np.linalg.norm(direction[0]), steepest, rtol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_trials_are_the_points_at_which_scipy_asked_between_two_callbacks(method):
    asked, steps = [], [[]]

    def value(p):
        asked.append(np.array(p))
        return VALLEY.value(p)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        minimize(
            value,
            START,
            method=method,
            jac=None if method in NO_GRADIENT else VALLEY.gradient,
            hess=VALLEY.hessian if method in TAKES_HESSIAN else None,
            callback=lambda *_: steps.append([*asked]) or asked.clear(),
        )
    run = vg.record(VALLEY, method, START, steps=12)
    assert ("trials" in run.terms) == (method not in HIDES_TRIALS)
    assert ("direction" in run.terms) == (method not in HIDES_TRIALS | NO_GRADIENT)
    if method in HIDES_TRIALS:
        return
    assert run.terms["trials"].shape == (run.steps, TRIALS, 2)
    for row, points in enumerate(steps[1 : run.steps + 1]):
        elsewhere = [point for point in points if not np.array_equal(point, run.iterates[row])][:TRIALS]
        told = run.terms["trials"][row]
        np.testing.assert_array_equal(told[: len(elsewhere)], np.reshape(elsewhere, (-1, 2)))
        assert np.isnan(told[len(elsewhere) :]).all()
        if "direction" in run.terms and elsewhere:
            np.testing.assert_array_equal(run.terms["direction"][row], elsewhere[0] - run.iterates[row])


def test_of_many_coordinates_only_the_first_trial_is_kept():
    bowl = vg.Objective("bowl", lambda p: (p**2).sum(axis=-1), lambda p: 2 * p, domain=((-4, 4),) * (FEW + 1))
    run = vg.record(bowl, "BFGS", np.ones(FEW + 1), steps=3)
    assert "trials" not in run.terms
    assert run.terms["direction"].shape == (run.steps, FEW + 1)
    assert "direction" not in vg.record(bowl, "Nelder-Mead", np.ones(FEW + 1), steps=3).terms


@pytest.mark.parametrize("method", ["Nelder-Mead", "BFGS", "COBYQA", "SLSQP"])
def test_a_run_has_as_many_steps_as_were_asked_for(method):
    assert vg.record(VALLEY, method, START, steps=3).steps == 3


def test_options_are_those_of_scipy():
    run = vg.record(VALLEY, vg.Scipy("L-BFGS-B", {"maxcor": 2}), START, steps=20)
    np.testing.assert_array_equal(run.iterates, alone("L-BFGS-B", 20, maxcor=2))
    assert not np.array_equal(run.iterates, vg.record(VALLEY, "L-BFGS-B", START, steps=20).iterates)
    assert vg.Scipy("L-BFGS-B", {"maxcor": 2}).label == "scipy L-BFGS-B maxcor=2"


def test_a_method_is_spelled_in_any_case():
    assert optimizer_from("NELDER-mead") == vg.Scipy("Nelder-Mead")


def test_a_run_that_leaves_is_a_result():
    run = vg.record("-x**2 - y**2", "CG", (1, 1), steps=200)
    assert run.status.kind == "diverged"
    assert np.isfinite(run.iterates).all()


def test_a_method_that_gives_up_on_what_is_not_finite_leaves_what_it_did():
    run = vg.record("-exp(x)", "trust-exact", 1.0, steps=200)
    assert (run.status.kind, run.status.reason) == ("diverged", "not finite")
    assert run.steps > 3


@pytest.mark.parametrize("method", ["SLSQP", "L-BFGS-B", "TNC", "BFGS", "Nelder-Mead"])
def test_what_has_no_value_on_the_way_is_left_to_scipy(method):
    gap, passed = objective_from("log(x)**2 + (y - 1)**2"), []
    with np.errstate(all="ignore"):
        minimize(
            lambda p: float(gap.value(p)),
            (3.0, 3.0),
            method=method,
            jac=None if method in NO_GRADIENT else gap.gradient,
            callback=lambda p: passed.append(p.copy()),
        )
    run = vg.record(gap, method, (3, 3), steps=100)
    np.testing.assert_array_equal(run.iterates[1:], passed[:100])
    np.testing.assert_array_equal(run.losses, gap.value(run.iterates))
    np.testing.assert_allclose(run.iterates[-1], (1, 1), atol=1e-3)
    assert run.status.kind != "diverged"
    if method == "SLSQP":
        assert np.isnan(run.losses).sum() == 2


def test_a_method_that_does_not_come_back_diverged_where_it_left():
    run = vg.record("log(x)**2 + (y - 1)**2", "Newton-CG", (3, 3), steps=100)
    assert (run.status.kind, run.status.iteration) == ("diverged", run.steps)
    assert np.isnan(run.losses[-1])
    assert np.isfinite(run.losses[:-1]).all()


@pytest.mark.parametrize("method", METHODS)
def test_how_small_the_domain_is_does_not_matter(method):
    small = dataclasses.replace(VALLEY, domain=((-1.2, -1.1999), (1.0, 1.0001)))
    np.testing.assert_array_equal(vg.record(small, method, START, steps=2000).iterates, alone(method, 2000))


def test_slsqp_takes_its_own_forty_steps_on_rosenbrock():
    run, passed = vg.record("rosenbrock", "SLSQP", start=(-1.5, 2.0), steps=100), []
    result = minimize(
        rosen, (-1.5, 2.0), method="SLSQP", jac=rosen_der, callback=lambda x: passed.append(x.copy())
    )
    assert run.steps == result.nit == len(passed) == 40
    np.testing.assert_allclose(run.iterates[1:], passed, rtol=1e-6)
    np.testing.assert_allclose(run.iterates[-1], (0.99993, 0.99987), atol=1e-5)
    assert run.status.kind != "diverged"


@pytest.mark.parametrize(
    ("make", "settings", "words"),
    [
        (lambda: "adam", {}, r"unknown method of scipy 'adam'\n.*Nelder-Mead"),
        (lambda: vg.Scipy("BFGS", {"gtoll": 1}), {}, "Unknown solver options: gtoll"),
        (lambda: vg.Scipy("BFGS", {"maxiter": 9}), {}, "maxiter is the number of steps"),
        (lambda: "BFGS", {"noise": 0.1}, "scipy BFGS cannot work with a sampler or noise"),
    ],
)
def test_what_cannot_be_run_is_told(make, settings, words):
    with pytest.raises(vg.UsageError, match=f"(?s){words}") as caught:
        vg.record(VALLEY, make(), START, 3, **settings)
    assert len(str(caught.value).splitlines()) <= 4


def test_a_method_that_needs_second_derivatives_is_not_given_others():
    unknown = vg.Objective("bowl", lambda p: (p**2).sum(-1), lambda p: 2 * p, ((-5, 5),) * 2)
    with pytest.raises(vg.UsageError, match=r"scipy dogleg needs second derivatives(?s:.*)BFGS"):
        vg.record(unknown, "dogleg", START, 3)
    assert vg.record(unknown, "Newton-CG", START, 3).status.kind == "converged"
