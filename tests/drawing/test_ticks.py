"""Ticks and numbers, read back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vizgd.base.formatting import number, readout
from vizgd.drawing.ticks import linear_axis, log_axis

SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def _read(text):
    """Return the number that a label shows."""
    text = text.replace("−", "-")
    if "10" in text and any(sign in text for sign in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"):
        mantissa, _, exponent = text.rpartition("10")
        power = int(exponent.translate(SUPERSCRIPTS))
        return float(mantissa.rstrip("×") or 1) * 10.0**power
    return float(text)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(3, 9))
def test_linear_ticks_stand_inside_in_order_and_say_what_they_are(low, extent, most):
    high = low + extent
    assume(extent > 1e-6 * abs(low))
    axis = linear_axis((low, high), most=most)
    ticks = np.array(axis.ticks)
    assert 2 <= len(ticks) <= max(most + 1, 5)
    assert (np.diff(ticks) > 0).all()
    assert ((ticks >= low - 1e-6 * extent) & (ticks <= high + 1e-6 * extent)).all()
    assert len(set(axis.tick_labels)) == len(ticks)
    read = np.array([_read(label) for label in axis.tick_labels])
    np.testing.assert_allclose(read, ticks, atol=0.06 * np.diff(ticks).min())


@given(st.floats(-30, 20), st.floats(0.4, 40), st.integers(3, 8))
def test_log_ticks_stand_inside_in_order_and_say_what_they_are(low, decades, most):
    axis = log_axis((10.0**low, 10.0 ** (low + decades)), most=most)
    ticks = np.array(axis.ticks)
    assert len(ticks) >= 1
    assert len(ticks) <= most + 3
    assert (np.diff(ticks) > 0).all()
    np.testing.assert_allclose([_read(label) for label in axis.tick_labels], ticks, rtol=1e-6)


@given(st.floats(1e-200, 1e200), st.integers(2, 6), st.sampled_from([1, -1]))
def test_a_number_is_shown_to_its_digits(value, digits, sign):
    assert _read(number(sign * value, digits)) == pytest.approx(sign * value, rel=0.51 * 10.0 ** (1 - digits))


@given(st.floats(1e-3, 9e4))
def test_a_readout_keeps_its_width_while_it_counts(value):
    shown = readout(value)
    assert len(shown.lstrip("0.").replace(".", "")) in (4, 5)
    assert float(shown) == pytest.approx(value, rel=6e-4)


def test_numbers_that_are_none():
    assert [number(x) for x in (np.inf, -np.inf, np.nan, 0.0)] == ["∞", "−∞", "undefined", "0"]
