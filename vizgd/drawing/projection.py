"""Three dimensions to two: an orthographic camera, the painter's order, and what hides behind a hill.

What is drawn in three dimensions is flattened by these, in `vizgd.drawing.space`, so that renderers are given
flat marks only. The world is a box: x and y from −1 to 1, z from 0 up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array

NOWHERE = -10.0
"""A height below everything, for ground that is not there."""
SLACK = 0.012
"""How far a point may be under the ground: points on the surface are not hidden by it."""
FINE = 193
"""From how many points along each side a horizon is found."""


@dataclass(frozen=True)
class Camera:
    """An orthographic camera that looks at the origin.

    Parameters
    ----------
    azimuth, elevation : float
        Where it stands, in degrees: around the z axis from x, and above the ground (matplotlib's convention).
    """

    azimuth: float
    elevation: float

    @property
    def direction(self) -> Array:
        """The unit vector from the origin towards the camera."""
        azimuth, elevation = np.radians([self.azimuth, self.elevation])
        level = np.cos(elevation)
        return np.array([level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)])

    def project(self, points: Array) -> Array:
        """Return points ``(..., 3)`` on the screen ``(..., 2)``, x to the right and y up."""
        azimuth, elevation = np.radians([self.azimuth, self.elevation])
        right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
        up = np.array(
            [
                -np.sin(elevation) * np.cos(azimuth),
                -np.sin(elevation) * np.sin(azimuth),
                np.cos(elevation),
            ]
        )
        return np.asarray(points @ np.column_stack([right, up]))

    def depth(self, points: Array) -> Array:
        """Return how near points ``(..., 3)`` are to the camera, larger for nearer."""
        return np.asarray(points @ self.direction)


@dataclass(frozen=True, eq=False)
class HeightField:
    """A surface over the square −1 … 1: ``heights[i, j]`` at ``(xs[j], ys[i])``, nan where there is none."""

    xs: Array
    ys: Array
    heights: Array

    def at(self, x: Array, y: Array) -> Array:
        """Return heights between grid points, bilinearly; −inf outside and where there is no surface."""
        columns, rows = len(self.xs) - 1, len(self.ys) - 1
        u = (x - self.xs[0]) / (self.xs[-1] - self.xs[0]) * columns
        v = (y - self.ys[0]) / (self.ys[-1] - self.ys[0]) * rows
        inside = (u >= 0) & (u <= columns) & (v >= 0) & (v <= rows)
        u, v = np.where(inside, u, 0.0), np.where(inside, v, 0.0)
        j = np.minimum(u.astype(np.intp), columns - 1)
        i = np.minimum(v.astype(np.intp), rows - 1)
        a, b, z = u - j, v - i, self.heights
        below = (1 - a) * z[i, j] + a * z[i, j + 1]
        above = (1 - a) * z[i + 1, j] + a * z[i + 1, j + 1]
        return np.where(inside, np.nan_to_num((1 - b) * below + b * above, nan=-np.inf), -np.inf)

    @cached_property
    def points(self) -> Array:
        """The field's points, ``(rows, columns, 3)``."""
        x, y = np.meshgrid(self.xs, self.ys)
        return np.stack([x, y, self.heights], axis=-1)

    def painters_order(self, camera: Camera) -> tuple[slice, slice]:
        """Return how to walk through rows and columns so that near faces are painted over far ones.

        A face can only be hidden by one that lies further along the camera's direction in both x and y, so
        the order of the grid itself will do, each axis one way or the other.
        """
        towards_x, towards_y, _ = camera.direction
        rows = (towards_y >= 0) == (self.ys[-1] > self.ys[0])
        columns = (towards_x >= 0) == (self.xs[-1] > self.xs[0])
        return slice(None, None, 1 if rows else -1), slice(None, None, 1 if columns else -1)


class Horizon:
    """What a camera sees of a height field, from one sweep over it.

    Seen along the camera's direction, a point is hidden when the ground further on rises above the line of
    sight. Sheared by the slope of that line, "rises above" is a running maximum along the rows of a grid that
    is turned into the direction, found once and looked up for every point.

    Parameters
    ----------
    field : HeightField
    camera : Camera
    points : int, default 193
        From how many points along each side it is found.
    """

    def __init__(self, field: HeightField, camera: Camera, points: int = FINE) -> None:
        azimuth, elevation = np.radians([camera.azimuth, camera.elevation])
        self._along = np.array([np.cos(azimuth), np.sin(azimuth)])
        self._across = np.array([-np.sin(azimuth), np.cos(azimuth)])
        self._slope = np.tan(elevation)
        self._places = np.linspace(-1.5, 1.5, points)
        across, along = np.meshgrid(self._places, self._places, indexing="ij")
        x = along * self._along[0] + across * self._across[0]
        y = along * self._along[1] + across * self._across[1]
        lifted = np.maximum(field.at(x, y), NOWHERE) - along * self._slope
        self._highest = np.maximum.accumulate(lifted[:, ::-1], axis=1)[:, ::-1]

    def hidden(self, points: Array) -> NDArray[np.bool_]:
        """Say which points ``(..., 3)`` lie behind the surface."""
        flat = points[..., :2]
        along, across = flat @ self._along, flat @ self._across
        step = self._places[1] - self._places[0]
        known = np.isfinite(along)
        row = np.where(known, (across - self._places[0]) / step, 0.0)
        # The nearest grid point that is surely further on: the ground under a point does not hide it.
        column = np.where(known, (along - self._places[0]) / step + 1.5, 0.0).astype(np.intp)
        column = np.minimum(column, len(self._places) - 1)
        above = np.minimum(row.astype(np.intp), len(self._places) - 2)
        weight = row - above
        highest = (1 - weight) * self._highest[above, column] + weight * self._highest[above + 1, column]
        sight = points[..., 2] - along * self._slope
        return np.asarray(known & (highest > sight + SLACK))


def shaded(field: HeightField, colors: Array) -> Array:
    """Return face colors ``(rows - 1, columns - 1, 4)`` lit from the upper left, so that slopes are seen."""
    points = field.points
    with np.errstate(invalid="ignore"):
        normals = np.cross(points[1:, 1:] - points[:-1, :-1], points[1:, :-1] - points[:-1, 1:])
        normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    light = np.array([-0.45, -0.55, 0.75])
    lit = np.nan_to_num(normals @ (light / np.linalg.norm(light)), nan=0.5)
    brightness = 0.72 + 0.33 * np.clip(lit, 0.0, 1.0)
    result = colors.copy()
    result[..., :3] = np.clip(colors[..., :3] * brightness[..., None], 0.0, 1.0)
    return result
