"""An invisible mobject that maps coordinates into the scene, however it is moved, scaled or rotated."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import VMobject

from vizgd.objectives.objective import Array

CUBE = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)], dtype=float)
SQUARE = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)], dtype=float)


class CoordinateFrame(VMobject):
    """Maps the unit square, or the unit cube, to where it lies in the scene.

    As part of a group it is shifted, scaled and rotated with the group, so that what is drawn later is drawn
    in the right place. It stays invisible, whatever style its group is given.

    Parameters
    ----------
    size : sequence of 2 or 3 floats
        The length of the unit along each axis at first; the frame is centered on the origin.
    """

    def __init__(self, *size: float) -> None:
        self.styled = False
        super().__init__(stroke_width=0, fill_opacity=0, stroke_opacity=0)
        self.styled = True
        extent = np.array([*size, *[0.0] * (3 - len(size))])
        self.solid = len(size) == 3
        self.length = float(size[0])
        self.set_points(((CUBE if self.solid else SQUARE) - 0.5) * extent)

    @property
    def magnification(self) -> float:
        """By which factor it has been scaled."""
        return float(np.linalg.norm(self.points[1] - self.points[0]) / self.length)

    def place(self, units: Array) -> Array:
        """Return points of the scene ``(..., 3)`` for points of the unit square or cube ``(..., 2 or 3)``."""
        origin, x, y, z = self.points
        axes = np.stack([x - origin, y - origin, z - origin])
        return np.asarray(origin + units @ axes[: units.shape[-1]])

    def unit(self, points: Array) -> Array:
        """Return where points of the scene ``(..., 3)`` lie in the unit square or cube."""
        origin, x, y, z = self.points
        axes = np.stack([x - origin, y - origin, z - origin])[: 3 if self.solid else 2]
        return np.asarray((points - origin) @ np.linalg.pinv(axes))

    def set_fill(self, *args: Any, **kwargs: Any) -> Self:
        """Stay invisible."""
        return self if self.styled else super().set_fill(*args, **kwargs)

    def set_stroke(self, *args: Any, **kwargs: Any) -> Self:
        """Stay invisible."""
        return self if self.styled else super().set_stroke(*args, **kwargs)

    def pointwise_become_partial(self, vmobject: VMobject, a: float, b: float) -> Self:
        """Stay whole while what is around it is drawn in."""
        del vmobject, a, b
        return self
