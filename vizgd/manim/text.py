"""Formulas and words as mobjects, from the outlines that every picture uses: nothing here needs LaTeX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Self

import numpy as np
from manim import VGroup, VMobject

from vizgd.drawing.typeset import BAR, Glyph, glyphs
from vizgd.manim.scene_theme import theme_of
from vizgd.manim.units import manim_color
from vizgd.objectives.objective import Array
from vizgd.renderers.manim.bezier import cubic_curves

POINTS_A_UNIT = 72.0
"""A font size of 72 is an em of one unit, close to Manim's own."""


class _Typeset(VGroup):
    """Text of which each sign is a submobject, in the order in which it is read."""

    def __init__(
        self,
        text: str,
        signs: tuple[Glyph, ...],
        *,
        font_size: float,
        color: Any,
        t2c: Mapping[str, Any] | None,
        **style: Any,
    ) -> None:
        self.text = text
        self.names = [sign.name for sign in signs]
        scale = font_size / POINTS_A_UNIT
        color = manim_color(theme_of(None).text) if color is None else color
        super().__init__(*(_sign(sign, scale, color, style) for sign in signs))
        self.center()
        for part, its_color in (t2c or {}).items():
            self.set_color_by_tex(part, its_color)

    def _signs_of(self, part: str) -> tuple[Glyph, ...]:
        raise NotImplementedError

    def parts(self, part: str) -> list[VGroup]:
        """Return every occurrence of a part of the text, each a group of its signs."""
        return [VGroup(*(self[index] for index in found)) for found in self._found(part)]

    def part(self, part: str, occurrence: int = 0) -> VGroup:
        """Return one occurrence of a part of the text, by default the first, as a group of its signs.

        Raises
        ------
        ValueError
            When the text has no such part.
        """
        found = self.parts(part)
        if not found:
            raise ValueError(f"{self.text!r} has no part {part!r}")
        return found[occurrence]

    def set_color_by_tex(self, part: str, color: Any) -> Self:
        """Color every occurrence of a part, as it is written in the text."""
        for group in self.parts(part):
            group.set_color(color)
        return self

    def _found(self, part: str) -> Iterator[list[int]]:
        # Compared as they are set, not as they are typed: spaces and braces do not matter.
        sought = [sign.name for sign in self._signs_of(part)]
        letters = [name for name in sought if name != BAR]
        bars = [index for index, name in enumerate(self.names) if name == BAR]
        count = len(letters)
        index = 0
        while count and index + count <= len(self.names):
            if self.names[index : index + count] != letters:
                index += 1
                continue
            found = list(range(index, index + count))
            if BAR in sought:
                group = VGroup(*(self[place] for place in found))
                left, right = group.get_left()[0], group.get_right()[0]
                found += [bar for bar in bars if left <= self[bar].get_center()[0] <= right]
            yield found
            index += count


class Formula(_Typeset):
    r"""A formula, each sign a submobject; no LaTeX is needed.

    Parameters
    ----------
    text : str
        A formula as matplotlib's mathtext reads it, such as ``r"x_{t+1} = x_t - \alpha\,\nabla f(x_t)"``.
    font_size : float, default 48
        As in Manim.
    color : color, optional
        By default that of text in the scene's theme.
    t2c : mapping of str to color, optional
        Parts of the formula and their colors, such as ``{r"\alpha": YELLOW}``.
    **style
        What `VMobject` takes.

    Raises
    ------
    UsageError
        When the formula cannot be read.
    """

    def __init__(
        self,
        text: str,
        *,
        font_size: float = 48.0,
        color: Any = None,
        t2c: Mapping[str, Any] | None = None,
        **style: Any,
    ) -> None:
        super().__init__(text, self._signs_of(text), font_size=font_size, color=color, t2c=t2c, **style)

    def _signs_of(self, part: str) -> tuple[Glyph, ...]:
        return glyphs(rf"\({part}\)")


class PlainText(_Typeset):
    r"""A line of text in the font of the formulas, each sign a submobject.

    Parameters
    ----------
    text : str
        What stands between ``\(`` and ``\)`` is a formula.
    font_size, color, t2c, **style
        As for `Formula`.
    bold : bool, default False
    """

    def __init__(
        self,
        text: str,
        *,
        font_size: float = 36.0,
        color: Any = None,
        bold: bool = False,
        t2c: Mapping[str, Any] | None = None,
        **style: Any,
    ) -> None:
        self.bold = bold
        super().__init__(text, self._signs_of(text), font_size=font_size, color=color, t2c=t2c, **style)

    def _signs_of(self, part: str) -> tuple[Glyph, ...]:
        return glyphs(part, self.bold)


def _sign(sign: Glyph, scale: float, color: Any, style: Mapping[str, Any]) -> VMobject:
    usual: dict[str, Any] = {"color": color, "fill_opacity": 1.0, "stroke_width": 0.0, **style}
    mobject = VMobject(**usual)
    mobject.set_points(cubic_curves(sign.vertices, sign.codes) * scale)
    return mobject


@lru_cache(maxsize=1024)
def line_curves(text: str, bold: bool = False) -> Array:
    """Return a line of text as the points of one `VMobject`, for an em of 1, its baseline on y = 0."""
    signs = [cubic_curves(sign.vertices, sign.codes) for sign in glyphs(text, bold)]
    return np.concatenate(signs) if signs else np.empty((0, 3))
