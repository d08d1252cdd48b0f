"""What changes from frame to frame, as writers are given it: regions with their pixels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.region import Region


class Change(NamedTuple):
    """A region of a frame that has changed since the frame before, and its pixels ``(height, width, 4)``."""

    region: Region
    pixels: NDArray[np.uint8]


def blank_frame(size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return an empty frame of a width and a height, to apply changes to."""
    width, height = size
    return np.zeros((height, width, 4), np.uint8)


def apply_changes(changes: Iterable[Change], frame: NDArray[np.uint8]) -> None:
    """Copy the pixels of changes into a frame, in place."""
    for region, pixels in changes:
        frame[region.slices] = pixels
