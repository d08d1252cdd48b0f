"""Whether a gradient changes smoothly around a point, or jumps there: asked of its values."""

from __future__ import annotations

import itertools

import numpy as np

from vizgd.objectives.objective import Array, Objective

NEARBY = 1e-6
"""How far from a point the gradient is asked, in widths of the domain."""
UNEVEN = 0.02
"""By which part the change on one side of a smooth place may differ from that on the other, and a change over
a hundredth of the way from a hundredth of it."""
MOST_AXES = 64
"""Beyond so many parameters, the first ones are asked."""


def is_smooth(objective: Objective, point: Array) -> bool:
    """Return whether the gradient around a point ``(d,)`` changes in proportion, the same on both sides.

    That of x² does; that of |x| jumps at 0, that of max(x, 0)² bends there, that of |x|^1.5 is infinitely
    steep. It is asked along each axis, and along the diagonals of the first two.

    >>> from vizgd.objectives.expressions.expression import parse_objective
    >>> [is_smooth(parse_objective(text), np.zeros(1)) for text in ("x**2", "abs(x)", "max(x, 0)**2")]
    [True, False, False]
    """
    with np.errstate(all="ignore"):
        ahead, behind = _changes(objective, point, NEARBY)
        close = np.abs(np.subtract(*_changes(objective, point, 0.01 * NEARBY))).max()
    whole = np.abs(ahead - behind).max()
    bend = np.abs(ahead + behind).max()
    return bool(np.isfinite(whole) and bend <= UNEVEN * whole and close <= UNEVEN * whole)


def jumps(objective: Objective, point: Array) -> bool:
    """Return whether the gradient jumps at a point ``(d,)``: whether its change does not shrink with the way.

    >>> from vizgd.objectives.catalogue import OBJECTIVES
    >>> jumps(OBJECTIVES["abs_1d"], np.zeros(1)), jumps(OBJECTIVES["bowl_1d"], np.zeros(1))
    (True, False)
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
