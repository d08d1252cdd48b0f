"""GIF: one palette for the whole film, exact delays, an endless loop."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from vizgd.encoding.formats import GIF_LONGEST, GIF_SHORTEST
from vizgd.encoding.frame_changes import Change
from vizgd.encoding.frame_store import FrameStore
from vizgd.encoding.libav import (
    add_stream,
    check_complete,
    close_quietly,
    open_output,
    os_errors,
    video_frame,
)
from vizgd.encoding.palette import PaletteSampler

HUNDREDTH = Fraction(1, 100)
TRAILER = b"\x3b"


class GifWriter:
    """Stores the frames while it samples their colors, and writes the file when it has seen them all.

    Parameters
    ----------
    path : Path
    size : tuple of int
        Width and height.
    rate : Fraction
        Frames a second: 100/k with whole k from 2.
    frames : int
        How many are expected.
    channels
        Not needed here.

    Raises
    ------
    ValueError
        For a rate that a GIF cannot keep; `vizgd.encoding.formats.exact_rate` returns one that it can.
    """

    def __init__(self, path: Path, size: tuple[int, int], rate: Fraction, frames: int, channels: int) -> None:  # noqa: ARG002
        delay = 100 / Fraction(rate)
        if delay.denominator != 1 or not GIF_SHORTEST <= delay <= GIF_LONGEST:
            raise ValueError(f"a GIF cannot keep {rate} frames a second exactly")
        self._path, self._size, self._delay = path, size, int(delay)
        with os_errors():
            self._sampler = PaletteSampler(size, frames)
        self._store = FrameStore(path.parent, size)

    def write(self, changes: Sequence[Change], repeat: int) -> None:
        """Keep a frame that is shown for the time of `repeat` frames."""
        pixels = self._store.append(changes, repeat)
        with os_errors():
            self._sampler.add(pixels)

    def finish(self) -> None:
        """Choose the palette, write the file, and compare what is read back with what was written."""
        final = (self._store.last_repeat - 1) % self._longest + 1
        with os_errors():
            container = open_output(self._path, "gif", {"loop": "0", "final_delay": str(final * self._delay)})
            try:
                pictures, ticks = self._encode(container)
                container.close()
            except BaseException:
                close_quietly(container)
                raise
            finally:
                self._store.close()
        check_complete(self._path, "gif", frames=pictures, ticks=ticks)
        if not _ends_with_trailer(self._path):
            raise OSError(errno.EIO, "the file is incomplete: its end is missing")

    def discard(self) -> None:
        """Delete the stored frames."""
        self._store.close()

    @property
    def _longest(self) -> int:
        """How many frames one delay can last."""
        return GIF_LONGEST // self._delay

    def _encode(self, container: OutputContainer) -> tuple[int, int]:
        """Write the pictures; return how many there are and how long they last in hundredths of a second."""
        stream = add_stream(container, "gif", self._size, 1 / HUNDREDTH, "pal8")
        mapper = _PaletteMapper(self._size, self._sampler.palette())
        pictures = ticks = 0
        for rgba, repeat in self._shown():
            _mux(container, stream, mapper.map(video_frame(rgba, ticks, HUNDREDTH)))
            pictures += 1
            ticks += repeat * self._delay
        _mux(container, stream, mapper.map(None))
        container.mux(stream.encode(None))
        return pictures, ticks

    def _shown(self) -> Iterator[tuple[NDArray[np.uint8], int]]:
        """Yield the frames with their repetitions, a long one in as many parts as delays are needed."""
        for rgba, repeat in self._store:
            for start in range(0, repeat, self._longest):
                yield rgba, min(repeat - start, self._longest)


class _PaletteMapper:
    """Maps frames to the nearest colors of a palette, without dither: flat areas stay flat and small."""

    def __init__(self, size: tuple[int, int], palette: av.VideoFrame) -> None:
        self._graph = av.filter.Graph()
        frames = self._graph.add_buffer(
            width=size[0], height=size[1], format=av.VideoFormat("rgba"), time_base=HUNDREDTH
        )
        colors = self._graph.add_buffer(
            width=palette.width, height=palette.height, format=palette.format, time_base=HUNDREDTH
        )
        mapper = self._graph.add("paletteuse", "dither=none:diff_mode=rectangle")
        self._sink = self._graph.add("buffersink")
        frames.link_to(mapper, 0, 0)
        colors.link_to(mapper, 0, 1)
        mapper.link_to(self._sink)
        self._graph.configure()
        palette.pts, palette.time_base = 0, HUNDREDTH
        colors.push(palette)
        colors.push(None)
        self._source = frames

    def map(self, frame: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
        """Yield the mapped frames that are ready after another one, or after the last (None)."""
        self._source.push(frame)
        while True:
            try:
                yield self._sink.pull()  # type: ignore[misc]
            except (av.error.BlockingIOError, av.error.EOFError):
                return


def _mux(container: OutputContainer, stream: VideoStream, frames: Iterator[av.VideoFrame]) -> None:
    for frame in frames:
        container.mux(stream.encode(frame))


def _ends_with_trailer(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == TRAILER
