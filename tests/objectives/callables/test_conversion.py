"""Functions of any library as objectives: exact derivatives where they can be had, and none that is wrong."""

from __future__ import annotations

import math
import warnings

import autograd.numpy
import jax
import numpy as np
import pytest
import torch
from scipy.optimize import check_grad, rosen, rosen_der, rosen_hess

import vizgd as vg
from vizgd.objectives.expressions.expression import Expression
from vizgd.objectives.lookup import objective_from

POINTS = np.random.default_rng(1).normal(size=(3, 4, 2))
TEXT = objective_from("sin(x)**2 + cosh(x*y/4) + y**2")


def spread(np_):
    """The same function of the coordinates, in any library."""
    return lambda x, y: np_.sin(x) ** 2 + np_.cosh(x * y / 4) + y**2


def of_a_point(np_):
    return lambda p: np_.sum(np_.sin(p[0]) ** 2 + np_.cosh(p[0] * p[1] / 4) + p[1] ** 2)


def branching(np_):
    """It decides by the value of a coordinate, so that it cannot be batched."""
    return lambda x, y: spread(np_)(x, y) if x > -100 else 0 * x


LIBRARIES = {"torch": torch, "jax": jax.numpy, "autograd": autograd.numpy}


def quietly(function, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return objective_from(function, **settings)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("form", [spread, of_a_point, branching])
def test_a_function_of_any_library_has_the_derivatives_of_its_text(library, form):
    settings = {"start": (1, 1)} if form is of_a_point else {}
    objective = objective_from(form(LIBRARIES[library]), **settings)
    for points in (POINTS, POINTS[0, 0]):
        for what in ("value", "gradient", "hessian"):
            found, expected = getattr(objective, what)(points), getattr(TEXT, what)(points)
            assert found.dtype == np.float64
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    "function",
    [
        lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2,
        lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
        rosen,
    ],
)
def test_what_can_be_followed_needs_no_library(function):
    objective = objective_from(function)
    assert isinstance(objective.value.__self__, Expression)
    rows = POINTS.reshape(-1, 2)
    np.testing.assert_allclose(objective.value(rows), [rosen(p) for p in rows], rtol=1e-12)
    np.testing.assert_allclose(objective.gradient(rows), [rosen_der(p) for p in rows], rtol=1e-12)
    np.testing.assert_allclose(objective.hessian(rows), [rosen_hess(p) for p in rows], rtol=1e-12)


GRADIENTS = [
    (lambda x, y: x**2 + 3 * y, lambda x, y: (2 * x, 3)),  # noqa: ARG005
    (lambda x, y: x**2 + 3 * y, lambda x, y: np.array([2 * x, 3 + 0 * y])),
    (lambda p: (p**2).sum(), lambda p: 2 * p),
    (lambda p: (p**2).sum(axis=-1), lambda p: 2 * p),
    (lambda p: p[..., 0] ** 2 + p[..., 1], lambda p: np.stack([2 * p[..., 0], 1 + 0 * p[..., 1]], -1)),
    (lambda p: p[0] ** 2 + p[1] if p[0] > 0 else p[1], lambda p: [2 * p[0] * (p[0] > 0), 1]),
]


@pytest.mark.parametrize(("function", "grad"), GRADIENTS)
def test_a_gradient_that_is_given_is_used_one_point_or_many_at_once(function, grad):
    objective = objective_from(function, grad=grad, domain=[(-2, 2)] * 2)
    assert objective.value(POINTS).shape == (3, 4)
    for index in np.ndindex(3, 4):
        point = POINTS[index]
        one = objective_from(function, grad=grad, start=point)
        np.testing.assert_array_equal(objective.value(POINTS)[index], one.value(point))
        np.testing.assert_array_equal(objective.gradient(POINTS)[index], one.gradient(point))
        assert check_grad(one.value, one.gradient, point) < 1e-5


