"""Formulas as they are read: in docstrings and on the screen."""

import pytest

import vizgd as vg
from vizgd.drawing.typeset import glyphs
from vizgd.optimizers.catalogue import OPTIMIZERS
from vizgd.optimizers.equations import check_formula, condition_of, equation, line_spans, symbols_of
from vizgd.optimizers.formula import Beat, Formula, Quantity
from vizgd.optimizers.line_search import LineSearch

RULES = [name for name in OPTIMIZERS if not issubclass(OPTIMIZERS[name], LineSearch)]

ADAM = """
        m ← β₁ m + (1 − β₁) g
        v ← β₂ v + (1 − β₂) g²
        m̂ = m / (1 − β₁ᵗ)
        v̂ = v / (1 − β₂ᵗ)
        θ ← θ − α m̂ / (√v̂ + ε)
"""


@pytest.mark.parametrize("name", RULES)
def test_every_rule_tells_its_formula_and_its_docstring_has_it(name):
    kind = OPTIMIZERS[name]
    check_formula(kind, kind.formula)
    assert kind.formula.parts
    lines = equation(kind, kind.formula)
    assert f"::\n\n        {lines[0]}\n" in kind.__doc__
    for line in lines:
        assert f"        {line}\n" in kind.__doc__
    assert "{formula}" not in kind.__doc__


def test_the_docstring_of_adam_reads_as_it_always_did():
    assert ADAM in vg.Adam.__doc__


@pytest.mark.parametrize("name", RULES)
def test_every_formula_can_be_set_for_a_picture(name):
    kind = OPTIMIZERS[name]
    symbols = symbols_of(kind, kind.formula)
    for line, plain in zip(kind.formula.lines, equation(kind, kind.formula), strict=True):
        told = "".join(span.text for span in line_spans(line, symbols))
        assert plain.startswith(told)
        tex = "".join(span.text for span in line_spans(line, symbols, tex=True))
        assert len(glyphs(rf"\({tex}\)")) >= 3
        if line.condition:
            assert len(glyphs(rf"\({condition_of(line, symbols, tex=True)}\)")) == 3


def test_symbols_of_hyper_parameters_are_those_on_their_fields():
    symbols = symbols_of(vg.AdamW, vg.AdamW.formula)
    assert (symbols["beta1"], symbols["weight_decay"], symbols["m_hat"]) == ("β₁", "λ", "m̂")
    assert symbols["theta_before"] == "θₜ₋₁"


def test_an_equation_can_have_the_numbers_of_a_step():
    line = vg.Momentum.formula.lines[0]
    values = {"beta": "0.9", "v_before": "−2", "g": "4"}
    shown = line_spans(line, symbols_of(vg.Momentum, vg.Momentum.formula), values=values)
    assert "".join(span.text for span in shown) == "v ← 0.9 · (−2) + 4"


def test_a_docstring_has_the_formula_where_it_says_so():
    class Halved(vg.GradientDescent):
        """Half a step::

            {formula}

        and {no more}.
        """

        formula = Formula((Beat("step", "theta = theta - alpha*p/2"),), symbols={"p": Quantity("pull", "p̂")})

    assert "            θ ← θ − α p̂ / 2\n" in Halved.__doc__
    assert "{no more}" in Halved.__doc__


def test_conditions_stand_below_each_other():
    lines = [line for line in equation(vg.RAdam, vg.RAdam.formula) if "where" in line]
    assert len({line.replace("\u0302", "").index("where") for line in lines}) == 1
