"""A window on a landscape that follows a run's point and zooms with its steps.

There is a window for each iterate, around all that is drawn at it; between two it glides with the run. What
it shows is placed in it by tables over the frames of the film, contours when they are asked for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.clock import Clock
from vizgd.drawing.marks import Panned, Track
from vizgd.objectives.objective import Array, Objective

FILLED = 0.7
"""How far from the middle of a window, as a part of the way to its edge, what is drawn in it reaches."""
AROUND = 2
"""A window is wide enough for the steps so near before and after, too, so that it does not jump."""
SMALLEST, LARGEST = 1e-9, 0.75
"""The half width of a window, in sizes of the coordinates and of the domain, at least and at most."""
MOST_WINDOWS, MOST_VALUES = 300, 1 << 20
"""For so many groups of steps, at most, contours are made, from so many values of the objective in all."""
POINTS, FEWEST_POINTS = 49, 17
"""Along each side of what the windows of a group show."""
LINES = 9
"""So many contours cross a window, about."""


@dataclass(frozen=True, eq=False)
class Windows:
    """The windows of a run, in each of which x goes from -reach[0] to reach[0] and y likewise.

    Parameters
    ----------
    clock : Clock
    run : int
    middles : array, shape (n + 1, 2)
        Where the middle of the window is at each iterate.
    halves : array, shape (n + 1, 2)
        What of x and of y is as long as one in it.
    reach : array, shape (2,)
    """

    clock: Clock
    run: int
    middles: Array
    halves: Array
    reach: Array

    @cached_property
    def positions(self) -> Array:
        """The run's positions in the frames that move, real-valued."""
        return self.clock.positions(self.run, self.clock.moments)

    @cached_property
    def steps(self) -> NDArray[np.intp]:
        """From which iterate the run goes in each frame."""
        return np.floor(self.positions).astype(np.intp)

    @cached_property
    def _now(self) -> tuple[Array, Array]:
        """The middle of the window and its unit in each frame."""
        after = np.minimum(self.steps + 1, len(self.middles) - 1)
        share = (self.positions - self.steps)[:, None]
        middles = (1.0 - share) * self.middles[self.steps] + share * self.middles[after]
        halves = self.halves[self.steps] ** (1.0 - share) * self.halves[after] ** share
        return middles, halves

    @property
    def units(self) -> Array:
        """What of x and y is one in the window of each frame, shape (frames, 2)."""
        return self._now[1]

    def at_iterates(self, places: Array) -> Array:
        """Return places at each iterate ``(n + 1, 2)`` as they are in its window."""
        return (places - self.middles) / self.halves

    def from_iterates(self, rows: Array) -> Track:
        """Return what is at each iterate, in its window, as it moves over the film."""
        return self.from_frames(rows[self.steps])

    def from_frames(self, rows: Array) -> Track:
        """Return what is in each frame in the window of the run's iterate, as it moves over the film."""
        return self.over_film(rows * self.halves[self.steps] + self.middles[self.steps])

    def over_film(self, places: Array) -> Track:
        """Return places in each frame, ``(frames, 2)`` or ``(frames, m, 2)``, as they are in its window."""
        middles, halves = self._now
        if places.ndim == 3:
            middles, halves = middles[:, None], halves[:, None]
        return Track(None, (places - middles) / halves, density=len(self.steps) - 1, nearest=True)

    def contours(self, objective: Objective) -> Track:
        """Return the contours that cross the window in each frame."""
        groups = self._groups()
        points = POINTS
        count = int(groups[-1]) + 1
        if objective.dimension > 2 or count * points**2 > MOST_VALUES:
            points = max(FEWEST_POINTS, min(points, math.isqrt(MOST_VALUES // count)))
        middles, halves = self._now
        rows = []
        for group in range(count):
            own = groups == group
            reach = halves[own] * self.reach
            low, high = (middles[own] - reach).min(axis=0), (middles[own] + reach).max(axis=0)
            rows.append(contour_lines(objective, low, high, points))
        return Track(
            None,
            Panned(tuple(rows), groups, -middles / halves, 1.0 / halves),
            density=len(self.steps) - 1,
            nearest=True,
        )

    def _groups(self) -> NDArray[np.intp]:
        """Return to which of some groups of steps each frame belongs."""
        _, steps = np.unique(self.steps, return_inverse=True)
        count = int(steps[-1]) + 1
        return np.asarray(steps * min(count, MOST_WINDOWS) // count, dtype=np.intp)


def windows_around(
    clock: Clock, run: int, places: Array, ends: Sequence[Array], domain: Array, shape: tuple[Array, Array]
) -> Windows:
    """Return windows around what is drawn at each iterate.

    Parameters
    ----------
    clock : Clock
    run : int
    places : array, shape (n + 1, 2)
        Its iterates.
    ends : sequence of arrays, shape (n + 1, 2)
        What else each of them shows, nan for nothing.
    domain : array, shape (2, 2)
        What is drawn of the objective elsewhere: its scale.
    shape : pair of arrays, shape (2,)
        What of x and y is equally long, and how far windows reach in that.
    """
    unit, reach = shape
    after = np.concatenate([places[1:], places[-1:]])
    shown = np.stack([places, after, *ends])
    shown = np.where(np.isfinite(shown), shown, np.where(np.isfinite(places), places, 0.0))
    low, high = shown.min(axis=0), shown.max(axis=0)
    span = np.ptp(domain, axis=1)
    sizes = ((high - low) / 2 / (unit * reach)).max(axis=1) / FILLED
    sizes = _widest_near(sizes)
    largest = LARGEST * float((span / unit / reach).max())
    smallest = SMALLEST * max(float(np.abs(domain / unit[:, None]).max()), 1e-300)
    sizes = np.clip(np.where(sizes > 0.0, sizes, largest / 8), smallest, largest)
    middles = (low + high) / 2
    # Where steps are longer than windows are wide, it is the point that is seen.
    far = (np.abs(middles - places) > sizes[:, None] * unit * reach * FILLED).any(axis=1)
    middles = np.where(far[:, None], places, middles)
    return Windows(clock, run, middles, sizes[:, None] * unit, reach)


def _widest_near(sizes: Array) -> Array:
    """Return the largest of the sizes around each, drawn together where they differ much."""
    padded = np.pad(sizes, AROUND, mode="edge")
    near = np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND + 1)
    return np.asarray(near.max(axis=1))


def contour_lines(objective: Objective, low: Array, high: Array, points: int) -> Array:
    """Return the contours of a part of a landscape at multiples of a round number, nan between them."""
    from contourpy import LineType, contour_generator

    nothing = np.full((1, 2), np.nan)
    if not (np.isfinite([low, high]).all() and (high > low).all()):
        return nothing
    xs, ys = (np.linspace(*ends, points) for ends in zip(low, high, strict=True))
    with np.errstate(all="ignore"):
        values = np.asarray(objective.value(np.stack(np.meshgrid(xs, ys), axis=-1)), dtype=float)
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return nothing
    bottom, top = float(finite.min()), float(finite.max())
    gap = round_below((top - bottom) / LINES) if top > bottom and math.isfinite(top - bottom) else 0.0
    if gap <= 1e-12 * max(abs(bottom), abs(top)):
        return nothing
    generator: Any = contour_generator(
        xs, ys, np.ma.masked_invalid(values), line_type=LineType.Separate, corner_mask=True
    )
    at = gap * np.arange(math.ceil(bottom / gap), math.floor(top / gap) + 1)
    lines = [part for level in at for line in generator.lines(level) for part in (line, nothing)]
    return np.concatenate(lines) if lines else nothing


def round_below(value: float) -> float:
    """Return the next number below of 1, 2 and 5 times a power of ten.

    >>> round_below(0.37), round_below(60.0)
    (0.2, 50.0)
    """
    power = math.floor(math.log10(value))
    digit = max(digit for digit in (1, 2, 5) if digit * 10.0**power <= value or digit == 1)
    return float(f"{digit}e{power}")