def test_in_more_dimensions_the_domain_or_the_start_says_how_many():
    by_domain = quietly(rosen, domain=[(-2, 2)] * 5)
    by_start = quietly(rosen, start=[0.5] * 5)
    for objective in (by_domain, by_start):
        assert objective.dimension == 5
        np.testing.assert_allclose(objective.gradient(np.full(5, 0.3)), rosen_der(np.full(5, 0.3)), rtol=1e-7)
    assert vg.record(lambda p: p @ p, vg.Adam(0.1), start=(1, 2), steps=3).iterates.shape == (4, 2)
    assert objective_from(lambda x: np.sin(x)).dimension == 1
    assert objective_from(lambda x: torch.sin(x)).dimension == 1


def rough(x, y):
    return math.sin(x) ** 2 + math.cosh(x * y / 4) + y**2


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: torch.sin(x) * y.detach(),
        lambda x, y: torch.sin(x) * y.item(),
        lambda x, y: jax.numpy.sin(x) * jax.lax.stop_gradient(y),
    ],
)
def test_a_gradient_that_its_library_has_lost_is_told(function):
    with pytest.raises(vg.UsageError, match=r"gradient of .* is .*0\.0"):
        objective_from(function)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: objective_from(lambda x, y: np.array([x, y])), "returns an array of shape"),
        (lambda: objective_from(lambda x, y: None), "returns nothing"),  # noqa: ARG005
        (lambda: objective_from(lambda p: p[0, 0, 0]), "cannot be computed at"),
        (
            lambda: objective_from(lambda p: abs(p[2]) if p[0] else p[1], start=(1, 2)),
            "index 2 is out of bounds",
        ),
        (lambda: objective_from(lambda: 3), "takes no argument"),
        (lambda: objective_from(lambda x, y: {}[x, y]), "cannot be computed at"),
        (lambda: objective_from(lambda a, b, c: a + b + c, start=(1, 2)), "takes 3 coordinates, not 2"),
        (lambda: objective_from(rough, domain=3), "cannot use the domain 3"),
        (lambda: quietly(rough, domain=[(1, 1), (0, 1)]), "the domain"),
        (lambda: objective_from(rough, grad=lambda x, y: 1.0), r"shape \(1,\).*2 coordinates"),  # noqa: ARG005
        (lambda: objective_from(rough, grad=lambda x, y: [x, y, 1]), r"shape \(3,\)"),
        (lambda: objective_from(rough, grad=lambda p: p), "cannot be computed at .*: .*argument"),
        (lambda: objective_from(lambda x, y: jax.numpy.sin(x) @ y), "cannot be computed"),
    ],
)
def test_what_is_no_objective_is_told(make, words):
    with pytest.raises(vg.UsageError, match=words) as caught:
        make()
    assert len(str(caught.value).splitlines()) <= 4


@pytest.mark.parametrize("function", [lambda x, y: math.nan * x + y, lambda x, y: math.log(-1 - x * x) + y])
def test_a_function_without_a_value_at_the_start_is_told(function):
    with pytest.raises(vg.UsageError, match=r"start is \(1, 1\)\n.*not finite there|cannot be computed"):
        vg.record(function, vg.Adam(0.1), start=(1, 1))


def test_a_function_that_changes_its_shape_on_the_way_is_told():
    objective = quietly(lambda x, y: [x, y] if x > 100 else math.pow(x, 2) + y, domain=[(-5, 5)] * 2)
    with pytest.raises(vg.UsageError, match=r"shape \(2,\) at \[101.0, 0.0\]"):
        objective.value(np.array([101.0, 0.0]))


def test_a_function_that_becomes_undefined_is_a_run_that_diverges():
    objective = quietly(lambda x, y: math.log(x) + y**2, domain=[(0, 5), (-5, 5)])
    run = vg.record(objective, vg.GradientDescent(0.5), start=(1, 1), steps=50)
    assert (run.status.kind, run.status.reason) == ("diverged", "not finite")
    assert np.isfinite(run.iterates).all()
