"""Ink: marks that only grow, beneath all that moves, of which each part is painted once and stays.

Fifty paths that are painted whole in each frame would take longer than all the rest of it.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Mark, resolved
from vizgd.drawing.region import Region
from vizgd.renderers.painter import Painter
from vizgd.storyboard.storyboard import Storyboard


class Ink:
    """The ink of a storyboard, frame by frame, on its still layer.

    A frame has the ink of all frames up to it, painted in their order: so it is the same frame whichever was
    asked for before it.

    Parameters
    ----------
    storyboard : Storyboard
    painter : Painter
    pixels : array of uint8, shape (height, width, 4)
        What the painter paints on.
    still : array of uint8, of the same shape
        What lies beneath all that moves; the ink is added to it.
    """

    def __init__(
        self, storyboard: Storyboard, painter: Painter, pixels: NDArray[np.uint8], still: NDArray[np.uint8]
    ) -> None:
        self._storyboard, self._painter, self._pixels, self._still = storyboard, painter, pixels, still
        self._marks = storyboard.ink
        self._clips = [painter.clipped(clip) for _, clip in self._marks]
        self._blank = still.copy() if self._marks else still[:0]
        self._at = -1
        self._before: list[Mark] = []

    def dried(self, frame: int) -> list[Region]:
        """Bring the still layer to a frame, and return the regions in which it is another one."""
        if not self._marks:
            return []
        regions: list[Region] = []
        if frame < self._at:
            self._still[:] = self._blank
            self._at = -1
            regions.append(self._painter.frame)
        # Where the film stands nothing is added.
        first = max(self._at + 1, min(self._storyboard.clock.intro - 1, frame), 0)
        for each in range(first, frame + 1):
            regions += self._painted(each, anew=self._at < 0)
            self._at = each
        return regions

    def _painted(self, frame: int, *, anew: bool) -> list[Region]:
        """Paint what a frame has more than the one before."""

        @cache
        def position(run: int | None) -> float:
            return self._storyboard.clock.position(run, frame)

        now = [resolved(mark, position) for mark, _ in self._marks]
        regions = []
        for index, (mark, clip) in enumerate(zip(now, self._clips, strict=True)):
            part = mark.added(None if anew else self._before[index])
            box = None if part is None else part.extent()
            if part is None or box is None:
                continue
            region = self._painter.region(box).common(clip)
            if region.area:
                self._pixels[region.slices] = self._still[region.slices]
                self._painter.paint(part, region)
                self._still[region.slices] = self._pixels[region.slices]
                regions.append(region)
        self._before = now
        return regions
