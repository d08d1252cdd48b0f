"""Rewrites a typed expression in Python's syntax, within limits, and remembers where each part stood.

Besides Python's operators a formula may use the notation of textbooks: ``^``, ``x²`` and ``x⁻¹``, ``√(x)``,
``|x|``, ``π``, ``x₁``, ``1.5×10⁻⁷``, and a product without an operator after a number, ``2x``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vizgd.base.errors import UsageError
from vizgd.base.formatting import SUPERSCRIPTS

LENGTH = 4000  # characters
DIGITS = 100  # of one number
BRACKETS = 50  # open at once

LOOKALIKES = str.maketrans(
    {"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "\t": " ", "\n": " ", "\r": " "}
)
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
PLAIN = {high: low for table in (SUPERSCRIPTS, SUBSCRIPTS) for low, high in table.items()}

RAISED, LOWERED = "⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+", "[₀₁₂₃₄₅₆₇₈₉]+"
_DECIMAL = r"(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)"
_TOKEN = re.compile(
    rf"""(?P<power_of_ten> (?:{_DECIMAL}×)? 10{RAISED})
    | (?P<based> 0[xXoObB][0-9a-fA-F_]+)
    | (?P<number> {_DECIMAL}(?:[eE][-+−–]?[0-9]+)?(?:[jJ](?!\w))?)
    | (?P<name> [A-Za-z_][A-Za-z0-9_]*(?:{LOWERED})?)
    | (?P<raised> {RAISED})
    | (?P<pi> π) | (?P<root> √) | (?P<bar> \|)
    | (?P<sign> \*\* | .)""",
    re.VERBOSE | re.DOTALL,
)
_COEFFICIENTS = {"number", "power_of_ten", "pi"}
_VALUES = {*_COEFFICIENTS, "based", "name", "raised", "closing"}
_BEGINNINGS = {"pi", "name", "root", "opening"}
_SIGNS = ("-", "−", "–", "+")
_RESPELLED = {"pi": "pi", "opening": "abs(", "closing": ")", "^": "**"}


@dataclass(frozen=True)
class SourceText:
    """An expression as it was typed and as Python reads it.

    Parameters
    ----------
    typed : str
        What the user gave.
    rewritten : str
        The same in Python's spelling.
    origins : tuple of int
        For each character of ``rewritten``, and for its end, the place in ``typed``.
    """

    typed: str
    rewritten: str
    origins: tuple[int, ...]

    def fault(
        self, low: int | None = None, high: int | None = None, *, why: str, hint: str | None = None
    ) -> UsageError:
        """Return the error for a part of the text, given by its ends in ``rewritten``."""
        where = None
        if low is not None:
            first = self.origins[low]
            part = self.typed[first : self.origins[high if high is not None else low + 1]]
            where = f"{shortened(part, 40)!r}, character {first + 1}"
        return UsageError(f"cannot read the expression {shortened(self.typed)!r}", where, why, hint)


def shortened(text: str, width: int = 60) -> str:
    """Return a text cut to a width, with an ellipsis where something is left out."""
    text = text[: width + 1]
    return text if len(text) <= width else text[: width - 1] + "…"


def preprocessed(typed: str) -> SourceText:
    """Return a text in Python's syntax; raise an error if it is too long, too deep or not arithmetic.

    Raises
    ------
    UsageError
        With the place of the fault.
    """
    if len(typed) > LENGTH:
        raise UsageError(
            f"cannot read the expression {shortened(typed)!r}",
            why=f"it has {len(typed):,} characters, and at most {LENGTH:,} can be read",
        )
    lead = len(typed) - len(typed.lstrip(" \t\n\r"))
    tokens = _with_bars(typed, list(_tokens(typed, lead, len(typed.rstrip(" \t\n\r")))))
    rewritten: list[str] = []
    origins: list[int] = []
    for number, token in enumerate(tokens):
        spelling = _spelling(typed, token, tokens[number + 1 : number + 2])
        if _is_product(tokens, number):
            spelling = "*" + spelling
        apart = token.spaced or (_is_word("".join(rewritten[-1:])) and _is_word(spelling[0]))
        exact = len(spelling) == len(token.sign)
        rewritten += [" "] * apart + list(spelling)
        origins += [token.place - token.spaced] * apart
        origins += range(token.place, token.place + len(spelling)) if exact else [token.place] * len(spelling)
    _check_products(typed, tokens)
    text = SourceText(typed, "".join(rewritten), (*origins, len(typed.rstrip())))
    _check(text)
    return text


@dataclass(frozen=True)
class _Token:
    """A token of an expression, its place, and whether there is a space before it."""

    kind: str
    sign: str
    place: int
    spaced: bool = False

    @property
    def is_value(self) -> bool:
        """Whether a value ends with it."""
        return self.kind in _VALUES or self.sign in (")", "]", "}")


def _tokens(typed: str, low: int, high: int) -> Iterator[_Token]:
    spaced = False
    for found in _TOKEN.finditer(typed, low, high):
        if found[0] in (" ", "\t", "\n", "\r"):
            spaced = True
            continue
        yield _Token(str(found.lastgroup), found[0], found.start(), spaced)
        spaced = False


def _with_bars(typed: str, tokens: Sequence[_Token]) -> list[_Token]:
    """Return tokens in which each bar is marked as opening or closing.

    A bar closes an open one if a value stands before it, as in ``||x| - 1|``.
    """
    read: list[_Token] = []
    depths: list[list[_Token]] = [[]]  # the bars that are open, within each bracket that is
    for token in tokens:
        if token.kind == "bar":
            after = bool(read) and read[-1].is_value
            times = bool(read) and read[-1].kind in _COEFFICIENTS and not token.spaced
            if after and depths[-1]:
                depths[-1].pop()
                token = replace(token, kind="closing")
            elif after and not times:
                raise _lone_bar(typed, token)
            else:
                token = replace(token, kind="opening")
                depths[-1].append(token)
        elif token.sign in ("(", "[", "{"):
            depths.append([])
        elif token.sign in (")", "]", "}") and len(depths) > 1 and (left := depths.pop()):
            raise _lone_bar(typed, left[-1])
        read.append(token)
    for left in depths:
        if left:
            raise _lone_bar(typed, left[-1])
    return read


def _lone_bar(typed: str, bar: _Token) -> UsageError:
    return _fault(typed, bar, "this bar has no partner", "write |x| or abs(x)")


def _fault(typed: str, token: _Token, why: str, hint: str) -> UsageError:
    as_typed = SourceText(typed, typed, tuple(range(len(typed) + 1)))
    return as_typed.fault(token.place, token.place + len(token.sign), why=why, hint=hint)


def _spelling(typed: str, token: _Token, after: Sequence[_Token]) -> str:
    """Return a token in Python's spelling."""
    follower = after[0].sign if after else ""
    match token.kind:
        case "power_of_ten":
            factor, _, exponent = token.sign.rpartition("10")
            return f"{factor.removesuffix('×') or '1'}e{exponent.translate(PLAIN)}"
        case "raised":
            if follower in ("^", "**"):
                raise _fault(typed, token, "a power of a power needs brackets", "write (x^2)^3 or x^(2^3)")
            return "**" + token.sign.translate(PLAIN)
        case "root":
            if follower != "(":
                raise _fault(typed, token, "a root needs brackets", "write √(x) or sqrt(x)")
            return "sqrt"
        case "name":
            return token.sign.translate(PLAIN)
    return _RESPELLED.get(token.kind) or _RESPELLED.get(token.sign) or token.sign.translate(LOOKALIKES)


