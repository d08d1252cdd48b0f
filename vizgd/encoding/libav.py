"""What all writers need of FFmpeg's libraries: containers, errors, frames, and a check of the result."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray


@contextmanager
def os_errors() -> Iterator[None]:
    """Turn FFmpeg's errors into `OSError`."""
    try:
        yield
    except av.FFmpegError as error:
        raise OSError(error.errno or errno.EIO, error.strerror or str(error)) from error


def open_output(path: Path, muxer: str, options: dict[str, str] | None = None) -> OutputContainer:
    """Open a file to write; the scheme keeps a colon in its name from being read as a protocol."""
    return av.open(f"file:{path}", "w", format=muxer, container_options=options or {})


def add_stream(
    container: OutputContainer,
    codec: str,
    size: tuple[int, int],
    rate: Fraction,
    pixels: str,
    options: Mapping[str, str] | None = None,
) -> VideoStream:
    """Add the one stream of a file, with FFmpeg's name of its pixel format."""
    stream: Any = container.add_stream(codec, rate=rate, options=dict(options or {}))
    stream.width, stream.height = size
    stream.pix_fmt = pixels
    return cast(VideoStream, stream)


def open_input(path: Path, demuxer: str) -> InputContainer:
    """Open a file to read."""
    return av.open(f"file:{path}", format=demuxer)


def close_quietly(container: OutputContainer) -> None:
    """Close a container whose file will be deleted."""
    with contextlib.suppress(av.FFmpegError, OSError, ValueError):
        container.close()


def video_frame(rgba: NDArray[np.uint8], pts: int, time_base: Fraction) -> av.VideoFrame:
    """Return pixels as a frame for FFmpeg; they are copied."""
    frame = av.VideoFrame.from_ndarray(rgba, format="rgba")
    frame.pts, frame.time_base = pts, time_base
    return frame


def check_complete(path: Path, demuxer: str, *, frames: int, ticks: int | None = None) -> None:
    """Read the packets of a finished file back and compare their number with what was written.

    Parameters
    ----------
    path : Path
    demuxer : str
        FFmpeg's name of the container.
    frames : int
        How many pictures were written.
    ticks : int, optional
        How long they last together, in the stream's time base.

    Raises
    ------
    OSError
        When the file is not what was written: FFmpeg does not report every failure.
    """
    found, lasting = 0, 0
    with os_errors(), open_input(path, demuxer) as container:
        for packet in container.demux(video=0):
            if packet.size and not packet.is_corrupt:
                found += 1
                lasting += packet.duration or 0
    if found != frames or (ticks is not None and lasting != ticks):
        raise OSError(errno.EIO, f"the file is incomplete: {found} of {frames} frames can be read back")
