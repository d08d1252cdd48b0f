"""An objective of which only paths are known: what was measured along them, and no landscape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from vizgd.objectives.objective import Array, Objective


def unseen(name: str, domain: Array, **known: Any) -> Objective:
    """Return an objective that is nan everywhere, over a domain ``(d, 2)``, with what else is known."""
    box = tuple((low, high) for low, high in domain.tolist())
    return Objective(name=name, value=_no_value, gradient=_no_gradient, domain=box, **known)


def unseen_around(paths: Sequence[Array]) -> Objective:
    """Return an objective over the box that holds paths ``(n + 1, d)``."""
    places = np.concatenate(paths).astype(np.float64)
    low, high = places.min(axis=0), places.max(axis=0)
    room = np.where(high > low, 0.0, np.maximum(1.0, np.abs(low)))
    domain = np.clip([low - room, high + room], -1e300, 1e300).T
    names = ("x", "y") if len(domain) <= 2 else tuple(f"x{i + 1}" for i in range(len(domain)))
    return unseen("recorded", domain, variables=names)


def is_unseen(objective: Objective) -> bool:
    """Return whether the landscape of an objective is not known."""
    return objective.value is _no_value


def _no_value(points: Array) -> Array:
    return np.full(np.shape(points)[:-1], math.nan)


def _no_gradient(points: Array) -> Array:
    return np.full(np.shape(points), math.nan)
