"""Colors that every viewer can tell apart and read."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from vizgd.theme import THEMES, blended

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISIONS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def _linear(color):
    color = np.array(color[:3])
    return np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)


def _lab(color, vision):
    xyz = TO_XYZ @ np.clip(VISIONS[vision] @ _linear(color), 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _contrast(one, other):
    """Return the contrast ratio of the Web Content Accessibility Guidelines."""
    light, dark = sorted((float(TO_XYZ[1] @ _linear(c)) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", list(THEMES))
def test_runs_differ_in_color_for_every_vision(name, vision):
    theme = THEMES[name]
    labs = [_lab(style.color, vision) for style in theme.runs]
    nearest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(labs, 2))
    assert nearest > 18
    star = _lab(theme.minimum, vision)
    assert min(np.linalg.norm(lab - star) for lab in labs) > 18


@pytest.mark.parametrize("name", list(THEMES))
def test_runs_also_differ_in_dash_and_marker(name):
    runs = THEMES[name].runs
    assert len({style.dash for style in runs}) == len(runs)
    assert len({style.marker for style in runs}) == len(runs)


def test_more_runs_than_colors_differ_in_dash():
    theme = THEMES["light"]
    styles = [theme.run(index) for index in range(24)]
    assert len({(style.color, style.dash) for style in styles}) == 24


@pytest.mark.parametrize("name", list(THEMES))
def test_text_and_runs_stand_out_from_their_ground(name):
    theme = THEMES[name]
    for ground in (theme.background, theme.panel):
        assert _contrast(theme.text, ground) >= 7
        assert _contrast(theme.muted, ground) >= 4.5
        for style in theme.runs:
            assert _contrast(style.color, ground) >= 3


@pytest.mark.parametrize("name", list(THEMES))
def test_the_color_map_goes_one_way(name):
    theme = THEMES[name]
    for colors in (theme.contour_map, theme.surface_map):
        lightness = [_lab(color, "usual")[0] for color in blended(colors, np.linspace(0, 1, 30))]
        steps = np.diff(lightness)
        assert (steps > 0).all() or (steps < 0).all()
