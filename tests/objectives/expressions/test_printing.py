"""Formulas as they are written by hand: mathematics for the eye that is read back as the same function."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.objectives.expressions.texts import NUMBERS, POINTS, TEXTS, evaluated_by_python
from vizgd.drawing.typeset import outline
from vizgd.objectives.catalogue import rows
from vizgd.objectives.expressions.expression import parse_objective
from vizgd.objectives.expressions.printing import formula, set_formula

WRITTEN = {
    "x**4 - 5*x**3 + 4*x**2 + 3*x": "x⁴ − 5x³ + 4x² + 3x",
    "x^2 + 10*y^2": "x² + 10y²",
    "x**y": "x^y",
    "x**y**2": "x^(y²)",
    "(x**y)**2": "(x^y)²",
    "x**-1": "x⁻¹",
    "x**-0.5": "x^(−0.5)",
    "x**(y + 1)": "x^(y + 1)",
    "abs(x)**1.5": "|x|^1.5",
    "abs(2*abs(x) - 1)": "abs(2|x| − 1)",
    "abs(x) + sqrt(y)": "|x| + √(y)",
    "sqrt(x)**2 + sqrt(x**2)": "(√(x))² + √(x²)",
    "sin(x*y)*cos(2*pi*x)": "sin(x·y)·cos(2πx)",
    "-x**2 + (-x)**2": "−x² + (−x)²",
    "x - (y - 1) + (x + 1)": "x − (y − 1) + (x + 1)",
    "x - -y": "x − (−y)",
    "x*-y": "x·(−y)",
    "-2*x*y": "−2x·y",
    "--2*x": "−(−2)·x",
    "-(2*pi)*x": "−(2π)·x",
    "x/(y*2) + x/y*2 + x/y/2": "x/(y·2) + (x/y)·2 + (x/y)/2",
    "(y - 5.1/(4*pi**2)*x**2 + 5/pi*x - 6)**2": "(y − (5.1/(4π²))·x² + (5/π)·x − 6)²",
    "0.1*x + 1e-3*y": "0.1x + 0.001y",
    "1e10*x + 1.5e-7*y": "10¹⁰·x + 1.5×10⁻⁷·y",
    "10**2*x + 10**6*y": "100x + 10⁶·y",
    "x/1.5e-7 + 123456*x": "x/(1.5×10⁻⁷) + 123456x",
    "2*3**x + 2*e*x + 0*x + 1*sin(x)": "2·3^x + 2·e·x + 0·x + 1·sin(x)",
    "x1**2 + 3*x2": "x₁² + 3x₂",
    "pow(x, 3) + ln(x) + max(x, 1, 2)": "x³ + ln(x) + max(x, 1, 2)",
    "mean((w*x + b - y)**2)": "mean((w·x + b − y)²)",
}


@pytest.mark.parametrize(("typed", "written"), WRITTEN.items())
def test_a_formula_is_written_as_by_hand(typed, written):
    assert formula(typed) == written
    assert formula(written) == written


@pytest.mark.parametrize("text", ["", "‖Xw − y‖²", "loss of a network", "x +", "x.real", "f(a=1)"])
def test_what_is_no_expression_stays_as_it_is(text):
    assert formula(text) == text
    assert set_formula(text) == text


@pytest.mark.parametrize("name", rows())
def test_each_formula_of_the_catalogue_is_read_back_as_the_same_function(name):
    row = rows()[name]
    low, high = np.transpose(row.domain)
    points = np.random.default_rng(0).uniform(low, high, (100, len(row.domain)))
    printed = formula(row.formula)
    read = parse_objective(printed, domain=row.domain).value(points)
    np.testing.assert_array_equal(read, parse_objective(row.formula, domain=row.domain).value(points))
    assert "*" not in printed
    assert "-" not in printed
    assert "sqrt" not in printed


@given(TEXTS, POINTS)
@settings(max_examples=400)
def test_what_is_printed_of_any_expression_is_read_back_as_the_same_function(text, point):
    objective = parse_objective(formula(text), domain=[(-5, 5), (-5, 5)])
    np.testing.assert_allclose(objective.value(point), evaluated_by_python(text, *point), rtol=1e-12)


@pytest.mark.parametrize(
    "text",
    ["x+" * 1999 + "x", "/".join(["x"] * 600), "^".join(["x"] * 49), "x*" * 1999 + "x", "x/y*" * 60 + "x"],
)
def test_what_is_printed_of_the_longest_expressions_is_read_back_too(text):
    read, typed = (parse_objective(one, domain=[(-5, 5)] * 2) for one in (formula(text), text))
    np.testing.assert_array_equal(read.value([1.01, 0.9]), typed.value([1.01, 0.9]))


@given(NUMBERS | st.floats(0, allow_nan=False, allow_infinity=False).map(repr))
def test_a_number_is_printed_with_all_its_digits(text):
    for one in (f"{text}", f"x + {text}", f"{text}*x", f"x/{text}", f"-({text})", f"({text})**2"):
        typed, printed = (parse_objective(part, domain=[(-1, 1)]) for part in (one, formula(one)))
        np.testing.assert_allclose(printed.value([0.7]), typed.value([0.7]), rtol=1e-15)


@pytest.mark.parametrize("text", [*WRITTEN, "x**(y**z)", "2**(sqrt(x)*pi)", "x**abs(y)", "x1**x2**-1"])
def test_a_picture_sets_exponents_that_have_no_small_letters_as_mathematics(text):
    written = set_formula(text)
    assert "^" not in written.replace("\\(^{", "")[: written.find("\\)")] or "^{" in written
    assert outline(f"f = {written}").width > 0


def test_exponents_in_exponents_are_set_in_one_formula():
    assert set_formula("abs(x)**1.5 + y**2") == "|x|\\(^{1.5}\\) + y²"
    assert set_formula("x**y**z") == "x\\(^{y^{z}}\\)"
    assert set_formula("x**(-pi*y**2)") == r"x\(^{-\pi y^{2}}\)"
