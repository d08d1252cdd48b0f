"""Manim: the same storyboards as lecture video."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

BLOCKS = "vizgd.manim"


def __getattr__(name: str) -> Any:
    """Return a block for scenes of one's own, which were found here before, and say where they are now."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    blocks = import_module(BLOCKS)
    if name != "__all__" and name not in blocks.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    warnings.warn(
        f"{__name__} is {BLOCKS} now: write `from {BLOCKS} import {name}`", DeprecationWarning, stacklevel=2
    )
    return getattr(blocks, name)
