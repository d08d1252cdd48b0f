"""Whether a function and its gradient are smooth around a point or jump there, judged by their values."""

from __future__ import annotations

import itertools

import numpy as np

from vizgd.objectives.objective import Array, Objective

NEARBY = 1e-6
"""How far from a point the gradient is evaluated, in widths of the domain."""
TOLERANCE = 0.02
"""The greatest relative difference, at a smooth point, between the changes of the gradient on its two sides;
and the greatest change over a hundredth of the distance, relative to that over all of it."""
ALONG = (1e-6, 1e-3)
"""Over what distances values are compared, in widths of the domain."""
SLOPES = 5
"""At how many points of such a distance the slope is evaluated."""
ROUNDING = 1e-9
MOST_AXES = 64
"""Of more parameters, only the first ones are tried."""


def is_smooth(objective: Objective, point: Array) -> bool:
    """Return whether the gradient around a point ``(d,)`` changes in proportion, the same on both sides.

    That of x² does; that of |x| jumps at 0, that of max(x, 0)² has a bend there, that of |x|^1.5 is
    infinitely steep. Each axis is tried, and the diagonals of the first two. Where the function itself
    jumps, its gradient says nothing.

    >>> from vizgd.objectives.expressions.expression import parse_objective
    >>> [is_smooth(parse_objective(text), np.zeros(1)) for text in ("x**2", "abs(x)", "max(x, 0)**2")]
    [True, False, False]
    """
    with np.errstate(all="ignore"):
        ahead, behind = _changes(objective, point, NEARBY)
        close = np.abs(np.subtract(*_changes(objective, point, 0.01 * NEARBY))).max()
    whole = np.abs(ahead - behind).max()
    bend = np.abs(ahead + behind).max()
    smooth = np.isfinite(whole) and bend <= TOLERANCE * whole and close <= TOLERANCE * whole
    return bool(smooth) and not value_jumps(objective, point)


def gradient_jumps(objective: Objective, point: Array) -> bool:
    """Return whether the gradient jumps at a point ``(d,)``: its change does not shrink with the distance.

    >>> from vizgd.objectives.catalogue import OBJECTIVES
    >>> [gradient_jumps(OBJECTIVES[name], np.zeros(1)) for name in ("abs_1d", "bowl_1d")]
    [True, False]
    """
    with np.errstate(all="ignore"):
        far, close = (
            np.abs(np.subtract(*_changes(objective, point, share))).max() for share in (NEARBY, 0.1 * NEARBY)
        )
    return bool(close > 0.5 * far)


def value_jumps(objective: Objective, point: Array) -> bool:
    """Return whether a function jumps near a point ``(d,)``: its value changes by more than its slopes allow.

    >>> from vizgd.objectives.expressions.expression import parse_objective
    >>> [value_jumps(parse_objective(text), np.zeros(1)) for text in ("abs(x)", "floor(x) + x**2")]
    [False, True]
    """
    ways = _ways(objective)
    with np.errstate(all="ignore"):
        here = float(objective.value(point))
        for share in ALONG:
            steps = share * np.concatenate([ways, -ways])
            along = point + steps[:, None] * np.linspace(0.0, 1.0, SLOPES)[:, None]
            slopes = np.abs(np.einsum("msd,md->ms", objective.gradient(along), steps)).max(axis=1)
            change = np.abs(objective.value(point + steps) - here)
            if (change > 2.0 * slopes + ROUNDING * abs(here) + ROUNDING**2).any():
                return True
    return False


def _changes(objective: Objective, point: Array, share: float) -> tuple[Array, Array]:
    """Return how the gradient changes from a point both ways ``(m, d)``, over a share of the domain."""
    steps = share * _ways(objective)
    here = objective.gradient(point)
    return objective.gradient(point + steps) - here, objective.gradient(point - steps) - here


def _ways(objective: Objective) -> Array:
    """Return the axes and the diagonals of the first two, ``(m, d)``, each as long as the domain is wide."""
    widths = np.ptp(np.array(objective.domain), axis=1)
    axes = np.eye(min(MOST_AXES, len(widths)), len(widths)) * widths
    pairs = itertools.combinations(axes[:2], 2)
    diagonals = [one + sign * other for one, other in pairs for sign in (1.0, -1.0)]
    return np.concatenate([axes, np.array(diagonals).reshape(-1, len(widths))])
