"""Numbers as text, read back."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from vizgd.base.formatting import SUPERSCRIPTS, number, readout, superscript

FINITE = st.floats(allow_nan=False, allow_infinity=False)
DOWN = {raised: plain for plain, raised in zip("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True)}


def read(text):
    """Return the number that a reader sees."""
    text = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: "**" + "".join(DOWN[sign] for sign in found[0]), text)
    base, _, power = text.replace("−", "-").partition("×10**")
    if not power and base.lstrip("-").startswith("10**"):
        base, power = base.partition("10**")[0] + "1", base.partition("10**")[2]
    return Decimal(f"{base}e{power or 0}")


def near(text, value, digits):
    """Return whether a reader sees a number, but for its last digit."""
    return abs(read(text) - Decimal(value)) <= abs(Decimal(value)) * Decimal("0.51") * Decimal(10) ** (
        1 - digits
    )


@given(value=FINITE, digits=st.integers(1, 6))
def test_a_number_is_read_back_to_its_digits(value, digits):
    assert near(number(value, digits), value, digits)


@given(value=FINITE, digits=st.integers(2, 6))
def test_a_readout_is_read_back_to_its_digits(value, digits):
    assert near(readout(value, digits), value, digits)


@given(value=st.floats(1e-3, 9e4), digits=st.integers(2, 5))
def test_a_readout_keeps_its_digits_and_a_number_has_no_zeros_at_its_end(value, digits):
    assert sum(sign.isdigit() for sign in readout(value, digits).lstrip("0.")) >= digits
    assert not re.search(r"\.\d*0$", number(value, digits))


def test_what_is_no_number_is_said():
    assert [number(value) for value in (math.nan, math.inf, -math.inf, 0.0, -0.0)] == [
        "undefined",
        "∞",
        "−∞",
        "0",
        "0",
    ]


def test_the_largest_and_the_least_numbers_are_written_too():
    assert number(1.797e308) == "1.8×10³⁰⁸"
    assert readout(-5e-324) == "−4.941×10⁻³²⁴"


@given(exponent=st.integers(-400, 400))
def test_an_exponent_is_that_number_in_small_signs(exponent):
    assert superscript(exponent) == str(exponent).translate(SUPERSCRIPTS)
    assert int("".join(DOWN[sign] for sign in superscript(exponent))) == exponent
