"""The key above a map: everything in it fits, however narrow the map is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizgd.drawing.marks import Polygons, Text, Track
from vizgd.drawing.panel import Axes, AxesStyle, Box
from vizgd.drawing.theme import LIGHT
from vizgd.drawing.ticks import linear_axis
from vizgd.drawing.typeset import measured
from vizgd.views.maps.keys import GAP, Item, Key

# Data coordinates are those of the frame, so that marks can be measured as they are.
BOX = Box(0.0, 0.0, 500.0, 300.0)
WORDS = st.text("abc def", min_size=1, max_size=25)
STYLE = AxesStyle(*[LIGHT.text] * 4, 20.0, 20.0, 20.0)
AXES = Axes(linear_axis((0.0, 500.0), "x", 3), linear_axis((0.0, 300.0), "y", 3), STYLE)
ITEMS = st.lists(st.tuples(st.integers(1, 4), WORDS), min_size=1, max_size=6)


def key(items, title=""):
    made = [Item(np.ones((count, 4)), Track(0, (text, text))) for count, text in items]
    return Key(LIGHT, tuple(made), title)


@given(items=ITEMS, width=st.floats(150, 500))
def test_swatches_and_words_are_above_the_axes_and_no_wider_than_the_room(items, width):
    made = key(items)
    marks = made.marks(AXES, BOX, width)
    swatches = [mark for mark in marks if isinstance(mark, Polygons)]
    words = [mark for mark in marks if isinstance(mark, Text)]
    assert len(swatches) == len(words) == len(items)
    middle = 250.0
    for swatch, text, (count, said) in zip(swatches, words, items, strict=True):
        low, high = swatch.vertices.min(axis=0), swatch.vertices.max(axis=0)
        right = text.xy[0] + measured(said, text.size)[0]
        assert middle - width / 2 - 1e-6 <= low[0]
        assert right <= middle + width / 2 + 1e-6
        assert low[1] >= 300.0
        assert high[1] <= 300.0 + made.height(width)
        assert high[0] < text.xy[0]
        assert high[0] - low[0] == pytest.approx(count * (high[1] - low[1]))


@given(items=ITEMS, width=st.floats(150, 500))
def test_a_title_stands_above_all_rows(items, width):
    plain, titled = key(items), key(items, "Where runs end")
    assert titled.height(width) == plain.height(width) + 1.3 * LIGHT.label_size
    title = next(mark for mark in titled.marks(AXES, BOX, width) if isinstance(mark, Text))
    assert title.text == "Where runs end"
    assert title.xy[1] >= 300.0 + plain.height(width) - 1e-6
    assert title.xy[1] + title.size * 0.3 < 300.0 + titled.height(width) + GAP
