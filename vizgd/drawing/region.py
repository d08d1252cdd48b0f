"""A rectangle of whole pixels: what of a frame has changed, what is drawn anew, what is encoded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Region(NamedTuple):
    """Columns ``left`` to ``right`` and rows ``top`` to ``bottom`` from the upper left, without the ends."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """How many pixels it has; 0 where an end lies before its start."""
        return max(self.right - self.left, 0) * max(self.bottom - self.top, 0)

    @property
    def slices(self) -> tuple[slice, slice]:
        """Its rows and columns, as an array of pixels is indexed."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def joined(self, other: Region) -> Region:
        """Return the smallest region that holds both."""
        return Region(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def common(self, other: Region) -> Region:
        """Return what both hold; its area is 0 where they do not meet."""
        return Region(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def evened(self, size: tuple[int, int]) -> Region:
        """Return the region widened to even numbers inside a frame: video halves its colors by pairs."""
        width, height = size
        return Region(
            max(self.left, 0) & ~1,
            max(self.top, 0) & ~1,
            min((self.right + 1) & ~1, width),
            min((self.bottom + 1) & ~1, height),
        )


def merged(regions: Iterable[Region], worth: int) -> list[Region]:
    """Return regions that hold the same pixels and few more, joined where that makes fewer of them.

    Parameters
    ----------
    regions : iterable of Region
    worth : int
        How many pixels may be held in vain to have one region less.
    """
    kept: list[Region] = []
    for region in regions:
        if not region.area:
            continue
        while (near := _worth_joining(region, kept, worth)) is not None:
            # The joined region may in turn be near to others.
            region = region.joined(kept.pop(near))
        kept.append(region)
    return kept


def _worth_joining(region: Region, others: list[Region], worth: int) -> int | None:
    # Written out in numbers: this is asked a hundred times a frame.
    left, top, right, bottom = region
    area = (right - left) * (bottom - top) + worth
    for index, (x0, y0, x1, y1) in enumerate(others):
        width = (right if right > x1 else x1) - (left if left < x0 else x0)
        height = (bottom if bottom > y1 else y1) - (top if top < y0 else y0)
        if width * height <= area + (x1 - x0) * (y1 - y0):
            return index
    return None
