"""Where each class is the most probable, as a ground that fades towards even odds."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Color, Mesh, Track
from vizgd.drawing.panel import Axes
from vizgd.drawing.shades import Shades
from vizgd.drawing.theme import Theme
from vizgd.objectives.objective import Array

MOST_POINTS = 101
"""Along each side: of a finer grid not all points are kept, because there is one for each moment."""
CELLS = 150
"""Quadrilaterals along each side, at least: two or three pixels each."""
TINT = 0.5
"""How much of its color a region has where its class is certain."""


def kept_odds(logs: Array, points: int) -> NDArray[np.float16]:
    """Return the logarithms of odds against the first class, ``(rows, columns, k - 1)``.

    Parameters
    ----------
    logs : array, shape (points·points, k)
        The logarithms of the classes' probabilities over a square grid.
    points : int
    """
    square = (logs[:, 1:] - logs[:, :1]).reshape(points, points, -1)
    if points > MOST_POINTS:
        square = _thinned(_thinned(square).swapaxes(0, 1)).swapaxes(0, 1)
    return square.astype(np.float16)


def _thinned(values: Array) -> Array:
    """Return values at fewer places along the first axis, as far apart as each other."""
    places = np.linspace(0.0, len(values) - 1.0, MOST_POINTS)
    before = np.minimum(places.astype(np.intp), len(values) - 2)
    weights = (places - before)[:, None, None]
    return np.asarray((1.0 - weights) * values[before] + weights * values[before + 1])


def class_color(theme: Theme, number: int) -> Color:
    """Return the color of a class, whose numbers begin at 0."""
    return theme.regions[number % len(theme.regions)]


def toward(color: Color, other: Color, share: float) -> Color:
    """Return a color with a share of another in it."""
    red, green, blue, opacity = ((1.0 - share) * np.array(color) + share * np.array(other)).tolist()
    return red, green, blue, opacity


def shading_mark(theme: Theme, axes: Axes, odds: NDArray[np.float16]) -> Mesh:
    """Return the ground as it changes, for odds ``(moments, rows, columns, k - 1)`` over the whole axes."""
    moments, rows, _, others = odds.shape
    fineness = math.ceil(CELLS / (rows - 1))
    sides = (np.linspace(*axis.limits, (rows - 1) * fineness + 1) for axis in (axes.x, axes.y))
    vertices = np.stack(np.meshgrid(*sides), axis=-1)
    colors = np.array([class_color(theme, number) for number in range(others + 1)])
    shades = Shades(odds, fineness, colors, theme.panel, TINT)
    return Mesh(vertices, Track(None, shades, density=moments - 1, nearest=True))
