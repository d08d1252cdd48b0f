"""Where words stand in a panel, so that they hide as little as can be."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from vizgd.drawing.panel import Box
from vizgd.objectives.objective import Array

CROSS = 28.0
"""The size of the mark beside which words stand."""
EVERY = 8.0
"""How far apart the points of a trail are that tell whether it runs behind the words."""
NEARNESS = 0.15
"""How much of a trail's length may lie behind words that stand nearer to their cross by 1."""
FAR, ASTRAY = 200.0, 0.5
"""Beyond such a distance from a cross nobody knows whose words they are: there, nearness counts for more."""
MOST_POINTS = 20_000
"""A trail of more segments is thinned: where its points lie is known well enough from so many."""


def clear_place(cross: Array, half: Array, box: Box, seen: Array, taken: Sequence[Array]) -> Array | None:
    """Return where words of a half width and height stand, as fractions of a box; None where nowhere.

    Beside the cross, as near as it can be, unless it covers more of what is ``seen`` there than farther away;
    never over ``taken`` corners ``(2, 2)``, of other words and crosses.
    """
    unit = np.array([box.width, box.height])
    reach = (CROSS / 2 + 6.0) / unit + half
    lowest = half + 4.0 / unit
    highest = 1.0 - lowest
    if (highest < lowest).any():
        return None
    best, least = None, math.inf
    for up in (0.0, -1.0, 1.0, -1.6, 1.6, -2.2, 2.2, -2.8, 2.8, -3.4, 3.4, -4.6, 4.6, -5.8, 5.8, -7.0, 7.0):
        for across in (0.0, -1.0, 1.0, -1.4, 1.4, -0.75, 0.75, -0.5, 0.5, -0.25, 0.25):
            place = np.clip(cross + reach * (across, up), lowest, highest)
            apart = np.abs(place - cross)
            if (apart < reach - 1e-9).all():
                continue  # on the cross
            if any(((place + half > low) & (place - half < high)).all() for low, high in taken):
                continue
            covered = float((np.abs(seen - place) < half).all(axis=1).sum())
            distance = float(np.hypot(*(apart * unit)))
            cost = EVERY * covered + NEARNESS * distance + ASTRAY * max(distance - FAR, 0.0)
            if cost < least:
                best, least = place, cost
    return best


def evenly_spaced(trail: Array, box: Box) -> Array:
    """Return a trail ``(n, 2)`` as evenly spaced points, in fractions of a box."""
    trail = np.clip(trail[np.isfinite(trail).all(axis=1)], -1.0, 2.0)
    trail = trail[:: 1 + len(trail) // MOST_POINTS]
    if len(trail) == 0:
        return np.empty((0, 2))
    lengths = np.hypot(*(np.diff(trail, axis=0) * (box.width, box.height)).T)
    run = np.concatenate([[0.0], np.cumsum(lengths)])
    places = np.linspace(0.0, run[-1], min(int(run[-1] / EVERY) + 2, MOST_POINTS))
    return np.column_stack([np.interp(places, run, trail[:, axis]) for axis in (0, 1)])
