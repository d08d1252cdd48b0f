"""Checks of what must hold for every theme: all viewers can distinguish and read its colors."""

from __future__ import annotations

import itertools

import numpy as np

from vizgd.drawing.marks import Color
from vizgd.drawing.theme import Theme, blended
from vizgd.objectives.objective import Array

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISIONS = {
    "usual vision": np.eye(3),
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
APART = 18.0
"""Steps of CIELAB between the colors of two runs."""


def check_theme(theme: Theme) -> None:
    """Check that the colors of a theme can be told apart and read, also without red or green cones.

    Runs are 18 steps of CIELAB from one another and from the stars of minima, and differ in dash and marker;
    text has a contrast of 7 with its background, muted text of 4.5 and runs of 3; and color maps change
    lightness in one direction.

    Parameters
    ----------
    theme : Theme

    Raises
    ------
    AssertionError
        With a sentence that says which of these does not hold.
    """
    for vision in VISIONS:
        colors = {f"run {number}": style.color for number, style in enumerate(theme.runs)}
        for (one, a), (other, b) in itertools.combinations({**colors, "the star": theme.minimum}.items(), 2):
            apart = float(np.linalg.norm(lab(a, vision) - lab(b, vision)))
            assert apart > APART, f"{one} and {other} look alike in {vision}: {apart:.1f} steps of CIELAB"
    assert len({style.dash for style in theme.runs}) == len(theme.runs), "two runs have the same dash"
    assert len({style.marker for style in theme.runs}) == len(theme.runs), "two runs have the same marker"
    for name, ground in (("background", theme.background), ("panel", theme.panel)):
        for what, color, least in (
            ("text", theme.text, 7.0),
            ("muted text", theme.muted, 4.5),
            *((f"run {number}", style.color, 3.0) for number, style in enumerate(theme.runs)),
        ):
            found = contrast(color, ground)
            assert found >= least, f"{what} has a contrast of {found:.1f} with the {name}, not {least:g}"
    for name in ("contour_map", "surface_map"):
        shades = blended(getattr(theme, name), np.linspace(0.0, 1.0, 30))
        steps = np.diff([lab(color, "usual vision")[0] for color in map(tuple, shades)])
        assert (steps > 0).all() or (steps < 0).all(), f"the {name} goes back and forth in lightness"


def lab(color: Color, vision: str) -> Array:
    """Return a color in CIELAB, as seen by a kind of vision."""
    xyz = TO_XYZ @ np.clip(VISIONS[vision] @ _linear(color), 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of the Web Content Accessibility Guidelines."""
    light, dark = sorted((float(TO_XYZ[1] @ _linear(color)) for color in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _linear(color: Color) -> Array:
    channels = np.array(color[:3])
    return np.asarray(np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4))
