r"""Expressions with symbols of their own, as books set them: as plain text, and as TeX for a picture.

Factors stand side by side and quotients are fractions, which `printing` may not do: what it writes is read
back, and this is only read by people. Both ways of writing come from one walk over one tree.

>>> symbols = {"a": "α", "m": "m̂", "v": "v̂"}
>>> written("a*m/(sqrt(v) + 1)", symbols)
'α m̂ / (√v̂ + 1)'
>>> print(written("a*m/(sqrt(v) + 1)", symbols, tex=True))
\dfrac{\alpha \hat{m}}{\sqrt{\hat{v}} + 1}
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from vizgd.base.formatting import SUPERSCRIPTS
from vizgd.objectives.expressions.functions import ALIASES
from vizgd.objectives.expressions.grammar import syntax_tree
from vizgd.objectives.expressions.preprocessing import LOWERED, PLAIN, preprocessed
from vizgd.objectives.expressions.printing import text_as_tex

SUM, PRODUCT, POWER, ATOM = range(4)
"""How strongly a piece holds together."""
BEGIN, NAMED, END = "\x02", "\x03", "\x04"
"""Around a symbol and its name, until they are told apart: characters that no expression has."""
SYMBOL = re.compile(f"{BEGIN}(.*?){NAMED}(.*?){END}")
RAISED = SUPERSCRIPTS | str.maketrans("+−knt", "⁺⁻ᵏⁿᵗ")
ACCENTS = {"\u0302": r"\hat", "\u0303": r"\tilde", "\u0304": r"\bar", "\u0307": r"\dot"}
SIGNS = {"−": "-", "·": r"\cdot", "∞": r"\infty"}
SPECIAL, ESCAPED = re.compile("[_#$%&{} ]"), r"\\\g<0>"
BEFORE = "ₜ₋₁"
"""The index of a symbol's value before the step."""


class Span(NamedTuple):
    """A stretch of what is written: a symbol, by its name, or what stands between symbols, without one."""

    text: str
    symbol: str = ""


def written(text: str, symbols: Mapping[str, str], *, tex: bool = False) -> str:
    """Return an expression as it is written.

    Parameters
    ----------
    text : str
        In the grammar of expressions.
    symbols : mapping of str to str
        How its names are written, as in ``{"beta1": "β₁"}``; one that is missing is written as it is.
    tex : bool, default False
        Whether it is set for a picture, in what both TeX and matplotlib read.
    """
    return "".join(span.text for span in spans(text, symbols, tex=tex))


def spans(
    text: str, symbols: Mapping[str, str], *, tex: bool = False, values: Mapping[str, str] | None = None
) -> tuple[Span, ...]:
    """Return an expression as `written` does, cut so that each symbol can have a color of its own.

    Parameters
    ----------
    text, symbols, tex
        As in `written`.
    values : mapping of str to str, optional
        Numbers that stand in the place of some names.
    """
    return cut(_Writer(symbols, values or {}, tex).piece(syntax_tree(preprocessed(text))).text)


def cut(marked: str) -> tuple[Span, ...]:
    """Return the spans of a text in which symbols are marked."""
    parts = SYMBOL.split(marked)
    found = [Span(parts[0])]
    for name, symbol, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        found += [Span(symbol, name), Span(rest)]
    return tuple(span for span in found if span.text)


@cache
def as_tex(symbol: str) -> str:
    r"""Return a symbol as TeX has it: Greek letters, accents and indices by their names.

    >>> print(as_tex("v̂"), as_tex("β₁"), as_tex("ρ_∞"), as_tex("v_max"))
    \hat{v} \beta_{1} \rho_{\infty} v_{\mathrm{max}}
    >>> print(as_tex("v" + BEFORE))
    v_{t-1}
    """
    now = symbol.removesuffix(BEFORE)
    letters, _, index = unicodedata.normalize("NFD", now).partition("_")
    lowered = re.search(f"{LOWERED}$", letters)
    if lowered:
        letters, index = letters[: lowered.start()], lowered[0].translate(PLAIN)
    accent = ACCENTS.get(letters[1:], "")
    if len(letters) > 1 and not accent:  # a name, and what is behind its line no index
        base, index = rf"\mathrm{{{SPECIAL.sub(ESCAPED, now)}}}", ""
    else:
        base = f"{accent}{{{_letter(letters[0])}}}" if accent else _letter(letters[0])
    indices = [_letter(index) if index.isdigit() or len(index) == 1 else rf"\mathrm{{{index}}}"] * bool(index)
    indices += ["t-1"] * (now != symbol)
    return base + (f"_{{{', '.join(indices)}}}" if indices else "")


def _letter(letter: str) -> str:
    if letter in SIGNS:
        return SIGNS[letter].strip()
    case, _, name = unicodedata.name(letter, "").removeprefix("GREEK ").partition(" LETTER ")
    if "GREEK" not in unicodedata.name(letter, ""):
        return letter
    name = {"LAMDA": "LAMBDA", "EPSILON": "VAREPSILON"}.get(name, name)
    return "\\" + (name.lower() if case == "SMALL" else name.capitalize())


class _Piece(NamedTuple):
    text: str
    level: int = ATOM
    signed: bool = False
    """Whether it begins with a minus."""
    number: bool = False
    """Whether it is one: between two of them stands a sign."""
    quotient: bool = False
    """Whether a factor beside it would be read into its divisor."""


