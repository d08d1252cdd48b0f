"""The published check of optimizers: ours pass it, and it finds what is wrong with another."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
import pytest

import vizgd as vg
from vizgd.optimizers.catalogue import OPTIMIZERS
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


WRONG_RULES = {
    Greedy: "changes in place",
    Summed: "from many starts at once",
    Silent: "lack 'learning_rate'",
    Deaf: "does not ask a schedule",
}


@pytest.mark.parametrize("rule", WRONG_RULES)
def test_a_wrong_rule_is_found_out(rule):
    check_optimizer(Rule())
    with pytest.raises(AssertionError, match=WRONG_RULES[rule]):
        check_optimizer(rule())
