"""The formats in which a film can be written: a table that loads no encoder."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from vizgd.base.errors import UsageError
from vizgd.base.registry import Entry, Registry, lazily

GIF_SHORTEST, GIF_LONGEST = 2, 65535
"""Delays of a GIF's frames, in hundredths of a second: browsers play 1 as 10, and the field has 16 bits."""


@dataclass(frozen=True)
class Format:
    """A row of the table: a format, what it can hold, its defaults, and the class that writes it.

    Parameters
    ----------
    name, suffix : str
        As in ``"mp4"`` and ``".mp4"``.
    summary : str
        One line for lists.
    size : tuple of int
        Width and height in pixels.
    rate : Fraction
        Frames a second.
    load_writer : callable
        Loads the class that writes it, a `vizgd.encoding.encoder.Writer`, made from the path of a temporary
        file, the size, the rate, how many frames are expected, and the number of channels.
    channels : tuple of int, default (3,)
        How many channels its pictures may have: 4 with opacity, which allows transparency.
    exact_rate : callable, optional
        Returns the nearest rate that the format keeps exactly; by default it keeps all rates.
    still : bool, default False
        Whether it keeps the last frame alone.
    folder : bool, default False
        Whether it is a folder of files, named as the file would be, without the suffix.
    threaded : bool, default True
        Whether its writer mostly works without Python's lock, so that a thread of its own is faster.
    library : str, default ""
        The encoder, for ``vizgd doctor``.
    """

    name: str
    suffix: str
    summary: str
    size: tuple[int, int]
    rate: Fraction
    load_writer: Callable[[], Any]
    channels: tuple[int, ...] = (3,)
    exact_rate: Callable[[Fraction], Fraction] = Fraction
    still: bool = False
    folder: bool = False
    threaded: bool = True
    library: str = ""

    def target(self, path: Path) -> Path:
        """Return what is written for a film of some path: the file, or the folder."""
        return path.with_suffix("") if self.folder else path


def whole_delays(unit: int, shortest: int, longest: int) -> Callable[[Fraction], Fraction]:
    """Return a function that rounds rates for formats with delays in whole units, ``unit`` a second.

    >>> rounded = whole_delays(100, 2, 65535)
    >>> [str(rounded(Fraction(rate))) for rate in (60, 30, 25, 24, 15)]
    ['50', '100/3', '25', '25', '100/7']
    """

    def nearest(rate: Fraction) -> Fraction:
        if rate <= 0:
            raise ValueError(f"rate must be positive, not {rate}")
        asked = Fraction(rate)
        delay = int(unit / asked)
        candidates = (min(max(delay + extra, shortest), longest) for extra in (0, 1))
        return min((Fraction(unit, k) for k in candidates), key=lambda exact: abs(exact - asked))

    return nearest


HD, SLIDE = (1280, 720), (960, 540)

ROWS = (
    Format(
        "gif",
        ".gif",
        "one palette, endless loop: for slides, notebooks and web pages",
        SLIDE,
        Fraction(25),
        lazily("vizgd.encoding.gif:GifWriter"),
        exact_rate=whole_delays(100, GIF_SHORTEST, GIF_LONGEST),
        threaded=False,
        library="one palette, by FFmpeg's filters in PyAV",
    ),
    Format(
        "mp4",
        ".mp4",
        "H.264, BT.709, fast start: for slides and video platforms",
        HD,
        Fraction(30),
        lazily("vizgd.encoding.video:Mp4Writer"),
        library="H.264 by x264, in PyAV",
    ),
    Format(
        "webm",
        ".webm",
        "VP9, BT.709: for web pages",
        HD,
        Fraction(30),
        lazily("vizgd.encoding.video:WebmWriter"),
        channels=(3, 4),
        library="VP9 by libvpx, in PyAV",
    ),
    Format(
        "webp",
        ".webp",
        "all colors, endless loop, small: for web pages and chats",
        SLIDE,
        Fraction(25),
        lazily("vizgd.encoding.webp:WebpWriter"),
        channels=(3, 4),
        exact_rate=whole_delays(1000, 10, 1 << 24),
        library="WebP by libwebp, in PyAV",
    ),
    Format(
        "apng",
        ".apng",
        "all colors, endless loop, lossless: where a GIF's palette is too small",
        SLIDE,
        Fraction(25),
        lazily("vizgd.encoding.apng:ApngWriter"),
        channels=(3, 4),
        library="animated PNG by FFmpeg, in PyAV",
    ),
    Format(
        "png",
        ".png",
        "the last frame",
        HD,
        Fraction(25),
        lazily("vizgd.encoding.stills:StillWriter"),
        channels=(3, 4),
        still=True,
        library="by Pillow, through imageio",
    ),
    Format(
        "frames",
        ".png",
        "every frame as a PNG, in a folder",
        HD,
        Fraction(25),
        lazily("vizgd.encoding.stills:ImageSequenceWriter"),
        channels=(3, 4),
        folder=True,
        library="by Pillow, through imageio",
    ),
)

FORMATS: Registry[Format] = Registry(
    "format", "vizgd.formats", lambda: {row.name: Entry(partial(_same, row), row.summary) for row in ROWS}
)


def _same(row: Format) -> Format:
    return row


def format_of(path: str | Path, format: str | None = None) -> str:  # noqa: A002 - the word of `render`
    """Return the name of the format of a file: the one asked for, or that of its suffix.

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
    if name not in FORMATS:
        name = next((one for one in FORMATS if FORMATS[one].suffix == f".{name}"), name)
    if name in FORMATS:
        name = FORMATS.canonical(name)
        if suffix.lower() not in {"", FORMATS[name].suffix} and suffix.lower() in suffixes():
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
    """Raise an error where a format cannot have a transparent background.

    Raises
    ------
    UsageError
    """
    if 4 not in FORMATS[format].channels:
        able = " or ".join(name for name in FORMATS if 4 in FORMATS[name].channels)
        raise UsageError(f"{format} cannot have a transparent background", hint=f"use {able}")


def exact_rate(format: str, rate: Fraction) -> Fraction:  # noqa: A002 - the word of `render`
    """Return the rate, in frames a second, nearest to the one asked for that a format keeps exactly."""
    return FORMATS[format].exact_rate(Fraction(rate))


def suffixes() -> set[str]:
    """Return the suffixes of all formats."""
    return {FORMATS[name].suffix for name in FORMATS}


def frames_of(format: str) -> str:  # noqa: A002 - the word of `render`
    """Return the format that writes every frame as a file, for one that writes the last frame only.

    Raises
    ------
    UsageError
        For a format that is a film.
    """
    suffix = FORMATS[format].suffix
    found = next((name for name in FORMATS if FORMATS[name].folder and FORMATS[name].suffix == suffix), None)
    if found is None:
        able = " or ".join(FORMATS[name].suffix[1:] for name in FORMATS if FORMATS[name].folder)
        raise UsageError(
            f"{format} is one file",
            why=f"only {able} keeps every frame as a file of its own",
            hint=f"use {able}",
        )
    return found
