"""Premultiplied alpha, which Cairo uses, and straight alpha, which files and Agg use."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Color


def straight_alpha(pixels: NDArray[np.uint8], transparent: Color) -> NDArray[np.uint8]:
    """Return pixels ``(..., 4)`` of premultiplied alpha with straight alpha.

    Fully transparent pixels take the color ``transparent``: nobody sees it there, but video codecs and
    whoever scales an image mix it into the neighbors.
    """
    result = pixels.copy()
    unpremultiply(result)
    result[result[..., 3] == 0] = np.round(255 * np.array((*transparent[:3], 0.0)))
    return result


def premultiply(pixels: NDArray[np.uint8]) -> None:
    """Multiply the colors of pixels ``(..., 4)`` by their opacity, in place."""
    opacity = pixels[..., 3]
    pixels[opacity == 0] = 0
    partial = np.nonzero((opacity > 0) & (opacity < 255))
    colors, share = pixels[partial].astype(np.uint16), opacity[partial][:, None]
    colors[:, :3] = (colors[:, :3] * share + 127) // 255
    pixels[partial] = colors


def unpremultiply(pixels: NDArray[np.uint8]) -> None:
    """Divide the colors of pixels ``(..., 4)`` by their opacity, in place; where it is 0 they stay."""
    opacity = pixels[..., 3]
    partial = np.nonzero((opacity > 0) & (opacity < 255))
    colors, share = pixels[partial].astype(np.uint16), opacity[partial][:, None].astype(np.uint16)
    colors[:, :3] = np.minimum((colors[:, :3] * np.uint16(255) + share // 2) // share, 255)
    pixels[partial] = colors
