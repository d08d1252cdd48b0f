"""Typed expressions as objectives: their variables, their domain, and what is refused."""

import pickle

import numpy as np
import pytest

from vizgd.base.errors import UsageError
from vizgd.objectives.expressions.expression import parse_objective


def test_a_caret_and_other_spellings_are_read_as_they_are_meant():
    x = np.linspace(-2, 2, 9)[:, None]
    plain = parse_objective("-x**2 - 3*x").value(x)
    for text in ("-x^2-3*x", " \u2212x^2 \n \u2212 3\u00b7x ", "- x ^ 2 - 3 * x", "-x1^2 - 3*x1"):
        np.testing.assert_array_equal(parse_objective(text).value(x), plain)


def test_the_dimension_is_that_of_the_variables_or_of_the_domain():
    assert parse_objective("x**2").domain == ((-5.0, 5.0),)
    assert parse_objective("3*y").variables == ("x", "y")
    assert parse_objective("x1*x2").variables == ("x1", "x2")
    assert parse_objective("7").dimension == 1
    assert parse_objective("x**2", domain=[(-1, 1), (0, 2)]).gradient([[3.0, 1.0]]).tolist() == [[6.0, 0.0]]


@pytest.mark.parametrize("domain", [[(1, -1)], [(0, np.inf)], [], [(0, 1)] * 3, [(1,)], "ab", [(0, "a")], 5])
def test_a_bad_domain_is_refused(domain):
    with pytest.raises(UsageError, match="domain"):
        parse_objective("x", domain=domain)


def test_a_domain_of_one_axis_for_two_variables_is_refused():
    with pytest.raises(UsageError, match="uses y"):
        parse_objective("x*y", domain=[(0, 1)])


@pytest.mark.parametrize("shape", [(), (3,), (4, 1), (0,)])
def test_points_of_another_dimension_are_refused(shape):
    with pytest.raises(UsageError, match="shape"):
        parse_objective("x*y").value(np.zeros(shape))


def test_an_objective_goes_to_other_processes_before_and_after_it_was_used():
    points = np.array([[1.0, 2.0], [-0.5, 3.0]])
    for before in ((), ("gradient",), ("hessian",), ("gradient", "hessian")):
        objective = parse_objective("sin(x)*y**2 + exp(x*y)")
        for name in before:
            getattr(objective, name)(points)
        there = pickle.loads(pickle.dumps(objective))
        for name in ("value", "gradient", "hessian"):
            assert np.array_equal(getattr(there, name)(points), getattr(objective, name)(points))
