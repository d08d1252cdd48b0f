"""The theme that mobjects take when they are given none: that of the scene they are made in."""

from __future__ import annotations

from contextvars import ContextVar

from vizgd.drawing.theme import DARK, THEMES, Theme

_current: ContextVar[Theme] = ContextVar("theme of the scene", default=DARK)


def theme_of(theme: str | Theme | None) -> Theme:
    """Return a theme that may be given by name; None is that of the scene that was made last, or dark."""
    if theme is None:
        return _current.get()
    return theme if isinstance(theme, Theme) else THEMES[theme]


def set_scene_theme(theme: Theme) -> None:
    """Give a theme to what is made from now on. Manim makes its scenes one after another."""
    _current.set(theme)
