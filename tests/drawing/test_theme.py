"""Colors that every viewer can tell apart and read."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from vizgd.drawing.theme import THEMES
from vizgd.testing.themes import VISIONS, lab
from vizgd.views.maps.basins import FADED


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", list(THEMES))
def test_regions_of_a_map_differ_for_every_vision_as_long_as_they_fade_alike(name, vision):
    theme = THEMES[name]
    ground = np.array(theme.panel)
    for fade in (0.0, FADED / 2, FADED):
        colors = [*((1 - fade) * np.array(theme.regions) + fade * ground), ground, np.array(theme.text)]
        labs = [lab(tuple(color), vision) for color in colors]
        apart = [np.linalg.norm(a - b) for a, b in itertools.combinations(labs, 2)]
        first = [np.linalg.norm(a - b) for a, b in itertools.combinations([*labs[:4], *labs[6:]], 2)]
        assert min(apart) > 8
        assert min(first) > 16


def test_more_runs_than_colors_differ_in_dash():
    theme = THEMES["light"]
    styles = [theme.run(index) for index in range(24)]
    assert len({(style.color, style.dash) for style in styles}) == 24
