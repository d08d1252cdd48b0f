"""What counts as a number."""

from fractions import Fraction

import numpy as np
import pytest

from vizgd.base.values import is_number, is_whole


@pytest.mark.parametrize("value", [0, -3, 10**400, np.int64(3), np.uint8(3)])
def test_whole_numbers_are_those_of_python_and_numpy(value):
    assert is_whole(value)


@pytest.mark.parametrize("value", [3.0, np.float64(3), True, np.True_, "3", None, [3], np.array([3])])
def test_nothing_else_is_a_whole_number(value):
    assert not is_whole(value)


@pytest.mark.parametrize("value", [0, 1.5, np.float32(1.5), np.int64(3), Fraction(1, 3)])
def test_numbers_are_real_and_finite(value):
    assert is_number(value)


@pytest.mark.parametrize(
    "value", [np.nan, np.inf, np.float32("inf"), 10**400, 1j, True, np.True_, "3", None, np.array(3.0)]
)
def test_nothing_else_is_a_number(value):
    assert not is_number(value)
