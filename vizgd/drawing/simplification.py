"""Which vertices of a long polyline make a difference that can be seen.

A path of thousands of steps has many within a fraction of a pixel. Here they are left out where the line that
remains is nowhere farther from the one that was than a tolerance, as matplotlib does with its
``path.simplify_threshold``, and never where the path turns back on itself: what is shown of it grows with it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array

SHORT = 64
"""A line of so many vertices is drawn in less time than it takes to look for those to leave out."""


def kept_vertices(xy: Array, tolerance: float) -> NDArray[np.intp]:
    """Return the numbers of the vertices that a polyline needs, ascending, the first and the last included.

    Parameters
    ----------
    xy : array, shape (n, 2)
        Vertices; those that have a nan, and their neighbors, are kept.
    tolerance : float
        How far a vertex that is left out may lie from the segment in its place, and how far the line may turn
        back along it.
    """
    kept = np.arange(len(xy))
    if tolerance <= 0.0 or len(xy) <= SHORT:
        return kept
    while True:
        # Every other vertex is tried at once; in the next round these are others.
        tried = (len(kept) - 1) // 2
        ends = np.append(kept[: 2 * tried : 2], kept[2 * tried])
        needed = np.ones(len(kept), bool)
        needed[1 : 2 * tried : 2] = ~_replaceable(xy, ends, tolerance)
        if needed.all() or len(kept) <= SHORT:
            return kept
        few = needed.sum() > 0.95 * len(kept)
        kept = kept[needed]
        if few:
            return kept


def places_along(xy: Array, kept: NDArray[np.intp]) -> Array:
    """Return how far along a polyline of some kept vertices each vertex lies, ascending; a gap has no length.

    A vertex that is left out lies where it is nearest.
    """
    if len(kept) == len(xy):
        lengths = np.hypot(*(xy[1:] - xy[:-1]).T)
        return np.concatenate([[0.0], np.nan_to_num(lengths).cumsum()])
    owner, place, _, length = _projected(xy, kept)
    ends = np.concatenate([[0.0], np.nan_to_num(length).cumsum()])
    within = np.clip(np.nan_to_num(place), 0.0, np.nan_to_num(length)[owner])
    return np.maximum.accumulate(np.append(ends[owner] + within, ends[-1]))


def _replaceable(xy: Array, ends: NDArray[np.intp], tolerance: float) -> NDArray[np.bool_]:
    """Say of each pair of successive `ends` whether one segment can stand for the line between them."""
    owner, place, distance, length = _projected(xy, ends)
    firsts = ends[:-1] - ends[0]
    near = np.maximum.reduceat(distance, firsts) <= tolerance  # not where there is a nan
    # The spans are put one behind another, so that each one's farthest place so far is the farthest of all.
    place = np.where(near[owner], np.clip(place, 0.0, length[owner]), 0.0)
    apart = np.concatenate([[0.0], np.where(near, length, 0.0).cumsum()[:-1]])[owner] + place
    back = np.maximum.accumulate(apart) - apart
    return near & (np.maximum.reduceat(back, firsts) <= tolerance)


def _projected(xy: Array, ends: NDArray[np.intp]) -> tuple[NDArray[np.intp], Array, Array, Array]:
    """Hold a line's vertices against the segments between some of them.

    Returns for each vertex but the last the number of the segment that passes it, how far along that it lies,
    and how far beside; and the length of each segment.
    """
    first, last = int(ends[0]), int(ends[-1])
    begun = xy[ends[:-1]]
    along = xy[ends[1:]] - begun
    length = np.hypot(along[:, 0], along[:, 1])
    along = along / np.where(length == 0.0, 1.0, length)[:, None]
    owner = np.repeat(np.arange(len(begun)), ends[1:] - ends[:-1])
    apart, along = xy[first:last] - begun[owner], along[owner]
    place = (apart * along).sum(axis=1)
    beside = apart - np.clip(place, 0.0, length[owner])[:, None] * along
    return owner, place, np.hypot(beside[:, 0], beside[:, 1]), length
