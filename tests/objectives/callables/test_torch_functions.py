"""Functions of torch as objectives."""

from __future__ import annotations

import warnings

import numpy as np
import torch

from vizgd.objectives.callables.numpy_functions import CentralDifferences
from vizgd.objectives.lookup import objective_from

POINTS = np.random.default_rng(1).normal(size=(3, 4, 2))


def test_a_network_in_float32_is_differentiated_in_float32():
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
    objective = objective_from(lambda p: network(p).square().squeeze(), start=(1, 1))
    assert objective.gradient(POINTS).dtype == np.float64
    numeric = CentralDifferences(objective.value, 1e-2)(POINTS)
    np.testing.assert_allclose(objective.gradient(POINTS), numeric, atol=1e-3)


def test_nothing_is_warned_of_while_a_function_of_torch_is_tried_with_the_numbers_of_numpy():
    inputs = torch.arange(6, dtype=torch.float64).reshape(3, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = objective_from(lambda w: torch.mean((inputs @ w - 1) ** 2), domain=[(-3, 3)] * 2)
    assert np.allclose(found.gradient([0.0, 0.0]), -2 * inputs.numpy().mean(axis=0))
