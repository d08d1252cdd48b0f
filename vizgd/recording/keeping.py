"""How much is kept of long runs: everything where there is room, else what can be drawn of them.

A run that has too little room keeps, of its terms, the step and those that are one number; where that is not
enough, every k-th iterate.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PIECE = 1 << 20
"""Numbers that are taken before they are judged and thinned out, where not all are kept."""
NUMBER = 8
"""Bytes."""
DRAWN = 40
"""Numbers that a film makes of one iterate beside what is recorded: its places in panels and in the frame."""

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Keeping:
    """What is kept of a run: every how many-th iterate, and which of its terms."""

    every: int
    terms: tuple[str, ...]


def keeping_for(room: float, steps: int, dimension: int, shapes: Shapes) -> Keeping:
    """Return what is kept of a run of so many steps in so many bytes.

    Parameters
    ----------
    room : float
        In bytes, for what is kept and for what is drawn of it; infinite where everything is to be kept.
    steps, dimension : int
    shapes : mapping of str to tuple of int
        Of each term in one step.
    """
    for names in (tuple(shapes), few(shapes)):
        needed = NUMBER * steps * (numbers_of(dimension, shapes, names) + DRAWN)
        if needed <= room:
            return Keeping(1, names)
    # Odd, for a run that jumps to and fro to be seen doing so.
    return Keeping(math.ceil(needed / max(room, 1.0)) | 1, few(shapes))


def few(shapes: Shapes) -> tuple[str, ...]:
    """Return which terms are kept where there is little room."""
    return tuple(name for name, shape in shapes.items() if not shape or name in ("step", "learning_rate"))


def numbers_of(dimension: int, shapes: Shapes, names: Iterable[str]) -> int:
    """Return how many numbers are kept of one step."""
    return 2 * dimension + 2 + sum(math.prod(shapes[name]) for name in names)


def piece_of(steps: int, numbers: int) -> int:
    """Return how many steps, each of so many numbers, are taken before they are judged and thinned out."""
    return min(steps, max(1, PIECE // numbers))
