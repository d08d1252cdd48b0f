"""Scenes have the colors of comparisons."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from vizgd.drawing.theme import THEMES
from vizgd.manim import role_color
from vizgd.optimizers.formula import Role


@pytest.mark.parametrize("theme", list(THEMES))
@pytest.mark.parametrize("role", get_args(Role))
def test_a_role_has_the_color_that_it_has_in_comparisons(role, theme):
    np.testing.assert_allclose(
        role_color(role, theme).to_rgb(), THEMES[theme].role(role).color[:3], atol=1e-9
    )


def test_the_theme_is_the_scenes():
    assert role_color("gradient") == role_color("gradient", "dark")
    assert role_color("nothing", "light").to_hex() == "#5A6270"
