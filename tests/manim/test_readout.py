"""Numbers beside a descending point, and the rule with its numbers: those of the step being taken."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import RED, RIGHT, YELLOW, ManimColor

from vizgd.base.errors import UsageError
from vizgd.manim import (
    Descent,
    Readout,
    UpdateRule,
)
from vizgd.manim.text import line_curves

from .recorded_runs import CURVE, HOPS, ITERATES, MAP, SWING


@given(ITERATES, st.floats(0, 0.99))
@settings(max_examples=20, deadline=None)
def test_numbers_are_those_of_the_step_being_taken(step, begun):
    descent = Descent(SWING, MAP).set_position(step + begun)
    line = Readout(descent, r"<t> <x> <y:.3> <loss:.1> <gradient[1]> <next_x> <velocity[0]> <learning_rate>")
    numbers = [float(text.replace("−", "-")) for text in line.values]
    expected = [
        step,
        *SWING.iterates[step],
        SWING.losses[step],
        SWING.gradients[step, 1],
        SWING.iterates[step + 1, 0],
        SWING.terms["velocity"][step, 0],
        0.05,
    ]
    half_a_digit = np.array([0, 0.005, 0.0005, 0.05, 0.005, 0.005, 0.005, 0.005]) + 1e-9
    assert (np.abs(np.array(numbers) - expected) <= half_a_digit).all()


def test_the_rule_is_an_equation_that_holds():
    descent = Descent(HOPS, CURVE)
    rule = UpdateRule(descent)
    assert rule.values == ["−2.00", "0.05", "(−19.00)", "−1.05"]
    descent.set_position(3)
    x, rate, slope, after = (float(text.strip("()").replace("−", "-")) for text in rule.redraw().values)
    assert after == pytest.approx(x - rate * slope, abs=0.01)


def test_vectors_zeros_and_signs_are_set_as_by_hand():
    descent = Descent(SWING, MAP)
    assert Readout(descent, "g = <gradient>").values == ["(10.00, 40.00)"]
    assert Readout(descent, "g = <gradient[0]:.0> - <gradient[1]:.1>").values == ["10", "40.0"]
    descent.set_position(3)
    (text,) = Readout(descent, r"1 - <gradient[1]>").values
    assert text == f"(−{abs(SWING.gradients[3, 1]):.2f})"


def test_what_is_drawn_is_what_is_said_and_stands_still():
    descent = Descent(HOPS, CURVE)
    line = Readout(descent, "x = <x>").shift(RIGHT)
    left = line.formula.get_left()[0]
    descent.set_position(4)
    line.redraw()
    shape = line_curves(line.values[0]) * line.em
    drawn = line.numbers[0].points
    np.testing.assert_allclose(drawn - drawn.min(axis=0), shape - shape.min(axis=0), atol=1e-9)
    assert line.formula.get_left()[0] == left
    # Equally many digits, equally wide.
    right = line.numbers[0].get_right()[0]
    descent.set_position(5)
    assert len(line.values[0]) == len(line.redraw().values[0])
    assert line.numbers[0].get_right()[0] == pytest.approx(right, abs=0.05)


def test_a_number_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(UsageError, match=r"no number 'speed'.*\n.*learning_rate"):
        Readout(Descent(HOPS, CURVE), "<speed>")


def test_colors_are_given_by_number_and_by_part():
    descent = Descent(HOPS, CURVE)
    rule = UpdateRule(descent, colors={r"\alpha": YELLOW, "learning_rate": YELLOW}, number_color=RED)
    shades = [number.get_fill_color() for number in rule.numbers]
    assert shades == [ManimColor(color) for color in (RED, YELLOW, RED, RED)]
    assert ManimColor(YELLOW) in [sign.get_fill_color() for sign in rule.formula[0]]
