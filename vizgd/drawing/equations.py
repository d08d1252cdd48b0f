r"""Lines of mathematics cut into spans: which sign belongs to which symbol, and where numbers stand in them.

A line is set as a whole, so that fractions and roots are where they belong; each of its symbols is then drawn
by itself, in a color of its own. Numbers that change get slots as wide as the widest of them: nothing moves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from vizgd.drawing.typeset import Glyph, glyphs, outline
from vizgd.objectives.expressions.notation import Span

_TOKEN = re.compile(r"\\([a-zA-Z]+)|\\?([^\\])")
_UNSEEN = re.compile(r"\\hspace\{[^}]*\}|\{0\}\{0\}|\\ ")
"""What `places` writes beside signs."""
_SIGNS = {"genfrac": 0, "dfrac": 0, "left": 0, "right": 0, "mathrm": 0, "max": 3, "min": 3}
"""How many signs a command of TeX sets; other ones set one."""


@dataclass(frozen=True)
class Slot:
    """Where a number stands, for an em of 1: the right end of its baseline, and its size."""

    right: float
    baseline: float
    scale: float


@dataclass(frozen=True, eq=False)
class SetLine:
    r"""A line of mathematics as it is set, for an em of 1.

    Parameters
    ----------
    text : str
        With ``\(`` and ``\)``.
    owners : tuple of int
        To which of its spans each sign belongs; bars come last and belong to none, -1.
    width, low, high : float
        How far it reaches to the right, below its baseline (negative) and above.
    """

    text: str
    owners: tuple[int, ...]
    width: float
    low: float
    high: float

    @property
    def signs(self) -> tuple[Glyph, ...]:
        """Its signs."""
        return glyphs(self.text)

    def left_of(self, span: int) -> float:
        """Return where a span begins."""
        return min(float(sign.vertices[:, 0].min()) for sign in self.of(span))

    def of(self, span: int) -> list[Glyph]:
        """Return the signs of a span."""
        return [sign for sign, owner in zip(self.signs, self.owners, strict=True) if owner == span]

    def slots(self, span: int, width: float) -> list[Slot]:
        """Return the slots of a span that `places` made, in the order of reading, all of a width."""
        one = glyphs("1")[0]
        bearing, tall = float(one.vertices[:, 0].min()), float(np.ptp(one.vertices[:, 1]))
        found = []
        for sign in self.of(span):
            if sign.name == _stand_in():
                low = sign.vertices.min(axis=0)
                scale = float(np.ptp(sign.vertices[:, 1])) / tall
                found.append(Slot(float(low[0]) + (width - bearing) * scale, float(low[1]), scale))
        return found

    def standing(self, span: int, *, slotted: bool) -> tuple[int, ...]:
        """Return the numbers of a span's signs that are drawn: all but those that keep slots open."""
        return tuple(
            index
            for index, (sign, owner) in enumerate(zip(self.signs, self.owners, strict=True))
            if owner == span and not (slotted and sign.name == _stand_in())
        )


def set_line(spans: Sequence[Span]) -> SetLine:
    """Return a line of mathematics, set.

    Parameters
    ----------
    spans : sequence of Span
        In what TeX and matplotlib read; see `vizgd.objectives.expressions.notation.spans`.
    """
    text = rf"\({''.join(span.text for span in spans)}\)"
    signs = glyphs(text)
    owners: list[int] = []
    for index, span in enumerate(spans):
        owners += [index] * _counted(span.text)
    owners += [-1] * (len(signs) - len(owners))
    low = min(float(sign.vertices[:, 1].min()) for sign in signs)
    high = max(float(sign.vertices[:, 1].max()) for sign in signs)
    return SetLine(text, tuple(owners), outline(text).width, min(low, -0.24), max(high, 0.76))


def places(width: float, rows: int = 1, columns: int = 1) -> str:
    """Return TeX that keeps places open for numbers of a width, in brackets where there are several."""
    one = rf"1\hspace{{{(width - outline('1').width) / _space():.6f}}}"
    row = r"\ ".join([one] * columns)
    return row if rows == 1 else rf"\genfrac{{(}}{{)}}{{0}}{{0}}{{{row}}}{{{row}}}"


@cache
def _space() -> float:
    """Return how wide matplotlib's unit of space is."""
    return (outline(r"\(1\hspace{100}1\)").width - outline(r"\(11\)").width) / 100


@cache
def _stand_in() -> str:
    """Return the name of the sign that keeps a place open."""
    return glyphs(r"\(1\)")[0].name


def _counted(text: str) -> int:
    """Return how many signs a span has: what is between symbols cannot be set by itself."""
    count = 0
    for command, letter in _TOKEN.findall(_UNSEEN.sub("", text)):
        count += _SIGNS.get(command, 1) if command else letter not in "{}^_ "
    return count
