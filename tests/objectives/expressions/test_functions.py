"""The functions that expressions may name, and the slopes that are written beside them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vizgd.objectives.expressions.expression import parse_objective
from vizgd.objectives.expressions.functions import ALIASES, INTERNAL, OPERATIONS


@given(a=st.floats(-9, 9), b=st.floats(-9, 9))
def test_a_step_is_half_where_it_ties(a, b):
    assert INTERNAL["step"].apply(a, b) == (0.5 if a == b else float(a > b))


def test_aliases_name_the_same_functions():
    for alias, name in ALIASES.items():
        given_ = "(x, 0.5)" if OPERATIONS[name].arity == 2 else "(x)"
        if name != "power":
            values = [parse_objective(spelled + given_).value([0.7]) for spelled in (alias, name)]
            np.testing.assert_array_equal(*values)
    assert parse_objective("pow(x, 3)").value([2.0]) == 8.0
