"""What changes from frame to frame: the regions that are handed to a writer, and the canvas they make up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.region import Region


class Patch(NamedTuple):
    """A region of a frame and its pixels, uint8 ``(height, width, 4)``."""

    region: Region
    pixels: NDArray[np.uint8]


def canvas(size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a frame of a width and a height, to be made up by patches."""
    width, height = size
    return np.zeros((height, width, 4), np.uint8)


def put(patches: Iterable[Patch], frame: NDArray[np.uint8]) -> None:
    """Put patches where they belong."""
    for region, pixels in patches:
        frame[region.slices] = pixels
