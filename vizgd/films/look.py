"""What a film is like whatever it shows: its size, rate and theme, checked."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from vizgd.base.errors import UsageError, unknown
from vizgd.base.values import is_number, is_whole
from vizgd.comparisons.comparison import check_line, check_seconds
from vizgd.drawing.theme import THEMES, Theme
from vizgd.encoding.formats import FORMATS, check_transparent, exact_rate

QUALITIES = {
    "l": ((854, 480), 15),
    "m": ((1280, 720), 30),
    "h": ((1920, 1080), 60),
    "p": ((2560, 1440), 60),
    "k": ((3840, 2160), 60),
}
"""Manim's presets: frame size in pixels and frames a second."""

MATHS = ("mathtext", "latex")
"""What may set formulas."""

SMALLEST, LARGEST = 64, 8192
SLOWEST, FASTEST = 0.1, 240


@dataclass(frozen=True)
class Look:
    """What a film is like whatever it shows, checked: made by `look_for`.

    Parameters
    ----------
    size : tuple of int
        Width and height in pixels.
    rate : Fraction
        Frames a second, one that the format keeps exactly.
    theme : Theme
    seconds, title : optional
        In place of the comparison's own.
    transparent : bool, default False
        Whether there is nothing behind the picture.
    math : {"mathtext", "latex"}
        What sets formulas.
    """

    size: tuple[int, int]
    rate: Fraction
    theme: Theme
    seconds: float | None
    title: str | None
    transparent: bool = False
    math: str = "mathtext"


def look_for(
    kind: str,
    *,
    size: tuple[int, int] | None = None,
    fps: float | Fraction | None = None,
    quality: str | None = None,
    theme: str | Theme = "light",
    seconds: float | None = None,
    title: str | None = None,
    transparent: bool = False,
    math: str = "mathtext",
) -> Look:
    """Return what a film of a format is like, from the settings of `render`.

    Raises
    ------
    UsageError
        For a setting that cannot be.
    """
    if quality is not None and quality not in QUALITIES:
        raise unknown("quality", quality, QUALITIES)
    usual = QUALITIES[quality] if quality else (FORMATS[kind].size, FORMATS[kind].rate)
    if seconds is not None:
        check_seconds(seconds)
    if title is not None:
        check_line("title", title)
    if transparent:
        check_transparent(kind)
    if math not in MATHS:
        raise unknown("math", math, MATHS)
    return Look(
        size=usual[0] if size is None else _checked_size(size),
        rate=exact_rate(kind, Fraction(usual[1]) if fps is None else _checked_rate(fps)),
        theme=_checked_theme(theme),
        seconds=seconds,
        title=title,
        transparent=transparent,
        math=math,
    )


def _checked_size(size: Any) -> tuple[int, int]:
    sides = tuple(size) if isinstance(size, list | tuple) else ()
    if len(sides) != 2 or not all(is_whole(side) and SMALLEST <= side <= LARGEST for side in sides):
        raise UsageError(
            f"size is {'x'.join(map(str, sides)) or repr(size)}",
            why=f"expected a width and a height in whole pixels, {SMALLEST} to {LARGEST}",
        )
    return int(sides[0]), int(sides[1])


def _checked_rate(fps: Any) -> Fraction:
    if not is_number(fps) or not SLOWEST <= fps <= FASTEST:
        raise UsageError(f"fps is {fps!r}", why=f"expected {SLOWEST} to {FASTEST} frames a second")
    return Fraction(fps if isinstance(fps, Fraction) else float(fps)).limit_denominator(1001)


def _checked_theme(theme: Any) -> Theme:
    if isinstance(theme, str):
        return THEMES[theme]
    if not isinstance(theme, Theme):
        raise UsageError(f"theme is {theme!r:.60}", why=f"expected a Theme or one of {', '.join(THEMES)}")
    return theme
