"""Text as outlines: the one place that knows fonts.

Both renderers fill the same outlines, so a label has the same size and shape in each. The font is the
DejaVu Sans that matplotlib ships: it is there on every machine, has Greek letters and superscripts, and its
digits are equally wide, so that a counting readout stands still.
"""

from __future__ import annotations

import math
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vizgd.base.errors import UsageError
from vizgd.drawing.track import settled
from vizgd.objectives.objective import Array

if TYPE_CHECKING:
    from vizgd.drawing.marks.text import Text

EM = 100.0  # the size at which glyphs are read; outlines are then scaled to an em of 1
MISSING = "□"
BAR = "bar"  # the name of fraction bars and of the roofs of roots
_MATH = re.compile(r"\\(latex|)\((.+?)\\\)")


@dataclass(frozen=True, eq=False)
class Outline:
    """A text's filled shape for an em of 1, its baseline on y = 0 and its left edge at x = 0.

    ``codes`` are path codes: 1 move, 2 line, 3 and 4 curves of second and third degree, 79 close.
    """

    vertices: Array
    codes: NDArray[np.uint8]
    width: float


@dataclass(frozen=True, eq=False)
class Glyph:
    """One sign of a text at its place, for an em of 1; equal signs of one font have equal names."""

    name: str
    vertices: Array
    codes: NDArray[np.uint8]


CAP_HEIGHT = 0.73
"""Height of a capital letter, the part of an em by which text is centred."""
DESCENT = 0.24


@lru_cache(maxsize=2048)
def outline(text: str, bold: bool = False) -> Outline:
    r"""Return the outline of a line of text; what stands between ``\(`` and ``\)`` is mathematics.

    A character that the font lacks is shown as a box, with a warning that names it.

    Raises
    ------
    UsageError
        When the mathematics cannot be read.
    """
    pieces: list[Outline] = []
    for part, setter in _parts(text, bold):
        if part:
            pieces.append(_plain(part, bold) if setter is None else _mathematics(part, setter))
    return _joined(pieces)


@lru_cache(maxsize=256)
def glyphs(text: str, bold: bool = False) -> tuple[Glyph, ...]:
    """Return what `outline` joins, sign by sign from left to right; a formula's bars and rules come last.

    Raises
    ------
    UsageError
        When the mathematics cannot be read.
    """
    signs: list[Glyph] = []
    left = 0.0
    for part, setter in _parts(text, bold):
        inside, width = _plain_signs(part, bold) if setter is None else _mathematical_signs(part, setter)
        signs += (Glyph(sign.name, sign.vertices + np.array([left, 0.0]), sign.codes) for sign in inside)
        left += width
    return tuple(sign for sign in signs if len(sign.codes))


def set_by_latex(text: str) -> str:
    r"""Return text whose formulas, between ``\(`` and ``\)``, LaTeX is to set: ``\latex(`` begins them."""
    return text.replace("\\(", "\\latex(")


def _parts(text: str, bold: bool) -> Iterator[tuple[str, str | None]]:
    """Yield the parts of a text, each with what sets it where it is mathematics, ``""`` or ``"latex"``."""
    parts = _MATH.split(_legible(text, bold))
    for place in range(0, len(parts) - 1, 3):
        words, setter, formula = parts[place : place + 3]
        yield words, None
        yield formula, setter
    yield parts[-1], None


def measured(text: str, size: float, bold: bool = False) -> tuple[float, float]:
    """Return the width and the height of a line of text at a size."""
    return outline(text, bold).width * size, size


