"""An objective sampled over the part of its domain that is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.objective import Array, Objective
from vizgd.views.view import Subject

FARTHEST = 1e300
"""Values beyond are drawn as this one, so that their differences are still numbers."""
NEARER = tuple(0.5 * 0.1**k for k in range(9))
"""By which parts of a domain around a start it is looked where an objective has values."""


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


def require_landscape(subject: Subject, view: str) -> None:
    """Refuse objectives of one parameter, which have no landscape.

    Raises
    ------
    UsageError
        When a run has one.
    """
    for objective in subject.objectives:
        if objective.dimension == 1:
            require_dimension(objective, 2, view)


def sampled_curve(objective: Objective, limits: tuple[float, float], count: int) -> tuple[Array, Array]:
    """Return ``(xs, values)`` along an axis, nan where the objective is undefined."""
    xs = np.linspace(*limits, count)
    return xs, _finite(objective, xs[:, None])


def sampled_grid(objective: Objective, limits: tuple[tuple[float, float], ...], count: int) -> Grid:
    """Return the objective on a grid of ``count`` by ``count`` points."""
    xs, ys = (np.linspace(*limit, count) for limit in limits)
    points = np.stack(np.meshgrid(xs, ys), axis=-1)
    return Grid(xs, ys, _finite(objective, points))


def filled_in(grid: Grid, points: int) -> Grid:
    """Return a grid of fewer points along each side with as many, so that contours do not have corners.

    Between its neighbors along an axis a value neither overshoots nor swings (Fritsch and Carlson 1980), so
    that none is lower than all that were evaluated. A grid with holes is left as it is.
    """
    if len(grid.xs) >= points or not np.isfinite(grid.values).all():
        return grid
    from scipy.interpolate import PchipInterpolator

    xs, ys = (np.linspace(float(axis[0]), float(axis[-1]), points) for axis in (grid.xs, grid.ys))
    across = PchipInterpolator(grid.xs, grid.values, axis=1)(xs)
    return Grid(xs, ys, np.asarray(PchipInterpolator(grid.ys, across, axis=0)(ys)))


def require_values(subject: Subject, values: Array) -> None:
    """Refuse an objective that has no value anywhere on a grid, and so no picture.

    Raises
    ------
    UsageError
        With a domain around a start where it has values, if there is one.
    """
    if np.isfinite(values).any():
        return
    objective, names = subject.objective, subject.objective.variables
    box = ", ".join(
        f"{name} in [{low:g}, {high:g}]" for name, (low, high) in zip(names, subject.domain, strict=False)
    )
    raise UsageError(
        f"{objective.name} is not finite anywhere on a grid of {box}",
        why="there is nothing that could be drawn",
        hint=_elsewhere(subject),
    )


def _elsewhere(subject: Subject) -> str:
    """Return what to type instead: a domain around a start on most of which the objective has values."""
    if subject.on_plane:
        return "show another plane, or leave the view out"
    low, high = np.array(subject.domain).T
    for trajectory, objective in zip(subject.trajectories, subject.objectives, strict=True):
        if objective is not subject.objective:
            continue
        start = trajectory.iterates[0]
        for part in NEARER:
            limits = [
                (float(f"{one - part * width:.6g}"), float(f"{one + part * width:.6g}"))
                for one, width in zip(start, high - low, strict=True)
            ]
            wide = all(lower < one < upper for (lower, upper), one in zip(limits, start, strict=True))
            axes = [np.linspace(*pair, 21) for pair in limits]
            if wide and np.isfinite(objective.value(np.stack(np.meshgrid(*axes), axis=-1))).mean() > 0.1:
                shown = ", ".join(f"[{lower:.15g}, {upper:.15g}]" for lower, upper in limits)
                return f"give another domain, such as domain = [{shown}]"
    return "give a domain where it has values"


def _finite(objective: Objective, points: Array) -> Array:
    """Return values, nan where there is none: that part of a picture stays blank."""
    with np.errstate(all="ignore"):
        values = np.array(objective.value(points), dtype=float)
    return np.where(np.isfinite(values), np.clip(values, -FARTHEST, FARTHEST), np.nan)


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
