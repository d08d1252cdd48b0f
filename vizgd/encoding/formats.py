"""The formats a film can be written in: a table that loads no encoder."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from vizgd.base.errors import UsageError
from vizgd.base.registry import lazily

GIF_SHORTEST, GIF_LONGEST = 2, 65535
"""Delays of a GIF's frames, in hundredths of a second: browsers play 1 as 10, and the field has 16 bits."""


@dataclass(frozen=True)
class Format:
    """One row: a format, what suits it when nothing else is asked for, and who writes it.

    Parameters
    ----------
    name, suffix : str
        As in ``"mp4"`` and ``".mp4"``.
    size : tuple of int
        Width and height in pixels.
    rate : Fraction
        Frames a second.
    summary : str
        One line for lists.
    load_writer : callable
        Loads the class that writes it.
    beside : bool, default True
        Whether its writer works for long without Python's lock, so that a thread of its own pays.
    load_transparent_writer : callable, optional
        Loads the class that writes it with a transparent background, where it can have one.
    """

    name: str
    suffix: str
    size: tuple[int, int]
    rate: Fraction
    summary: str
    load_writer: Callable[[], Any]
    beside: bool = True
    load_transparent_writer: Callable[[], Any] | None = None


FORMATS = {
    row.name: row
    for row in (
        Format(
            "gif",
            ".gif",
            (960, 540),
            Fraction(25),
            "one palette, endless loop: for slides, notebooks and web pages",
            lazily("vizgd.encoding.gif:GifWriter"),
            beside=False,
        ),
        Format(
            "mp4",
            ".mp4",
            (1280, 720),
            Fraction(30),
            "H.264, BT.709, fast start: for slides and video platforms",
            lazily("vizgd.encoding.video:Mp4Writer"),
        ),
        Format(
            "webm",
            ".webm",
            (1280, 720),
            Fraction(30),
            "VP9, BT.709: for web pages",
            lazily("vizgd.encoding.video:WebmWriter"),
            load_transparent_writer=lazily("vizgd.encoding.video:TransparentWebmWriter"),
        ),
        Format(
            "png",
            ".png",
            (1280, 720),
            Fraction(25),
            "the last frame, or all of them in a folder",
            lazily("vizgd.encoding.stills:StillWriter"),
            load_transparent_writer=lazily("vizgd.encoding.stills:TransparentStillWriter"),
        ),
    )
}


def format_of(path: str | Path, format: str | None = None) -> str:  # noqa: A002 - the word of `render`
    """Return the name of the format a file is to have: the one asked for, else what its suffix says.

    Raises
    ------
    UsageError
        When that is no format of the table.
    """
    known = ", ".join(FORMATS)
    suffix = Path(path).suffix
    asked = suffix if format is None else format
    if not asked:
        raise UsageError(
            f"the name {str(path)!r} does not say the format",
            why=f"known: {known}",
            hint=f"end it in a suffix, such as {Path(path).name}.gif",
        )
    name = str(asked).strip().lower().removeprefix(".")
    if name in FORMATS:
        if suffix.lower() not in {"", FORMATS[name].suffix} and suffix.lower().removeprefix(".") in FORMATS:
            raise UsageError(
                f"{str(path)!r} is no name for the format {name}",
                hint=f"leave out the format, or end the name in {FORMATS[name].suffix}",
            )
        return name
    near = difflib.get_close_matches(name, FORMATS, n=1, cutoff=0.5)
    raise UsageError(
        f"unknown format {asked!r}",
        where=str(path) if format is None else None,
        why=f"known: {known}",
        hint=f"did you mean {near[0]!r}?" if near else None,
    )


def check_transparent(format: str) -> None:  # noqa: A002 - the word of `render`
    """Refuse a transparent background where a format cannot have one.

    Raises
    ------
    UsageError
    """
    if FORMATS[format].load_transparent_writer is None:
        able = " or ".join(row.name for row in FORMATS.values() if row.load_transparent_writer)
        raise UsageError(f"{format} cannot have a transparent background", hint=f"use {able}")


def exact_rate(format: str, rate: Fraction) -> Fraction:  # noqa: A002 - the word of `render`
    """Return the rate, in frames a second, nearest to the one asked for that a format keeps exactly."""
    return gif_rate(rate) if format == "gif" else Fraction(rate)


def gif_rate(rate: Fraction | float) -> Fraction:
    """Return the nearest rate that a GIF keeps exactly: 100/k frames a second, k whole and at least 2.

    >>> [str(gif_rate(rate)) for rate in (60, 30, 25, 24, 15)]
    ['50', '100/3', '25', '25', '100/7']
    """
    if rate <= 0:
        raise ValueError(f"rate must be positive, not {rate}")
    delay = int(100 / rate)
    candidates = (min(max(delay + extra, GIF_SHORTEST), GIF_LONGEST) for extra in (0, 1))
    asked = Fraction(rate)
    return min((Fraction(100, k) for k in candidates), key=lambda exact: abs(exact - asked))
