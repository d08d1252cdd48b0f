"""The palette of a film: 256 colors that FFmpeg chooses from samples of all frames."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from vizgd.encoding.libav import video_frame

SAMPLED_FRAMES = 8
"""How many frames' worth of changed pixels are sampled."""


class PaletteSampler:
    """Shows FFmpeg the first frame and then, on samples of a frame's size, the pixels that change.

    So the palette has a color that appears late or in one frame only. Where a marker of 14 pixels flashes up
    in 3 of 240 frames, 31 whole frames evenly spaced miss it, take six times as long and come out 2 dB worse.

    Parameters
    ----------
    size : tuple of int
        Width and height of the frames.
    frames : int
        How many are expected; each adds at most its share of `SAMPLED_FRAMES` samples, evenly thinned.
    """

    def __init__(self, size: tuple[int, int], frames: int) -> None:
        width, height = size
        self._graph = av.filter.Graph()
        self._source = self._graph.add_buffer(
            width=width, height=height, format=av.VideoFormat("rgba"), time_base=Fraction(1, 100)
        )
        maker = self._graph.add("palettegen", "stats_mode=full:reserve_transparent=1")
        self._sink = self._graph.add("buffersink")
        self._source.link_to(maker)
        maker.link_to(self._sink)
        self._graph.configure()
        self._sample = np.zeros((height, width, 4), np.uint8)
        self._room = self._sample.reshape(-1).view(np.uint32)
        self._filled = self._count = 0
        self._most = max(1, SAMPLED_FRAMES * self._room.size // frames)

    def add(self, pixels: NDArray[np.uint32]) -> None:
        """Show the pixels of a frame that changed, RGBA in one number each; the first frame shows all."""
        if self._count and len(pixels) > self._most:
            pixels = pixels[:: -(-len(pixels) // self._most)]
        while len(pixels):
            taken = pixels[: self._room.size - self._filled]
            self._room[self._filled : self._filled + len(taken)] = taken
            self._filled += len(taken)
            pixels = pixels[len(taken) :]
            if self._filled == self._room.size:
                self._push()

    def palette(self) -> av.VideoFrame:
        """Return the palette, a picture of 16 by 16 colors of which one is transparent."""
        if self._filled:
            self._push()  # the rest of the sample holds what was shown before
        self._source.push(None)
        return self._sink.pull()  # type: ignore[return-value]

    def _push(self) -> None:
        self._source.push(video_frame(self._sample, self._count, Fraction(1, 100)))
        self._count += 1
        self._filled = 0
