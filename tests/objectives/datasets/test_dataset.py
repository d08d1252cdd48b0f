"""Losses over data, against numpy.linalg.lstsq, scipy, torch and the notebook's own numbers."""

import pickle

import numpy as np
import pytest

from tests.objectives.datasets.problems import line, near_the_fit
from vizgd.base.errors import UsageError
from vizgd.objectives.datasets.dataset import least_squares, logistic


def test_the_line_is_the_notebooks_data():
    rng = np.random.RandomState(42)
    x = rng.randn(100)
    np.testing.assert_array_equal(line().samples.inputs[:, 0], x)
    np.testing.assert_array_equal(line().samples.targets, 2 * x + 3 + 0.5 * rng.randn(100))
    np.testing.assert_allclose(line().minimizers[0], (1.928371419864278, 3.0037139149319825), rtol=1e-14)
    assert line().variables == ("w", "b")


def test_full_gradient_descent_on_the_line_is_the_notebooks_to_the_last_digits():
    w = b = 0.0
    x, y = line().samples.inputs[:, 0], line().samples.targets
    params = np.zeros(2)
    for _ in range(100):
        error = w * x + b - y
        w, b = w - 0.1 * (2 / 100) * np.sum(error * x), b - 0.1 * (2 / 100) * np.sum(error)
        params = params - 0.1 * line().gradient(params)
    np.testing.assert_allclose(params, [w, b], rtol=1e-13)


def test_the_gradient_vanishes_at_the_fit(objective):
    scale = np.abs(objective.gradient(near_the_fit(objective, 50))).max()
    assert np.abs(objective.gradient(np.array(objective.minimizers))).max() < 1e-13 * scale


def test_the_domain_holds_the_fit_the_origin_and_room_around_them(objective):
    for (low, high), fit in zip(objective.domain, objective.minimizers[0], strict=True):
        assert low <= min(0.0, fit) - 1.0
        assert high >= max(0.0, fit) + 1.0
        assert high - low <= 4.0 * max(1.0, abs(fit)) + 2.0


@pytest.mark.parametrize(
    ("inputs", "targets"),
    [([1.0, 2.0], [1.0]), ([], []), ([1.0, np.nan], [0.0, 1.0]), (np.zeros((2, 2, 2)), [0.0, 1.0])],
)
def test_examples_that_do_not_fit_are_refused(inputs, targets):
    for make in (least_squares, logistic):
        with pytest.raises(UsageError):
            make(inputs, targets)


@pytest.mark.parametrize(
    ("inputs", "targets"), [(["a"], ["b"]), ([[1.0], [1.0, 2.0]], [0, 1]), ([1.0], [None, {}])]
)
def test_examples_that_are_no_numbers_are_refused(inputs, targets):
    for make in (least_squares, logistic):
        with pytest.raises(UsageError, match="array of numbers"):
            make(inputs, targets)


def test_least_squares_of_a_million_examples_is_a_bowl_like_any_other():
    rng = np.random.default_rng(0)
    x = rng.normal(size=1_000_000)
    objective = least_squares(x, 2 * x + 3)
    lattice = np.stack(np.meshgrid(np.linspace(-1, 3, 301), np.linspace(0, 4, 301)), axis=-1)
    values = objective.value(lattice)  # example by example this would be ninety billion products
    residuals = lattice[7, 9, 0] * x + lattice[7, 9, 1] - (2 * x + 3)
    assert values[7, 9] == pytest.approx(np.mean(residuals**2), rel=1e-12)


def test_more_parameters_than_examples_still_make_a_bowl():
    objective = least_squares([[1.0, 2.0, 3.0]], [4.0])
    assert objective.value([1.0, 1.0, 1.0, 1.0]) == pytest.approx(9.0)
    np.testing.assert_allclose(objective.gradient([1.0, 1.0, 1.0, 1.0]), [6, 12, 18, 6])
    assert objective.hessian(np.zeros((5, 4))).shape == (5, 4, 4)


@pytest.mark.parametrize(
    "inputs", [[[1.0, 2.0, 3.0]], [[1.0], [1.0], [1.0]], [[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]]]
)
def test_of_a_valley_of_minimizers_none_is_called_the_minimizer(inputs):
    objective = least_squares(inputs, np.arange(len(inputs)))
    assert objective.minimizers == ()
    assert objective.minimum == pytest.approx(np.var(np.arange(len(inputs))) * (inputs[0] == inputs[-1]))


def test_targets_of_a_logistic_regression_are_zero_or_one():
    with pytest.raises(UsageError, match="0 or 1"):
        logistic([1.0, 2.0], [0, 2])


def test_a_data_set_survives_pickling():
    copy = pickle.loads(pickle.dumps(line()))
    np.testing.assert_array_equal(copy.gradient([1.0, 1.0]), line().gradient([1.0, 1.0]))
