"""The exact minimizers of data-set losses."""

from __future__ import annotations

import numpy as np

from vizgd.objectives.objective import Array

STEPS = 100
CONDITION = 1e13  # of the Hessian in standardized inputs: beyond it some direction has no minimum


def fitted_line(design: Array, targets: Array) -> Array:
    """Return the least-squares parameters; of several, those with the smallest norm."""
    return np.asarray(np.linalg.lstsq(design, targets)[0], dtype=np.float64)


def fitted_logistic(design: Array, targets: Array) -> Array | None:
    """Return the parameters of least mean cross-entropy by Newton's method, None for separable classes.

    The last column of the design is ones. Newton's steps are halved until the loss falls.
    """
    center, scale = design[:, :-1].mean(axis=0), design[:, :-1].std(axis=0)
    if (scale == 0).any():
        return None  # a constant input cannot be distinguished from the intercept
    standard = np.column_stack([(design[:, :-1] - center) / scale, design[:, -1]])
    signs = 1.0 - 2.0 * targets
    params = np.zeros(design.shape[1])
    for _ in range(STEPS):
        margins = signs * (standard @ params)
        wrong = np.exp(-np.logaddexp(0.0, -margins))  # the probability given to the other class
        gradient = standard.T @ (signs * wrong) / len(targets)
        hessian = standard.T @ (standard * (wrong * (1.0 - wrong))[:, None]) / len(targets)
        if (margins < 0).all() or not np.linalg.cond(hessian) < CONDITION:
            return None
        step = -np.linalg.solve(hessian, gradient)
        loss = np.logaddexp(0.0, margins).mean()
        rate = 1.0
        while np.logaddexp(0.0, signs * (standard @ (params + rate * step))).mean() > loss and rate > 1e-3:
            rate /= 2
        params = params + rate * step
        if np.abs(step).max() <= 1e-13 * (1.0 + np.abs(params).max()):
            weights = params[:-1] / scale
            return np.append(weights, params[-1] - weights @ center)
    return None