@dataclass(frozen=True)
class _Writer:
    """The walk over Python's tree."""

    symbols: Mapping[str, str]
    values: Mapping[str, str]
    tex: bool
    small: bool = False
    """Whether it writes what is part of a fraction or an exponent, in which no fraction is legible."""

    def piece(self, node: ast.expr) -> _Piece:
        match node:
            case ast.Constant(value=int() | float() as value):
                return _Piece(f"{value:g}", number=True)
            case ast.Name(id=name) if name in self.values:
                shown = self.values[name]
                signed = shown.startswith(("−", "-"))
                number = text_as_tex(shown) if self.tex else shown
                return _Piece(self.marked(name, number), PRODUCT if signed else ATOM, signed, True)
            case ast.Name(id=name):
                symbol = self.symbols.get(name, name)
                return _Piece(self.marked(name, as_tex(symbol) if self.tex else symbol))
            case ast.UnaryOp(op=ast.USub()):
                operand = self.piece(node.operand)
                inside = self.inside(operand, PRODUCT, not operand.signed)
                return _Piece(self.sign("−") + inside, PRODUCT, True, operand.number, operand.quotient)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                left, right = self.piece(node.left), self.piece(node.right)
                sign = "+" if isinstance(node.op, ast.Add) else self.sign("−")
                second = self.inside(right, PRODUCT, not right.signed)
                return _Piece(f"{left.text} {sign} {second}", SUM, left.signed)
            case ast.BinOp(op=ast.Mult()):
                return self.product(self.piece(node.left), self.piece(node.right))
            case ast.BinOp(op=ast.Div()):
                return self.quotient(node)
            case ast.BinOp(op=ast.Pow()):
                return self.power(self.piece(node.left), node.right)
            case ast.Call(func=ast.Name(id=name)):
                return self.call(ALIASES.get(name, name), node.args)
        raise AssertionError(f"no expression: {ast.dump(node)}")

    def marked(self, name: str, text: str) -> str:
        return f"{BEGIN}{name}{NAMED}{text}{END}"

    def sign(self, text: str) -> str:
        return re.sub("[−·]", lambda found: SIGNS[found[0]], text) if self.tex else text

    def inside(self, piece: _Piece, level: int, bare: bool = True) -> str:
        """Return a piece in brackets where it holds less strongly than what it becomes part of."""
        if piece.level >= level and bare:
            return piece.text
        return rf"\left({piece.text}\right)" if self.tex and r"\dfrac" in piece.text else f"({piece.text})"

    def product(self, left: _Piece, right: _Piece) -> _Piece:
        first = self.inside(left, PRODUCT, not left.quotient)
        second = self.inside(right, PRODUCT, not (right.signed or right.quotient))
        between = " "
        if right.number:
            between = self.sign(" · ")
        elif first.endswith(")") and second.startswith("("):
            between = ""
        return _Piece(first + between + second, PRODUCT, left.signed)

    def quotient(self, node: ast.BinOp) -> _Piece:
        if self.tex and not self.small:
            within = _Writer(self.symbols, self.values, self.tex, small=True)
            above, below = within.piece(node.left), within.piece(node.right)
            minus = above.text.startswith("-") and above.level == PRODUCT
            over = above.text.removeprefix("-") if minus else above.text
            return _Piece(rf"{'-' * minus}\dfrac{{{over}}}{{{below.text}}}", PRODUCT, minus)
        left, right = self.piece(node.left), self.piece(node.right)
        first, second = self.inside(left, PRODUCT, not left.quotient), self.inside(right, POWER)
        return _Piece(f"{first} / {second}", PRODUCT, left.signed, quotient=True)

    def power(self, base: _Piece, exponent: ast.expr) -> _Piece:
        under = self.inside(base, ATOM, not base.text.startswith(("√", r"\sqrt")))
        over = _Writer(self.symbols, self.values, self.tex, small=True).piece(exponent).text
        if self.tex:
            # In a group, or an index would come after the exponent: out of the order of the spans.
            indexed = "_" in SYMBOL.sub(r"\2", under)
            raised = f"{{{under}}}^{{{over}}}" if indexed else f"{under}^{{{over}}}"
            return _Piece(raised, POWER, number=base.number)
        plain = SYMBOL.sub(r"\2", over)
        raised = plain.replace(" ", "").translate(RAISED)
        if all(ord(letter) in RAISED for letter in plain.replace(" ", "")):
            return _Piece(under + raised, POWER, number=base.number)
        return _Piece(
            f"{under}^{over}" if len(plain) == 1 else f"{under}^({over})", POWER, number=base.number
        )

    def call(self, name: str, arguments: list[ast.expr]) -> _Piece:
        pieces = [self.piece(argument) for argument in arguments]
        inside = ", ".join(piece.text for piece in pieces)
        match name:
            case "sqrt" if self.tex:
                return _Piece(rf"\sqrt{{{inside}}}")
            case "sqrt":
                return _Piece(f"√{self.inside(pieces[0], ATOM)}")
            case "abs" | "absolute":
                return _Piece(f"|{inside}|")
            case "floor":
                return _Piece(rf"\left\lfloor {inside}\right\rfloor" if self.tex else f"⌊{inside}⌋")
            case "solve":
                return self.product(self.power(pieces[0], ast.Constant(-1)), pieces[1])
        called = rf"\{name}" if name in {"max", "min"} else rf"\mathrm{{{name}}}"
        return _Piece(f"{called if self.tex else name}({inside})")
