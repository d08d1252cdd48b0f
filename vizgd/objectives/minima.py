"""Finds global minimizers inside a box numerically, for objectives without tabulated ones."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np

from vizgd.objectives.callables.numpy_functions import CentralDifferences
from vizgd.objectives.objective import Array, Objective
from vizgd.objectives.stationarity import is_stationary

GRID = {1: 2001, 2: 81}
"""Grid points along each axis where the search begins, by dimension; higher dimensions are not searched."""

MOST_STARTS = 24
NEWTON_STEPS = 20
MOST_MINIMIZERS = 8
"""More minimizers than this are assumed to be a continuum, which no list of points describes."""
ALIKE = 1e-9
"""The difference, relative to the function's range, up to which two values count as equal."""
ROUNDING = 1e-14
"""By which part of the largest curvature rounding lets one that is 0 seem more, as along a ring of minima."""
OUTSIDE = {1: 512, 2: 40}
"""At how many distances from a box the function is evaluated in each direction, by dimension."""
WAYS = 32
FARTHEST = 1e3
"""The longest of these distances, in widths of the box."""
MOST_EVALUATIONS = 4000
"""The limit for evaluations in all searches together, after those of the grid."""


def with_global_minima(objective: Objective, box: Sequence[tuple[float, float]]) -> Objective:
    """Return the objective with the minimizers inside a box, unless it is lower somewhere outside.

    That is tested at some hundred points on rays from the box: a function that falls for ever, or in ever
    deeper waves, has no minimum, whatever the box shows.

    Examples
    --------
    >>> from vizgd.objectives.expressions.expression import parse_objective
    >>> with_global_minima(parse_objective("x**2 - 3*x"), [(-5, 5)]).minimizers
    ((1.5,),)
    >>> with_global_minima(parse_objective("x**3 - 3*x"), [(-2, 5)]).minimizers
    ()
    """
    known = with_minima(objective, box)
    if known.minimum is None or _lowest_outside(objective, box) >= known.minimum - ALIKE * abs(known.minimum):
        return known
    return objective


def with_minima(objective: Objective, box: Sequence[tuple[float, float]]) -> Objective:
    """Return the objective with the minimizers that lie inside a box, where they can be found.

    The lowest points of a grid are refined by Newton's method, or by searches that need no curvature. A
    result counts only if no point of the grid is lower, so a function that falls towards the edge of the box
    has none; nor has one whose values are random. The searches share `MOST_EVALUATIONS`, the lowest points
    first, and results until then count.

    Parameters
    ----------
    objective : Objective
        Of one or two dimensions; others are returned as they are.
    box : sequence of (low, high)
    """
    if objective.dimension not in GRID or objective.noisy:
        return objective
    starts, lowest, height = _low_points(objective, box)
    counted = _Counted(objective, MOST_EVALUATIONS)
    refined = []
    with contextlib.suppress(_SpentError):
        for start in starts:
            if not _falls_outwards(counted, start, box):
                refined.append(_refined(counted, start))  # noqa: PERF401 - keeps results found before it ends
    lows, highs = np.array(box, dtype=float).T
    span = highs - lows
    inside = [
        p for p in refined if p is not None and ((p > lows + 1e-9 * span) & (p < highs - 1e-9 * span)).all()
    ]
    if not inside:
        return objective
    values = np.array([float(objective.value(p)) for p in inside])
    minimum = float(values.min())
    tolerance = ALIKE * height
    if minimum > lowest + tolerance:
        return objective
    best = _distinct(
        [p for p, v in zip(inside, values, strict=True) if v <= minimum + tolerance], 1e-4 * span
    )
    if len(best) > MOST_MINIMIZERS:
        return dataclasses.replace(objective, minimum=minimum)
    minimizers = tuple(tuple(float(x) for x in p) for p in best)
    return dataclasses.replace(objective, minimizers=minimizers, minimum=minimum)


def _low_points(objective: Objective, box: Sequence[tuple[float, float]]) -> tuple[list[Array], float, float]:
    """Return the grid's local minima, the lowest first; the lowest value; the median less that."""
    count = GRID[objective.dimension]
    axes = [np.linspace(low, high, count) for low, high in box]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    values = np.asarray(objective.value(points), dtype=float)
    values = np.where(np.isnan(values), np.inf, values)
    padded = np.pad(values, 1, constant_values=np.inf)
    core = tuple(slice(1, -1) for _ in box)
    low = np.isfinite(values)
    for shift in itertools.product((-1, 0, 1), repeat=len(box)):
        neighbor = np.roll(padded, shift, axis=tuple(range(len(box))))[core]
        low &= values <= neighbor
    found = points[low]
    order = np.argsort(values[low], kind="stable")[:MOST_STARTS]
    lowest = float(values.min())
    finite = values[np.isfinite(values)]
    height = float(np.median(finite)) - lowest if len(finite) else 0.0
    return list(found[order]), lowest, height


