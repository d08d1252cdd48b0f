"""Formulas of rules as they are read: as plain text in docstrings, as mathematics on the screen."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

from vizgd.base.errors import UsageError, unknown
from vizgd.base.settings import annotations_of, marks_of, said_of
from vizgd.objectives.expressions.grammar import syntax_tree
from vizgd.objectives.expressions.notation import BEFORE as INDEX
from vizgd.objectives.expressions.notation import Span, as_tex, spans, written
from vizgd.objectives.expressions.preprocessing import preprocessed
from vizgd.optimizers.formula import BEFORE, Formula, Line, names_of
from vizgd.optimizers.parameters import Symbol

PLACE = re.compile(r"^( *)\{formula\}$", re.MULTILINE)
"""Where a docstring has its formula."""
ARROW, EQUAL = ("←", r"\leftarrow"), ("=", "=")
COMPARED = {">=": ("≥", r"\geq"), "<": ("<", "<")}


@cache
def symbols_of(kind: type, formula: Formula) -> Mapping[str, str]:
    """Return how the names in a rule's formula are written.

    Parameters
    ----------
    kind : type
        The rule's class: its hyper-parameters have their symbols on their fields.
    formula : Formula
    """
    marks = {name: marks_of(said) for name, said in said_of(kind).items()}
    own = {name: mark.text for name, said in marks.items() for mark in said if isinstance(mark, Symbol)}
    symbols = own | {name: quantity.symbol for name, quantity in formula.quantities.items()}
    return symbols | {name + BEFORE: symbol + INDEX for name, symbol in symbols.items()}


def equation(kind: type, formula: Formula) -> list[str]:
    """Return the lines of a formula as plain text.

    A symbol whose value the next step begins with is assigned by an arrow.

    >>> from vizgd.optimizers.descent import Momentum
    >>> for line in equation(Momentum, Momentum.formula):
    ...     print(line)
    v ← β v + g
    θ ← θ − α v
    """
    symbols = symbols_of(kind, formula)
    lines = ["".join(span.text for span in line_spans(line, symbols)) for line in formula.lines]
    conditions = [condition_of(line, symbols) for line in formula.lines]
    told = list(zip(lines, conditions, strict=True))
    width = max((_width(line) for line, condition in told if condition), default=0)
    return [
        f"{line}{' ' * (width - _width(line))}   where {condition}" if condition else line
        for line, condition in told
    ]


def _width(line: str) -> int:
    """Return how many places a line takes: accents take none of their own."""
    return sum(not unicodedata.combining(letter) for letter in line)


def line_spans(
    line: Line, symbols: Mapping[str, str], *, tex: bool = False, values: Mapping[str, str] | None = None
) -> tuple[Span, ...]:
    """Return a line of a formula, without its condition, cut so that each symbol can have a color of its own.

    Parameters
    ----------
    line : Line
    symbols : mapping of str to str
        See `symbols_of`.
    tex : bool, default False
        Whether it is set for a picture, in what both TeX and matplotlib read.
    values : mapping of str to str, optional
        Numbers that stand in the place of symbols on the right: of ``v_before`` where a line means the value
        that v had before the step, as its ``expression`` says.
    """
    target = symbols.get(line.target, line.target)
    begun = Span(as_tex(target) if tex else target, line.target)
    sign = Span(f" {(ARROW if line.carried else EQUAL)[tex]} ")
    text = line.expression if values else line.text
    return (begun, sign, *spans(text, symbols, tex=tex, values=values))


def condition_of(line: Line, symbols: Mapping[str, str], *, tex: bool = False) -> str:
    """Return where a line holds, as it is written; "" where it always does."""
    if line.condition is None:
        return ""
    low, sign, high = line.condition
    return f"{written(low, symbols, tex=tex)} {COMPARED[sign][tex]} {written(high, symbols, tex=tex)}"


def terms_of(text: str) -> list[tuple[int, str]]:
    """Return the terms that an expression adds up, each with its sign, 1 or -1.

    >>> terms_of("beta*v - (1 - beta)*g")
    [(1, 'beta * v'), (-1, '(1 - beta) * g')]

    Raises
    ------
    UsageError
        When it is no expression.
    """
    return list(_terms(syntax_tree(preprocessed(text)), 1))


def _terms(node: ast.expr, sign: int) -> Iterator[tuple[int, str]]:
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as between, right=right):
            yield from _terms(left, sign)
            yield from _terms(right, sign if isinstance(between, ast.Add) else -sign)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            yield from _terms(inner, -sign)
        case _:
            yield sign, ast.unparse(node)


def documented(kind: type, formula: Formula, text: str) -> str:
    """Return a docstring with the rule's formula where it says ``{formula}`` on a line of its own."""

    def lines(found: re.Match[str]) -> str:
        return "\n".join(found[1] + line for line in equation(kind, formula))

    return PLACE.sub(lines, text)


def check_formula(kind: type, formula: Formula) -> None:
    """Check that every symbol of a formula stands for something.

    Raises
    ------
    UsageError
        With the class, the place and the symbol.
    """
    targets = {line.target for line in formula.lines}
    known = {*formula.quantities, *targets, *annotations_of(kind)} - {"learning_rate"}
    called = [quantity.name for quantity in formula.symbols.values()]
    for where, text in _expressions(formula):
        for name in names_of(text):
            if name.removesuffix(BEFORE) not in known:
                raise unknown("symbol", name, known).at(f"{where} of {kind.__name__}")
    for name in targets - {*formula.quantities}:
        raise UsageError(
            f"{kind.__name__}: {name} is assigned in the formula and stands for nothing",
            hint=f"say what it is: symbols={{{name!r}: Quantity(…)}}",
        )
    if len(set(called)) < len(called):
        raise UsageError(f"{kind.__name__}: two symbols of the formula stand for one and the same quantity")


def _expressions(formula: Formula) -> Iterator[tuple[str, str]]:
    for line in formula.lines:
        for text in line.texts:
            yield f"the line '{line.target} = {line.text}'", text
    for part in formula.parts:
        yield f"the part {part.name!r}", part.expression
    for beat in formula.beats:
        if beat.shows:
            yield f"the beat {beat.verb!r}", beat.shows
        for name in re.findall(r"\{(\w+)\}", beat.says):
            yield f"what the beat {beat.verb!r} says", name
    yield "the rate", formula.rate
