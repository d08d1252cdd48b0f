"""Numbers that change: what each says, and that none needs more room than it is given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vizgd.drawing.numbers import UNTOLD, Numbers
from vizgd.drawing.typeset import measured


@given(arrays(np.float64, st.integers(1, 200)))
def test_none_is_wider_than_the_width(values):
    numbers = Numbers(values)
    assert max(measured(numbers[step], 1.0)[0] for step in range(len(numbers))) <= numbers.width + 1e-9


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((0.5, 0.25), ["0.500", "0.250"]),  # one that changes keeps its digits
        ((0.5, 0.5), ["0.5", "0.5"]),
        ((1.0, 20.0), ["1", "20"]),  # a count
        ((np.nan, -np.inf, 1.5), [UNTOLD, "−∞", "1.50"]),
    ],
)
def test_what_they_say(values, texts):
    numbers = Numbers(np.array(values))
    assert [numbers[step] for step in range(len(numbers))] == texts
