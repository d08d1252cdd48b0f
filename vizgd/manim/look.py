"""What the blocks share: themes by name, sizes in Manim's units, and references that copies keep."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Generic, TypeVar

import numpy as np
from manim import ManimColor

from vizgd.drawing.marks import Color
from vizgd.drawing.theme import DARK, THEMES, Theme
from vizgd.objectives.objective import Array

T = TypeVar("T")
UNIT = 0.008
"""A thousandth of the frame's height, in which themes measure: Manim's frame is 8 units high."""


_scenes: ContextVar[Theme] = ContextVar("theme of the scene", default=DARK)


def theme_of(theme: str | Theme | None) -> Theme:
    """Return a theme that may be given by name; None is that of the scene that was made last, or dark."""
    if theme is None:
        return _scenes.get()
    return theme if isinstance(theme, Theme) else THEMES[theme]


def begin_scene(theme: Theme) -> None:
    """Let what is made from now on have a theme. Manim makes its scenes one after another."""
    _scenes.set(theme)


def ink(color: Color) -> ManimColor:
    """Return a theme's color as one of Manim's."""
    return ManimColor(np.array(color[:3]))


def stroke(width: float) -> float:
    """Return the stroke width of a line that is so many thousandths of the frame's height wide."""
    return 0.8 * width


def straight(starts: Array, ends: Array) -> Array:
    """Return straight segments ``(n, 3)`` to ``(n, 3)`` as Manim's points ``(4 n, 3)``."""
    weights = np.array([0.0, 1 / 3, 2 / 3, 1.0])[:, None]
    return np.asarray((starts[:, None] + weights * (ends - starts)[:, None]).reshape(-1, 3))


def polyline(corners: Array) -> Array:
    """Return a polyline ``(n, 3)``, broken at nan, as Manim's points."""
    points = straight(corners[:-1], corners[1:]).reshape(-1, 4, 3)
    return np.asarray(points[np.isfinite(points).all(axis=(1, 2))].reshape(-1, 3))


class Link(Generic[T]):
    """Refers to something that a copy shares with its original, unless it was copied along with it."""

    __slots__ = ("target",)  # and no more, so that Manim's hash of a scene does not walk through it

    def __init__(self, target: T) -> None:
        self.target = target

    def __deepcopy__(self, memo: dict[int, Any]) -> Link[T]:
        return Link(memo.get(id(self.target), self.target))
