"""Draws storyboards with any painter: what stands still once, and later only what has changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.extent import changes, extent
from vizgd.drawing.marks import Mark
from vizgd.drawing.panel import Layer
from vizgd.drawing.region import Region, merged
from vizgd.renderers.painter import Painter
from vizgd.storyboard.storyboard import Storyboard

IN_VAIN = 100
"""Which part of a frame may be drawn in vain to have one region less."""


@dataclass(frozen=True, eq=False)
class Shown:
    """A mark on the canvas, where it is clipped, and how far it reaches there."""

    mark: Mark
    clip: Region
    reach: Region


class Film:
    """A storyboard's frames, in any order.

    Only the regions in which a frame differs from the one before are drawn again, from the ground up: the
    result is that of drawing everything, but for a few levels of 255 in a few pixels at a region's edge.

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
        for one in self._placed(storyboard.still):
            self._painter.paint(one.mark, one.clip)
        self._still = self._pixels.copy()
        self._shown: list[Shown] | None = None

    def frame(self, frame: int) -> NDArray[np.uint8]:
        """Return the pixels of a frame, uint8 ``(height, width, 4)``; they are valid until the next call.

        `changed` then says in which regions they differ from what the last call returned.
        """
        before, layers = self._shown, self.storyboard.moving(frame)
        if before is None:
            self._shown = self._placed(layers)
            self.changed = [self._painter.frame]
        else:
            self._shown, self.changed = self._updated(before, layers)
        reaches = np.array([one.reach for one in self._shown]).reshape(-1, 4)
        for region in self.changed:
            # Regions may overlap: each is drawn from the ground up before the next.
            self._pixels[region.slices] = self._still[region.slices]
            self._paint(self._shown, reaches, region)
        return self._pixels

    def forget(self) -> None:
        """Draw the next frame on an empty canvas, as if it were the first."""
        self._shown = None

    def _placed(self, layers: Iterable[Layer]) -> list[Shown]:
        return [self._placed_mark(mark, clip) for mark, clip in self._clipped(layers)]

    def _clipped(self, layers: Iterable[Layer]) -> list[tuple[Mark, Region]]:
        clips = [(layer, self._painter.clipped(layer.clip)) for layer in layers]
        return [(mark, clip) for layer, clip in clips for mark in layer.marks]

    def _placed_mark(self, mark: Mark, clip: Region) -> Shown:
        box = extent(mark)
        reach = Region(0, 0, 0, 0) if box is None else self._painter.region(box).common(clip)
        return Shown(mark, clip, reach)

    def _updated(self, before: list[Shown], layers: Iterable[Layer]) -> tuple[list[Shown], list[Region]]:
        """Return what is shown now, and the regions in which that looks different."""
        marks = self._clipped(layers)
        if len(marks) != len(before):
            return self._placed(layers), [self._painter.frame]
        now: list[Shown] = []
        regions: list[Region] = []
        for old, (mark, clip) in zip(before, marks, strict=True):
            boxes = changes(old.mark, mark)
            if boxes is None:
                now.append(self._placed_mark(mark, clip))
                regions += [old.reach, now[-1].reach]
            else:
                # It reaches no farther than it did and than where it differs: a walk along it is saved.
                different = [self._painter.region(box).common(clip) for box in boxes]
                regions += different
                now.append(Shown(mark, clip, reduce(Region.joined, different, old.reach)) if boxes else old)
        evened = (region.evened(self.storyboard.size) for region in regions if region.area)
        return now, merged(evened, worth=self._painter.frame.area // IN_VAIN)

    def _paint(self, shown: Sequence[Shown], reaches: NDArray[np.intp], region: Region) -> None:
        """Paint what reaches into a region; `reaches` has a row for each mark that is shown."""
        low = np.maximum(reaches[:, :2], region[:2])
        high = np.minimum(reaches[:, 2:], region[2:])
        for index in np.flatnonzero((low < high).all(axis=1)).tolist():
            self._painter.paint(shown[index].mark, shown[index].clip.common(region))
