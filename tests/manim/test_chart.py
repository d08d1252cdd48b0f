"""Axes with numbers: each stands where its value is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import RIGHT

from vizgd.drawing.theme import DARK
from vizgd.drawing.ticks import linear_axis, log_axis
from vizgd.manim.chart import Chart, name

CHART = Chart(linear_axis((-2, 6), "x", 5), log_axis((1e-3, 10), "loss", 4), 8.0, 5.0, theme=DARK)


def test_numbers_stand_below_and_left_of_their_ticks():
    x, y = CHART.x, CHART.y
    across, up = CHART.numbers[: len(x.ticks)], CHART.numbers[len(x.ticks) :]
    for tick, number in zip(x.ticks, across, strict=True):
        assert number.get_center()[0] == pytest.approx(CHART.c2p(tick, 1e-3)[0], abs=0.05)
        assert number.get_top()[1] < -2.5
    for tick, number in zip(y.ticks, up, strict=True):
        assert number.get_center()[1] == pytest.approx(CHART.c2p(0, tick)[1], abs=0.05)
        assert number.get_right()[0] < -4


@given(x=st.floats(-2, 6), shift=st.floats(-3, 3), scale=st.floats(0.2, 3))
def test_coordinates_follow_the_chart(x, shift, scale):
    moved = CHART.copy().scale(scale, about_point=np.zeros(3)).shift(shift * RIGHT)
    np.testing.assert_allclose(moved.c2p(x, 0.1), CHART.c2p(x, 0.1) * scale + shift * RIGHT, atol=1e-9)


def test_a_letter_is_set_as_mathematics_and_a_word_is_not():
    assert (name("x"), name("loss"), name("7")) == (r"\(x\)", "loss", "7")
