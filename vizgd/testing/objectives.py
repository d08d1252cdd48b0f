"""Checks of what must hold for every objective."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.objective import Array, Objective

POINTS = 200
AGREEING = 0.9
"""The fraction of points at which derivatives must agree: kinks and poles may affect the others."""


def check_objective(objective: Objective, *, tolerance: float = 1e-4) -> None:
    """Check that a function and its derivatives fit each other, over its domain.

    Values and derivatives have the shapes that they must have, for one point and for arrays of them, without
    warnings and without changing the points; gradient and Hessian agree with central differences; the
    minimizers attain the minimum, and no value in the domain is lower; and the start lies in the domain.

    Parameters
    ----------
    objective : Objective
    tolerance : float, default 1e-4
        The tolerance for derivatives, relative to the largest differences.

    Raises
    ------
    AssertionError
        With a sentence that says which of these does not hold.
    """
    name, d = objective.name, objective.dimension
    low, high = np.array(objective.domain).T
    points = np.random.default_rng(0).uniform(low, high, size=(POINTS // 4, 4, d))
    values = _evaluate(objective.value, points, (), f"the value of {name!r}")
    gradients = _evaluate(objective.gradient, points, (d,), f"the gradient of {name!r}")
    width = 1e-6 * (high - low)
    _agree(gradients, _differences(objective.value, points, width), tolerance, f"the gradient of {name!r}")
    if objective.hessian is not None:
        hessians = _evaluate(objective.hessian, points, (d, d), f"the Hessian of {name!r}")
        differences = _differences(objective.gradient, points, width)
        _agree(hessians, np.swapaxes(differences, -1, -2), tolerance, f"the Hessian of {name!r}")
    if objective.minimizers and objective.minimum is not None:
        attained = objective.value(np.array(objective.minimizers))
        scale = 1e-9 * max(float(np.nanmax(np.abs(values))), 1e-300)
        assert np.allclose(attained, objective.minimum, rtol=1e-9, atol=scale), (
            f"the minimizers of {name!r} have the values {attained.tolist()}, not {objective.minimum}"
        )
        assert np.nanmin(values) >= objective.minimum - scale, f"{name!r} has values under its minimum"
    if objective.start is not None:
        inside = (np.array(objective.start) >= low) & (np.array(objective.start) <= high)
        assert inside.all(), f"the start of {name!r} lies outside its domain"


def _evaluate(function: Callable[[Array], Array], points: Array, of: tuple[int, ...], what: str) -> Array:
    """Evaluate a function at many points, and check that it gives the same at one of them."""
    before = points.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            answers = np.asarray(function(points))
            alone = np.asarray(function(points[0, 0]))
        except Warning as warning:
            raise AssertionError(f"{what} warns: {warning}") from None
        except UsageError as error:  # which an objective raises where its function fails
            verb = "warns" if isinstance(error.__cause__, Warning) else "fails"
            raise AssertionError(f"{what} {verb}: {error.__cause__ or error}") from None
    assert np.array_equal(points, before), f"{what} changes the points that it is given"
    assert answers.shape == (*points.shape[:-1], *of), (
        f"{what} has the shape {answers.shape} at {points.shape}"
    )
    assert alone.shape == of, f"{what} has the shape {alone.shape} at one point"
    assert np.allclose(alone, answers[0, 0], rtol=1e-9, equal_nan=True), f"{what} depends on the other points"
    return answers


def _differences(function: Callable[[Array], Array], points: Array, width: Array) -> Array:
    """Return the central differences along each axis, on a last axis of their own."""
    with np.errstate(all="ignore"):
        sides = [
            (function(points + step) - function(points - step)) / (2 * step.max()) for step in np.diag(width)
        ]
    return np.stack(sides, axis=-1)


def _agree(given: Array, differences: Array, tolerance: float, what: str) -> None:
    known = np.isfinite(differences) & np.isfinite(given)
    scale = np.median(np.abs(differences[known])) if known.any() else 1.0
    apart = np.abs(given - differences)[known] / np.maximum(np.abs(differences[known]), max(scale, 1e-12))
    share = float((apart <= tolerance).mean()) if known.any() else 1.0
    assert share >= AGREEING, f"{what} agrees with central differences at {share:.0%} of the points only"
