"""A gradient is held against central differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import vizgd as vg
from vizgd.objectives.callables.derivatives import Differentiable, check_gradient
from vizgd.objectives.lookup import objective_from


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


@pytest.mark.parametrize(
    ("function", "grad"),
    [
        (lambda x, y: x**2 + y, lambda x, y: (2 * x, 2)),  # noqa: ARG005
        (lambda p: p @ p, lambda p: p),
        (lambda x, y: x**2 + y, lambda x, y: (-2 * x, -1)),  # noqa: ARG005
    ],
)
def test_a_gradient_that_is_wrong_is_told(function, grad):
    with pytest.raises(vg.UsageError, match=r"grad of .* is (?s:.*)central differences give") as caught:
        objective_from(function, grad=grad, domain=[(-5, 5)] * 2)
    assert len(str(caught.value).splitlines()) <= 4


def test_a_kink_at_the_start_does_not_make_a_gradient_wrong():
    objective_from(lambda x, y: abs(x) + y, grad=lambda x, y: (np.sign(x), 1), start=(0, 0))  # noqa: ARG005
    objective_from(lambda x, y: torch.abs(x) + torch.relu(y), start=(0, 0))
