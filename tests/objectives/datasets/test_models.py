"""Losses of models over examples, in batches and in full, as torch has them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.objectives.datasets.problems import line, near_the_fit, passes
from vizgd.base.errors import UsageError
from vizgd.objectives.datasets.dataset import logistic


def torch_loss(objective, params, indices):
    """Torch's own loss over some examples."""
    inputs = torch.tensor(objective.samples.inputs[indices])
    targets = torch.tensor(objective.samples.targets[indices])
    linear = inputs @ params[:-1] + params[-1]
    if "cross-entropy" in objective.description or "pass" in objective.description:
        return torch.nn.functional.binary_cross_entropy_with_logits(linear, targets)
    return torch.nn.functional.mse_loss(linear, targets)


def test_value_gradient_and_hessian_are_those_of_torch(objective):
    everything = np.arange(objective.samples.count)
    for point in near_the_fit(objective, 5):
        params = torch.tensor(point, requires_grad=True)
        value = torch_loss(objective, params, everything)
        (gradient,) = torch.autograd.grad(value, params)
        hessian = torch.autograd.functional.hessian(lambda p: torch_loss(objective, p, everything), params)
        assert objective.value(point) == pytest.approx(value.item(), rel=1e-13)
        np.testing.assert_allclose(objective.gradient(point), gradient, rtol=1e-11, atol=1e-14)
        np.testing.assert_allclose(objective.hessian(point), hessian, rtol=1e-11, atol=1e-14)


def test_a_batch_has_the_mean_loss_and_gradient_of_its_examples(objective):
    point = near_the_fit(objective, 1)[0]
    indices = np.array([3, 17, 3, 29])
    params = torch.tensor(point, requires_grad=True)
    value = torch_loss(objective, params, indices)
    (gradient,) = torch.autograd.grad(value, params)
    assert objective.samples.value(point, indices) == pytest.approx(value.item(), rel=1e-13)
    np.testing.assert_allclose(objective.samples.gradient(point, indices), gradient, rtol=1e-11, atol=1e-14)


def test_all_examples_as_one_batch_are_the_full_loss(objective):
    points = near_the_fit(objective, 6)
    everything = np.arange(objective.samples.count)
    np.testing.assert_array_equal(objective.samples.value(points, everything), objective.value(points))
    np.testing.assert_array_equal(objective.samples.gradient(points, everything), objective.gradient(points))


def test_single_example_gradients_average_to_the_full_gradient(objective):
    point = near_the_fit(objective, 1)[0]
    singles = [objective.samples.gradient(point, np.array([i])) for i in range(objective.samples.count)]
    np.testing.assert_allclose(np.mean(singles, axis=0), objective.gradient(point), rtol=1e-11, atol=1e-14)


def test_a_batch_of_params_has_the_same_bits_as_one_by_one(objective):
    points = near_the_fit(objective, 4, 7)
    d = objective.dimension
    for function, shape in ((objective.value, ()), (objective.gradient, (d,)), (objective.hessian, (d, d))):
        together = function(points)
        assert together.shape == (4, 7, *shape)
        np.testing.assert_array_equal(together[2, 3], function(points[2, 3]))


def test_a_fine_grid_is_evaluated_in_blocks_and_without_a_warning():
    (w0, w1), (b0, b1) = passes().domain
    lattice = np.stack(np.meshgrid(np.linspace(w0, w1, 301), np.linspace(b0, b1, 301)), axis=-1)
    values = passes().value(lattice)
    assert np.isfinite(values).all()
    assert values.min() >= passes().minimum
    assert passes().gradient(1e200 * lattice).shape == lattice.shape


def test_cross_entropy_stays_exact_where_the_model_is_sure():
    objective = logistic([-1.0, 1.0, 2.0, -2.0], [0, 1, 0, 1])
    alone = objective.samples
    assert alone.value([800.0, 0.0], np.array([0])) == 0.0
    assert alone.value([30.0, 0.0], np.array([1])) == pytest.approx(np.exp(-30.0), rel=1e-12)
    assert alone.value([800.0, 0.0], np.array([2])) == 1600.0
    assert alone.gradient([30.0, 0.0], np.array([1]))[0] == pytest.approx(-np.exp(-30.0), rel=1e-12)


def test_predictions_are_lines_and_probabilities():
    points = np.array([[2.0, 3.0], [0.0, 1.0]])
    np.testing.assert_array_equal(line().samples.predict(points, [0.0, 1.0, 2.0]), [[3, 5, 7], [1, 1, 1]])
    np.testing.assert_array_equal(line().samples.predict(points[0], [[0.5]]), [4.0])
    probabilities = passes().samples.predict(passes().minimizers[0], passes().samples.inputs)
    assert probabilities.mean() == pytest.approx(passes().samples.targets.mean(), rel=1e-12)


def test_params_of_another_length_are_refused():
    with pytest.raises(UsageError, match="shape"):
        line().value(np.zeros(3))
