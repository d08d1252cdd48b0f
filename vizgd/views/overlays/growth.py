"""Arrows and names in steps that are played in parts: they grow in their beat, and some go with the next.

Their places are a table over the frames of the film, made from those at iterates.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.clock import Clock
from vizgd.drawing.marks import Track
from vizgd.objectives.objective import Array
from vizgd.views.overlays.acts import Showing


class Moments(NamedTuple):
    """In each frame, from which iterate a run goes, and how much of an arrow has grown: nan for nothing."""

    steps: NDArray[np.intp]
    grown: Array


def moments_of(clock: Clock, run: int, showing: Showing) -> Moments:
    """Return how much of an arrow, from 0 to 1, there is in each frame that moves."""
    steps = np.floor(clock.positions(run, clock.moments)).astype(np.intp)
    played = clock.played_of(run)
    beats = np.full(len(steps), math.inf) if played is None else played.beats(clock.moments)
    grown = np.clip((beats - showing.begin) / (showing.grown - showing.begin or 1e-9), 0.0, 1.0)
    there = (grown > 0.0) & ((beats < showing.until) | (beats == math.inf))
    return Moments(steps, np.where(there, grown, math.nan))


def growing_ends(clock: Clock, run: int, showing: Showing, tails: Array, heads: Array) -> tuple[Track, Track]:
    """Return where an arrow begins and ends in each frame; both ends are nan while it is not there.

    Parameters
    ----------
    clock : Clock
    run : int
    showing : Showing
    tails, heads : arrays, shape (n + 1, k)
        Its ends at each iterate.
    """
    steps, grown = moments_of(clock, run, showing)
    begin = np.where(np.isnan(grown)[:, None], math.nan, tails[steps])
    return _over_film(begin), _over_film(begin + grown[:, None] * (heads[steps] - tails[steps]))


def places_shown(clock: Clock, run: int, showing: Showing, places: Array) -> Track:
    """Return where a name or another mark is in each frame, from when its arrow is as long as it will be."""
    steps, grown = moments_of(clock, run, showing)
    there = (grown >= 1.0).reshape(-1, *[1] * (places.ndim - 1))
    return _over_film(np.where(there, places[steps], math.nan))


def _over_film(rows: Array) -> Track:
    return Track(None, rows, density=len(rows) - 1, nearest=True)
