"""Rectangles in the frame."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle in frame units, y upwards."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Its extent along x."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its extent along y."""
        return self.top - self.bottom

    def inset(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Return the box that is smaller by so much on each side."""
        return Box(self.left + left, self.bottom + bottom, self.right - right, self.top - top)
