"""Prints expressions in the notation of mathematics; they can be parsed again.

Products with a number have no operator, exponents are superscripts, and brackets are set where precedence
requires them, or where people read an expression in two ways.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from vizgd.base.errors import UsageError
from vizgd.base.formatting import superscript
from vizgd.objectives.expressions.functions import ALIASES
from vizgd.objectives.expressions.grammar import syntax_tree
from vizgd.objectives.expressions.preprocessing import LOWERED, PLAIN, RAISED, SUBSCRIPTS, preprocessed

SUM, QUOTIENT, PRODUCT, NEGATIVE, POWER, ATOM = range(6)
"""Precedence levels of a piece."""
OPEN, CLOSE = "\x02", "\x03"
"""Mark an exponent until it is typeset: characters that no expression contains."""
TEX = str.maketrans({"−": "-", "·": r"\cdot ", "×": r"\times ", "π": r"\pi "})
LARGEST_RAISED = 999
"""The largest exponent that is written in superscript digits."""


class _Piece(NamedTuple):
    text: str
    level: int = ATOM
    is_coefficient: bool = False
    """Whether what follows is multiplied without a sign: a number, π, or both."""


def formula(text: str) -> str:
    """Return an expression in the notation of mathematics, which parses to the same expression.

    Text that is no expression is returned unchanged.

    >>> formula("0.5*(x**2 + 10*y**2)"), formula("abs(x)**1.5"), formula("5.1/(4*pi**2)*x**-1")
    ('0.5(x² + 10y²)', '|x|^1.5', '(5.1/(4π²))·x⁻¹')
    """
    written = _written(text, lambda exponent: "^" + _inside(exponent, ATOM))
    try:  # brackets and spaces could make a text too long to be parsed again
        preprocessed(written)
    except UsageError:
        return text
    return written


def set_formula(text: str) -> str:
    r"""Return a formula for a picture: exponents that have no superscript characters become mathtext.

    >>> print(set_formula("abs(x)**1.5 + y**2"))
    |x|\(^{1.5}\) + y²
    """
    marked = _written(text, lambda exponent: f"{OPEN}{exponent.text}{CLOSE}")
    pieces, depth = [], 0
    for part in re.split(f"([{OPEN}{CLOSE}])", marked):
        if part == OPEN:
            pieces.append("^{" if depth else "\\(^{")
            depth += 1
        elif part == CLOSE:
            depth -= 1
            pieces.append("}" if depth else "}\\)")
        else:
            pieces.append(text_as_tex(part) if depth else part)
    return "".join(pieces)


def text_as_tex(text: str) -> str:
    """Return what is printed as TeX says it, and matplotlib's mathematics."""
    text = re.sub(RAISED, lambda found: f"^{{{found[0].translate(PLAIN)}}}", text)
    text = re.sub(LOWERED, lambda found: f"_{{{found[0].translate(PLAIN)}}}", text)
    text = re.sub(r"[a-z]\w+(?=\()", lambda found: rf"\mathrm{{{found[0]}}}", text)
    return text.translate(TEX)


def _written(text: str, raised: Callable[[_Piece], str]) -> str:
    try:
        return _Writer(raised).piece(syntax_tree(preprocessed(text))).text
    except (UsageError, RecursionError, _Unwritten):
        return text


class _Unwritten(Exception):  # noqa: N818 - an outcome: the text then stays as it is
    """What is no expression."""


