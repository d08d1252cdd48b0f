"""What schedules tell of themselves is what they compute, at every step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.optimizers.catalogue import SCHEDULES
from vizgd.optimizers.equations import equation
from vizgd.optimizers.parameters import Symbol
from vizgd.optimizers.schedules import DeclaredSchedule, FirstRate, rate_formula
from vizgd.optimizers.told_rates import COUNT, told_rate

rates = st.floats(1e-6, 10)
counts = st.integers(1, 90)
parts = st.floats(0.01, 1)
SETTINGS = {
    "constant": {},
    "step-decay": {"every": counts, "factor": parts},
    "exponential": {"factor": parts},
    "inverse-time": {"decay": st.floats(0, 5)},
    "polynomial": {"steps": counts, "power": st.floats(0.2, 4), "minimum": st.floats(0, 1)},
    "cosine": {"steps": counts, "minimum": st.floats(0, 1), "restarts": st.booleans()},
    "linear-warmup": {"steps": counts, "initial": st.floats(0, 1)},
    "one-cycle": {"steps": st.integers(20, 90), "warmup": st.floats(0.1, 0.9)},
}
ONE_LINE = [name for name in SETTINGS if name not in {"linear-warmup", "one-cycle"}]


def schedules(name):
    return st.builds(SCHEDULES[name], learning_rate=rates, **SETTINGS[name])


def check_told(schedule):
    steps = np.arange(120)
    told = told_rate(schedule).at(steps)
    np.testing.assert_array_equal(told[COUNT], steps)
    expected = [float(schedule(int(step))) for step in steps]
    np.testing.assert_allclose(told["alpha"], expected, rtol=1e-12, atol=1e-12 * max(expected))


def test_every_schedule_is_tested():
    assert set(SETTINGS) == set(SCHEDULES)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_formula_gives_the_rate_of_every_step(name):
    @given(schedules(name))
    def held(schedule):
        check_told(schedule)

    held()


@pytest.mark.parametrize("name", ONE_LINE)
def test_a_warm_up_tells_of_the_schedule_that_it_leads_to(name):
    @given(schedules(name), counts, st.floats(0, 1))
    def held(after, steps, initial):
        check_told(vg.LinearWarmup(after, steps, initial))

    held()


def test_what_tells_nothing_is_not_told():
    assert told_rate(0.1) is None
    assert told_rate(lambda step: 0.1 / (1 + step)) is None
    assert told_rate(vg.LinearWarmup(vg.OneCycle(0.1, 20), 5)) is None
    assert told_rate(vg.LinearWarmup(lambda step: 0.1 / (1 + step), 5)) is None


@pytest.mark.parametrize("name", SETTINGS)
def test_the_docstring_has_the_formula(name):
    kind = SCHEDULES[name]
    for line in equation(kind, kind.formula):
        assert line in kind.__doc__
        assert line.startswith("α")


@dataclass(frozen=True)
class Halving(DeclaredSchedule):
    """Halves the rate.

    {formula}
    """

    learning_rate: FirstRate
    half_life: Annotated[float, Symbol("h")] = 3.0

    formula: ClassVar = rate_formula("alpha = learning_rate*0.5**(k/half_life)")

    def __call__(self, count):
        return self.learning_rate * 0.5 ** (count / self.half_life)


class Typo(Halving):
    """Has a formula with a symbol of nothing."""

    formula: ClassVar = rate_formula("alpha = learning_rate*0.5**(k/half_live)")


class Other(Halving):
    """Computes something else than what it inherits the formula of."""

    def __call__(self, count):
        return self.learning_rate + 0.0 * count


def test_a_schedule_of_others_tells_its_formula_too():
    check_told(Halving(0.3))
    assert Halving.__doc__.endswith("α = α₀ · 0.5^(k / h)\n    ")
    assert told_rate(Other(0.3)) is None


def test_a_symbol_that_stands_for_nothing_is_refused():
    with pytest.raises(UsageError, match="unknown symbol 'half_live'") as caught:
        told_rate(Typo(0.3))
    assert "did you mean 'half_life'" in str(caught.value)
