"""Python functions as objectives."""

import math
import pickle

import numpy as np
import pytest

from vizgd.base.errors import UsageError
from vizgd.objectives.callables.tracing import traced
from vizgd.objectives.expressions.expression import parse_objective
from vizgd.objectives.lookup import objective_from

POINTS = np.random.default_rng(0).normal(size=(20, 2))

PAIRS = [
    (lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2, "(1 - x)**2 + 100*(y - x**2)**2"),
    (lambda x, y: np.sin(x) * np.exp(-(y**2)) + np.square(x), "sin(x)*exp(-y**2) + x**2"),
    (lambda x, y: abs(x) + np.maximum(y, 0.5) / np.float64(3), "abs(x) + max(y, 0.5)/3"),
    (lambda x, y: np.arctan2(y, +x) - np.sqrt(x * x + y * y), "atan2(y, x) - sqrt(x*x + y*y)"),
    (lambda x, y: np.hypot(x, 2 * y), "sqrt(x*x + (2*y)*(2*y))"),
    (lambda x, y: 7, "7"),  # noqa: ARG005 - constant on purpose
]


@pytest.mark.parametrize(("function", "text"), PAIRS, ids=[text for _, text in PAIRS])
def test_a_function_is_the_same_objective_as_its_text(function, text):
    one, two = traced(function), parse_objective(text, domain=[(-5, 5), (-5, 5)])
    np.testing.assert_array_equal(one.value(POINTS), two.value(POINTS))
    np.testing.assert_array_equal(one.gradient(POINTS), two.gradient(POINTS))
    np.testing.assert_array_equal(one.hessian(POINTS), two.hessian(POINTS))


def test_the_objective_takes_the_functions_name_and_coordinates():
    def ravine(x, y, steepness=10):
        return x**2 + steepness * y**2

    objective = objective_from(ravine)
    assert objective.name == objective.title == "ravine"
    assert objective.variables == ("x", "y")
    assert traced(lambda t: t**2, domain=[(0, 3)], name="square").domain == ((0.0, 3.0),)


def test_a_traced_objective_survives_pickling_although_a_lambda_does_not():
    copy = pickle.loads(pickle.dumps(traced(lambda x: np.cosh(x))))
    assert copy.gradient([1.0]) == np.sinh(1.0)


REFUSED = {
    "an if": lambda x: x if x > 0 else -x,
    "an if on truth": lambda x: x if x else 1,
    "a huge integer": lambda x: x * 10**400,
    "math": lambda x: math.sin(x),
    "an index": lambda p: p[0] ** 2,
    "a reduction": lambda x: np.add.reduce(x),
    "no number": lambda x: None,  # noqa: ARG005
    "an unknown function": lambda x: np.isnan(x),
    "an array": lambda x: x * np.ones(3),
    "a method": lambda x: x.sum(),
    "a division by zero": lambda x: x + 1 / 0,
    "an error without words": lambda x: {}[x] if x is None else next(iter(())),
}


@pytest.mark.parametrize("function", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_followed_is_refused(function):
    with pytest.raises(UsageError, match="cannot follow") as caught:
        traced(function)
    assert len(str(caught.value).splitlines()) <= 4


def test_a_function_of_one_vector_is_told_to_take_its_coordinates_apart():
    with pytest.raises(UsageError, match="x and y as separate arguments"):
        traced(lambda p: p[0] ** 2 + p[1] ** 2)


@pytest.mark.parametrize("function", [lambda: 3, lambda x, y, z: x + y + z, lambda *x: x, max])
def test_a_function_of_other_than_one_or_two_coordinates_is_refused(function):
    with pytest.raises(UsageError, match="coordinates"):
        traced(function)


def test_a_domain_of_another_dimension_is_refused():
    with pytest.raises(UsageError, match="domain"):
        traced(lambda x: x, domain=[(0, 1), (0, 1)])
