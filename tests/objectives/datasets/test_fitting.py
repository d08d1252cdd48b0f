"""Fits are those of lstsq and scipy, and there is none where classes are separable."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from tests.objectives.datasets.problems import OBJECTIVES, wide
from vizgd.objectives.datasets.dataset import least_squares, logistic


def test_the_least_squares_fit_is_that_of_lstsq():
    inputs, targets = wide()
    objective = least_squares(inputs, targets)
    fit, residuals, *_ = np.linalg.lstsq(np.column_stack([inputs, np.ones(len(inputs))]), targets)
    np.testing.assert_allclose(objective.minimizers[0], fit, rtol=1e-12)
    assert objective.minimum == pytest.approx(residuals[0] / len(targets), rel=1e-12)
    assert objective.variables == ("w1", "w2", "w3", "b")


@pytest.mark.parametrize("name", ["study-hours", "three inputs, classes"])
def test_the_logistic_fit_is_where_scipy_finds_it(name):
    objective = OBJECTIVES[name]()
    derivatives = {"jac": objective.gradient, "hess": objective.hessian}
    found = minimize(objective.value, objective.start, **derivatives, method="trust-exact", tol=1e-12)
    np.testing.assert_allclose(objective.minimizers[0], found.x, rtol=1e-7)
    assert objective.minimum <= found.fun + 1e-15


@pytest.mark.parametrize(
    ("inputs", "targets"),
    [
        ([0.0, 1.0, 2.0, 3.0], [0, 0, 1, 1]),
        ([0.0, 1.0, 1.0, 1.0, 2.0], [0, 0, 0, 1, 1]),
        ([0.0, 1.0, 2.0], [1, 1, 1]),
        ([5.0, 5.0, 5.0], [0, 1, 1]),
        ([[0.0, 1.0], [1.0, 0.0], [2.0, 3.0], [3.0, 1.0]], [0, 1, 0, 1]),
    ],
    ids=["separated", "touching", "one class", "constant input", "a plane between"],
)
def test_separable_classes_have_no_minimizer(inputs, targets):
    objective = logistic(inputs, targets)
    assert objective.minimizers == ()
    assert objective.minimum is None
    assert all(low < 0 < high for low, high in objective.domain)


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3), st.integers(0, 1)), min_size=3, max_size=14)
)
@settings(max_examples=150, deadline=None)
def test_there_is_a_minimizer_exactly_when_a_linear_program_finds_no_separating_plane(examples):
    data = np.array(examples, dtype=float)
    design = np.column_stack([data[:, :2], np.ones(len(data))])
    assume(np.linalg.matrix_rank(design) == 3)
    signed = design * (2 * data[:, 2:] - 1)
    # The most that a plane can put on the right side, nothing being on the wrong one.
    rows = np.vstack([signed, -signed])
    bounds = np.concatenate([np.ones(len(data)), np.zeros(len(data))])
    found = linprog(-signed.sum(axis=0), A_ub=rows, b_ub=bounds, bounds=(None, None))
    assert (logistic(data[:, :2], data[:, 2]).minimizers == ()) == (-found.fun > 1e-6)


def test_a_logistic_fit_bears_inputs_of_any_size():
    rng = np.random.default_rng(3)
    hours = rng.normal(size=60)
    passed = (rng.random(60) < 1 / (1 + np.exp(-hours))).astype(int)
    plain, stretched = logistic(hours, passed), logistic(1e6 * hours + 3e7, passed)
    assert stretched.minimizers[0][0] == pytest.approx(plain.minimizers[0][0] / 1e6, rel=1e-9)
