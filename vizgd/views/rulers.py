"""The axes of a panel, with as many ticks as its box has room for."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np

from vizgd.drawing.panel import Axis, Box
from vizgd.drawing.ticks import axis
from vizgd.drawing.typeset import measured
from vizgd.views.view import Subject

APART = 0.5
"""How far apart the labels of two ticks are at least, in sizes of their text."""


FEWEST = 3
"""So many ticks are tried at least, where their labels have room."""


def level_axis(
    subject: Subject,
    box: Box,
    limits: tuple[float, float],
    label: str,
    *,
    scale: Literal["linear", "log"] = "linear",
    every: float = 105.0,
    more: int = 0,
    integer: bool = False,
) -> Axis:
    """Return an axis along the bottom of a box, a tick in about ``every`` so many units, and ``more``."""
    most = max(FEWEST, round(box.width / every) + more)
    return fitted_axis(scale, limits, label, most, (box.width, subject.theme.tick_size), integer=integer)


def upright_axis(
    subject: Subject,
    box: Box,
    limits: tuple[float, float],
    label: str,
    *,
    scale: Literal["linear", "log"] = "linear",
    every: float = 75.0,
    more: int = 0,
) -> Axis:
    """Return an axis along the left of a box."""
    most = max(FEWEST, round(box.height / every) + more)
    return fitted_axis(scale, limits, label, most, (box.height, subject.theme.tick_size), upright=True)


def fitted_axis(
    scale: Literal["linear", "log"],
    limits: tuple[float, float],
    label: str,
    most: int,
    room: tuple[float, float],
    *,
    upright: bool = False,
    integer: bool = False,
) -> Axis:
    """Return an axis of either scale with as many ticks, up to about ``most``, as have room for their labels.

    ``room`` is how long the axis is and how large its labels are; an ``upright`` axis has them above one
    another. Where fewer ticks are not round, some of those that are are left out, down to one.
    """
    length, size = room

    def fits(one: Axis) -> bool:
        places = length * one.fraction(np.array(one.ticks))
        wide = [1.0 * size if upright else measured(text, size)[0] for text in one.tick_labels]
        needed = [(a + b) / 2 + APART * size for a, b in pairwise(wide)]
        return bool((np.diff(places) >= needed).all())

    for count in range(most, 1, -1):
        found = axis(scale, limits, label, count, integer=integer)
        if len(found.ticks) > 1 and fits(found):
            return found
    usual = axis(scale, limits, label, most, integer=integer)
    thinned = (
        replace(usual, ticks=usual.ticks[::stride], tick_labels=usual.tick_labels[::stride])
        for stride in range(1, len(usual.ticks) + 1)
    )
    return next((one for one in thinned if fits(one)), usual)
