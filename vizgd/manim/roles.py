"""The colors by which comparisons tell what quantities stand for, for formulas and arrows of scenes."""

from __future__ import annotations

from manim import ManimColor

from vizgd.drawing.theme import Theme
from vizgd.manim.scene_theme import theme_of
from vizgd.manim.units import manim_color


def role_color(role: str, theme: str | Theme | None = None) -> ManimColor:
    """Return the color of a role.

    Parameters
    ----------
    role : str
        ``"gradient"``, ``"momentum"``, ``"second moment"``, ``"step"``, ``"learning rate"``, ``"model"`` or
        ``"decay"``; of others it is that of muted text.
    theme : str or Theme, optional
        By default that of the scene, or dark.
    """
    return manim_color(theme_of(theme).role(role).color)
