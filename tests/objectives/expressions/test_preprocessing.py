"""Mathematics as it stands in books is read, or refused at its place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizgd.base.errors import UsageError
from vizgd.objectives.expressions.expression import parse_objective
from vizgd.objectives.expressions.printing import formula

READ = {
    "2x": "2*x",
    "2(x + 1)": "2*(x + 1)",
    "3x² − 2πx": "3*x**2 - 2*pi*x",
    "x⁻¹ + x²³": "x**-1 + x**23",
    "√(x)": "sqrt(x)",
    "2√(2x)": "2*sqrt(2*x)",
    "||x| − 1| + 2|x|": "abs(abs(x) - 1) + 2*abs(x)",
    "|x|·|x − |x + 1||": "abs(x)*abs(x - abs(x + 1))",
    "|(|x| + 1)|²": "abs(abs(x) + 1)**2",
    "1.5×10⁻⁷x + 10³": "1.5e-7*x + 1000",
    "x₁² + x₂": "x1**2 + x2",
    "2exp(x)": "2*exp(x)",
    "2e3x": "2000*x",
    "x\u00d72 \u2212 x\u00b7x": "x*2 - x*x",
}


@pytest.mark.parametrize(("written", "meant"), READ.items())
def test_what_stands_in_books_is_read(written, meant):
    points = np.random.default_rng(0).uniform(0.1, 3, (50, 2))
    read, typed = (parse_objective(text, domain=[(-5, 5)] * 2) for text in (written, meant))
    np.testing.assert_array_equal(read.value(points), typed.value(points))


REFUSED = {
    "1/2x": "two ways",
    "x/2πx": "two ways",
    "2^3x": "two ways",
    "x**-2x": "two ways",
    "x/2×10³": "two ways",
    "x²^3": "power of a power",
    "√x": "brackets",
    "√": "brackets",
    "|x": "partner",
    "x|": "partner",
    "|(x|)": "partner",
    "x(y + 1)": "not a function",
    "²": "arithmetic",
    "x⁻": "character",
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items())
def test_what_can_be_read_in_two_ways_is_refused_at_its_place(text, said):
    with pytest.raises(UsageError, match=said) as caught:
        parse_objective(text)
    assert caught.value.where
    assert caught.value.hint


@given(st.text(alphabet="xy012.+-*/^()e, sinabπ√|²³⁻¹×·−₁₂", max_size=30))
@settings(max_examples=400)
def test_any_text_of_mathematical_signs_is_an_objective_or_a_usage_error(text):
    try:
        objective = parse_objective(text)
    except UsageError:
        return
    again = parse_objective(formula(text), domain=objective.domain)
    points = np.random.default_rng(0).uniform(-3, 3, (5, objective.dimension))
    np.testing.assert_allclose(again.value(points), objective.value(points), rtol=1e-12)
