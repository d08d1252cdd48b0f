"""What the grammar refuses: anything but arithmetic, and anything too large, at once and with the reason."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizgd.base.errors import UsageError
from vizgd.objectives.expressions.expression import parse_objective

REFUSED = {
    "x.real": "attribute access",
    "().__class__": "attribute access",
    "x.__class__()": "attribute access",
    "x[0]": "indexing",
    "lambda: x": "lambda",
    "[x for x in y]": "comprehension",
    "(x for x in y)": "comprehension",
    "{x: y}": "dictionary",
    "{x}": "a set",
    "[x]": "a list",
    "x, y": "comma",
    "'x'": "character",
    '"x"': "character",
    "f'{x}'": "character",
    "x < y": "comparison",
    "x == 1": "comparison",
    "(x := 3)": ":=",
    "sin(*x)": "starred",
    "sin(a=x)": "named",
    "sin(**x)": "named",
    "x if y else 1": "if",
    "x and y": "and",
    "not x": "not part",
    "x % 2": "operators",
    "x // 2": "operators",
    "x @ y": "character",
    "~x": "character",
    "x | y": "character",
    "x & y": "character",
    "x << 2": "operators",
    "1j": "real numbers",
    "2*True + x": "real numbers",
    "...": "real numbers",
    "None + 1": "real numbers",
    "await x": "not part",
    "yield x": "arithmetic",
    "import os": "arithmetic",
    "x = 3": "without =",
    "__import__('os')": "character",
    "eval(x)": "unknown function",
    "x; y": "character",
    "x # y": "character",
    "x \\": "character",
    "2 x": "2\\*x",
    "(x + 1)(x - 1)": "not a function",
    "x(y)": "not a function",
    "x y": "2\\*x",
    "x +": "arithmetic",
    "(x": "never closed",
    "x)": "unmatched",
    "": "empty",
    "  ": "empty",
    "sinn(x)": "did you mean 'sin'",
    "maxx(x, y)": "did you mean 'max'",
    "arcsn(x)": "did you mean 'arcsin'",
    "foo(x)": "known: sin cos",
    "w + 1": "unknown name",
    "z + 1": "one or two variables: x, or x and y",
    "x1 + x2 + x3": "in Python",
    "sin x": r"brackets, such as sin\(x\)",
    "2*sqrt x": r"brackets, such as sqrt\(x\)",
    "np.sin(x)": r"write sin without a module, such as sin\(x\)",
    "mine.loss": "write mine:loss, with a colon",
    "x + x1": "mixed",
    "sin + x": "function",
    "sin()": "takes 1 argument, not 0",
    "sin(x, y)": "takes 1 argument, not 2",
    "max(x)": "2 or more",
    "step(x, y)": "unknown",
    "atan2(x, y, x)": "takes 2 arguments",
    "x⁻": "character",
    "x\0": "character",
    "é": "character",
    "exec(x)": "unknown",
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items())
def test_what_is_outside_the_grammar_is_refused_with_the_reason(text, said):
    with pytest.raises(UsageError, match=said) as caught:
        parse_objective(text)
    message = str(caught.value)
    assert repr(text) in message
    assert len(message.splitlines()) <= 4
    assert caught.value.hint


def test_an_error_points_at_the_character_that_was_typed_even_after_a_caret():
    with pytest.raises(UsageError) as caught:
        parse_objective(" x^2 + y^2 + sinn(x)")
    assert caught.value.where == "'sinn', character 14"


HUGE = {
    "100 KB of sum": "x+" * 50_000 + "x",
    "10,000 parentheses": "(" * 10_000 + "x" + ")" * 10_000,
    "1,500 parentheses": "(" * 1_500 + "x" + ")" * 1_500,
    "1,500 brackets": "[" * 1_500 + "x" + "]" * 1_500,
    "a 10,000-digit number": "x + " + "9" * 10_000,
    "a 3,000-digit number": "x + " + "9" * 3_000,
    "a 3,000-digit fraction": "x + 0." + "9" * 3_000,
    "3,900 signs": "-" * 3_900 + "x",
    "1,900 powers": "x**" * 1_300 + "x",
    "3,000 nots": "not " * 900 + "x",
    "lambdas": "lambda:" * 500 + "x",
    "conditions": "x if x else " * 300 + "x",
    "nested functions": "sin(" * 60 + "x" + ")" * 60,
}


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE.keys())
def test_hostile_sizes_are_refused_at_once(text):
    with pytest.raises(UsageError) as caught:
        parse_objective(text)
    assert len(str(caught.value)) < 400


LARGEST = {
    "a sum": "+".join(["sin(x*y)"] * 440),
    "a product": "*".join(f"(x+{i})" for i in range(500)),
    "powers of sums": "((((x*x+1)^2+1)^2+1)^2+1)^2" * 1,
    "functions in functions": "sin(" * 49 + "x*y" + ")" * 49,
    "powers of powers": "^".join(["x"] * 49),
    "a tower of digits": "^".join(["9"] * 49) + "*x",
    "quotients": "/".join(["(x+y)"] * 600),
    "signs": "-" * 49 + "x",
}


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("text", LARGEST.values(), ids=LARGEST.keys())
def test_the_largest_expressions_that_are_read_are_differentiated_promptly(text):
    objective = parse_objective(text, domain=[(-5, 5), (-5, 5)])
    objective.value([0.3, 0.2])
    objective.gradient([0.3, 0.2])
    objective.hessian([0.3, 0.2])


@given(st.text(max_size=30) | st.text(alphabet="xy0123.+-*/^()eEjn, sincos[]{}=:<>_'\"\\#\n", max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_text_is_either_an_objective_or_a_usage_error(text):
    try:
        objective = parse_objective(text)
    except UsageError:
        return
    objective.gradient(np.zeros(objective.dimension))
