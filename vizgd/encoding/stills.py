"""PNG: the last frame as a file, or every frame as a folder of files."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import imageio.v3 as imageio
import numpy as np
from numpy.typing import NDArray

from vizgd.encoding.frame_changes import Change, apply_changes, blank_frame


class StillWriter:
    """Writes the last of the frames it is given.

    Parameters
    ----------
    path : Path
    size : tuple of int
        Width and height in pixels.
    rate, frames
        Not needed here.
    channels : {3, 4}
    """

    def __init__(self, path: Path, size: tuple[int, int], rate: Fraction, frames: int, channels: int) -> None:  # noqa: ARG002
        self.channels = channels
        self._path = path
        self._canvas = blank_frame(size)

    def write(self, changes: Sequence[Change], repeat: int) -> None:  # noqa: ARG002
        """Keep a frame."""
        apply_changes(changes, self._canvas)

    def finish(self) -> None:
        """Write the frame."""
        self._path.write_bytes(_png(self._canvas[..., : self.channels]))

    def discard(self) -> None:
        """Do nothing: no file is open."""


class ImageSequenceWriter:
    """Writes each frame as a file of its own into a folder: ``0001.png``, ``0002.png`` and so on.

    Parameters
    ----------
    path : Path
        The folder, which exists.
    size : tuple of int
        Width and height in pixels.
    rate
        Not needed here.
    frames : int
        How many are expected; it says how many digits their numbers have.
    channels : {3, 4}
    """

    def __init__(self, path: Path, size: tuple[int, int], rate: Fraction, frames: int, channels: int) -> None:  # noqa: ARG002
        self.channels = channels
        self._folder = path
        self._canvas = blank_frame(size)
        self._digits = max(4, len(str(frames)))
        self._count = 0

    def write(self, changes: Sequence[Change], repeat: int) -> None:
        """Write a frame as `repeat` files."""
        apply_changes(changes, self._canvas)
        data = _png(self._canvas[..., : self.channels])
        for _ in range(repeat):
            self._count += 1
            (self._folder / f"{self._count:0{self._digits}d}.png").write_bytes(data)

    def finish(self) -> None:
        """Count the files."""
        found = sum(1 for _ in self._folder.iterdir())
        if found != self._count:
            raise OSError(errno.EIO, f"{found} of {self._count} frames are in the folder")

    def discard(self) -> None:
        """Do nothing: no file is open."""


def _png(pixels: NDArray[np.uint8]) -> bytes:
    data: Any = imageio.imwrite("<bytes>", pixels, extension=".png", plugin="pillow")
    return bytes(data)
