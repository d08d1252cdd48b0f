"""Composes frames with any painter: what stands still is drawn once, later only what has changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Mark
from vizgd.drawing.panel import Layer
from vizgd.drawing.region import Region, merged
from vizgd.renderers.ink import Ink
from vizgd.renderers.painter import Painter
from vizgd.storyboard.storyboard import Storyboard

OVERDRAW = 100
"""One region less is worth drawing one part in so many of the frame a second time."""


@dataclass(frozen=True, eq=False)
class PlacedMark:
    """A mark on the canvas, the region it is clipped to, and the region it touches."""

    mark: Mark
    clip: Region
    bounds: Region


class Compositor:
    """The frames of a storyboard, in any order.

    Only the regions in which a frame differs from the one before are drawn again, from the still layer up:
    the result is that of drawing everything, except for a few levels of 255 in a few pixels at the edge of
    a region.

    Parameters
    ----------
    storyboard : Storyboard
    painter : Painter
    pixels : array of uint8, shape (height, width, 4)
        What the painter draws on, covered with the background.
    """

    def __init__(self, storyboard: Storyboard, painter: Painter, pixels: NDArray[np.uint8]) -> None:
        self.storyboard = storyboard
        self.changed: list[Region] = [painter.frame]
        self._pixels = pixels
        self._painter = painter
        for one in self._place(storyboard.still):
            self._painter.paint(one.mark, one.clip)
        self._still = self._pixels.copy()
        self._shown: list[PlacedMark] | None = None
        self._ink = Ink(storyboard, painter, pixels, self._still)

    def frame(self, frame: int) -> NDArray[np.uint8]:
        """Return the pixels of a frame, uint8 ``(height, width, 4)``; they are valid until the next call.

        `changed` then says in which regions they differ from what the last call returned.
        """
        before, layers = self._shown, self.storyboard.moving(frame)
        wet = self._ink.dried(frame)
        if before is None:
            self._shown = self._place(layers)
            self.changed = [self._painter.frame]
        else:
            self._shown, self.changed = self._updated(before, layers, wet)
        bounds = np.array([one.bounds for one in self._shown]).reshape(-1, 4)
        for region in self.changed:
            # Regions may overlap: each is drawn completely before the next.
            self._pixels[region.slices] = self._still[region.slices]
            self._paint(self._shown, bounds, region)
        return self._pixels

    def forget(self) -> None:
        """Draw the next frame on an empty canvas, as if it were the first."""
        self._shown = None

    def _place(self, layers: Iterable[Layer]) -> list[PlacedMark]:
        return [self._place_mark(mark, clip) for mark, clip in self._clipped(layers)]

    def _clipped(self, layers: Iterable[Layer]) -> list[tuple[Mark, Region]]:
        clips = [(layer, self._painter.clipped(layer.clip)) for layer in layers]
        return [(mark, clip) for layer, clip in clips for mark in layer.marks]

    def _place_mark(self, mark: Mark, clip: Region) -> PlacedMark:
        box = None if mark.is_ink else mark.extent()
        bounds = Region(0, 0, 0, 0) if box is None else self._painter.region(box).common(clip)
        return PlacedMark(mark, clip, bounds)

    def _updated(
        self, before: list[PlacedMark], layers: Iterable[Layer], wet: Sequence[Region]
    ) -> tuple[list[PlacedMark], list[Region]]:
        """Return what is shown now, and the regions in which that looks different."""
        marks = self._clipped(layers)
        if len(marks) != len(before):
            return self._place(layers), [self._painter.frame]
        now: list[PlacedMark] = []
        regions: list[Region] = [*wet]
        for old, (mark, clip) in zip(before, marks, strict=True):
            if mark.is_ink:
                now.append(old)
                continue
            boxes = old.mark.changes(mark)
            if boxes is None:
                now.append(self._place_mark(mark, clip))
                regions += [old.bounds, now[-1].bounds]
            else:
                # Its old bounds and where it differs bound it, which saves a walk along all of its points.
                different = [self._painter.region(box).common(clip) for box in boxes]
                regions += different
                now.append(
                    PlacedMark(mark, clip, reduce(Region.joined, different, old.bounds)) if boxes else old
                )
        evened = (region.evened(self.storyboard.size) for region in regions if region.area)
        return now, merged(evened, worth=self._painter.frame.area // OVERDRAW)

    def _paint(self, shown: Sequence[PlacedMark], bounds: NDArray[np.intp], region: Region) -> None:
        """Paint the marks that touch a region; `bounds` has a row for each mark that is shown."""
        low = np.maximum(bounds[:, :2], region[:2])
        high = np.minimum(bounds[:, 2:], region[2:])
        for index in np.flatnonzero((low < high).all(axis=1)).tolist():
            self._painter.paint(shown[index].mark, shown[index].clip.common(region))
