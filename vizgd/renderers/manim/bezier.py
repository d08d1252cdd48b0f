"""Paths as cubic Bézier curves, of which Manim's mobjects are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vizgd.drawing.path_codes import CLOSE, CUBIC, MOVE, QUADRATIC

if TYPE_CHECKING:
    from vizgd.objectives.objective import Array


def cubic_curves(vertices: Array, codes: Any) -> Array:
    """Return a path as cubic Bézier curves in the plane, as Manim's points ``(4 n, 3)``, four for each."""
    vertices = np.asarray(vertices, dtype=float)
    curves: list[Array] = []
    start = here = np.zeros(2)
    place = 0
    while place < len(codes):
        code, there = codes[place], vertices[place]
        if code == MOVE:
            start = here = there
            place += 1
            continue
        if code == CUBIC:
            one, other, there = vertices[place : place + 3]
            place += 2
        elif code == QUADRATIC:
            middle, there = vertices[place : place + 2]
            one, other = (here + 2 * middle) / 3, (there + 2 * middle) / 3
            place += 1
        else:
            there = start if code == CLOSE else there
            one, other = (2 * here + there) / 3, (here + 2 * there) / 3
        if code != CLOSE or (here != there).any():
            curves += [here, one, other, there]
        here = there
        place += 1
    points = np.zeros((len(curves), 3))
    points[:, :2] = np.array(curves).reshape(-1, 2)
    return points
