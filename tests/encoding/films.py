"""Small films to encode, and two decoders that we did not write to read them back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from vizgd.encoding.encoder import open_encoder

SIZE = (64, 48)
RATE = Fraction(25)
FILMS = ("gif", "mp4", "webm", "apng", "webp")
FORMATS = (*FILMS, "png")


def solid(color, size=SIZE):
    """A frame of one color."""
    frame = np.full((size[1], size[0], 4), 255, np.uint8)
    frame[..., :3] = color
    return frame


def moving(count, size=SIZE) -> Iterator[np.ndarray]:
    """A bright square that travels over a gray ground with a dark line, a new place in each frame."""
    width, height = size
    for k in range(count):
        frame = solid((230, 230, 230), size)
        frame[height // 2, :, :3] = 20
        x, y = 3 * k % (width - 8), 2 * (k // 5) % (height - 8)
        frame[y : y + 8, x : x + 8, :3] = (200, 30, 40 + k % 100)
        yield frame


def encode(path, frames: Iterable, *, size=SIZE, rate=RATE, expected=None, **options) -> Path:
    """Encode frames, each an array or an array and how often it is shown; return where the file is."""
    if expected is None:
        frames = list(frames)
        expected = max(1, len(frames))
    with open_encoder(path, size=size, rate=rate, frames=expected, **options) as encoder:
        for frame in frames:
            shown, repeat = frame if isinstance(frame, tuple) else (frame, 1)
            encoder.write(shown, repeat=repeat)
    return Path(encoder.path)


def decoded(path) -> list[np.ndarray]:
    """Every frame as FFmpeg decodes it, RGB by the standard that high-definition television has.

    FFmpeg reads no animated WebP: Pillow does.
    """
    if Path(path).suffix == ".webp":
        return pillow_frames(path)
    with av.open(f"file:{path}") as container:
        return [_rgb(frame) for frame in container.decode(video=0)]


def _rgb(frame: av.VideoFrame) -> np.ndarray:
    if frame.format.name != "yuv420p":
        return frame.to_ndarray(format="rgb24")
    return frame.reformat(
        format="rgb24",
        src_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
    ).to_ndarray()


def pillow_frames(path) -> list[np.ndarray]:
    """Every frame of a GIF as Pillow decodes it."""
    with Image.open(path) as image:
        return [_at(image, index) for index in range(image.n_frames)]


def _at(image, index) -> np.ndarray:
    image.seek(index)
    return np.asarray(image.convert("RGB"))


def pillow_delays(path) -> list[int]:
    """The delays of a GIF's frames in hundredths of a second, as Pillow reads them."""
    return [round(delay / 10) for delay in pillow_milliseconds(path)]


def pillow_milliseconds(path) -> list[float]:
    """For how long each picture of a loop is shown, as Pillow reads it."""
    with Image.open(path) as image:
        delays = []
        for index in range(image.n_frames):
            image.seek(index)
            image.load()  # of a WebP the duration is known when the picture is
            delays.append(image.info["duration"])
    return delays


def children(folder) -> list[str]:
    """The names in a folder, hidden ones too."""
    return sorted(entry.name for entry in Path(folder).iterdir())


def run_python(code: str, *arguments: object, timeout=60, **options) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own."""
    command = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, **options)


def psnr(before, after) -> float:
    """Return the peak signal-to-noise ratio of 8-bit pixels in decibels."""
    error = np.mean((np.asarray(before, float) - np.asarray(after, float)) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))
