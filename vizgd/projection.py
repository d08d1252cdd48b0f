"""Three dimensions to two: an orthographic camera, the painter's order, and what hides behind a hill.

Everything three-dimensional happens here, so that renderers are given flat marks only. The world is a box: x
and y from −1 to 1, z from 0 up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array

RAY_STEPS = 96


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
        """The unit vector from the scene towards the camera."""
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


def faces(field: HeightField) -> Array:
    """Return the field's quadrilaterals ``(faces, 4, 3)``, row by row."""
    x, y = np.meshgrid(field.xs, field.ys)
    corners = np.stack([x, y, field.heights], axis=-1)
    quads = np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2)
    return np.asarray(quads.reshape(-1, 4, 3))


def painters_order(quads: Array, camera: Camera) -> NDArray[np.intp]:
    """Return the order in which near faces are painted over far ones; faces with a nan are left out."""
    depth = camera.depth(quads.mean(axis=1))
    order = np.argsort(depth, kind="stable")
    return order[np.isfinite(depth[order])]


def hidden(points: Array, field: HeightField, camera: Camera, slack: float = 0.012) -> NDArray[np.bool_]:
    """Say which points ``(m, 3)`` lie behind the surface as the camera sees it.

    A ray goes from each point to the camera; where the surface rises above it, the point is hidden.
    ``slack`` keeps a point that lies on the surface from being hidden by it.
    """
    direction = camera.direction
    level = np.hypot(direction[0], direction[1])
    if level < 1e-9:
        return np.zeros(len(points), dtype=bool)
    reach = 2 * np.sqrt(2) / level
    along = np.linspace(0.0, 1.0, RAY_STEPS + 1)[1:] ** 1.5 * reach
    rays = points[:, None, :] + along[None, :, None] * direction
    surface = field.at(rays[..., 0], rays[..., 1])
    return np.asarray((surface > rays[..., 2] + slack).any(axis=1))


def shaded(quads: Array, colors: Array) -> Array:
    """Return face colours ``(faces, 4)`` lit from the upper left, so that slopes are seen."""
    with np.errstate(invalid="ignore"):
        normals = np.cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1])
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    light = np.array([-0.45, -0.55, 0.75])
    lit = np.nan_to_num(normals @ (light / np.linalg.norm(light)), nan=0.5)
    brightness = 0.72 + 0.33 * np.clip(lit, 0.0, 1.0)
    result = colors.copy()
    result[:, :3] = np.clip(colors[:, :3] * brightness[:, None], 0.0, 1.0)
    return result
