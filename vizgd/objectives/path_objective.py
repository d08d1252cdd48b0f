"""An objective that is known only along recorded paths: it has no landscape to draw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from vizgd.objectives.objective import Array, Objective


def objective_of_paths(name: str, domain: Array, **known: Any) -> Objective:
    """Return an objective that is nan everywhere, over a domain ``(d, 2)``, with other facts about it."""
    box = tuple((low, high) for low, high in domain.tolist())
    return Objective(name=name, value=_no_value, gradient=_no_gradient, domain=box, **known)


def objective_around(paths: Sequence[Array]) -> Objective:
    """Return an objective known only along paths ``(n + 1, d)``, over the box that holds them."""
    places = np.concatenate(paths).astype(np.float64)
    low, high = places.min(axis=0), places.max(axis=0)
    room = np.where(high > low, 0.0, np.maximum(1.0, np.abs(low)))
    domain = np.clip([low - room, high + room], -1e300, 1e300).T
    names = ("x", "y") if len(domain) <= 2 else tuple(f"x{i + 1}" for i in range(len(domain)))
    return objective_of_paths("recorded", domain, variables=names)


def has_landscape(objective: Objective) -> bool:
    """Return whether an objective can be evaluated everywhere, not only along recorded paths."""
    return objective.value is not _no_value


def _no_value(points: Array) -> Array:
    return np.full(np.shape(points)[:-1], math.nan)


def _no_gradient(points: Array) -> Array:
    return np.full(np.shape(points), math.nan)
