"""Axes have as many ticks as there is room for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizgd.drawing.typeset import measured
from vizgd.views.rulers import APART, fitted_axis

SIZE = 20.0


@given(
    low=st.floats(-1e6, 1e6),
    width=st.floats(1e-3, 1e6),
    most=st.integers(3, 12),
    length=st.floats(120, 900),
    upright=st.booleans(),
)
def test_no_two_labels_meet(low, width, most, length, upright):
    axis = fitted_axis("linear", (low, low + width), "x", most, (length, SIZE), upright=upright)
    places = length * axis.fraction(np.array(axis.ticks))
    wide = [SIZE if upright else measured(text, SIZE)[0] for text in axis.tick_labels]
    needed = [(a + b) / 2 + APART * SIZE for a, b in pairwise(wide)]
    assert (np.diff(places) >= needed).all()
    assert len(axis.ticks) >= 1


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_a_longer_axis_has_no_fewer_ticks(scale):
    counts = [
        len(fitted_axis(scale, (1e-3, 1e3), "x", 12, (length, SIZE)).ticks) for length in (150, 300, 600)
    ]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_iterations_are_whole_numbers():
    axis = fitted_axis("linear", (0.0, 3.0), "iteration", 9, (900, SIZE), integer=True)
    assert axis.tick_labels == ("0", "1", "2", "3")
