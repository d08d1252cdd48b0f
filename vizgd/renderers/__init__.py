"""Renderers: functions that draw a storyboard and push its frames to a sink."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Protocol

from vizgd.errors import MissingDependency
from vizgd.region import Region
from vizgd.registry import Entry, Registry, lazily


class Sink(Protocol):
    """Takes frames: an encoder, or a test."""

    def write(self, rgba: Any, *, repeat: int = 1, changed: Sequence[Region] | None = None) -> None:
        """Take one frame, uint8 ``(height, width, 4)``, to be shown for so many frames.

        ``changed`` says where it differs from the frame before; None where that is not known.
        """


def _renderers() -> Mapping[str, Entry[Any]]:
    return {
        "matplotlib": Entry(lazily("vizgd.renderers.matplotlib.reel:draw"), "a film in seconds"),
        "manim": Entry(_manim, "the look of a Manim video; needs the extra manim"),
    }


def _manim() -> Any:
    if find_spec("manim") is None:
        raise MissingDependency(
            "the Manim renderer needs Manim, which is not installed", hint=manim_install_line()
        )
    return lazily("vizgd.renderers.manim.reel:draw")()


def manim_install_line() -> str:
    """Return what to type to have Manim: on Linux and macOS a part of it is compiled."""
    before = {
        "linux": "sudo apt-get install libpango1.0-dev pkg-config && ",
        "darwin": "brew install cairo pango pkg-config && ",
    }
    return before.get(sys.platform, "") + "pip install 'vizgd[manim]'"


RENDERERS: Registry[Any] = Registry("renderer", "vizgd.renderers", _renderers)
