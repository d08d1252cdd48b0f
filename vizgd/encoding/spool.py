"""Frames set aside on disk until they are needed again, in little memory and little room.

Most of a plot stands still, so a frame is kept as the rectangle in which it differs from the one before,
lightly compressed.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LIGHTLY = 1


@dataclass(frozen=True)
class Difference:
    """A rectangle of pixels, from ``top`` to ``bottom`` and ``left`` to ``right``, and where it is kept."""

    top: int
    bottom: int
    left: int
    right: int
    place: int
    length: int


class Spool:
    """A list of frames ``(height, width, 3)`` that are written one by one and read back in order."""

    def __init__(self, size: tuple[int, int]) -> None:
        width, height = size
        self._last = np.zeros((height, width, 3), dtype=np.uint8)
        self._differences: list[Difference] = []
        self._file = tempfile.TemporaryFile(prefix="vizgd-")  # noqa: SIM115 - closed with the spool

    def append(self, rgb: NDArray[np.uint8]) -> bool:
        """Keep a frame unless it equals the last one; say whether it was kept."""
        rows, columns = _changed(self._last, rgb)
        if self._differences and rows.start == rows.stop:
            return False
        part = np.ascontiguousarray(rgb[rows, columns])
        data = zlib.compress(part.tobytes(), LIGHTLY)
        place = self._file.tell()
        self._file.write(data)
        self._differences.append(
            Difference(rows.start, rows.stop, columns.start, columns.stop, place, len(data))
        )
        self._last[rows, columns] = part
        return True

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        """Yield every frame that was kept, in order; each is valid until the next."""
        frame = np.zeros_like(self._last)
        for difference in self._differences:
            self._file.seek(difference.place)
            data = zlib.decompress(self._file.read(difference.length))
            rows = slice(difference.top, difference.bottom)
            columns = slice(difference.left, difference.right)
            shape = (difference.bottom - difference.top, difference.right - difference.left, 3)
            frame[rows, columns] = np.frombuffer(data, dtype=np.uint8).reshape(shape)
            yield frame

    def close(self) -> None:
        """Give the room on disk back."""
        self._file.close()


def _changed(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> tuple[slice, slice]:
    """Return the rows and columns of the rectangle in which two frames differ; empty where they do not."""
    differs = (before != after).any(axis=2)
    rows = np.flatnonzero(differs.any(axis=1))
    if len(rows) == 0:
        return slice(0, 0), slice(0, 0)
    columns = np.flatnonzero(differs.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
