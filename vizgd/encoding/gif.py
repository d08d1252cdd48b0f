"""GIF with one palette chosen from the whole film, exact delays and an endless loop.

The palette has to be known before the first frame is written and depends on the last, so frames are spooled
to disk while FFmpeg's `palettegen` counts their colors, and `paletteuse` maps them at the end.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter
import numpy as np
from numpy.typing import NDArray

from vizgd.encoding.encoder import Writer
from vizgd.encoding.formats import CENTISECONDS
from vizgd.encoding.spool import Spool

PALETTE_SAMPLES = 48
"""How many frames the palette is chosen from: evenly over the film, the first and the last among them."""

RGB = av.VideoFormat("rgb24")

LONGEST_DELAY = 65_535
"""In hundredths of a second: a GIF keeps delays in 16 bits."""


class GifWriter(Writer):
    """Writes a GIF in two passes."""

    def __init__(self, path: Path, size: tuple[int, int], rate: Fraction, frames: int) -> None:
        self.path = path
        self.size = size
        self._delay = int(CENTISECONDS / rate)
        self._stride = max(1, frames // PALETTE_SAMPLES)
        self._seen = 0
        self._durations: list[int] = []
        self._spool = Spool(size)
        self._palette = _PaletteChooser(size)
        self._file: Any = path.open("wb")

    def write(self, rgba: NDArray[np.uint8], repeat: int) -> None:
        """Keep a frame, or lengthen the last one where it is the same."""
        rgb = np.ascontiguousarray(rgba[..., :3])
        kept = self._spool.append(rgb)
        if kept:
            self._durations.append(0)
        self._durations[-1] += repeat * self._delay
        # A frame that is held counts once; a long hold must not crowd the colors of the rest out.
        if self._seen % self._stride == 0 or repeat > 1:
            self._palette.add(rgb)
        self._seen += 1

    def finish(self) -> None:
        """Choose the palette, map every frame to it and write the file."""
        frames = iter(self._spool)
        mapper = _PaletteMapper(self.size, self._palette.chosen())
        options = {"loop": "0", "final_delay": str(_parts(self._durations[-1])[-1])}
        with av.open(self._file, "w", format="gif", options=options) as container:
            stream: Any = container.add_stream("gif", rate=CENTISECONDS)
            stream.width, stream.height = self.size
            stream.pix_fmt = "pal8"
            stream.time_base = Fraction(1, CENTISECONDS)
            clock = 0
            for rgb, duration in zip(frames, self._durations, strict=True):
                for part in _parts(duration):
                    frame = mapper.mapped(rgb)
                    frame.pts, frame.time_base = clock, Fraction(1, CENTISECONDS)
                    container.mux(stream.encode(frame))
                    clock += part
            container.mux(stream.encode(None))
        self._file.flush()

    def abort(self) -> None:
        """Close both files."""
        self._spool.close()
        self._file.close()

    def count(self) -> int:
        """Return the number of frames that the finished file's delays amount to."""
        from PIL import Image

        with Image.open(self.path) as image:
            total = 0
            for index in range(getattr(image, "n_frames", 1)):
                image.seek(index)
                total += round(image.info["duration"] / 10)
        return total // self._delay


def _parts(duration: int) -> list[int]:
    """Return a delay as delays that a GIF can keep."""
    whole, rest = divmod(duration, LONGEST_DELAY)
    return [LONGEST_DELAY] * whole + ([rest] if rest else [])


class _PaletteChooser:
    """FFmpeg's `palettegen`: counts colors and divides them by median cut."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._graph = av.filter.Graph()
        source = self._graph.add_buffer(
            width=size[0], height=size[1], format=RGB, time_base=Fraction(1, CENTISECONDS)
        )
        choose = self._graph.add("palettegen", "stats_mode=full:reserve_transparent=1")
        sink = self._graph.add("buffersink")
        source.link_to(choose)
        choose.link_to(sink)
        self._graph.configure()
        self._count = 0

    def add(self, rgb: NDArray[np.uint8]) -> None:
        frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
        frame.pts, frame.time_base = self._count, Fraction(1, CENTISECONDS)
        self._graph.push(frame)
        self._count += 1

    def chosen(self) -> av.VideoFrame:
        self._graph.push(None)
        palette = self._graph.pull()
        assert isinstance(palette, av.VideoFrame)
        return palette


class _PaletteMapper:
    """FFmpeg's `paletteuse`: the nearest color of the palette, without dither.

    Dither would put noise on flat ground, which moves from frame to frame and cannot be compressed.
    """

    def __init__(self, size: tuple[int, int], palette: av.VideoFrame) -> None:
        base = Fraction(1, CENTISECONDS)
        graph = av.filter.Graph()
        self._source = graph.add_buffer(width=size[0], height=size[1], format=RGB, time_base=base)
        colors = graph.add_buffer(
            width=palette.width, height=palette.height, format=palette.format, time_base=base
        )
        use = graph.add("paletteuse", "dither=none:diff_mode=rectangle")
        self._sink = graph.add("buffersink")
        self._source.link_to(use, 0, 0)
        colors.link_to(use, 0, 1)
        use.link_to(self._sink)
        graph.configure()
        palette.pts, palette.time_base = 0, base
        colors.push(palette)
        colors.push(None)
        self._graph = graph
        self._count = 0

    def mapped(self, rgb: NDArray[np.uint8]) -> av.VideoFrame:
        frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
        frame.pts, frame.time_base = self._count, Fraction(1, CENTISECONDS)
        self._source.push(frame)
        self._count += 1
        result = self._sink.pull()
        assert isinstance(result, av.VideoFrame)
        return result