def wrapped(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """Return text as lines that are no wider than asked, broken at spaces outside formulas."""
    lines: list[str] = []
    whole = _MATH.sub(lambda formula: formula[0].replace(" ", "\0"), text)
    for word in (word.replace("\0", " ") for word in whole.split(" ")):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measured(longer, size, bold)[0] <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def shortened(text: str, size: float, width: float, bold: bool = False) -> str:
    """Return text that is no wider than asked, cut and ended with an ellipsis where it must be."""
    if measured(text, size, bold)[0] <= width:
        return text
    # A formula is shown whole or not at all.
    inside = {place for found in _MATH.finditer(text) for place in range(found.start() + 1, found.end())}
    ends = [0, *(place for place in range(1, len(text)) if place not in inside)]
    fitting = bisect_right(ends, width, key=lambda end: measured(text[:end] + "…", size, bold)[0])
    return text[: ends[max(fitting - 1, 0)]].rstrip() + "…"


@lru_cache(maxsize=2)
def _font(bold: bool) -> Any:
    import matplotlib
    from matplotlib.ft2font import FT2Font

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    font = FT2Font(str(Path(matplotlib.get_data_path(), "fonts", "ttf", name)))
    font.set_size(EM, 72)
    return font


def _legible(text: str, bold: bool) -> str:
    font = _font(bold)
    lacking = [character for character in text if not font.get_char_index(ord(character))]
    if lacking:
        # Only the first: a text that is measured ever shorter until it fits then says the same each time,
        # and Python prints equal warnings once.
        warnings.warn(f"the font has no {lacking[0]!r}: a box stands in its place", stacklevel=2)
    return text.translate({ord(character): MISSING for character in lacking})


@lru_cache(maxsize=1024)
def _glyph(character: str, bold: bool) -> Outline:
    from matplotlib.ft2font import LoadFlags

    font = _font(bold)
    glyph = font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    vertices, codes = font.get_path()
    return Outline(vertices / EM, codes, glyph.linearHoriAdvance / 65536 / EM)


@lru_cache(maxsize=4096)
def _kerning(left: str, right: str, bold: bool) -> float:
    from matplotlib.ft2font import Kerning

    font = _font(bold)
    indices = font.get_char_index(ord(left)), font.get_char_index(ord(right))
    return float(font.get_kerning(*indices, Kerning.UNFITTED)) / 64 / EM


def _plain(text: str, bold: bool) -> Outline:
    glyphs = [_glyph(character, bold) for character in text]
    kernings = [_kerning(a, b, bold) for a, b in pairwise(text)]
    return _joined(glyphs, kernings)


def _plain_signs(text: str, bold: bool) -> tuple[list[Glyph], float]:
    signs: list[Glyph] = []
    left = 0.0
    for character, after in zip_longest(text, text[1:]):
        glyph = _glyph(character, bold)
        signs.append(Glyph(character, glyph.vertices + np.array([left, 0.0]), glyph.codes))
        left += glyph.width + (_kerning(character, after, bold) if after else 0.0)
    return signs, left


def _joined(pieces: list[Outline], kernings: list[float] | None = None) -> Outline:
    if not pieces:
        return Outline(np.empty((0, 2)), np.empty(0, np.uint8), 0.0)
    advances = np.array([piece.width for piece in pieces])
    if kernings:
        advances[:-1] += kernings
    lefts = np.concatenate([[0.0], np.cumsum(advances)])
    moved = [piece.vertices + np.array([left, 0.0]) for piece, left in zip(pieces, lefts, strict=False)]
    return Outline(np.concatenate(moved), np.concatenate([piece.codes for piece in pieces]), float(lefts[-1]))


@lru_cache(maxsize=256)
def _mathematics(formula: str, setter: str) -> Outline:
    signs, width = _mathematical_signs(formula, setter)
    if not signs:
        return Outline(np.empty((0, 2)), np.empty(0, np.uint8), width)
    vertices = np.concatenate([sign.vertices for sign in signs])
    return Outline(vertices, np.concatenate([sign.codes for sign in signs]), width)


@lru_cache(maxsize=256)
def _mathematical_signs(formula: str, setter: str) -> tuple[list[Glyph], float]:
    if setter == "latex":
        from vizgd.drawing import latex

        found, width = latex.signs(formula)
        return [Glyph(*sign) for sign in found], width
    import matplotlib
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    try:
        with matplotlib.rc_context({"mathtext.fontset": "dejavusans"}):
            to_path = TextToPath()
            properties = FontProperties(family="DejaVu Sans", size=EM)
            placed, shapes, bars = to_path.get_glyphs_mathtext(properties, f"${formula}$")
            width, _, _ = to_path.get_text_width_height_descent(f"${formula}$", properties, ismath=True)
    except ValueError as error:
        reason = str(error).strip().splitlines()[-1]
        raise UsageError(
            f"the formula \\({formula}\\) cannot be read",
            why=reason,
            hint="write it as matplotlib's mathtext, or without \\( and \\) as plain text",
        ) from None
    signs = [
        Glyph(name, (np.asarray(shapes[name][0]) * size + (x, y)) / EM, np.asarray(shapes[name][1], np.uint8))
        for name, x, y, size in placed
    ]
    signs += (Glyph(BAR, np.asarray(xy, float) / EM, np.asarray(codes, np.uint8)) for xy, codes in bars)
    return signs, width / EM


@lru_cache(maxsize=128)
def placed(mark: Text) -> tuple[Array, NDArray[np.uint8]]:
    """Return the outline of a text mark in the coordinates of its place: vertices and path codes."""
    shape = outline(str(mark.text), mark.bold)
    across = {"left": 0.0, "center": 0.5, "right": 1.0}[mark.horizontal] * shape.width
    up = {"baseline": 0.0, "center": CAP_HEIGHT / 2, "top": CAP_HEIGHT, "bottom": -DESCENT}[mark.vertical]
    drawn, codes = shape.vertices, shape.codes
    if mark.signs is not None:
        signs = glyphs(str(mark.text), mark.bold)
        chosen = [signs[index] for index in mark.signs]
        drawn = np.concatenate([np.empty((0, 2)), *(sign.vertices for sign in chosen)])
        codes = np.concatenate([np.empty(0, np.uint8), *(sign.codes for sign in chosen)])
    vertices = (drawn - (across, up)) * mark.size
    if mark.rotation:
        angle = math.radians(mark.rotation)
        turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        vertices = vertices @ turn
    return vertices + (settled(mark.xy) + mark.offset), codes
