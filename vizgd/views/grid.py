"""An objective sampled over the part of its domain that is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizgd.errors import UsageError
from vizgd.objectives.objective import Array, Objective
from vizgd.views.view import Scene

MOST_UNDEFINED = 0.05
"""The share of a grid that may be undefined (isolated poles, a line of kinks) before it is a fault."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Values on a grid: ``values[i, j]`` is the objective at ``(xs[j], ys[i])``; nan where undefined."""

    xs: Array
    ys: Array
    values: Array


def require_dimension(objective: Objective, dimension: int, view: str) -> None:
    """Refuse an objective that a view cannot show.

    Raises
    ------
    UsageError
        When it has another number of parameters.
    """
    if objective.dimension != dimension:
        suited = '"curve"' if objective.dimension == 1 else '"contour" or "surface"'
        raise UsageError(
            f"a {view} shows {dimension} parameter{'s' if dimension > 1 else ''}, "
            f"but {objective.name} has {objective.dimension}",
            hint=f"use the view {suited} instead",
        )


def require_landscape(scene: Scene, view: str) -> None:
    """Refuse objectives of one parameter, which have no landscape.

    Raises
    ------
    UsageError
        When a run has one.
    """
    for objective in scene.objectives:
        if objective.dimension == 1:
            require_dimension(objective, 2, view)


def sampled_curve(objective: Objective, limits: tuple[float, float], count: int) -> tuple[Array, Array]:
    """Return ``(xs, values)`` along an axis, nan where the objective is undefined."""
    xs = np.linspace(*limits, count)
    return xs, _finite(objective, xs[:, None], (limits,))


def sampled_grid(objective: Objective, limits: tuple[tuple[float, float], ...], count: int) -> Grid:
    """Return the objective on a grid of ``count`` by ``count`` points."""
    xs, ys = (np.linspace(*limit, count) for limit in limits)
    points = np.stack(np.meshgrid(xs, ys), axis=-1)
    return Grid(xs, ys, _finite(objective, points, limits))


def _finite(objective: Objective, points: Array, limits: tuple[tuple[float, float], ...]) -> Array:
    values = np.array(objective.value(points), dtype=float)
    undefined = ~np.isfinite(values)
    share = undefined.mean()
    if share > MOST_UNDEFINED:
        box = ", ".join(
            f"{name} in [{low:g}, {high:g}]"
            for name, (low, high) in zip(objective.variables, limits, strict=False)
        )
        raise UsageError(
            f"{objective.name} is not finite on {share:.0%} of {box}",
            why="what is drawn must have a value nearly everywhere",
            hint="give a smaller domain, such as domain = [[0.1, 2]]",
        )
    values[undefined] = np.nan
    return values


def levels(values: Array, count: int = 12) -> Array:
    """Return rising contour levels that follow the values' own distribution.

    Levels are quantiles, drawn together towards the low end. On a bowl this gives rings at nearly equal
    distances, and a landscape that spans many powers of ten still shows its valley. Where too much of
    the grid has one value for that (a plateau), levels are equally spaced; a constant has none.
    """
    finite = values[np.isfinite(values)]
    low, high = float(finite.min()), float(finite.max())
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
        return np.empty(0)
    shares = (np.arange(1, count + 1) / (count + 1)) ** 1.5
    by_share = np.unique(np.quantile(finite, shares))
    # A gap counts beside the height above the lowest value, so that levels may span many powers of ten.
    heights = by_share - low
    apart = np.diff(heights, prepend=0.0) > 1e-3 * heights
    if np.count_nonzero(apart) >= count - 3:
        return np.asarray(by_share[apart])
    return np.linspace(low, high, count + 2)[1:-1]
