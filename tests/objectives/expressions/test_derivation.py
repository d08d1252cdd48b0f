"""Derivatives of expressions, as torch has them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from tests.objectives.expressions.texts import POINTS, TEXTS
from vizgd.objectives.expressions.expression import parse_objective
from vizgd.objectives.expressions.functions import FUNCTIONS


@given(TEXTS, POINTS)
@settings(max_examples=200, deadline=None)
def test_no_expression_warns_or_leaves_the_reals_in_its_derivatives(text, point):
    objective = parse_objective(text, domain=[(-5, 5), (-5, 5)])
    value, gradient, hessian = (f(point) for f in (objective.value, objective.gradient, objective.hessian))
    assert value.dtype == gradient.dtype == hessian.dtype == np.float64
    assert gradient.shape == (2,)
    assert hessian.shape == (2, 2)
    if np.isnan(value):
        assert np.isnan(gradient).all()


TORCH = {name: getattr(torch, name) for name in FUNCTIONS if hasattr(torch, name)} | {
    "min": torch.minimum,
    "max": torch.maximum,
    "sech": lambda a: 1 / torch.cosh(a),
    "cbrt": lambda a: torch.sign(a) * torch.abs(a) ** (1 / 3),
}


SMOOTH = {
    "sin(x)": 0.7,
    "cos(x)": 0.7,
    "tan(x)": 0.7,
    "asin(x)": 0.4,
    "acos(x)": 0.4,
    "atan(x)": 2.5,
    "sinh(x)": -1.2,
    "cosh(x)": -1.2,
    "tanh(x)": 1.3,
    "sech(x)": 0.8,
    "asinh(x)": -2.0,
    "acosh(x)": 1.8,
    "atanh(x)": 0.3,
    "exp(x)": 0.9,
    "expm1(x)": 0.1,
    "log(x)": 2.2,
    "log2(x)": 2.2,
    "log10(x)": 2.2,
    "log1p(x)": 0.4,
    "sqrt(x)": 2.0,
    "cbrt(x)": -2.0,
    "abs(x)": -3.0,
    "sign(x)": -3.0,
    "floor(x)": 1.5,
    "ceil(x)": 1.5,
    "x**3": -2.0,
    "x**0.5": 2.0,
    "x**-2": 1.7,
    "2**x": 1.7,
    "x**x": 1.7,
    "1/x": -0.4,
    "min(x, 2)": 1.0,
    "max(x, x**2)": 1.5,
    "atan2(x, 2)": 1.0,
    "atan2(3, x)": -1.0,
    "-x/(1 + x**2)": 0.3,
    "exp(sin(x)**2)*log(2 + x)/sqrt(1 + x**2)": 0.6,
    "x**2*abs(x)": -1.5,
    "tanh(3*x)**2": 1.5,
    "atan2(sin(x), cos(x)**2)": 0.8,
}


@pytest.mark.parametrize(("text", "at"), SMOOTH.items())
def test_first_and_second_derivatives_are_those_of_torch(text, at):
    objective = parse_objective(text)
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    value = eval(text, {"__builtins__": {}}, TORCH | {"x": x} | _promoting(text))
    first = torch.autograd.grad(value, x, create_graph=True)[0]
    second = torch.autograd.grad(first, x)[0] if first.requires_grad else torch.zeros(())
    assert objective.value([at]) == pytest.approx(value.item(), rel=1e-13)
    assert objective.gradient([at]) == pytest.approx(first.item(), rel=1e-12, abs=1e-15)
    assert objective.hessian([at])[0] == pytest.approx(second.item(), rel=1e-11, abs=1e-14)


def _promoting(text):
    """Let torch's functions of two tensors take a plain number."""

    def lifted(function):
        return lambda *numbers: function(*(torch.as_tensor(n, dtype=torch.float64) for n in numbers))

    return {name: lifted(TORCH[name]) for name in ("min", "max", "atan2") if name in text}


def test_every_function_of_the_grammar_is_among_those_held_against_torch():
    assert all(any(f"{name}(" in text for text in SMOOTH) for name in FUNCTIONS)


def test_mixed_second_derivatives_are_exact_and_symmetric():
    hessian = parse_objective("x**2*y**3 + sin(x*y)").hessian([0.5, 2.0])
    mixed = 6 * 0.5 * 4 + np.cos(1.0) - 1.0 * np.sin(1.0)
    np.testing.assert_allclose(hessian[0, 1], mixed, rtol=1e-15)
    np.testing.assert_array_equal(hessian, hessian.T)


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("abs(x)", 0),
        ("max(x, 0)", 0.5),
        ("max(x, -x)", 0),
        ("min(x, -x)", 0),
        ("sign(x)", 0),
        ("floor(x)", 0),
        ("sqrt(x**2)", 0),
        ("sqrt(abs(x))", 0),
        ("cos(sqrt(abs(x)))", 0),
        ("x*abs(x)", 0),
        ("max(x, -x, 3*x)", 1.5),
    ],
)
def test_at_a_kink_the_gradient_is_a_subgradient(text, slope):
    assert parse_objective(text).gradient([0.0]) == [slope]


def test_where_a_function_is_not_defined_its_gradient_is_not_either():
    points = np.array([[-1.0], [1.0]])
    np.testing.assert_array_equal(parse_objective("log(x)").gradient(points)[:, 0], [np.nan, 1.0])
    np.testing.assert_array_equal(parse_objective("acosh(x)").gradient([[-2.0]])[:, 0], [np.nan])


def test_the_tails_of_a_plateau_keep_their_slope():
    gradient = parse_objective("tanh(x)").gradient([[18.0], [300.0], [800.0]])[:, 0]
    np.testing.assert_allclose(gradient, [4 * np.exp(-36.0), 4 * np.exp(-600.0), 0.0], rtol=1e-12)
