"""Pixels with colors multiplied by opacity, as Cairo has them, and without, as files and Agg have them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Color


def straight(pixels: NDArray[np.uint8], unseen: Color) -> NDArray[np.uint8]:
    """Return pixels ``(..., 4)`` with colors not multiplied by opacity.

    What is wholly transparent takes the color of ``unseen``: it is not seen, but video and whoever scales a
    picture mix neighbors.
    """
    divided = pixels.copy()
    divide(divided)
    divided[divided[..., 3] == 0] = np.round(255 * np.array((*unseen[:3], 0.0)))
    return divided


def multiply(pixels: NDArray[np.uint8]) -> None:
    """Multiply the colors of pixels ``(..., 4)`` by their opacity, in place."""
    opacity = pixels[..., 3]
    pixels[opacity == 0] = 0
    partial = np.nonzero((opacity > 0) & (opacity < 255))
    colors, share = pixels[partial].astype(np.uint16), opacity[partial][:, None]
    colors[:, :3] = (colors[:, :3] * share + 127) // 255
    pixels[partial] = colors


def divide(pixels: NDArray[np.uint8]) -> None:
    """Divide the colors of pixels ``(..., 4)`` by their opacity, in place; what is unseen stays as it is."""
    opacity = pixels[..., 3]
    partial = np.nonzero((opacity > 0) & (opacity < 255))
    colors, share = pixels[partial].astype(np.uint16), opacity[partial][:, None].astype(np.uint16)
    colors[:, :3] = np.minimum((colors[:, :3] * np.uint16(255) + share // 2) // share, 255)
    pixels[partial] = colors
