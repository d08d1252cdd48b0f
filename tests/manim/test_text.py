"""Formulas and words as mobjects."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import BLUE, RED, YELLOW, FadeIn, ManimColor, TransformMatchingShapes, Write

from vizgd.base.errors import UsageError
from vizgd.drawing.typeset import glyphs, outline
from vizgd.manim import Formula, PlainText
from vizgd.manim.text import POINTS_A_UNIT
from vizgd.renderers.manim.bezier import cubic_curves

from .played_scenes import played

RULE = r"x_{t+1} = x_t - \alpha\,\nabla f(x_t)"
WORDS = st.text(st.sampled_from("abcdefgh ijkLMNO αβ₁ 0123=.,"), min_size=1, max_size=40)


def colors(group):
    return [sign.get_fill_color() for sign in group]


@given(WORDS, st.floats(10, 90))
@settings(max_examples=30, deadline=None)
def test_words_are_as_large_as_in_every_other_picture(text, font_size):
    shape = outline(text)
    drawn = shape.vertices[shape.codes != 79]
    if len(drawn) == 0:
        return
    # Curves reach as far as their ends, or nearly.
    ours = PlainText(text, font_size=font_size)
    assert ours.width == pytest.approx(np.ptp(drawn[:, 0]) * font_size / POINTS_A_UNIT, rel=0.03, abs=0.02)


def test_each_sign_is_a_submobject():
    assert len(Formula(RULE)) == len("xt+1=xt−α∇f(xt)")
    assert len(PlainText(r"rate \(\alpha\)")) == len("rateα")


def test_parts_are_found_by_what_is_seen():
    formula = Formula(RULE, t2c={r"\alpha": YELLOW, r"\nabla f(x_t)": BLUE})
    assert colors(formula.part(r"\alpha")) == [ManimColor(YELLOW)]
    assert colors(formula.part(r"\nabla f (x_t)")) == [ManimColor(BLUE)] * 6
    assert len(formula.parts("x_t")) == 3  # x_{t+1} begins alike
    assert set(colors(formula.part("="))).isdisjoint({ManimColor(YELLOW), ManimColor(BLUE)})
    with pytest.raises(ValueError, match="has no part 'z'"):
        formula.part("z")


def test_a_fraction_is_colored_with_its_bar():
    formula = Formula(r"x + \frac{a}{b}", t2c={r"\frac{a}{b}": RED})
    assert colors(formula).count(ManimColor(RED)) == 3


def test_a_formula_that_cannot_be_read_says_so():
    with pytest.raises(UsageError, match="cannot be read"):
        Formula(r"\frac{1}")


def test_outlines_are_those_of_the_typesetter():
    (sign,) = glyphs("o")
    points = cubic_curves(sign.vertices, sign.codes)
    ends = points.reshape(-1, 4, 3)[:, [0, 3], :2]
    assert len(np.unique(np.round(ends[:, 0], 6), axis=0)) == len(ends)
    inner, outer = (part for part in (ends[: len(ends) // 2], ends[len(ends) // 2 :]))
    assert np.ptp(inner[:, 0, 0]) != pytest.approx(np.ptp(outer[:, 0, 0]), rel=0.1)  # a ring with its hole


def test_formulas_are_written_and_transformed_like_manims_own():
    def construct(scene):
        first, second = Formula(RULE), Formula(r"x_{t+1} = x_t - \alpha\,v_t")
        scene.play(Write(first))
        scene.play(TransformMatchingShapes(first, second))
        scene.play(FadeIn(PlainText("words").shift([0, -2, 0])))

    *_, last = played(construct)
    assert (last[..., :3].max(axis=-1) > 200).sum() > 100