@dataclass(frozen=True)
class _Writer:
    """Walks over Python's syntax tree and writes pieces with their precedence."""

    raised: Callable[[_Piece], str]

    def piece(self, node: ast.expr) -> _Piece:
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return _number(value)
            case ast.Name(id=name):
                return _name(name)
            case ast.UnaryOp(op=ast.UAdd()):
                return self.piece(node.operand)
            case ast.UnaryOp(op=ast.USub()):
                operand = self.piece(node.operand)
                bare = operand.level >= POWER
                return _Piece("−" + _inside(operand, POWER), NEGATIVE, operand.is_coefficient and bare)
            case ast.BinOp(op=ast.Pow()):
                return self.power(node.left, node.right)
            case ast.BinOp():
                return self.chain(node)
            case ast.Call(func=ast.Name(id=name), keywords=[]):
                return self.call(ALIASES.get(name, name), name, node.args)
        raise _Unwritten

    def chain(self, node: ast.BinOp) -> _Piece:
        """Write a + b + c + … from the left, in a loop: a long sum is not a deep one."""
        links = [node]
        while isinstance(links[-1].left, ast.BinOp) and not isinstance(links[-1].left.op, ast.Pow):
            links.append(links[-1].left)
        result = self.piece(links[-1].left)
        for link in reversed(links):
            result = _joined(link.op, result, self.piece(link.right))
        return result

    def call(self, name: str, typed: str, arguments: list[ast.expr]) -> _Piece:
        if name == "power" and len(arguments) == 2:
            return self.power(*arguments)
        inside = ", ".join(self.piece(argument).text for argument in arguments)
        if name == "sqrt":
            return _Piece(f"√({inside})")
        if name == "abs" and len(arguments) == 1 and "|" not in inside:
            return _Piece(f"|{inside}|")
        return _Piece(f"{typed}({inside})")

    def power(self, base: ast.expr, exponent: ast.expr) -> _Piece:
        under = self.piece(base)
        text = f"({under.text})" if under.text[0] == "√" else _inside(under, ATOM)
        number = _whole(exponent)
        if number is not None and under.text == "10":
            return _number(float(f"1e{number}"))
        if number is not None and abs(number) <= LARGEST_RAISED:
            return _Piece(text + superscript(number), POWER)
        return _Piece(text + self.raised(self.piece(exponent)), POWER)


def _inside(piece: _Piece, level: int) -> str:
    """Return a piece, in brackets where its precedence is lower than a level."""
    return piece.text if piece.level >= level else f"({piece.text})"


def _joined(operator: ast.operator, left: _Piece, right: _Piece) -> _Piece:
    signed = right.text.startswith("−")
    match operator:
        case ast.Add() | ast.Sub():
            sign = "+" if isinstance(operator, ast.Add) else "−"
            second = f"({right.text})" if signed else _inside(right, QUOTIENT)
            return _Piece(f"{left.text} {sign} {second}", SUM)
        case ast.Mult():
            first, second = _inside(left, PRODUCT), _inside(right, POWER)
            begins = re.match(r"[^\W\d]|[(√|]", second) and second != "e"  # 2e is the beginning of 2e3
            if not (left.is_coefficient and begins):
                return _Piece(f"{first}·{second}", PRODUCT)
            return _Piece(first + second, PRODUCT, left.is_coefficient and second == "π")
        case ast.Div():
            return _Piece(f"{_inside(left, PRODUCT)}/{_inside(right, POWER)}", QUOTIENT)
    raise _Unwritten


def _name(name: str) -> _Piece:
    if name == "pi":
        return _Piece("π", is_coefficient=True)
    if re.fullmatch(r"[a-z]\d+", name):
        return _Piece(name[0] + name[1:].translate(SUBSCRIPTS))
    return _Piece(name)


def _number(value: float) -> _Piece:
    """Return a constant with all its digits, in powers of ten where that is shorter."""
    try:
        exact = float(value)
    except OverflowError:
        exact = math.inf
    if math.isinf(exact):
        return _Piece("10⁹⁹⁹", POWER)
    digits, _, exponent = f"{exact!r}".partition("e")
    plain = digits.removesuffix(".0")
    if not exponent:
        if not exact or -4 <= math.log10(exact) < 5:
            return _Piece(plain, is_coefficient=exact not in (0, 1))
        exponent = f"{math.floor(math.log10(exact))}"
        digits = plain.replace(".", "").strip("0")
        digits = f"{digits[0]}.{digits[1:]}"
    mantissa = digits.removesuffix(".0").removesuffix(".")
    ten = "10" + superscript(int(exponent))
    raised = ten if mantissa == "1" else f"{mantissa}×{ten}"
    if "e" not in repr(exact) and len(plain) <= len(raised):
        return _Piece(plain, is_coefficient=True)
    return _Piece(raised, POWER if mantissa == "1" else PRODUCT)


def _whole(node: ast.expr) -> int | None:
    """Return the whole number that an exponent is."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            value = -value
        case ast.Constant(value=int() | float() as value):
            pass
        case _:
            return None
    return int(value) if math.isfinite(value) and value == int(value) else None
