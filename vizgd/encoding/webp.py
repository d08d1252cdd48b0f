"""Animated WebP: every color, without loss, in an endless loop, and small."""

from __future__ import annotations

import errno
import struct
from pathlib import Path
from typing import ClassVar

from vizgd.encoding.variable_rate import VariableRateWriter

CHUNK = struct.Struct("<4sI")
DURATION = 12
"""The offset of the duration in a picture's chunk: 3 bytes, in thousandths of a second."""


class WebpWriter(VariableRateWriter):
    """Writes an animated WebP."""

    muxer = "webp"
    codec = "libwebp_anim"
    codec_options: ClassVar[dict[str, str]] = {"lossless": "1", "compression_level": "1", "quality": "20"}
    pixels: ClassVar[dict[int, str]] = {3: "bgra", 4: "bgra"}

    def muxer_options(self) -> dict[str, str]:
        """Return an endless loop."""
        return {"loop": "0"}

    def check(self, last: int) -> None:
        """Correct the duration of the last picture, which the encoder guesses, and count all pictures."""
        places = checked_pictures(self.path, self.pictures)
        if self.pictures > 1:
            with self.path.open("r+b") as file:
                file.seek(places[-1] + DURATION)
                file.write(round(1000 * last / self.rate).to_bytes(3, "little"))


def checked_pictures(path: Path, count: int) -> list[int]:
    """Return the offsets of the contents of the chunks that hold the pictures of a file.

    Raises
    ------
    OSError
        When the number of pictures differs, or the file is cut off.
    """
    places = []
    with path.open("rb") as file:
        file.seek(12)  # RIFF, its length, WEBP
        while len(head := file.read(CHUNK.size)) == CHUNK.size:
            name, length = CHUNK.unpack(head)
            if name in (b"ANMF", b"VP8L", b"VP8 "):
                places.append(file.tell())
            file.seek(length + length % 2, 1)
        whole = file.tell() == path.stat().st_size
    if len(places) != count or not whole:
        raise OSError(errno.EIO, f"the file is incomplete: {len(places)} of {count} pictures are in it")
    return places
