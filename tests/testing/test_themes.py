"""The published check of themes: ours pass it, and it finds what is wrong with another."""

from __future__ import annotations

import dataclasses

import pytest

from vizgd.drawing.theme import LIGHT, THEMES
from vizgd.testing import check_theme


@pytest.mark.parametrize("name", list(THEMES))
def test_every_theme_passes(name):
    check_theme(THEMES[name])


WRONG_THEMES = [
    ({"runs": (LIGHT.runs[0], dataclasses.replace(LIGHT.runs[1], color=LIGHT.runs[0].color))}, "look alike"),
    ({"muted": LIGHT.grid}, "muted text has a contrast"),
    ({"surface_map": (*LIGHT.surface_map, LIGHT.surface_map[0])}, "back and forth"),
]


@pytest.mark.parametrize(("changed", "said"), WRONG_THEMES, ids=[row[1] for row in WRONG_THEMES])
def test_a_wrong_theme_is_found_out(changed, said):
    with pytest.raises(AssertionError, match=said):
        check_theme(dataclasses.replace(LIGHT, **changed))
