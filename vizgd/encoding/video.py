"""MP4 and WebM through FFmpeg's libraries: correct colors, every frame, ready to stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from vizgd.encoding.encoder import Writer

BT709 = 1
MPEG_RANGE = 1
KEY_FRAME_SECONDS = 2
"""A player can jump to key frames; more of them make scrubbing through a lecture exact."""


@dataclass(frozen=True)
class Codec:
    """How a container's frames are encoded."""

    name: str
    options: dict[str, str]
    container_options: dict[str, str] = field(default_factory=dict)


CODECS = {
    # `animation` spends bits on flat areas and sharp edges, of which plots consist.
    "mp4": Codec(
        "libx264",
        {"preset": "veryfast", "crf": "18", "tune": "animation"},
        {"movflags": "+faststart"},
    ),
    "webm": Codec(
        "libvpx-vp9",
        {"crf": "24", "b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1"},
    ),
}


class VideoWriter(Writer):
    """Writes yuv420p video tagged BT.709, the colors of high-definition television."""

    def __init__(self, path: Path, kind: str, size: tuple[int, int], rate: Fraction) -> None:
        codec = CODECS[kind]
        self.path = path
        self.rate = rate
        self.frames = 0
        self._kind = kind
        # "file:" keeps FFmpeg from reading a name such as "momentum:lr.mp4" as a protocol.
        self._container: Any = av.open(f"file:{path}", "w", format=kind, options=codec.container_options)
        stream: Any = self._container.add_stream(codec.name, rate=rate, options=codec.options)
        stream.width, stream.height = (side + side % 2 for side in size)
        stream.pix_fmt = "yuv420p"
        stream.gop_size = max(1, round(KEY_FRAME_SECONDS * rate))
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = MPEG_RANGE
        self._stream = stream

    def write(self, rgba: NDArray[np.uint8], repeat: int) -> None:
        """Encode a frame as many times as it is shown."""
        height, width = rgba.shape[:2]
        if height % 2 or width % 2:
            rgba = np.pad(rgba, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgba), format="rgba").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        frame.time_base = 1 / self.rate
        for _ in range(repeat):
            frame.pts = self.frames
            self._container.mux(self._stream.encode(frame))
            self.frames += 1

    def finish(self) -> None:
        """Write what the encoder still holds, and the index."""
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def abort(self) -> None:
        """Close the container."""
        self._container.close()

    def count(self) -> int:
        """Return the number of frames in the finished file."""
        with av.open(f"file:{self.path}", format=self._kind.replace("webm", "matroska")) as container:
            return sum(1 for packet in container.demux(video=0) if packet.size)
