"""Expressions as books set them: in text and in TeX, from one tree."""

import pytest
from hypothesis import given, settings

from tests.objectives.expressions.texts import TEXTS
from vizgd.drawing.typeset import glyphs
from vizgd.objectives.expressions.notation import BEFORE, Span, as_tex, spans, written

SYMBOLS = {"a": "α", "b1": "β₁", "m_hat": "m̂", "v": "v", "r_inf": "ρ_∞", "v_before": "v" + BEFORE}

WRITTEN = {
    "a*b1*v": ("α β₁ v", r"\alpha \beta_{1} v"),
    "2*a*v": ("2 α v", r"2 \alpha v"),
    "a*2*3": ("α · 2 · 3", r"\alpha \cdot 2 \cdot 3"),
    "-a*v": ("−α v", r"-\alpha v"),
    "-(a + v)": ("−(α + v)", r"-(\alpha + v)"),
    "v - (a - b1)": ("v − (α − β₁)", r"v - (\alpha - \beta_{1})"),
    "v - -a": ("v − (−α)", r"v - (-\alpha)"),
    "v + -a*b1": ("v + (−α β₁)", r"v + (-\alpha \beta_{1})"),
    "v*-a": ("v (−α)", r"v (-\alpha)"),
    "v/a/b1": ("(v / α) / β₁", r"\dfrac{v / \alpha}{\beta_{1}}"),
    "v/(a*b1)": ("v / (α β₁)", r"\dfrac{v}{\alpha \beta_{1}}"),
    "v/a*b1": ("(v / α) β₁", r"\dfrac{v}{\alpha} \beta_{1}"),
    "v*(a/b1)": ("v (α / β₁)", r"v \dfrac{\alpha}{\beta_{1}}"),
    "-a*v/b1": ("−α v / β₁", r"-\dfrac{\alpha v}{\beta_{1}}"),
    "-(v/a)": ("−v / α", r"-\dfrac{v}{\alpha}"),
    "v/(1 - b1**t)": ("v / (1 − β₁ᵗ)", r"\dfrac{v}{1 - {\beta_{1}}^{t}}"),
    "b1**(t + 1)": ("β₁ᵗ⁺¹", r"{\beta_{1}}^{t + 1}"),
    "v**a": ("v^α", r"v^{\alpha}"),
    "v**(a/2)": ("v^(α / 2)", r"v^{\alpha / 2}"),
    "(a*v)**2": ("(α v)²", r"(\alpha v)^{2}"),
    "(a**v)**2": ("(α^v)²", r"(\alpha^{v})^{2}"),
    "m_hat**2": ("m̂²", r"\hat{m}^{2}"),
    "sqrt(m_hat) + sqrt(v + a)": ("√m̂ + √(v + α)", r"\sqrt{\hat{m}} + \sqrt{v + \alpha}"),
    "sqrt(v)**2": ("(√v)²", r"(\sqrt{v})^{2}"),
    "(a + 4)*(a - 2)": ("(α + 4)(α − 2)", r"(\alpha + 4)(\alpha - 2)"),
    "a*(v/(b1 + 1) + 1)": ("α (v / (β₁ + 1) + 1)", r"\alpha \left(\dfrac{v}{\beta_{1} + 1} + 1\right)"),
    "abs(v) + sign(a) + max(v, a)": (
        "|v| + sign(α) + max(v, α)",
        r"|v| + \mathrm{sign}(\alpha) + \max(v, \alpha)",
    ),
    "-solve(absolute(a + v), m_hat)": ("−|α + v|⁻¹ m̂", r"-|\alpha + v|^{-1} \hat{m}"),
    "solve(a + v, m_hat)": ("(α + v)⁻¹ m̂", r"(\alpha + v)^{-1} \hat{m}"),
    "a*v_before": ("α vₜ₋₁", r"\alpha v_{t-1}"),
}


@pytest.mark.parametrize(("text", "expected"), WRITTEN.items())
def test_an_expression_is_written_as_in_books(text, expected):
    told = written(text, SYMBOLS), written(text, SYMBOLS, tex=True)
    assert told == expected
    assert len(glyphs(rf"\({told[1]}\)")) > 0


@pytest.mark.parametrize(
    ("symbol", "tex"),
    [
        ("α", r"\alpha"),
        ("Δ", r"\Delta"),
        ("λ", r"\lambda"),
        ("ε", r"\varepsilon"),
        ("m̂", r"\hat{m}"),
        ("θ̄", r"\bar{\theta}"),
        ("β₁", r"\beta_{1}"),
        ("v_max", r"v_{\mathrm{max}}"),
        ("ρ_∞", r"\rho_{\infty}"),
        ("m₁" + BEFORE, r"m_{1, t-1}"),
        ("count", r"\mathrm{count}"),
        ("exp_avg_sq" + BEFORE, r"\mathrm{exp\_avg\_sq}_{t-1}"),
        ("inner.mu of 2", r"\mathrm{inner.mu\ of\ 2}"),
    ],
)
def test_a_symbol_has_its_name_in_tex(symbol, tex):
    assert as_tex(symbol) == tex
    assert len(glyphs(rf"\({tex}\)")) > 0


def test_each_symbol_can_have_a_color_of_its_own():
    cut = spans("a*m_hat/(sqrt(v) + 1)", SYMBOLS, tex=True)
    assert "".join(span.text for span in cut) == r"\dfrac{\alpha \hat{m}}{\sqrt{v} + 1}"
    assert [span for span in cut if span.symbol] == [
        Span(r"\alpha", "a"),
        Span(r"\hat{m}", "m_hat"),
        Span("v", "v"),
    ]


def test_numbers_stand_in_the_place_of_symbols():
    values = {"a": "0.1", "b1": "0.9", "v": "−3", "v_before": "(1, 2)"}
    cut = spans("a*b1*v + b1*v_before - v", SYMBOLS, values=values)
    assert "".join(span.text for span in cut) == "0.1 · 0.9 · (−3) + 0.9 · (1, 2) − (−3)"
    assert [span.symbol for span in cut if span.symbol] == ["a", "b1", "v", "b1", "v_before", "v"]
    (span,) = spans("a", SYMBOLS, tex=True, values={"a": "−1.5×10⁻⁷"})
    assert span == Span(r"-1.5\times 10^{-7}", "a")


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_every_expression_can_be_written_and_set(text):
    plain, tex = written(text, {}), written(text, {}, tex=True)
    assert "\x02" not in plain + tex
    assert plain.count("(") == plain.count(")")
    assert tex.count("{") == tex.count("}")
    glyphs(rf"\({tex}\)")


@pytest.mark.parametrize("text", WRITTEN)
def test_the_signs_of_symbols_come_in_the_order_of_the_spans(text):
    def signs(tex):
        return [sign.name for sign in glyphs(rf"\({tex}\)")]

    found = spans(text, SYMBOLS, tex=True)
    whole, place = signs("".join(span.text for span in found)), 0
    for span in found:
        if span.symbol:
            alone = signs(span.text)
            starts = range(place, len(whole) - len(alone) + 1)
            place = next(start for start in starts if whole[start : start + len(alone)] == alone)
            place += len(alone)
