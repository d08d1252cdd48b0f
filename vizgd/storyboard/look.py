"""The look of a film: its options, each a field with its type, help, choices and check."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Annotated, Any, Literal

from vizgd.base.errors import UsageError
from vizgd.base.options import Option
from vizgd.base.settings import Checked, Named, check_settings
from vizgd.base.values import check_line, check_seconds, is_number, is_whole
from vizgd.drawing.theme import THEMES, Theme

QUALITIES = {
    "l": ((854, 480), 15),
    "m": ((1280, 720), 30),
    "h": ((1920, 1080), 60),
    "p": ((2560, 1440), 60),
    "k": ((3840, 2160), 60),
}
"""Manim's presets: frame size in pixels and frames a second."""

SLIDE = ((960, 540), 25)
"""Size and rate of a film for which neither is asked and no format is known."""

SMALLEST, LARGEST = 64, 8192
SLOWEST, FASTEST = 0.1, 240
FINEST = 1001
"""The largest denominator of a rate, which is a fraction such as 30000/1001."""


def _check_size(size: Any) -> None:
    sides = tuple(size) if isinstance(size, list | tuple) else ()
    if len(sides) != 2 or not all(is_whole(side) and SMALLEST <= side <= LARGEST for side in sides):
        raise UsageError(
            f"size is {'x'.join(map(str, sides)) or repr(size)}",
            why=f"expected a width and a height in whole pixels, {SMALLEST} to {LARGEST}",
        )


def _check_rate(fps: Any) -> None:
    if not is_number(fps) or not SLOWEST <= fps <= FASTEST:
        raise UsageError(f"fps is {fps!r}", why=f"expected {SLOWEST} to {FASTEST} frames a second")


@dataclass(frozen=True, kw_only=True)
class Look:
    """Everything about a film that is not its comparison, as one argument that is checked when it is made."""

    size: Annotated[
        tuple[int, int] | None,
        Checked(_check_size),
        Option(
            f"Width and height in pixels, {SMALLEST} to {LARGEST}.",
            default="the quality's, or else the format's",
        ),
    ] = None
    fps: Annotated[
        float | Fraction | None,
        Checked(_check_rate),
        Option(
            f"Frames a second, {SLOWEST} to {FASTEST}.",
            "A format may keep only some rates exactly, such as GIF; the nearest of them is taken.",
            default="the quality's, or else the format's",
        ),
    ] = None
    quality: Annotated[
        Literal["l", "m", "h", "p", "k"] | None,
        Option("Manim's presets: 480p15, 720p30, 1080p60, 1440p60, 2160p60.", letter="q"),
    ] = None
    theme: Annotated[
        Annotated[str, Named(THEMES)] | Theme,
        Option("Colors, dashes and markers: see `vizgd list themes`."),
    ] = "light"
    seconds: Annotated[
        float | None,
        Checked(check_seconds),
        Option(
            "How long the film lasts, at most an hour.",
            default="as the comparison says, or what suits the number of steps",
        ),
    ] = None
    title: Annotated[
        str | None, Checked(partial(check_line, "title")), Option("In place of the comparison's own.")
    ] = None
    transparent: Annotated[
        bool,
        Option(
            "No background, to lay the picture over another; not in every format.",
            "The background inside axes stays where it differs from that of the page.",
        ),
    ] = False
    math: Annotated[
        Literal["mathtext", "latex"],
        Option(
            "What sets formulas: matplotlib's mathtext, or LaTeX where it is installed.",
            r"They stand between ``\(`` and ``\)``. LaTeX is the programs latex and dvisvgm.",
        ),
    ] = "mathtext"

    def __post_init__(self) -> None:
        check_settings(self, called="")
        if self.size is not None:
            width, height = self.size
            object.__setattr__(self, "size", (int(width), int(height)))

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height: those asked for, those of the quality, or a slide's."""
        return self.size or self._preset[0]

    @property
    def rate(self) -> Fraction:
        """Frames a second: those asked for, those of the quality, or a slide's."""
        fps = self._preset[1] if self.fps is None else self.fps
        return Fraction(fps if isinstance(fps, Fraction) else float(fps)).limit_denominator(FINEST)

    @property
    def _preset(self) -> tuple[tuple[int, int], int]:
        return QUALITIES[self.quality] if self.quality else SLIDE
