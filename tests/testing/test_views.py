"""The published check of views: ours pass it, and it finds what is wrong with another."""

from __future__ import annotations

import dataclasses

import pytest

from vizgd.comparisons.gallery import GALLERY
from vizgd.drawing.panel import Axes, AxesStyle, Box, Panel
from vizgd.drawing.theme import LIGHT
from vizgd.drawing.ticks import linear_axis
from vizgd.testing import check_view
from vizgd.views import VIEWS
from vizgd.views.view import Study, View

SHOWN_BY = {
    "curve": "descent-1d",
    "data": "batch-sizes",
    "decision": "neural-network",
    "activations": "neural-network",
    "stability": "bowl",
}
"""Comparisons for the views that do not show a bowl of two parameters."""


@pytest.mark.parametrize("name", list(VIEWS))
def test_every_view_passes(name):
    shown = GALLERY[SHOWN_BY[name]] if name in SHOWN_BY else None
    check_view(VIEWS[name](), shown)


class Nothing(Study):
    def panel(self, box):
        return Panel("nothing", box, ())


class Elsewhere(Study):
    def panel(self, box):
        del box
        return Panel("outside", Box(-100, 0, 10, 10), ())


class Unmeasured(Study):
    """Draws axes that it has not told of."""

    def panel(self, box):
        style = AxesStyle(*[LIGHT.panel, LIGHT.spine, LIGHT.grid, LIGHT.text], 26.0, 29.0, 29.0)
        return Panel("unmeasured", box, (), Axes(linear_axis((0, 1)), linear_axis((0, 1), "height"), style))


@dataclasses.dataclass(frozen=True)
class Given(View):
    made: type[Study] = Nothing

    def study(self, subject):
        del subject
        return [self.made()]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (Nothing, "next to nothing"),
        (Elsewhere, "outside of the frame"),
        (Unmeasured, "writes outside of the frame"),
    ],
)
def test_a_wrong_view_is_found_out(made, said):
    with pytest.raises(AssertionError, match=said):
        check_view(Given(made))
