"""MP4 and WebM: H.264 or VP9, with colors that are decoded as they were drawn."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import av
import numpy as np
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from vizgd.drawing.region import Region
from vizgd.encoding.frame_changes import Change
from vizgd.encoding.libav import add_stream, check_complete, close_quietly, open_output, os_errors

BT709 = 1
LIMITED = 1


class VideoWriter:
    """Writes frames at a constant rate; a repeated frame is encoded again, which costs little.

    Parameters
    ----------
    path : Path
    size : tuple of int
        Width and height. An odd side gets its last row or column twice: 4:2:0 needs whole pairs.
    rate : Fraction
        Frames a second.
    frames : int
        How many are expected; not needed here.
    channels : {3, 4}
        With 4, a second picture holds the opacity of the first, for compositing.
    """

    muxer: ClassVar[str]
    codec: ClassVar[str]
    codec_options: ClassVar[dict[str, str]]
    muxer_options: ClassVar[dict[str, str]] = {}

    def __init__(self, path: Path, size: tuple[int, int], rate: Fraction, frames: int, channels: int) -> None:  # noqa: ARG002
        self._path = path
        self.pixels = "yuva420p" if channels == 4 else "yuv420p"
        self._time_base = 1 / rate
        self._count = 0
        even = size[0] + size[0] % 2, size[1] + size[1] % 2
        self._frame = av.VideoFrame(*even, self.pixels)
        self._planes = [_pixels(plane) for plane in self._frame.planes]
        with os_errors():
            self._container = open_output(path, self.muxer, self.muxer_options)
            try:
                self._open_stream(even, rate)
            except BaseException:
                close_quietly(self._container)
                raise

    def _open_stream(self, size: tuple[int, int], rate: Fraction) -> None:
        options = dict(self.codec_options)
        if self.pixels == "yuva420p":
            options["auto-alt-ref"] = "0"  # VP9's hidden reference frames cannot have opacity
        self._stream = add_stream(self._container, self.codec, size, rate, self.pixels, options)
        if self.pixels == "yuva420p":
            self._stream.metadata["alpha_mode"] = "1"
        context = self._stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = LIMITED

    def write(self, changes: Sequence[Change], repeat: int) -> None:
        """Encode a frame `repeat` times."""
        with os_errors():
            for region, rgba in changes:
                self._convert(region, rgba)
            for _ in range(repeat):
                # The encoder copies the frame, so that one object will do for all.
                self._frame.pts, self._frame.time_base = self._count, self._time_base
                self._container.mux(self._stream.encode(self._frame))
                self._count += 1

    def _convert(self, region: Region, rgba: NDArray[np.uint8]) -> None:
        """Convert a changed region into the frame that is encoded, in its pixel format."""
        missing = rgba.shape[0] % 2, rgba.shape[1] % 2
        if any(missing):
            rgba = np.pad(rgba, [(0, missing[0]), (0, missing[1]), (0, 0)], mode="edge")
        converted = VideoReformatter().reformat(
            av.VideoFrame.from_numpy_buffer(rgba, format="rgba"),
            format=self.pixels,
            src_color_range=ColorRange.JPEG,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            # Of the ways to halve the chroma, the mean of 2x2 blocks loses least: thin lines keep color.
            interpolation=Interpolation.AREA,
            threads=1,
        )
        left, top = region.left, region.top
        height, width = rgba.shape[:2]
        halves = (1, 2, 2, 1)[: len(self._planes)]
        for plane, part, half in zip(self._planes, map(_pixels, converted.planes), halves, strict=True):
            rows = slice(top // half, (top + height) // half)
            plane[rows, left // half : (left + width) // half] = part[:, : width // half]

    def finish(self) -> None:
        """Write what the encoder still holds, close the file, read it back and count its frames."""
        with os_errors():
            self._container.mux(self._stream.encode(None))
            self._container.close()
        check_complete(self._path, self.muxer, frames=self._count)

    def discard(self) -> None:
        """Close the file, which will be deleted."""
        close_quietly(self._container)


def _pixels(plane: VideoPlane) -> NDArray[np.uint8]:
    """Return a plane's bytes by rows, which may be padded beyond the width of the picture."""
    pixels: NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8)
    return pixels.reshape(-1, plane.line_size)[: plane.height]


class Mp4Writer(VideoWriter):
    """H.264 in MP4, as slides and video platforms want it."""

    muxer = "mp4"
    codec = "libx264"
    # Measured on 240 frames of a contour comparison at 1280x720, luma, in seconds of processor time:
    #   crf 16, veryfast: 386 KiB, 50.5 dB, 1.3 s    … without fractions of pixels: 427 KiB, 50.5 dB, 1.0 s
    #   crf 26, as below: 560 KiB, 51.0 dB, 0.7 s        crf 18, medium: 288 KiB, 46.7 dB, 1.7 s
    # Charts are drawn to the pixel and most of a frame is the one before: looking for motion by fractions of
    # a pixel (subme), for frames to come (rc-lookahead, mbtree), for fades (weightp) and for busy blocks that
    # may be coarser (aq-mode) takes a third of the time and finds little; a turning surface gets smaller.
    # Flat colors come back within 3 levels of 255 where the chroma is a little finer than the luma.
    # A key frame every 2 s, to jump to, would make it twice as large: players decode from the last one fast.
    # B-frames would make it a tenth smaller and take a seventh more time. They need the lookahead, which then
    # uses memory that it has not set: the same frames gave another file from time to time.
    # As many threads everywhere, because their number changes the file.
    codec_options: ClassVar[dict[str, str]] = {
        "preset": "veryfast",
        "crf": "26",
        "bf": "0",
        "threads": "2",
        "x264-params": "subme=0:rc-lookahead=0:mbtree=0:weightp=0:aq-mode=0:chroma-qp-offset=-3",
    }
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
