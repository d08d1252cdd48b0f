"""Central differences: taken in pieces, they are those at once."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

from vizgd.objectives.callables.numpy_functions import BLOCK, CentralDifferences
from vizgd.objectives.lookup import objective_from


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


POINTS = np.random.default_rng(1).normal(size=(3, 4, 2))


TEXT = objective_from("sin(x)**2 + cosh(x*y/4) + y**2")


def rough(x, y):
    return math.sin(x) ** 2 + math.cosh(x * y / 4) + y**2


def test_where_nothing_else_works_central_differences_do_and_say_so():
    with pytest.warns(UserWarning, match="gradient of rough is taken by central differences(?s:.*)grad=…"):
        objective = objective_from(rough)
    assert "central differences" in objective.description
    assert isinstance(objective.gradient, CentralDifferences)
    np.testing.assert_allclose(objective.gradient(POINTS), TEXT.gradient(POINTS), rtol=1e-8, atol=1e-9)
    assert objective.gradient(POINTS[0, 0]).shape == (2,)
    assert objective.hessian is None
    assert pickle.loads(pickle.dumps(objective)).value([1.0, 2.0]) == rough(1, 2)
