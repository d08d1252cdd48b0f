"""MP4 and WebM: H.264 or VP9, with colors that come back as they were drawn."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from vizgd.encoding.libav import add_stream, check_complete, close_quietly, open_output, os_errors

BT709 = 1
LIMITED = 1


class VideoWriter:
    """Writes frames at a constant rate; a frame that stands still is encoded again, which costs little.

    Parameters
    ----------
    path : Path
    size : tuple of int
        Width and height. An odd side gets its last row or column twice: 4:2:0 needs whole pairs.
    rate : Fraction
        Frames a second.
    frames : int
        How many are expected; not needed here.
    """

    muxer: ClassVar[str]
    codec: ClassVar[str]
    codec_options: ClassVar[dict[str, str]]
    muxer_options: ClassVar[dict[str, str]] = {}

    def __init__(self, path: Path, size: tuple[int, int], rate: Fraction, frames: int) -> None:  # noqa: ARG002
        self._path = path
        self._time_base = 1 / rate
        self._padding = (size[1] % 2, size[0] % 2)
        self._count = 0
        self._converter = VideoReformatter()
        with os_errors():
            self._container = open_output(path, self.muxer, self.muxer_options)
            try:
                self._open_stream(size, rate)
            except BaseException:
                close_quietly(self._container)
                raise

    def _open_stream(self, size: tuple[int, int], rate: Fraction) -> None:
        even = size[0] + self._padding[1], size[1] + self._padding[0]
        self._stream = add_stream(self._container, self.codec, even, rate, "yuv420p", self.codec_options)
        context = self._stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = LIMITED

    def write(self, rgba: NDArray[np.uint8], repeat: int) -> None:
        """Encode a frame `repeat` times."""
        if any(self._padding):
            rgba = np.pad(rgba, [(0, self._padding[0]), (0, self._padding[1]), (0, 0)], mode="edge")
        with os_errors():
            # Neither this frame nor the converter is made anew: at 720p that took five times as long.
            frame = self._converter.reformat(
                av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(rgba), format="rgba"),
                format="yuv420p",
                src_color_range=ColorRange.JPEG,
                dst_colorspace=Colorspace.ITU709,
                dst_color_range=ColorRange.MPEG,
                # Of the ways to halve the chroma, the mean of 2x2 blocks loses least: thin lines keep color.
                interpolation=Interpolation.AREA,
            )
            for _ in range(repeat):
                frame.pts, frame.time_base = self._count, self._time_base
                self._container.mux(self._stream.encode(frame))
                self._count += 1

    def finish(self) -> None:
        """Write what the encoder still holds, close the file and count its frames back."""
        with os_errors():
            self._container.mux(self._stream.encode(None))
            self._container.close()
        check_complete(self._path, self.muxer, frames=self._count)

    def discard(self) -> None:
        """Close the file, which is thrown away."""
        close_quietly(self._container)


class Mp4Writer(VideoWriter):
    """H.264 in MP4, as slides and video platforms want it."""

    muxer = "mp4"
    codec = "libx264"
    # Measured on 240 frames of a contour comparison at 1280x720, luma; 4:2:0 allows 49.5 dB.
    #   ultrafast 18: 887 KiB, 48.8 dB, 0.4 s    veryfast 18: 279 KiB, 44.9 dB, 1.0 s
    #   superfast 18: 545 KiB, 47.1 dB, 0.8 s    veryfast 16: 321 KiB, 46.0 dB, 0.9 s
    #   faster 18:    279 KiB, 46.2 dB, 1.8 s    medium 18:   288 KiB, 46.7 dB, 1.7 s
    # A key frame every 2 s, to jump to, would make it 548 KiB: players decode from the last one fast enough.
    # The slower presets gain 0.2 dB for twice the time; "tune animation" gains nothing over a lower crf.
    codec_options: ClassVar[dict[str, str]] = {"preset": "veryfast", "crf": "16"}
    # The index before the pictures: a browser or a slide plays before it has read the whole file.
    muxer_options: ClassVar[dict[str, str]] = {"movflags": "+faststart"}


class WebmWriter(VideoWriter):
    """VP9 in WebM, for web pages."""

    muxer = "webm"
    codec = "libvpx-vp9"
    # As above, at crf 30: "good" at cpu-used 4 takes 9.5 s for 357 KiB, "realtime" at 6 takes 1.0 s for
    # 408 KiB, both at 46.4 dB. At 26 it is as clear as the MP4 and half again as large.
    codec_options: ClassVar[dict[str, str]] = {
        "deadline": "realtime",
        "cpu-used": "6",
        "crf": "26",
        "b": "0",
        "row-mt": "1",
        "tile-columns": "1",
    }
    # Without the random identifiers that Matroska would have, the same film is the same file.
    muxer_options: ClassVar[dict[str, str]] = {"fflags": "+bitexact"}
