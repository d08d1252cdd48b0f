"""Tapes run over arrays: each operation is NumPy's, and a batch has the bits of its points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from tests.objectives.expressions.texts import POINTS, TEXTS, evaluated_by_python
from vizgd.objectives.expressions.expression import parse_objective


@given(TEXTS, POINTS)
@settings(max_examples=400, deadline=None, derandomize=True)
def test_any_expression_has_the_value_that_numpy_computes(text, point):
    objective = parse_objective(text, domain=[(-5, 5), (-5, 5)])
    np.testing.assert_allclose(objective.value(point), evaluated_by_python(text, *point), rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9**9**9", np.inf),
        ("x - 9**9**9**9**9", -np.inf),
        ("1/0", np.inf),
        ("-1/0", -np.inf),
        ("0/0", np.nan),
        ("log(-1)", np.nan),
        ("log(0)", -np.inf),
        ("(-8)**(1/3)", np.nan),
        ("cbrt(-8)", -2),
        ("sqrt(-1)**2", np.nan),
        ("0*x", 0),
        ("0*x*9**9**9", np.nan),
        ("2^3^2", 512),
        ("2**-1", 0.5),
        ("-3**2", -9),
        ("-x^2", -2.25),
        ("1e400", np.inf),
        ("10**400 - 10**400", np.nan),
        ("0.1 + 0.2", 0.1 + 0.2),
        ("x + 1e16 - 1e16", 2.0),
        ("1/(x - x)", np.inf),
        ("x/0", np.inf),
        ("log(x - x)", -np.inf),
        ("asin(2)", np.nan),
        ("max(1, x, 7)", 7),
        ("0x10", 16),
        ("7 - 2 - 1", 4),
        ("8/4/2", 1),
        ("2*3^2", 18),
        ("1 + 2^2*3", 13),
    ],
)
def test_arithmetic_is_float64_on_the_reals(text, value):
    objective = parse_objective(text, domain=[(-5, 5)])
    np.testing.assert_array_equal(objective.value([1.5]), value)
    objective.gradient([1.5])
    objective.hessian([1.5])


def test_a_value_is_computed_in_the_order_in_which_it_was_typed():
    x = np.random.default_rng(0).normal(size=(100, 2))
    typed = parse_objective("0.1*x + (y + 0.7) - 1e3*x").value(x)
    np.testing.assert_array_equal(typed, 0.1 * x[:, 0] + (x[:, 1] + 0.7) - 1e3 * x[:, 0])


def test_no_points_give_no_values():
    objective = parse_objective("x*y")
    assert objective.value(np.zeros((0, 2))).shape == (0,)
    assert objective.hessian(np.zeros((3, 0, 2))).shape == (3, 0, 2, 2)


def test_memory_layout_does_not_change_a_bit():
    objective = parse_objective("exp(sin(x))*x**y + tan(y)**1.5")
    points = np.random.default_rng(1).random((1000, 2))
    plain = objective.gradient(points)
    np.testing.assert_array_equal(objective.gradient(np.asfortranarray(points)), plain)
    np.testing.assert_array_equal(objective.gradient(points[::-3]), plain[::-3])
    np.testing.assert_array_equal(objective.gradient(np.repeat(points, 30, axis=0))[::30], plain)


@pytest.mark.parametrize("text", ["1/x", "x/x", "log(x)", "x**2 / (x - 1)", "max(x, 1/x)", "x*1e200*x*1e200"])
def test_a_single_point_has_the_bits_of_a_batch_at_poles_and_beyond_the_largest_number(text):
    objective = parse_objective(text)
    points = np.array([[0.0], [-0.0], [1.0], [-2.0], [1e300], [np.inf], [np.nan]])
    with np.errstate(all="raise"):
        for function in (objective.value, objective.gradient, objective.hessian):
            together = function(points)
            np.testing.assert_array_equal([function(point) for point in points], together)


def test_gradients_lie_in_memory_as_their_points_do():
    objective = parse_objective("x**2*y + abs(y)")
    points = np.random.default_rng(0).normal(size=(50, 2))
    across = objective.gradient(np.asfortranarray(points))
    assert across.flags.f_contiguous
    assert objective.gradient(points).flags.c_contiguous
    np.testing.assert_array_equal(across, objective.gradient(points))
