"""Animated PNG: every color, without loss, in an endless loop."""

from __future__ import annotations

from typing import ClassVar

from vizgd.encoding.libav import check_complete
from vizgd.encoding.variable_rate import VariableRateWriter


class ApngWriter(VariableRateWriter):
    """Writes an animated PNG; programs that know only PNG show its first picture."""

    muxer = "apng"
    codec = "apng"
    # Filters find nothing to predict in flat areas and lines.
    codec_options: ClassVar[dict[str, str]] = {"pred": "none"}
    # Always with opacity: pixels that have not changed are written as transparent, at a tenth of the size.
    pixels: ClassVar[dict[int, str]] = {3: "rgba", 4: "rgba"}

    def muxer_options(self) -> dict[str, str]:
        """Return an endless loop, whose last picture lasts one frame."""
        return {"plays": "0", "final_delay": str(1 / self.rate)}

    def end(self, last: int) -> None:
        """Repeat the last picture at the end of its time, which the file's header cannot say."""
        if last > 1:
            self.encode_picture(self.shown - 1)
            self.pictures += 1

    def check(self, last: int) -> None:  # noqa: ARG002 - as in the base class
        """Read the file back and count its pictures."""
        check_complete(self.path, self.muxer, frames=self.pictures)
