"""Losses over data, to be tried."""

from __future__ import annotations

import numpy as np

from vizgd.objectives.datasets.dataset import DATASETS, least_squares, logistic


def line():
    """Return the line fitted to a hundred points."""
    return DATASETS["line"]


def passes():
    """Return the regression of passing on hours of study."""
    return DATASETS["study-hours"]


def wide(seed=0, n=40, p=3):
    """Return inputs of several scales, and targets nearly linear in them."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(n, p)) * [1.0, 5.0, 0.2] + [0.0, 3.0, -1.0]
    return inputs, inputs @ [1.0, -0.5, 2.0] + 0.7 + rng.normal(size=n)


OBJECTIVES = {
    "line": line,
    "study-hours": passes,
    "three inputs": lambda: least_squares(*wide()),
    "three inputs, classes": lambda: logistic(wide()[0], (wide()[1] > -3.0).astype(int)),
}


def near_the_fit(objective, *shape):
    """Return params around the minimizer."""
    return np.random.default_rng(1).normal(size=(*shape, objective.dimension)) + objective.minimizers[0]
