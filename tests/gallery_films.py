"""Storyboards and frames for the tests of what is drawn."""

from __future__ import annotations

from functools import cache

import numpy as np

import vizgd as vg
from vizgd.comparisons.gallery import GALLERY
from vizgd.comparisons.resolving import resolved
from vizgd.storyboard.look import Look
from vizgd.storyboard.planning import plan
from vizgd.storyboard.storyboard import Storyboard

NAMES = list(GALLERY)


@cache
def storyboard(
    name: str, theme: str = "light", size: tuple[int, int] = (960, 540), seconds: float | None = None
) -> Storyboard:
    """Return the storyboard of a gallery comparison."""
    return plan(resolved(GALLERY[name]), Look(size=size, theme=theme, seconds=seconds))


def planned(comparison: vg.Comparison, size: tuple[int, int] = (960, 540), **look) -> Storyboard:
    """Return the storyboard of any comparison, a few seconds long."""
    return plan(resolved(comparison), Look(size=size, **({"seconds": 4.0} | look)))


def first_middle_last(board: Storyboard) -> tuple[int, int, int]:
    """Return the numbers of three frames."""
    clock = board.clock
    return 0, clock.intro + clock.run // 2, clock.frames - 1


def in_pixels(board: Storyboard, places: np.ndarray) -> np.ndarray:
    """Return places in frame units as pixels from the top left, x and y."""
    scale = np.sqrt(board.size[0] * board.size[1] * 9 / 16) / 1000
    flipped = np.asarray(places, dtype=float) * scale
    flipped[..., 1] = board.size[1] - flipped[..., 1]
    return flipped


def as_numbers(pixels: np.ndarray) -> np.ndarray:
    """Return each pixel, 8-bit channels ``(..., 4)``, as one number: equality is found five times as fast."""
    return np.ascontiguousarray(pixels).view(np.uint32)[..., 0]
