"""Methods of scipy are recorded as they are: each path is that of a call with scipy alone."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.optimize import minimize

import vizgd as vg
from vizgd.objectives.lookup import objective_from
from vizgd.recording.adapters import optimizer_from
from vizgd.recording.scipy_methods import METHODS, NO_GRADIENT, TAKES_HESSIAN

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
    run = vg.record("-x**2 - y**2", "BFGS", (1, 1), steps=200)
    assert run.status.kind == "diverged"


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
