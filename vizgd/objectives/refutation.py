"""Known minima are checked against the losses of runs: none is claimed that a run goes below."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from vizgd.objectives.objective import Array, Objective

ROUNDING = 1e-12
"""The relative difference of two values that are equal except for rounding."""


def without_refuted_minima(objective: Objective, losses: Iterable[Array]) -> Objective:
    """Return the objective without minimizers and minimum where the losses of a run lie below them.

    A minimum that was found in a part of the plane, or that a table gives for a box, is not the function's
    minimum if a run finds a lower loss. Where the difference is rounding, the minimum is set to that loss.

    Parameters
    ----------
    objective : Objective
    losses : iterable of array
        The losses along each run on it, its start first.

    Examples
    --------
    >>> from vizgd.objectives.catalogue import OBJECTIVES
    >>> without_refuted_minima(OBJECTIVES["mccormick"], [np.array([3.0, -2.5])]).minimizers
    ()
    """
    claims = [] if objective.minimum is None else [objective.minimum]
    if objective.minimizers:
        claims += np.asarray(objective.value(np.array(objective.minimizers))).tolist()
    claims = [claim for claim in claims if not np.isnan(claim)]
    paths = [path[~np.isnan(path)] for path in losses]
    lowest = min((float(path.min()) for path in paths if len(path)), default=np.inf)
    if not claims or not lowest < max(claims):
        return objective
    # Values are as exact as the numbers that they are computed from, which may be as large as at the start.
    sizes = [abs(path[0]) for path in paths if len(path) and np.isfinite(path[0])]
    if not lowest >= max(claims) - ROUNDING * max(map(abs, (*claims, *sizes))):
        return replace(objective, minimizers=(), minimum=None)
    return objective if objective.minimum is None else replace(objective, minimum=min(lowest, *claims))
