"""Painters are canvases of which only a region is painted, in pixels.

Each painter adds how paths are stroked and filled. Marks have been resolved, and their units are those of
`vizgd.drawing.panel`. Whatever lies outside the region that is painted is left out before a library sees it.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from vizgd.drawing.canvas import Color, Pen, VectorPath
from vizgd.drawing.marks import Mark, Mesh, Polygons
from vizgd.drawing.panel import Box, frame_units, pixels_per_unit
from vizgd.drawing.region import Region
from vizgd.drawing.strokes import Stroker

if TYPE_CHECKING:
    from vizgd.objectives.objective import Array


class Painter(ABC):
    """Draws marks on a frame of so many pixels.

    Parameters
    ----------
    size : tuple of int
        Width and height of the frame in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.scale = pixels_per_unit(size)
        self.frame = Region(0, 0, *size)
        self.stroker = Stroker(frame_units(size), 1 / self.scale)
        self._painted = self.frame
        self._last = Region(0, 0, 0, 0), np.zeros((2, 2))

    @property
    def window(self) -> Array:
        """The corners of the region that is painted, in frame units."""
        region = self._painted
        if region != self._last[0]:  # many marks are painted in one region
            height = self.frame.bottom
            corners = np.array([(region.left, height - region.bottom), (region.right, height - region.top)])
            self._last = region, corners / self.scale
        return self._last[1]

    def region(self, box: Box) -> Region:
        """Return the whole pixels of the frame that a box of frame units touches."""
        height = self.frame.bottom
        return Region(
            math.floor(box.left * self.scale),
            height - math.ceil(box.top * self.scale),
            math.ceil(box.right * self.scale),
            height - math.floor(box.bottom * self.scale),
        ).common(self.frame)

    def clipped(self, clip: Box | None) -> Region:
        """Return the region of the frame inside a clip box, rounded to whole pixels."""
        if clip is None:
            return self.frame
        height = self.frame.bottom
        left, bottom, right, top = (
            math.floor(side * self.scale + 0.5) for side in (clip.left, clip.bottom, clip.right, clip.top)
        )
        return Region(left, height - top, right, height - bottom).common(self.frame)

    def paint(self, mark: Mark, region: Region) -> None:
        """Draw the part of a mark that lies in a region."""
        self._painted = region
        self.clip(region)
        mark.paint(self)
        self.unclip()

    @abstractmethod
    def clip(self, region: Region) -> None:
        """Draw only inside a region until `unclip`."""

    @abstractmethod
    def unclip(self) -> None:
        """Draw everywhere again."""

    @abstractmethod
    def stroke(self, path: VectorPath, pen: Pen) -> None:
        """Draw a line along a path."""

    @abstractmethod
    def fill(self, path: VectorPath, color: Color) -> None:
        """Fill a path."""

    @abstractmethod
    def polygons(self, mark: Polygons) -> None:
        """Fill polygons, and draw their edges."""

    @abstractmethod
    def mesh(self, mark: Mesh) -> None:
        """Fill quadrilaterals, and draw their edges."""