def _lowest_outside(objective: Objective, box: Sequence[tuple[float, float]]) -> float:
    """Return the lowest value outside a box, at points on rays from its center; inf without any."""
    low, high = np.array(box, dtype=float).T
    angles = np.linspace(0.0, 2.0 * np.pi, WAYS, endpoint=False) + 0.05
    ways = np.array([[-1.0], [1.0]]) if len(box) == 1 else np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    ways = ways / np.abs(ways).max(axis=1, keepdims=True)
    distances = np.geomspace(1.0, FARTHEST, OUTSIDE[len(box)])[:, None, None]
    try:
        values = np.asarray(objective.value((low + high) / 2 + distances * ways * (high - low) / 2))
    except Exception:  # a user's function need not be defined there
        return np.inf
    return float(np.min(values, initial=np.inf, where=~np.isnan(values)))


class _SpentError(Exception):
    """Raised when the searches have used up their evaluations."""


class _Counted:
    """An objective at single points, with a limit for evaluations."""

    def __init__(self, objective: Objective, left: int) -> None:
        self._objective, self._left = objective, left
        self.has_hessian = objective.hessian is not None
        numeric = isinstance(objective.gradient, CentralDifferences)
        self._price = 2 * objective.dimension if numeric else 1

    def value(self, point: Array) -> float:
        self._spend(1)
        return float(self._objective.value(point))

    def gradient(self, point: Array) -> Array:
        self._spend(self._price)
        return self._objective.gradient(point)

    def hessian(self, point: Array) -> Array:
        self._spend(1)
        known = self._objective.hessian
        assert known is not None
        return known(point)

    def _spend(self, evaluations: int) -> None:
        self._left -= evaluations
        if self._left < 0:
            raise _SpentError


def _falls_outwards(objective: _Counted, start: Array, box: Sequence[tuple[float, float]]) -> bool:
    """Return whether a point is on an edge of the box beyond which the function decreases."""
    low, high = np.array(box, dtype=float).T
    if not ((start == low) | (start == high)).any():
        return False
    gradient = objective.gradient(start)
    return bool((((start == low) & (gradient > 0)) | ((start == high) & (gradient < 0))).any())


def _refined(objective: _Counted, start: Array) -> Array | None:
    """Return the local minimizer near a point, or None where the search does not settle."""
    value = objective.value
    with np.errstate(all="ignore"):
        point = _by_newton(objective, start)
        if point is None or not value(point) <= value(start):
            point = _by_search(objective, start)
        if not np.isfinite(point).all() or not np.isfinite(value(point)):
            return None
        rounded = np.round(point, 6)
        better = value(rounded) <= value(point) + 1e-12 * max(abs(value(point)), 1.0)
        return np.asarray(rounded if better else point)


def _by_newton(objective: _Counted, start: Array) -> Array | None:
    """Return the minimum to which Newton's method converges, or None at a kink, on a plateau or at a maximum.

    It needs few steps, while importing scipy's optimizers alone takes as long as drawing a film.
    """
    if not objective.has_hessian:
        return None
    point = start
    for _ in range(NEWTON_STEPS):
        gradient, hessian = objective.gradient(point), objective.hessian(point)
        if not (np.isfinite(gradient).all() and np.isfinite(hessian).all()):
            return None
        curvatures = np.linalg.eigvalsh(hessian)
        if curvatures[0] <= ROUNDING * curvatures[-1]:
            return None
        step = np.linalg.solve(hessian, gradient)
        point = point - step
        if np.abs(step).max() <= 1e-12 * (1.0 + np.abs(point).max()):
            return np.asarray(point)
    return None


def _by_search(objective: _Counted, start: Array) -> Array:
    """Return the result of scipy's optimizers: BFGS, and Nelder-Mead at kinks."""
    from scipy.optimize import minimize

    found = minimize(objective.value, start, jac=objective.gradient, method="BFGS", options={"gtol": 1e-10})
    if not is_stationary(objective.gradient(found.x)):
        # A kink: the gradient of |x| does not vanish at its minimizer.
        options = {"xatol": 1e-10, "fatol": 1e-14, "maxiter": 2000}
        found = minimize(objective.value, start, method="Nelder-Mead", options=options)
    return np.asarray(found.x)


def _distinct(points: list[Array], apart: Array) -> list[Array]:
    kept: list[Array] = []
    for point in points:
        if all((np.abs(point - other) > apart).any() for other in kept):
            kept.append(point)
    return kept
