"""Pictures with a duration each: what the writers of animated PNG and WebP have in common."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import av
import numpy as np
from numpy.typing import NDArray

from vizgd.encoding.frame_changes import Change, apply_changes, blank_frame
from vizgd.encoding.libav import add_stream, close_quietly, open_output, os_errors


class VariableRateWriter:
    """Writes each picture once, with the time for which it is shown: a variable frame rate.

    A subclass names FFmpeg's muxer, encoder and pixel formats, and says how a file is completed and checked.

    Parameters
    ----------
    path : Path
    size : tuple of int
        Width and height in pixels.
    rate : Fraction
        Frames a second.
    frames : int
        Not needed here.
    channels : {3, 4}
        With 4 the pictures keep their opacity.
    """

    muxer: ClassVar[str]
    codec: ClassVar[str]
    codec_options: ClassVar[dict[str, str]] = {}
    pixels: ClassVar[dict[int, str]]

    def __init__(self, path: Path, size: tuple[int, int], rate: Fraction, frames: int, channels: int) -> None:  # noqa: ARG002
        self.path, self.rate, self.channels = path, rate, channels
        self.pictures = 0
        self.shown = 0
        """For how many frames the pictures before the pending one are shown."""
        self._canvas = blank_frame(size)
        self._pending: NDArray[np.uint8] | None = None
        self._lasting = 0
        with os_errors():
            self._container = open_output(path, self.muxer, self.muxer_options())
            try:
                pixels = self.pixels[channels]
                self._stream = add_stream(self._container, self.codec, size, rate, pixels, self.codec_options)
                self._stream.codec_context.time_base = 1 / rate
            except BaseException:
                close_quietly(self._container)
                raise

    def muxer_options(self) -> dict[str, str]:
        """Return the options of the muxer."""
        return {}

    def write(self, changes: Sequence[Change], repeat: int) -> None:
        """Keep a picture until its duration is known, and write the one before."""
        if changes:
            before = self._pending
            apply_changes(changes, self._canvas)
            if before is None or not np.array_equal(before, self._canvas):
                self._flush()
                self._pending = self._canvas.copy()
        self._lasting += repeat

    def finish(self) -> None:
        """Write the last picture, close the file and check that it is complete."""
        last = self._lasting
        self._flush()
        with os_errors():
            self.end(last)
            self._container.mux(self._stream.encode(None))
            self._container.close()
        self.check(last)

    def end(self, last: int) -> None:
        """Do what is left to do before the file is closed; the last picture is shown for `last` frames."""

    def check(self, last: int) -> None:
        """Complete the closed file, and raise an `OSError` where it is not what was written."""

    def discard(self) -> None:
        """Close the file, which will be deleted."""
        close_quietly(self._container)

    def encode_picture(self, number: int) -> None:
        """Encode the pending picture, to be shown from a frame on."""
        assert self._pending is not None
        pixels = self._pending if self.channels == 4 else np.ascontiguousarray(self._pending[..., :3])
        frame = av.VideoFrame.from_ndarray(pixels, format="rgba" if self.channels == 4 else "rgb24")
        if frame.format.name != self.pixels[self.channels]:
            frame = frame.reformat(format=self.pixels[self.channels])
        frame.pts, frame.time_base = number, 1 / self.rate
        self._container.mux(self._stream.encode(frame))

    def _flush(self) -> None:
        if self._pending is None:
            return
        with os_errors():
            self.encode_picture(self.shown)
        self.pictures += 1
        self.shown += self._lasting
        self._lasting = 0
