"""The one way from frames to a file: an encoder that is opened, written to, and closed."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vizgd.encoding.formats import exact_rate, format_of
from vizgd.encoding.replacement import replacing
from vizgd.errors import RenderError


class Writer(ABC):
    """Writes the frames of one format to a path of its own."""

    @abstractmethod
    def write(self, rgba: NDArray[np.uint8], repeat: int) -> None:
        """Take a frame to be shown for so many frames."""

    @abstractmethod
    def finish(self) -> None:
        """Complete the file."""

    @abstractmethod
    def abort(self) -> None:
        """Let go of the file, complete or not."""

    @abstractmethod
    def count(self) -> int:
        """Return how many frames the finished file holds, read back from it."""


class Encoder:
    """Takes frames and checks them; `open_encoder` makes one.

    Parameters
    ----------
    path : Path
        Where the finished file will be.
    size : tuple of int
        Width and height of every frame in pixels.
    writer : Writer
    """

    def __init__(self, path: Path, size: tuple[int, int], writer: Writer) -> None:
        self.path = path
        self.size = size
        self.frames = 0
        self._writer = writer

    def write(self, rgba: NDArray[np.uint8], *, repeat: int = 1) -> None:
        """Write a frame, uint8 ``(height, width, 4)``, to be shown for so many frames.

        The pixels are copied or encoded before this returns.

        Raises
        ------
        ValueError
            When the frame has another shape or type, or ``repeat`` is not at least 1.
        """
        width, height = self.size
        if rgba.shape != (height, width, 4) or rgba.dtype != np.uint8:
            raise ValueError(f"expected uint8 {(height, width, 4)}, got {rgba.dtype} {rgba.shape}")
        if repeat < 1:
            raise ValueError(f"repeat is {repeat}, expected at least 1")
        self._writer.write(rgba, repeat)
        self.frames += repeat


@contextlib.contextmanager
def open_encoder(
    path: str | Path,
    *,
    size: tuple[int, int],
    rate: Fraction,
    frames: int,
    format: str | None = None,  # noqa: A002 - the word that users of matplotlib's savefig know
    every_frame: bool = False,
) -> Iterator[Encoder]:
    """Open an encoder; at the end of the ``with`` block the file is complete under its name, or not there.

    Parameters
    ----------
    path : str or Path
        Where to write. A file of that name stays as it is until the new one is complete.
    size : tuple of int
        Width and height in pixels. Video of an odd size gets one more row or column at its edge.
    rate : Fraction
        Frames a second; for GIF one that `exact_rate` returns.
    frames : int
        How many frames to expect, by which the palette of a GIF spreads its samples.
    format : {"gif", "mp4", "webm", "png"}, optional
        By default what the suffix says.
    every_frame : bool, default False
        For PNG: all frames, numbered, in a folder named like the path without its suffix.

    Raises
    ------
    ValueError
        When the format cannot keep the rate.
    UsageError, RenderError
        When the file cannot be written, or no frame was.
    """
    path = Path(path)
    kind = format_of(path, format)
    if exact_rate(kind, rate) != rate:
        raise ValueError(f"{kind} cannot keep {rate} frames a second exactly")
    target = path.with_suffix("") if kind == "png" and every_frame else path
    with replacing(target) as temporary:
        writer = _writer(kind, temporary, size, rate, frames, every_frame=every_frame)
        encoder = Encoder(target, size, writer)
        try:
            yield encoder
            if encoder.frames == 0:
                raise RenderError(f"nothing to write to {str(path)!r}", why="there was no frame")
            writer.finish()
        finally:
            writer.abort()
        if writer.count() != encoder.frames:
            raise RenderError(
                f"{str(path)!r} came out incomplete",
                why=f"{writer.count()} of {encoder.frames} frames can be read back",
                hint="check that the disk has room, and render again",
            )


def _writer(
    kind: str,
    path: Path,
    size: tuple[int, int],
    rate: Fraction,
    frames: int,
    *,
    every_frame: bool,
) -> Writer:
    if kind == "gif":
        from vizgd.encoding.gif import GifWriter

        return GifWriter(path, size, rate, frames)
    if kind == "png":
        from vizgd.encoding.stills import FolderWriter, StillWriter

        return FolderWriter(path) if every_frame else StillWriter(path)
    from vizgd.encoding.video import VideoWriter

    return VideoWriter(path, kind, size, rate)
