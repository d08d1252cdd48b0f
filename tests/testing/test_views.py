"""The published check of views: ours pass it, and it finds what is wrong with another."""

from __future__ import annotations

import dataclasses

import pytest

from vizgd.comparisons.gallery import GALLERY
from vizgd.drawing.panel import Box, Panel
from vizgd.testing import check_view
from vizgd.views import VIEWS
from vizgd.views.view import View

SHOWN_BY = {"curve": "descent-1d", "data": "batch-sizes", "decision": "neural-network"}
"""Comparisons for the views that do not show a bowl of two parameters."""


@pytest.mark.parametrize("name", list(VIEWS))
def test_every_view_passes(name):
    shown = GALLERY[SHOWN_BY[name]] if name in SHOWN_BY else None
    check_view(VIEWS[name](), shown)


@dataclasses.dataclass(frozen=True)
class Empty(View):
    def panels(self, subject, boxes):
        del subject
        return tuple(Panel("nothing", box, ()) for box in boxes)


@dataclasses.dataclass(frozen=True)
class Outside(View):
    def panels(self, subject, boxes):
        del subject, boxes
        return (Panel("outside", Box(-100, 0, 10, 10), ()),)


@pytest.mark.parametrize(("view", "said"), [(Empty, "next to nothing"), (Outside, "outside of the frame")])
def test_a_wrong_view_is_found_out(view, said):
    with pytest.raises(AssertionError, match=said):
        check_view(view())
