"""Whether a gradient is smooth around a point or jumps there, judged by its values."""

from __future__ import annotations

import itertools

import numpy as np

from vizgd.objectives.objective import Array, Objective

NEARBY = 1e-6
"""How far from a point the gradient is evaluated, in widths of the domain."""
TOLERANCE = 0.02
"""The greatest relative difference, at a smooth point, between the changes of the gradient on its two sides;
and the greatest change over a hundredth of the distance, relative to that over all of it."""
MOST_AXES = 64
"""Of more parameters, only the first ones are tried."""


def is_smooth(objective: Objective, point: Array) -> bool:
    """Return whether the gradient around a point ``(d,)`` changes in proportion, the same on both sides.

    That of x² does; that of |x| jumps at 0, that of max(x, 0)² has a bend there, that of |x|^1.5 is
    infinitely steep. Each axis is tried, and the diagonals of the first two.

    >>> from vizgd.objectives.expressions.expression import parse_objective
    >>> [is_smooth(parse_objective(text), np.zeros(1)) for text in ("x**2", "abs(x)", "max(x, 0)**2")]
    [True, False, False]
    """
    with np.errstate(all="ignore"):
        ahead, behind = _changes(objective, point, NEARBY)
        close = np.abs(np.subtract(*_changes(objective, point, 0.01 * NEARBY))).max()
    whole = np.abs(ahead - behind).max()
    bend = np.abs(ahead + behind).max()
    return bool(np.isfinite(whole) and bend <= TOLERANCE * whole and close <= TOLERANCE * whole)


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


def _changes(objective: Objective, point: Array, share: float) -> tuple[Array, Array]:
    """Return how the gradient changes from a point both ways ``(m, d)``, over a share of the domain."""
    widths = np.ptp(np.array(objective.domain), axis=1)
    axes = np.eye(min(MOST_AXES, len(widths)), len(widths)) * widths
    pairs = itertools.combinations(axes[:2], 2)
    diagonals = [one + sign * other for one, other in pairs for sign in (1.0, -1.0)]
    steps = share * np.concatenate([axes, np.array(diagonals).reshape(-1, len(widths))])
    here = objective.gradient(point)
    return objective.gradient(point + steps) - here, objective.gradient(point - steps) - here