def _is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def _is_product(tokens: Sequence[_Token], number: int) -> bool:
    """Return whether a token is multiplied by the number before it, without a sign, as in 2x."""
    token = tokens[number]
    begins = token.kind in _BEGINNINGS or token.sign == "("
    return bool(number) and begins and not token.spaced and tokens[number - 1].kind in _COEFFICIENTS


def _check_products(typed: str, tokens: Sequence[_Token]) -> None:
    """Raise an error for 1/2x and 2^3x, which people read in two ways."""
    before = ""
    for number, token in enumerate(tokens):
        if _is_product(tokens, number):
            if before in ("/", "^", "**"):
                hint = "write 1/(2*x) or (1/2)*x, and 2^(3*x) or 2^3*x"
                raise _fault(typed, token, "this can be read in two ways", hint)
        elif token.kind in _COEFFICIENTS:
            last = number - 1
            while last > 0 and tokens[last].sign in _SIGNS and not tokens[last - 1].is_value:
                last -= 1
            before = tokens[last].sign if last >= 0 else ""
            if before == "/" and "×" in token.sign:
                raise _fault(typed, token, "this can be read in two ways", "write x/(2×10³) or (x/2)×10³")


def _check(text: SourceText) -> None:
    if not text.rewritten:
        raise text.fault(why="it is empty", hint="write a function of x, or of x and y, such as x**2 + y**2")
    if number := re.search(rf"[\d_]{{{DIGITS + 1},}}", text.rewritten):
        raise text.fault(
            number.start(),
            number.end(),
            why=f"a number has at most {DIGITS} digits",
            hint="1e9 is short for 1000000000",
        )
    strange = re.search(r"[^ -~]|[#\\`$?;@!&|~\"']", text.rewritten)
    if strange:
        raise text.fault(
            strange.start(),
            strange.end(),
            why="this character is not part of an expression",
            hint="numbers, x, y, + - * / ** ( ) and functions such as sin(x) can be read",
        )
    depth = 0
    for place, character in enumerate(text.rewritten):
        depth += (character in "([{") - (character in ")]}")
        if depth > BRACKETS:
            raise text.fault(place, place + 1, why=f"more than {BRACKETS} brackets are open here")
