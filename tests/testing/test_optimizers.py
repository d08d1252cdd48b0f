"""The published check of optimizers: ours pass it, and it finds what is wrong with another."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
import pytest

import vizgd as vg
from vizgd.optimizers.catalogue import OPTIMIZERS
from vizgd.optimizers.formula import Beat, Formula, Part
from vizgd.optimizers.interface import rate_at
from vizgd.optimizers.line_search import LineSearch
from vizgd.testing import check_optimizer

RULES = [name for name in OPTIMIZERS if not issubclass(OPTIMIZERS[name], LineSearch)]


@pytest.mark.parametrize("name", RULES)
def test_every_rule_passes(name):
    check_optimizer(OPTIMIZERS[name](learning_rate=0.01))


class Count(NamedTuple):
    count: np.ndarray


@dataclasses.dataclass(frozen=True)
class Rule(vg.Optimizer):
    learning_rate: float = 0.01

    def init(self, params):
        return Count(np.zeros_like(params))

    def terms(self, gradient, state, params, *, hessian=None):
        del params, hessian
        rate = rate_at(self.learning_rate, 0)
        return {"learning_rate": rate, "step": -rate * gradient, "count": state.count + 1}


class Greedy(Rule):
    def terms(self, gradient, state, params, *, hessian=None):
        params -= 0.01
        return super().terms(gradient, state, params, hessian=hessian)


class Summed(Rule):
    def terms(self, gradient, state, params, *, hessian=None):
        return super().terms(gradient / np.linalg.norm(gradient), state, params, hessian=hessian)


class Silent(Rule):
    def terms(self, gradient, state, params, *, hessian=None):
        del params, hessian
        return {"step": -0.01 * gradient, "count": state.count}


class Deaf(Rule):
    def terms(self, gradient, state, params, *, hessian=None):
        del params, hessian
        rate = 0.01 if not callable(self.learning_rate) else 0.02
        return {"learning_rate": rate, "step": -rate * gradient, "count": state.count + 1}


class Misspoken(Rule):
    formula = Formula((Beat("step", "theta = theta - 2*alpha*g"),))

    def terms(self, gradient, state, params, *, hessian=None):
        return super().terms(gradient, state, params, hessian=hessian)


class Torn(Rule):
    formula = Formula(
        (Beat("step", "theta = theta - alpha*g"),),
        parts=(Part("one", "-alpha*g"), Part("other", "-alpha*theta_before")),
    )


class Vague(Rule):
    formula = Formula((Beat("step", "theta = theta - alpha*w"),))


WRONG_RULES = {
    Greedy: "changes in place",
    Summed: "from many starts at once",
    Silent: "lack 'learning_rate'",
    Deaf: "does not ask a schedule",
    Misspoken: "the formula of Misspoken says another 'step' than its terms",
    Torn: "the parts of Torn do not add up to its step",
    Vague: "unknown symbol 'w'",
}


@pytest.mark.parametrize("rule", WRONG_RULES)
def test_a_wrong_rule_is_found_out(rule):
    check_optimizer(Rule())
    with pytest.raises(AssertionError, match=WRONG_RULES[rule]):
        check_optimizer(rule())
