"""Formulas as they are declared and computed."""

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.optimizers.formula import Beat, Formula, computed, evaluated


def test_a_line_knows_which_values_it_means():
    lines = {line.target: line for line in vg.Lion.formula.lines}
    assert lines["c"].expression == "beta1 * m_before + (1 - beta1) * g"
    assert "theta_before" in lines["theta"].expression
    assert "sign(c)" in lines["theta"].expression
    assert [line.target for line in vg.Lion.formula.lines if line.carried] == ["theta", "m"]
    nesterov = {line.target: line.expression for line in vg.Nesterov.formula.lines}
    assert nesterov["d"] == "g + beta * v"


def test_a_line_holds_where_its_condition_does():
    formula = Formula((Beat("choose", "r = 2*a where a >= 0", "r = 0 where a < 0"),))
    known = {"a": np.array([-1.0, 0.0, 3.0])}
    np.testing.assert_array_equal(computed(formula, known)["r"], [0.0, 0.0, 6.0])


def test_params_move_line_by_line():
    formula = Formula((Beat("decay", "theta = theta - a*theta"), Beat("step", "theta = theta + g")))
    known = {"a": 0.5, "g": np.array([1.0]), "theta_before": np.array([4.0])}
    told = computed(formula, known)
    assert (told["step"], told["theta"]) == (-1.0, 3.0)
    with pytest.raises(UsageError, match="does not say what it adds"):
        computed(Formula((Beat("step", "theta = a*theta"),)), known)


def test_what_is_given_is_not_computed_and_what_is_not_known_neither():
    assert evaluated("a + b", {"a": 1.0}) is None
    formula = Formula((Beat("choose", "r = a where b >= 0", "s = 2*a", "q = 3*s"),))
    assert computed(formula, {"a": 1.0}) == {"a": 1.0, "s": 2.0, "q": 6.0}
    assert computed(formula, {"a": 1.0, "s": 5.0}, given={"s"}) == {"a": 1.0, "s": 5.0, "q": 15.0}


def test_a_rule_that_computes_otherwise_inherits_no_formula():
    class Other(vg.Adam):
        """Adam with another step: {formula}."""

        def terms(self, gradient, state, params, *, hessian=None):
            return super().terms(2 * gradient, state, params, hessian=hessian)

    class Same(vg.Adam):
        """Adam by another name."""

    assert Other().own_formula is None
    assert Same().own_formula is vg.Adam.formula
