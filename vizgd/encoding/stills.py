"""PNG: the last frame of a film, or every frame in a folder."""

from __future__ import annotations

from pathlib import Path

import imageio.v3 as imageio
import numpy as np
from numpy.typing import NDArray

from vizgd.encoding.encoder import Writer


class StillWriter(Writer):
    """Keeps the last frame and writes it at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._frames = 0
        self._last: NDArray[np.uint8] | None = None

    def write(self, rgba: NDArray[np.uint8], repeat: int) -> None:
        """Remember a frame."""
        self._last = rgba[..., :3].copy()
        self._frames += repeat

    def finish(self) -> None:
        """Write the last frame."""
        assert self._last is not None
        imageio.imwrite(self.path, self._last, extension=".png", plugin="pillow")

    def abort(self) -> None:
        """Nothing is open."""

    def count(self) -> int:
        """Return the number of frames seen if the picture can be read back, else 0."""
        read = imageio.imread(self.path, extension=".png", plugin="pillow")
        assert self._last is not None
        return self._frames if np.array_equal(read, self._last) else 0


class FolderWriter(Writer):
    """Writes each frame as ``00001.png`` and so on; a frame that is shown longer is written as often."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._frames = 0
        path.mkdir()

    def write(self, rgba: NDArray[np.uint8], repeat: int) -> None:
        """Write a frame, encoded once however long it is shown."""
        data = imageio.imwrite("<bytes>", rgba[..., :3], extension=".png", plugin="pillow")
        for _ in range(repeat):
            self._frames += 1
            (self.path / f"{self._frames:05d}.png").write_bytes(data)

    def finish(self) -> None:
        """Nothing is left to write."""

    def abort(self) -> None:
        """Nothing is open."""

    def count(self) -> int:
        """Return the number of pictures in the folder."""
        return sum(1 for _ in self.path.glob("*.png"))
