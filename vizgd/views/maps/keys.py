"""The key above a map: its title, what its colors mean, and how much of it has come to what so far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from vizgd.drawing.marks import Color, Line, Mark, Polygons, Text, Track
from vizgd.drawing.panel import Axes, Axis, Box
from vizgd.drawing.theme import Theme
from vizgd.drawing.typeset import measured
from vizgd.objectives.objective import Array

SWATCH = 24.0
ROW = 34.0
"""Height of a row; a swatch is a little smaller."""
GAP = 10.0
BETWEEN = 36.0
"""From one item to the next."""


@dataclass(frozen=True, eq=False)
class Item:
    """Swatches side by side, their colors ``(n, 4)``, and what they mean at each time."""

    colors: Array
    text: Track


@dataclass(frozen=True, eq=False)
class Key:
    """Items in as many rows as they need, each row centered, under a title if there is one.

    Where the widest item does not fit, all are smaller.
    """

    theme: Theme
    items: tuple[Item, ...]
    title: str = ""
    title_color: Color | None = None

    def height(self, width: float) -> float:
        """Return how much room it takes above axes, where it may be so wide."""
        title = 1.3 * self.theme.label_size if self.title else 0.0
        scale = self._scale(width)
        return len(self._rows(width / scale)) * scale * ROW + GAP + title

    def marks(self, axes: Axes, box: Box, width: float) -> tuple[Mark, ...]:
        """Return its marks above the axes' box, in its coordinates: first those that stand still."""
        scale = self._scale(width)
        rows, high = self._rows(width / scale), scale * ROW
        middle = (box.left + box.right) / 2
        still: list[Mark] = []
        words: list[Mark] = []
        if self.title:
            place = _data(axes, box, middle, box.top + GAP + len(rows) * high)
            color = self.title_color or self.theme.text
            still.append(Text(place, self.title, self.theme.label_size, color, "center", "bottom", bold=True))
        for number, row in enumerate(rows):
            level = box.top + GAP + (len(rows) - number - 0.5) * high
            left = middle - scale * (sum(map(self._width, row)) + BETWEEN * (len(row) - 1)) / 2
            for item in row:
                swatch = scale * SWATCH
                right = left + swatch * len(item.colors)
                still += _swatches(axes, box, item.colors, (left, level), swatch, self.theme.spine)
                place = _data(axes, box, right + scale * GAP, level)
                size = scale * self.theme.tick_size
                words.append(Text(place, item.text, size, self.theme.text, "left", "center"))
                left += scale * (self._width(item) + BETWEEN)
        return (*still, *words)

    def _scale(self, width: float) -> float:
        return min(1.0, width / max(map(self._width, self.items)))

    def _rows(self, width: float) -> list[list[Item]]:
        rows: list[list[Item]] = []
        left = 0.0
        for item in self.items:
            needed = self._width(item)
            if not rows or BETWEEN + needed > left:
                rows.append([])
                left = width + BETWEEN
            rows[-1].append(item)
            left -= BETWEEN + needed
        return rows

    def _width(self, item: Item) -> float:
        texts = {item.text.values[0], item.text.values[-1]}
        widest = max(measured(text, self.theme.tick_size)[0] for text in texts)
        return SWATCH * len(item.colors) + GAP + widest


def _swatches(
    axes: Axes, box: Box, colors: Array, place: tuple[float, float], side: float, outline: Color
) -> tuple[Mark, Mark]:
    """Return filled squares side by side from a place at the middle of their left edge, and a line around."""
    count, (left, level) = len(colors), place
    low, high = level - side / 2, level + side / 2
    xs = left + side * (np.arange(count)[:, None] + np.array([0, 1, 1, 0]))
    corners = _data(axes, box, xs, np.array([low, low, high, high]))
    right = left + side * count
    around = _data(axes, box, [left, right, right, left, left], [low, low, high, high, low])
    return (
        Polygons(corners.reshape(-1, 2), 4 * np.arange(count), np.arange(count), colors),
        Line(around, outline, 1.5, crisp=True),
    )


def _data(axes: Axes, box: Box, x: ArrayLike, y: ArrayLike) -> Array:
    """Return places of the frame in the coordinates of the axes that fill a box."""
    across = (np.asarray(x) - box.left) / box.width
    up = (np.asarray(y) - box.bottom) / box.height
    return np.stack(np.broadcast_arrays(_values(axes.x, across), _values(axes.y, up)), axis=-1)


def _values(axis: Axis, fractions: Array) -> Array:
    return np.asarray(np.vectorize(axis.value, otypes=[float])(fractions))
