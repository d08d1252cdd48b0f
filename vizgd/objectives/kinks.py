"""Whether a gradient changes near a point as the Hessian there says, or jumps: asked of its values."""

from __future__ import annotations

import itertools

import numpy as np

from vizgd.objectives.objective import Array, Objective

NEARBY = 1e-6
"""How far from the point the gradient is asked, in widths of the domain."""
AGREEING = 0.02
"""By which part of the largest curvature the change may differ from what the Hessian says."""
MOST_AXES = 64
"""Beyond so many parameters, the first ones are asked."""


def is_smooth(objective: Objective, point: Array) -> bool:
    """Return whether the gradient around a point ``(d,)`` is that of a smooth function.

    Both ways along each axis, and along the diagonals of the first two, it must change by the Hessian. Where
    it jumps, as that of |x| does at 0, or bends, as that of max(x, 0)² does, it changes by more, or by less.
    False where no Hessian is known or finite.
    """
    if objective.hessian is None:
        return False
    with np.errstate(all="ignore"):
        hessian = np.asarray(objective.hessian(point))
        if not np.isfinite(hessian).all():
            return False
        steps = NEARBY * _directions(objective)
        around = np.concatenate([point + steps, point - steps])
        changes = np.asarray(objective.gradient(around)) - objective.gradient(point)
        expected = np.concatenate([steps, -steps]) @ hessian
        off = np.linalg.norm(changes - expected, axis=-1)
        largest = np.abs(np.linalg.eigvalsh(hessian)).max()
        return bool((off <= AGREEING * largest * np.linalg.norm(np.tile(steps, (2, 1)), axis=-1)).all())


def _directions(objective: Objective) -> Array:
    """Return vectors ``(m, d)`` as long as the domain is wide."""
    widths = np.ptp(np.array(objective.domain), axis=1)
    axes = np.eye(min(MOST_AXES, len(widths)), len(widths)) * widths
    pairs = itertools.combinations(axes[:2], 2)
    diagonals = [one + sign * other for one, other in pairs for sign in (1.0, -1.0)]
    return np.concatenate([axes, np.array(diagonals).reshape(-1, len(widths))])


def jumps(objective: Objective, point: Array) -> bool:
    """Return whether the gradient jumps at a point ``(d,)``: whether its change does not shrink with the way.

    >>> from vizgd.objectives.catalogue import OBJECTIVES
    >>> jumps(OBJECTIVES["abs_1d"], np.zeros(1)), jumps(OBJECTIVES["bowl_1d"], np.zeros(1))
    (True, False)
    """
    with np.errstate(all="ignore"):
        changes = []
        for far in (NEARBY, 0.1 * NEARBY):
            steps = far * _directions(objective)
            ahead, behind = objective.gradient(point + steps), objective.gradient(point - steps)
            changes.append(float(np.abs(np.asarray(ahead) - behind).max()))
    return bool(changes[1] > 0.5 * changes[0])
