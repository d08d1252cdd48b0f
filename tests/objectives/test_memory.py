"""Many parameters: what is held grows with their number, not with its square."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy.optimize import rosen_der

import vizgd as vg
from vizgd.objectives.callables.derivatives import Differentiable, check_gradient
from vizgd.objectives.callables.numpy_functions import BLOCK, CentralDifferences
from vizgd.objectives.lookup import objective_from

MANY = 20_000
SQUARE = MANY * MANY * 8
WEIGHTS = np.linspace(0.5, 1.5, MANY)


def loss(p):
    return np.sum(WEIGHTS * p**2)


def slope(p):
    return 2 * WEIGHTS * p


def peak(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("grad", [slope, None], ids=["given", "followed"])
def test_an_objective_of_many_parameters_holds_no_square_of_them(grad):
    def made():
        objective = objective_from(loss, grad=grad, start=np.ones(MANY))
        np.testing.assert_allclose(objective.gradient(np.ones(MANY)), 2 * WEIGHTS)

    assert peak(made) < SQUARE / 20


@pytest.mark.parametrize("grad", [slope, None], ids=["given", "followed"])
def test_a_run_over_many_parameters_holds_little_more_than_its_iterates(grad):
    objective = objective_from(loss, grad=grad, start=np.ones(MANY))
    steps = 10
    held = peak(lambda: vg.record(objective, vg.GradientDescent(0.1), start=np.ones(MANY), steps=steps))
    # Iterates, gradients and two terms, and what is copied as they are handed on.
    assert held < 12 * (steps + 1) * MANY * 8


@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 5, 7), (0, 3), (1,), (6, 1)])
def test_differences_in_pieces_are_those_at_once(monkeypatch, shape):
    points = np.random.default_rng(0).normal(size=shape)
    of = CentralDifferences(lambda p: np.sum(np.sin(p) * np.arange(1, shape[-1] + 1), axis=-1))
    whole = of(points)
    assert whole.shape == shape
    np.testing.assert_allclose(whole, np.cos(points) * np.arange(1, shape[-1] + 1), rtol=1e-8)
    for block in (1, 2, 7, 20):
        monkeypatch.setattr("vizgd.objectives.callables.numpy_functions.BLOCK", block)
        np.testing.assert_array_equal(of(points), whole)


def test_differences_of_many_parameters_are_taken_in_pieces():
    largest = [0]

    def value(points):
        largest[0] = max(largest[0], points.size)
        return np.sum(points**2, axis=-1)

    point = np.linspace(-1, 1, 5000)
    np.testing.assert_allclose(CentralDifferences(value)(point), 2 * point, atol=1e-6)
    assert largest[0] <= BLOCK


@pytest.mark.parametrize("wrong", [0, 17, 999])
def test_a_gradient_of_many_coordinates_that_is_wrong_in_one_is_told(wrong):
    def off(points):
        slopes = 2.0 * points
        slopes[..., wrong] *= -1
        return slopes

    points = np.random.default_rng(0).normal(size=(3, 1000))
    value = lambda p: np.sum(p**2, axis=-1)  # noqa: E731
    check_gradient(Differentiable("grad", value, lambda p: 2.0 * p), points, "bowl")
    with pytest.raises(vg.UsageError, match="grad of bowl is") as caught:
        check_gradient(Differentiable("grad", value, off), points, "bowl")
    assert len(str(caught.value).splitlines()) <= 4


def test_a_gradient_of_many_coordinates_that_is_right_passes():
    from scipy.optimize import rosen

    objective = objective_from(rosen, grad=rosen_der, start=np.full(300, 0.9))
    assert objective.dimension == 300
