"""Generated classes lie where they are said to, and need more than a line to be told apart."""

from __future__ import annotations

import numpy as np
import pytest

from vizgd.base.errors import UsageError
from vizgd.nn.examples import GENERATORS, circles, sine, spirals


@pytest.mark.parametrize("name", list(GENERATORS))
def test_the_same_generator_gives_the_same_examples(name):
    first, second = (GENERATORS[name](np.random.default_rng(5), 31) for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    assert len(first[0]) == len(first[1]) == 31


@pytest.mark.parametrize("name", ["moons", "circles", "spirals"])
def test_no_line_tells_the_classes_apart(name):
    inputs, labels = GENERATORS[name](np.random.default_rng(0), 400)
    design = np.column_stack([inputs, np.ones(400)])
    fit, *_ = np.linalg.lstsq(design, 2 * labels - 1, rcond=None)
    wrong = ((design @ fit > 0) != (labels == 1)).mean()
    assert wrong > 0.08
    assert labels.mean() == 0.5


def test_without_noise_examples_lie_on_their_curves():
    inputs, labels = circles(np.random.default_rng(0), 40, noise=0.0)
    np.testing.assert_allclose(np.hypot(*inputs.T), np.where(labels == 0, 0.5, 1.2))
    inputs, labels = spirals(np.random.default_rng(0), 40, noise=0.0)
    np.testing.assert_allclose(inputs[labels == 0], -inputs[labels == 1], atol=1e-12)
    inputs, targets = sine(np.random.default_rng(0), 40, noise=0.0)
    np.testing.assert_allclose(targets, np.sin(3 * inputs) * inputs / 2)


@pytest.mark.parametrize("settings", [{"count": 1}, {"count": 10**6}, {"noise": -0.1}])
@pytest.mark.parametrize("name", list(GENERATORS))
def test_counts_and_noise_that_cannot_be_are_refused(name, settings):
    with pytest.raises(UsageError, match="expected"):
        GENERATORS[name](np.random.default_rng(0), **settings)
