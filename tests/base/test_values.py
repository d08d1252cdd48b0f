"""What counts as a number, a line of text and a length in seconds."""

from fractions import Fraction

import numpy as np
import pytest

from vizgd.base.errors import UsageError
from vizgd.base.values import LONGEST_FILM, LONGEST_TEXT, check_line, check_seconds, is_number, is_whole


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


@pytest.mark.parametrize("text", ["", "μ = 0.9", "x" * LONGEST_TEXT])
def test_a_line_is_text_without_breaks(text):
    check_line("title", text)


@pytest.mark.parametrize(
    "text", [None, 3, "x" * (LONGEST_TEXT + 1), "two\nlines", "a\tb", "\u2028", "\ud800"]
)
def test_what_is_no_line_is_refused_by_the_name_of_its_setting(text):
    with pytest.raises(UsageError, match="the label "):
        check_line("label", text)


def test_a_film_lasts_more_than_nothing_and_at_most_an_hour():
    check_seconds(LONGEST_FILM)
    for seconds in (0, -1, np.nan, LONGEST_FILM + 1, "8", True):
        with pytest.raises(UsageError, match=r"above 0, at most 3600$"):
            check_seconds(seconds)
