"""Many parameters: what is held grows with their number, not with its square."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy.optimize import rosen_der

import vizgd as vg
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


def test_a_gradient_of_many_coordinates_that_is_right_passes():
    from scipy.optimize import rosen

    objective = objective_from(rosen, grad=rosen_der, start=np.full(300, 0.9))
    assert objective.dimension == 300
