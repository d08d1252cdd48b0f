"""Colors that every viewer can tell apart and read."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from vizgd.drawing.theme import DASHES, THEMES
from vizgd.optimizers.formula import Role
from vizgd.testing.themes import VISIONS, contrast, lab
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


def test_more_runs_than_colors_differ_in_dash_and_the_first_eight_all_do():
    theme = THEMES["light"]
    styles = [theme.run(index) for index in range(24)]
    assert len({(style.color, style.dash) for style in styles}) == 24
    assert len({style.dash for style in styles[: len(DASHES)]}) == len(DASHES) == 8
    assert len({(style.color, style.marker) for style in styles}) == 24


@pytest.mark.parametrize("count", [1, 4, 8, 16])
def test_runs_of_a_theme_with_more_or_fewer_colors_have_their_own_dashes_too(count):
    styles = tuple(
        replace(THEMES["light"].runs[0], color=(k / 16, 0, 0, 1), dash=(9.0, k)) for k in range(count)
    )
    theme = replace(THEMES["light"], runs=styles)
    assert [theme.run(index, 40).dash for index in range(count)] == [style.dash for style in styles]
    taken = [(style.color, style.dash) for style in map(theme.run, range(8 * count))]
    assert len(set(taken)) == 8 * count


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", list(THEMES))
def test_roles_differ_from_one_another_and_from_runs_for_every_vision(name, vision):
    theme = THEMES[name]
    colors = {style.role: style.color for style in theme.roles}
    others = [style.color for style in theme.runs] + [theme.minimum]
    for one, other in itertools.combinations(colors.values(), 2):
        assert np.linalg.norm(lab(one, vision) - lab(other, vision)) > 13
    for one, other in itertools.product(colors.values(), others):
        assert np.linalg.norm(lab(one, vision) - lab(other, vision)) > 13


@pytest.mark.parametrize("name", list(THEMES))
def test_roles_are_those_of_formulas_and_differ_in_shape(name):
    theme = THEMES[name]
    assert {style.role for style in theme.roles} == {*get_args(Role)}
    assert len({(style.width, style.barbs) for style in theme.roles}) == len(theme.roles)
    for style in theme.roles:
        least = 4.5 if style.role in {"gradient", "momentum", "step"} else 3.0
        assert contrast(style.color, theme.panel) >= least
    assert theme.role(None).color == theme.muted
