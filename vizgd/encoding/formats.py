"""The formats that films are written in, and the frame rates that each keeps exactly.

Loads neither an encoder nor NumPy, so that the command line can look things up at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from vizgd.errors import UsageError, unknown

CENTISECONDS = 100
"""A GIF's frames last whole hundredths of a second."""

SHORTEST_DELAY = 2
"""In hundredths of a second: browsers play anything shorter at a tenth of a second a frame."""


@dataclass(frozen=True)
class Format:
    """A file format: its name and suffix, what it is for, and the size and rate that suit it."""

    name: str
    summary: str
    size: tuple[int, int]
    rate: Fraction

    @property
    def suffix(self) -> str:
        """The suffix with its dot."""
        return f".{self.name}"


FORMATS = {
    one.name: one
    for one in (
        Format("gif", "plays by itself in slides, pages and chats", (960, 540), Fraction(25)),
        Format("mp4", "H.264 video for lectures and editors", (1280, 720), Fraction(30)),
        Format("webm", "VP9 video for the web", (1280, 720), Fraction(30)),
        Format("png", "the last frame as a picture, or all frames as a folder", (1280, 720), Fraction(30)),
    )
}


def format_of(path: str | Path, name: str | None = None) -> str:
    """Return the format for a path: the one named, or the one of its suffix.

    Raises
    ------
    UsageError
        When there is no such format.
    """
    chosen = name if name is not None else Path(path).suffix.removeprefix(".")
    if chosen.lower() in FORMATS:
        return chosen.lower()
    if not chosen:
        raise UsageError(
            f"{str(path)!r} has no suffix that says its format",
            hint=f"end it with one of {', '.join(one.suffix for one in FORMATS.values())}",
        )
    raise unknown("format", chosen, FORMATS)


def exact_rate(name: str, rate: Fraction) -> Fraction:
    """Return the frame rate nearest to one asked for that a format keeps exactly.

    A GIF has the rates 100/k for whole k ≥ 2: 50, 33⅓, 25, 20, 16⅔ …; the other formats have every rate.

    >>> exact_rate("gif", Fraction(30)), exact_rate("mp4", Fraction(30))
    (Fraction(100, 3), Fraction(30, 1))
    """
    if name != "gif":
        return rate
    shorter = max(SHORTEST_DELAY, int(CENTISECONDS / rate))
    delays = (shorter, shorter + 1)
    return min((Fraction(CENTISECONDS, delay) for delay in delays), key=lambda exact: abs(exact - rate))
