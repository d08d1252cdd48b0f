"""What an eye sees of a height field in perspective: the horizon all around it, computed once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.projection import SLACK, HeightField
from vizgd.objectives.objective import Array

NONE = -1e9
"""A slope below all others, where the field has no height."""
RAYS = 161
SAMPLES = 161


class PerspectiveHorizon:
    """Tells which points a height field hides from an eye at ``(x, y, z)``, in the field's own coordinates.

    Seen from the eye, a point is hidden when ground nearer by rises above the line of sight, which is when it
    is seen at a greater slope. Along rays from the foot of the eye that is a running maximum.
    """

    def __init__(self, field: HeightField, eye: tuple[float, float, float]) -> None:
        self.eye = np.array(eye)
        top = float(np.nanmax(field.heights))
        low = float(np.nanmin(field.heights))
        # Seen from below, ground hides what is above it: the same with everything turned upside down.
        self.upward = -1.0 if self.eye[2] < low - 0.05 * max(top - low, 1e-9) else 1.0
        corners = np.array([(x, y) for x in (-1.0, 1.0) for y in (-1.0, 1.0)]) - self.eye[:2]
        inside = max(abs(eye[0]), abs(eye[1])) <= 1.0
        self.ahead = 0.0 if inside else float(np.arctan2(*(-self.eye[1::-1])))
        angles = self._turned(np.arctan2(corners[:, 1], corners[:, 0]))
        spread = (-np.pi, np.pi) if inside else (float(angles.min()) - 1e-6, float(angles.max()) + 1e-6)
        distances = np.hypot(*corners.T)
        near = 0.0 if inside else self._nearest()
        self.angles = np.linspace(*spread, RAYS)
        self.distances = np.linspace(near, float(distances.max()) * (1 + 1e-6), SAMPLES)
        turned = (self.angles + self.ahead)[:, None]
        x = self.eye[0] + self.distances * np.cos(turned)
        y = self.eye[1] + self.distances * np.sin(turned)
        ground = field.at(x, y)
        slopes = np.where(np.isfinite(ground), self._slope(self.upward * ground, self.distances), NONE)
        self.highest = np.maximum.accumulate(slopes, axis=1)
        # At the border of the field, a ray may pass it by or have left it already.
        self.over_ground = (np.abs(x) <= 1.0) & (np.abs(y) <= 1.0) & (self.highest > NONE)

    def hidden(self, points: Array) -> NDArray[np.bool_]:
        """Return which points ``(..., 3)``, in the field's coordinates, lie behind the ground."""
        flat = points[..., :2] - self.eye[:2]
        known: Any = np.isfinite(points).all(axis=-1)
        flat = np.where(known[..., None], flat, 1.0)
        distance = np.hypot(flat[..., 0], flat[..., 1])
        ray = (self._turned(np.arctan2(flat[..., 1], flat[..., 0])) - self.angles[0]) / (
            self.angles[1] - self.angles[0]
        )
        ray = np.clip(ray, 0.0, RAYS - 1.0)
        sample = (distance - self.distances[0]) / (self.distances[1] - self.distances[0])
        # The last sample that is surely nearer than the point, whose own ground does not hide it.
        column = np.clip((sample - 1.5).astype(np.intp), -1, SAMPLES - 1)
        row = np.minimum(ray.astype(np.intp), RAYS - 2)
        weight = ray - row
        before, after = self.highest[row, column], self.highest[row + 1, column]
        # Of two neighboring rays, one that is over no ground there does not count.
        known_before, known_after = self.over_ground[row, column], self.over_ground[row + 1, column]
        before, after = (
            np.where(known_before | ~known_after, before, after),
            np.where(known_after | ~known_before, after, before),
        )
        highest = (1 - weight) * before + weight * after
        own = self._slope(self.upward * points[..., 2] + SLACK, distance)
        # Nothing hides a point on the border that is seen over no ground, whatever is beside its own ray.
        nearer = self.eye[:2] + flat * (self.distances[column] / np.maximum(distance, 1e-9))[..., None]
        over_ground = (np.abs(nearer) <= 1.0).all(axis=-1)
        return np.asarray(known & (sample >= 1.5) & over_ground & (highest > own))

    def _slope(self, heights: Array, distance: Array) -> Array:
        return np.asarray((heights - self.upward * self.eye[2]) / np.maximum(distance, 1e-9))

    def _turned(self, angles: Array) -> Array:
        turned: Array = (angles - self.ahead + np.pi) % (2 * np.pi) - np.pi
        return turned

    def _nearest(self) -> float:
        return float(np.hypot(*np.maximum(np.abs(self.eye[:2]) - 1.0, 0.0)))


@lru_cache(maxsize=8)
def horizon_from(field: HeightField, eye: tuple[float, float, float]) -> PerspectiveHorizon:
    """Return the horizon from an eye, cached: several mobjects on one surface ask for the same."""
    return PerspectiveHorizon(field, eye)
