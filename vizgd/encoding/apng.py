"""Animated PNG: every color, without loss, in an endless loop."""

from __future__ import annotations

from typing import ClassVar

from vizgd.encoding.libav import check_complete
from vizgd.encoding.timed import TimedWriter


class ApngWriter(TimedWriter):
    """Writes an animated PNG; programs that know only PNG show its first picture."""

    muxer = "apng"
    codec = "apng"
    codec_options: ClassVar[dict[str, str]] = {
        "pred": "none"
    }  # flat areas and lines: filters find nothing in them
    # With opacity in any case: what has not changed is left out as transparent, a tenth of the size.
    pixels: ClassVar[dict[int, str]] = {3: "rgba", 4: "rgba"}

    def muxer_options(self) -> dict[str, str]:
        """Return an endless loop, whose last picture lasts one frame."""
        return {"plays": "0", "final_delay": str(1 / self.rate)}

    def end(self, last: int) -> None:
        """Show the last picture once more at the end of its time, which is not known when a file begins."""
        if last > 1:
            self.picture(self.shown - 1)
            self.pictures += 1

    def check(self, last: int) -> None:  # noqa: ARG002 - as in the base class
        """Count the pictures back."""
        check_complete(self.path, self.muxer, frames=self.pictures)
