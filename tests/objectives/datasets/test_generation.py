"""Generated examples follow the model that they are said to come from."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special

from vizgd.base.errors import UsageError
from vizgd.objectives.datasets.dataset import least_squares
from vizgd.objectives.datasets.generation import noisy_line, two_classes


def test_a_line_without_noise_is_the_line():
    inputs, targets = noisy_line(np.random.default_rng(1), 20, w=-1.5, b=0.25, noise=0.0)
    np.testing.assert_allclose(targets, -1.5 * inputs + 0.25)


def test_the_fit_of_many_noisy_examples_is_near_the_truth():
    loss = least_squares(*noisy_line(np.random.default_rng(2), 20_000))
    np.testing.assert_allclose(loss.minimizers[0], (2.0, 3.0), atol=0.02)


def test_residuals_have_the_spread_that_was_asked_for():
    inputs, targets = noisy_line(np.random.default_rng(3), 20_000, noise=0.8)
    assert np.std(targets - 2 * inputs - 3) == pytest.approx(0.8, rel=0.03)


def test_labels_are_one_as_often_as_the_logistic_function_says():
    inputs, labels = two_classes(np.random.default_rng(4), 50_000, w=1.5, b=-0.5)
    assert set(np.unique(labels)) == {0.0, 1.0}
    near = np.abs(inputs - 1.0) < 0.1
    assert labels[near].mean() == pytest.approx(scipy.special.expit(1.0), abs=0.03)


def test_the_same_generator_gives_the_same_examples():
    first, second = (noisy_line(np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("count", [0, -3, 2_000_000])
def test_a_count_without_sense_is_refused(count):
    with pytest.raises(UsageError, match="examples"):
        noisy_line(np.random.default_rng(0), count)


def test_negative_noise_is_refused():
    with pytest.raises(UsageError, match="noise"):
        noisy_line(np.random.default_rng(0), noise=-1.0)
