"""Stores frames on disk without loss until a film is complete: of each, the pixels that changed.

A GIF's palette must have seen the whole film before the first frame can be written, and the memory that takes
must not grow with the film. A frame is stored as one bit a pixel (changed or not) and the changed pixels'
values, both deflated. At 960x540 that is 5 kB a frame for paths on a contour plot and 45 kB for a turning
surface, and takes 0.4 or 0.9 ms to write, where FFmpeg's lossless codecs take 3 to 50.
"""

from __future__ import annotations

import contextlib
import struct
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vizgd.encoding.frame_changes import Change, blank_frame

HEADER = struct.Struct("<QQQ")
OPAQUE = np.frombuffer(bytes([0, 0, 0, 255]), np.uint32)[0]


class FrameStore:
    """Frames in their order, each with how often it is shown.

    Parameters
    ----------
    folder : Path
        Where the file is. It has no name there, so that the system deletes it however the process ends.
    size : tuple of int
        Width and height of the frames.
    """

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self._size = size
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `close`
        self._frame = blank_frame(size).view(np.uint32)[..., 0]
        self._changed = np.zeros(self._frame.shape, bool)
        self._empty = True
        self._record = b"", b""
        self.last_repeat = 0

    def append(self, changes: Sequence[Change], repeat: int) -> NDArray[np.uint32]:
        """Add a frame and return its pixels that differ from the frame before, as RGBA in one number each.

        A frame equal to the one before only makes that one last longer.
        """
        for region, rgba in changes:
            there, pixels = self._frame[region.slices], rgba.view(np.uint32)[..., 0] | OPAQUE
            self._changed[region.slices] |= True if self._empty else pixels != there
            there[:] = pixels
        self._empty = False
        values: NDArray[np.uint32] = self._frame[self._changed]
        if not values.size:
            self.last_repeat += repeat
            return values
        self._flush()
        self.last_repeat = repeat
        self._record = _deflated(np.packbits(self._changed)), _deflated(values)
        self._changed[:] = False
        return values

    def __iter__(self) -> Iterator[tuple[NDArray[np.uint8], int]]:
        """Yield each frame, uint8 ``(height, width, 4)`` until the next, with how often it is shown."""
        self._flush()
        self.last_repeat = 0
        width, height = self._size
        pixels = np.zeros(width * height, np.uint32)
        frame = pixels.view(np.uint8).reshape(height, width, 4)
        self._file.seek(0)
        while header := self._file.read(HEADER.size):
            repeat, *lengths = HEADER.unpack(header)
            mask, values = (zlib.decompress(self._file.read(length)) for length in lengths)
            bits = np.unpackbits(np.frombuffer(mask, np.uint8), count=pixels.size)
            pixels[bits.view(bool)] = np.frombuffer(values, np.uint32)
            yield frame, repeat

    def close(self) -> None:
        """Delete the file."""
        with contextlib.suppress(OSError):  # a full disk has been reported before
            self._file.close()

    def _flush(self) -> None:
        """Write the last frame, whose repetitions are known once another follows."""
        if self.last_repeat:
            self._file.write(HEADER.pack(self.last_repeat, *map(len, self._record)))
            self._file.writelines(self._record)


def _deflated(values: NDArray[np.generic]) -> bytes:
    # Charts consist of runs of equal pixels: to look for nothing else takes half the time.
    deflate = zlib.compressobj(1, zlib.DEFLATED, 15, 9, zlib.Z_RLE)
    return deflate.compress(values.data) + deflate.flush()
