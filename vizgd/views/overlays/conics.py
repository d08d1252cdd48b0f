"""The level sets of a quadratic in a plane: ellipses, hyperbolas, parabolas or lines, as polylines.

Each is the conic through one of its points, where the gradient is known. A line through that point meets the
conic in one other, so that its direction is a parameter of any conic, however far its center is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array

VERTICES = 80
"""Of a curve, whatever its length."""
STRAIGHT = 1e-9
"""A curve that bends away from its tangent by less than this part of the window is the tangent itself."""
FINENESS = 1 / 40
"""How long a chord may be, as a part of the window's diagonal."""
ROUNDS = 14
"""How often chords that are longer are halved."""

_SMALL = np.geomspace(1e-14, 0.5, 120)
_ANGLES = np.concatenate([_SMALL, np.linspace(0.5, np.pi / 2 - 0.5, 40)[1:-1], np.pi / 2 - _SMALL[::-1]])
ANGLES: Array = np.concatenate([[-np.pi / 2], -_ANGLES[::-1], [0.0], _ANGLES, [np.pi / 2]])
"""Directions, from the tangent's on, the closer to one another the nearer it is, or the normal."""


def conic(point: Array, gradient: Array, matrix: Array, window: Array) -> Array:
    """Return the level set of a quadratic through a point, as far as it is seen.

    Parameters
    ----------
    point : array, shape (2,)
    gradient : array, shape (2,)
        At the point; not zero.
    matrix : array, shape (2, 2)
        The quadratic's second derivatives.
    window : array, shape (2, 2)
        The lower left and the upper right corner of what is seen.

    Returns
    -------
    array, shape (VERTICES + 3, 2)
        Its vertices, evenly spaced, with nan between pieces; all nan where nothing is seen.
    """
    found = np.full((VERTICES + 3, 2), np.nan)
    size = float(np.hypot(*gradient))
    if not (size > 0 and np.isfinite([*point, size, *matrix.ravel()]).all()):
        return found
    normal = gradient / size
    frame = np.column_stack([[-normal[1], normal[0]], normal])  # tangent and normal
    bends = frame.T @ matrix @ frame / size
    reach = float(np.hypot(*(window[1] - window[0])))
    if abs(bends[0, 0]) * reach <= STRAIGHT:
        # The conic is a pair of lines, or nearly: lines through the point meet only the other in one more.
        found[-2:] = point + 2.0 * reach * np.array([[-1.0], [1.0]]) * frame[:, 0]
    margin = 0.1 * (window[1] - window[0])
    low, high = window[0] - margin - point, window[1] + margin - point
    angles, places, lengths = _refined(bends, low @ frame, high @ frame, reach)
    turned = places @ frame.T
    seen = ((turned > low) & (turned < high)).all(axis=1)
    joined = seen[:-1] & seen[1:] & (lengths < reach)
    if joined.any():
        found[:VERTICES] = point + _spread(angles, lengths, joined, bends) @ frame.T
    return found


def _refined(bends: Array, low: Array, high: Array, reach: float) -> tuple[Array, Array, Array]:
    """Return directions, where lines in them meet the conic, and the lengths of the chords between.

    ``low`` and ``high`` are corners of what is seen, in tangent and normal: near it chords are short.
    """
    near = 2.0 * max(float(np.hypot(*low)), float(np.hypot(*high)), reach)
    angles = ANGLES
    for _ in range(ROUNDS):
        places = _met(angles, bends)
        lengths = np.hypot(*np.diff(places, axis=0).T)
        close = np.hypot(*places.T) < near
        long = np.flatnonzero((lengths > FINENESS * reach) & (close[:-1] | close[1:]))
        if len(long) == 0:
            break
        angles = np.insert(angles, long + 1, (angles[long] + angles[long + 1]) / 2)
    places = _met(angles, bends)
    return angles, places, np.hypot(*np.diff(places, axis=0).T)


def _met(angles: Array, bends: Array) -> Array:
    """Return where lines in some directions meet the conic again, in tangent and normal from its point."""
    cosines, sines = np.cos(angles), np.sin(angles)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        curvatures = bends[0, 0] * cosines**2 + 2.0 * bends[0, 1] * cosines * sines + bends[1, 1] * sines**2
        distances = np.clip(-2.0 * sines / curvatures, -1e12, 1e12)  # along an asymptote, nowhere
    return np.column_stack([distances * cosines, distances * sines])


def _spread(angles: Array, lengths: Array, joined: NDArray[np.bool_], bends: Array) -> Array:
    """Return evenly spaced places along the pieces of a conic that are seen, nan where one ends."""
    chords = np.flatnonzero(joined)
    passed = np.cumsum(lengths[chords])
    wanted = np.linspace(0.0, passed[-1], VERTICES)
    which = np.minimum(np.searchsorted(passed, wanted), len(chords) - 1)
    chord = chords[which]
    shares = 1.0 - np.clip((passed[which] - wanted) / np.maximum(lengths[chord], 1e-300), 0.0, 1.0)
    spread = _met(angles[chord] + shares * (angles[chord + 1] - angles[chord]), bends)
    pieces = np.cumsum(~joined)[chord]
    spread[1:][np.diff(pieces) > 0] = np.nan
    return spread
