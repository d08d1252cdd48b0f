"""Renderers: functions that draw a storyboard and push its frames to a sink."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from vizgd.base.registry import Entry, Registry, lazily
from vizgd.drawing.region import Region
from vizgd.renderers.manim_import import load_manim_renderer


class Sink(Protocol):
    """Takes frames: an encoder, or a test."""

    def write(self, rgba: Any, *, repeat: int = 1, changed: Sequence[Region] | None = None) -> None:
        """Take one frame, uint8 ``(height, width, 4)``, to be shown for ``repeat`` frames.

        ``changed`` are the regions in which it differs from the frame before; None where they are not known.
        """


def _renderers() -> Mapping[str, Entry[Any]]:
    return {
        "matplotlib": Entry(lazily("vizgd.renderers.matplotlib.renderer:draw"), "a film in seconds"),
        "manim": Entry(load_manim_renderer, "a film as Manim draws it; needs the extra manim"),
    }


RENDERERS: Registry[Any] = Registry("renderer", "vizgd.renderers", _renderers)
