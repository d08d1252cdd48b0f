"""One interface to every format: frames are pushed in, a whole file comes out or none.

with open_encoder("ravine.gif", size=(960, 540), rate=Fraction(25), frames=240) as encoder:
    encoder.write(rgba)
    encoder.write(rgba, repeat=75)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vizgd.base.atomic_writes import replacing, write_errors
from vizgd.base.errors import RenderError
from vizgd.drawing.region import Region
from vizgd.encoding.background_thread import BackgroundThread
from vizgd.encoding.formats import FORMATS, check_transparent, format_of
from vizgd.encoding.frame_changes import Change


class Writer(Protocol):
    """Writes one format into a temporary file; it raises `OSError` when that fails."""

    def write(self, changes: Sequence[Change], repeat: int) -> None:
        """Take a frame as its changes to the one before; the first frame is one change, of all of it.

        A region begins at an even row and column and ends at one or at the edge of the frame.
        """

    def finish(self) -> None:
        """Complete the file and check it."""

    def discard(self) -> None:
        """Release everything without an exception; the file is removed afterwards."""


class Encoder:
    """Takes the frames of a film.

    Parameters
    ----------
    path : Path
        The file, or for single frames the folder, that exists after a `with` block without an error.
    size : tuple of int
        Width and height in pixels.
    writer : Writer
    threaded : bool
        Whether to encode each frame in a thread while the caller draws the next one.
    """

    def __init__(self, path: Path, size: tuple[int, int], writer: Writer, *, threaded: bool) -> None:
        self.path = path
        self.size = size
        self.frames = 0
        self._writer = writer
        self._whole = Region(0, 0, *size)
        self._thread = (
            BackgroundThread[tuple[list[Change], int]](lambda item: writer.write(*item)) if threaded else None
        )

    def write(
        self, rgba: NDArray[np.uint8], *, repeat: int = 1, changed: Sequence[Region] | None = None
    ) -> None:
        """Add a frame.

        Parameters
        ----------
        rgba : array of uint8, shape (height, width, 4)
            May be overwritten after the call. Alpha is read where the background is transparent, and colors
            are not multiplied by it.
        repeat : int, default 1
            For how many frames it is shown.
        changed : sequence of Region, optional
            The only regions in which it differs from the frame before, where these are known.

        Raises
        ------
        ValueError
            For an array of another shape or type, or a `repeat` below 1.
        RenderError
            When this frame or one before it cannot be written: a full disk, an error of the encoder.
        """
        width, height = self.size
        if rgba.shape != (height, width, 4) or rgba.dtype != np.uint8:
            raise ValueError(
                f"expected uint8 of shape {(height, width, 4)}, not {rgba.dtype} of {rgba.shape}"
            )
        if repeat < 1:
            raise ValueError(f"repeat must be at least 1, not {repeat}")
        if changed is None or not self.frames:
            changed = [self._whole]
        regions = [region.evened(self.size) for region in changed]
        changes = [Change(region, rgba[region.slices].copy()) for region in regions if region.area]
        with write_errors(self.path):
            if self._thread is None:
                self._writer.write(changes, repeat)
            else:
                self._thread.put((changes, repeat))
        self.frames += repeat

    def finish(self) -> None:
        """Complete the file.

        Raises
        ------
        RenderError
            When no frame was written, or the file is not whole.
        """
        if not self.frames:
            raise RenderError(f"nothing was drawn for {self.path}", why="a film needs at least one frame")
        with write_errors(self.path):
            if self._thread is not None:
                self._thread.finish()
            self._writer.finish()

    def discard(self) -> None:
        """Release everything that was written."""
        if self._thread is not None:
            self._thread.stop()
        self._writer.discard()


@contextmanager
def open_encoder(
    path: str | Path,
    *,
    size: tuple[int, int],
    rate: Fraction,
    frames: int,
    format: str | None = None,  # noqa: A002 - the word of `render`
    threaded: bool = True,
    transparent: bool = False,
) -> Iterator[Encoder]:
    """Open an encoder; when the block ends, its file replaces the one of that name, whole or not at all.

    After an exception, an interrupt or a kill, the old file is still there.

    Parameters
    ----------
    path : str or Path
        Missing folders are made.
    size : tuple of int
        Width and height in pixels. Videos with an odd side get one more row or column.
    rate : Fraction
        Frames a second, which the format must keep exactly: see `vizgd.encoding.formats.exact_rate`.
    frames : int
        How many frames are expected. A hint for how to sample a GIF's palette.
    format : str, optional
        A name of the table, by default what the suffix says. With ``frames`` those of ``film.png`` become
        ``film/0001.png``, ``film/0002.png``, …
    transparent : bool, default False
        Keep the frames' alpha, where the format has it.

    Raises
    ------
    UsageError
        For an unknown format or a name that cannot be written, before the first frame.
    RenderError
        When writing fails, or no frame was written.
    ValueError
        For a size, rate or number of frames that cannot be.
    """
    path = Path(path)
    kind = format_of(path, format)
    if min(*size, frames) < 1 or rate <= 0:
        raise ValueError(f"cannot encode {frames} frames of {size} at {rate} a second")
    row = FORMATS[kind]
    if transparent:
        check_transparent(kind)
    path = row.target(path)
    with replacing(path, folder=row.folder) as temporary:
        with write_errors(path):
            writer: Writer = row.load_writer()(temporary, size, rate, frames, 4 if transparent else 3)
        encoder = Encoder(path, size, writer, threaded=threaded and row.threaded)
        try:
            yield encoder
            encoder.finish()
        except BaseException:
            encoder.discard()
            raise
