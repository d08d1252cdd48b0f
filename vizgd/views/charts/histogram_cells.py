"""A histogram that changes, in a box of its own: its words above, the ticks beneath."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from vizgd.drawing.marks import Color, Line, Mark, Polygons, Text, Track, faded
from vizgd.drawing.panel import GRID_WIDTH, SPINE_WIDTH, Box, filled_box
from vizgd.drawing.ticks import linear_axis
from vizgd.drawing.typeset import measured
from vizgd.objectives.objective import Array
from vizgd.views.charts.histograms import Histogram, LayerHistograms, percent
from vizgd.views.view import Subject

HEAD = 0.94
"""How much of its box the largest bar takes."""
OUTLINE = 4.0
LINE = 1.3
"""From one row of words to the next, in sizes of their text."""
TICKS = 1.5
"""The height of the ticks with their labels likewise."""
WORDS_APART = 1.0
"""Between what stands at the left and at the right of a row, likewise."""


def rows_of_words(shown: LayerHistograms, size: float, width: float) -> int:
    """Return in how many rows the words of a layer have room, set in a size above a cell of some width."""
    layer = measured(f"layer {shown.layer}", size, bold=True)[0]
    return 1 if layer + WORDS_APART * size + _said_width(shown, size) <= width else 2


def _said_width(shown: LayerHistograms, size: float) -> float:
    return max(measured(text, size)[0] for text in set(shown.said))


@dataclass(frozen=True, eq=False)
class Cell:
    """Where the histograms of a layer are drawn, under one or two rows of words."""

    subject: Subject
    box: Box
    shown: LayerHistograms
    rows: int

    def still(self) -> list[Mark]:
        """Return what does not move: ground and axis, and the layer's name."""
        theme, box, inner, size = self.subject.theme, self.box, self._inner, self._size
        x = linear_axis(self.shown.filled.limits, most=4)
        places = inner.left + inner.width * x.fraction(np.array(x.ticks))
        marks: list[Mark] = [filled_box(inner, theme.panel)]
        for place, label in zip(places.tolist(), x.tick_labels, strict=True):
            ends = np.array([(place, inner.bottom), (place, inner.top)])
            marks.append(Line(ends, theme.grid, GRID_WIDTH, crisp=True))
            half = measured(label, size)[0] / 2
            middle = min(max(place, box.left + half), box.right - half)
            marks.append(self._text(middle, inner.bottom - 0.85 * size, label, theme.text, "center"))
        first = box.top - LINE * size / 2
        return [*marks, self._text(box.left, first, f"layer {self.shown.layer}", theme.text, bold=True)]

    def moving(self) -> list[Mark]:
        """Return the bars, and what is said of them."""
        theme, box, inner, shown, size = self.subject.theme, self.box, self._inner, self.shown, self._size
        bars = self._skyline(shown.filled)
        moments = len(bars.values)
        color = faded(self.subject.style(shown.run).color, 0.75)
        one = np.zeros(1, dtype=np.intp)
        marks: list[Mark] = [Polygons(bars, one, one, np.array([color]))]
        if shown.outlined is not None:
            marks.append(Line(self._skyline(shown.outlined), theme.text, OUTLINE))
        floor = np.array([(inner.left, inner.bottom), (inner.right, inner.bottom)])
        marks.append(Line(floor, theme.spine, SPINE_WIDTH, crisp=True))
        notes: list[str | Track] = []
        if shown.zeros is not None:
            notes.append(Track(None, shown.zeros, density=moments - 1, nearest=True))
        if shown.cut:
            notes.append(f"cut at {percent(shown.ceiling)}")
        for number, text in enumerate(notes):
            place = inner.right - 0.3 * size, inner.top - (0.65 + LINE * number) * size
            marks.append(self._text(*place, text, theme.muted, "right", cased=True))
        said = Track(None, shown.said, density=moments - 1, nearest=True)
        if self.rows == 1:
            marks.append(self._text(box.right, box.top - LINE * size / 2, said, theme.text, "right"))
        else:
            marks.append(self._text(box.left, box.top - 1.5 * LINE * size, said, theme.text))
        return marks

    @cached_property
    def _size(self) -> float:
        """The size of its text: smaller where what is said has no room."""
        size = self.subject.theme.tick_size
        return size * min(1.0, self.box.width / max(_said_width(self.shown, size), 1.0))

    @cached_property
    def _inner(self) -> Box:
        size = self._size
        return self.box.inset(0.0, TICKS * size, 0.0, (LINE * self.rows + 0.15) * size)

    def _skyline(self, histogram: Histogram) -> Track:
        """Return the outline of bars at each moment, ``(moments, 2·bins + 2, 2)``."""
        inner = self._inner
        moments, bins = histogram.shares.shape
        edges = np.repeat(np.linspace(inner.left, inner.right, bins + 1), 2)
        heights = HEAD * inner.height * np.minimum(histogram.shares / self.shown.ceiling, 1.0)
        heights = np.pad(np.repeat(heights, 2, axis=1), ((0, 0), (1, 1)))
        xs: Array = np.broadcast_to(edges, heights.shape)
        return Track(None, np.stack([xs, inner.bottom + heights], axis=-1), density=moments - 1, nearest=True)

    def _text(
        self,
        x: float,
        y: float,
        text: str | Track,
        color: Color,
        horizontal: Literal["left", "center", "right"] = "left",
        *,
        bold: bool = False,
        cased: bool = False,
    ) -> Text:
        casing = self.subject.theme.panel if cased else None
        width = 5.0 if cased else 0.0
        place = np.array([x, y])
        return Text(
            place,
            text,
            self._size,
            color,
            horizontal,
            "center",
            bold=bold,
            casing=casing,
            casing_width=width,
        )
