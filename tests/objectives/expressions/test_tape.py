"""Tapes: equal steps are kept once, and arithmetic between constants is done as NumPy does it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.objectives.expressions.texts import TEXTS
from vizgd.objectives.expressions.functions import OPERATIONS
from vizgd.objectives.expressions.grammar import parse
from vizgd.objectives.expressions.tape import Number, Operation, Tape

BINARY = sorted(name for name, row in OPERATIONS.items() if row.arity == 2)


@given(text=TEXTS)
def test_a_step_uses_only_earlier_ones_and_none_is_there_twice(text):
    tape = parse(text).tape
    for place, step in enumerate(tape.steps):
        assert all(argument < place for argument in getattr(step, "arguments", ()))
    # A number by its bits: 0.0 and −0.0 are two, and nan is one.
    keys = [step.value.hex() if isinstance(step, Number) else step for step in tape.steps]
    assert len(set(keys)) == len(keys)


@given(function=st.sampled_from(BINARY), a=st.floats(), b=st.floats())
def test_a_function_of_constants_is_the_constant_that_numpy_computes(function, a, b):
    tape = Tape()
    place = tape.call(function, tape.number(a), tape.number(b))
    with np.errstate(all="ignore"):
        expected = float(OPERATIONS[function].apply(np.float64(a), np.float64(b)))
    np.testing.assert_array_equal(tape.constant(place), expected)


def test_what_is_repeated_is_computed_once():
    tape = Tape()
    x, y = tape.variable(0), tape.variable(1)
    assert tape.call("multiply", x, y) == tape.call("multiply", x, y)
    assert sum(isinstance(step, Operation) for step in tape.steps) == 1
    assert tape.number(0.0) != tape.number(-0.0)
