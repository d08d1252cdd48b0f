"""An objective of many parameters as a landscape over a plane, with the shadows of the paths on it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from vizgd.base.errors import UsageError, unknown
from vizgd.base.progress import tell
from vizgd.base.values import is_number, is_whole
from vizgd.nn.model_loss import ModelLoss
from vizgd.objectives.domain import longest_side
from vizgd.objectives.objective import Array, Objective
from vizgd.views.plane import Plane, axes_plane, principal_plane, random_plane
from vizgd.views.view import Subject

PlaneSetting: TypeAlias = str | Plane | Sequence[Any] | None
"""How a view is told which plane: a name, two axes, two directions, or the plane itself."""

NAMES = ("pca", "random")
BLOCK = 1 << 20
"""How many numbers the parameters that are evaluated at once may be."""
BORROWED = 1 << 27
"""The same where a model is borrowed and each point put into it: one at a time is held."""
MOST_POINTS = 256
"""How many points are, so that it can be said how far the evaluation is."""
MOST_NUMBERS = 1 << 29
"""What the parameters of all points of a grid may be, unless its size was asked for: then it is coarser."""
FEWEST = 9
"""Points along each side of the coarsest grid."""
ROOM = 0.2
"""How much is shown around the paths on each side, as a part of the longer of their extents."""
UNITS = np.array([(-1.0, -1.0), (1.0, 1.0)])
"""What random directions show at least: their unit is the size of the weights, and a path may be short."""
WIDTHS = 10.0
"""In widths of the domain: a run that goes farther than this from its center does not set what is shown."""
IN_PLANE = 1e-3
"""The part of the domain's longest side within which a minimizer lies in a plane."""


def checked_plane(setting: Any) -> PlaneSetting:
    """Return how a plane is chosen, lists and arrays as tuples.

    Raises
    ------
    UsageError
        When it is none of the ways.
    """
    if setting is None or isinstance(setting, Plane):
        return setting
    if isinstance(setting, str):
        if setting not in NAMES:
            raise unknown("plane", setting, NAMES)
        return setting
    parts = tuple(setting) if isinstance(setting, Iterable) else ()
    if len(parts) == 2 and all(isinstance(part, str) or is_whole(part) for part in parts):
        return parts
    lists = [
        tuple(part) if isinstance(part, Iterable) and not isinstance(part, str) else () for part in parts
    ]
    numbers = [number for part in lists for number in part]
    if len(lists) == 2 and 0 < len(lists[0]) == len(lists[1]) and all(map(is_number, numbers)):
        return tuple(tuple(map(float, part)) for part in lists)
    raise UsageError(
        f"plane is {setting!r:.60}",
        why='expected "pca", "random", two coordinates such as ["x1", "x3"] or [0, 2], or two directions',
    )


@dataclass(frozen=True, eq=False)
class Cut:
    """A run's objective on a plane, with the paths of its runs projected; how much is shown of it is open.

    Parameters
    ----------
    subject : Subject
        With the projected paths of the runs that descend the objective.
    objective : Objective
        Of many parameters.
    plane : Plane
    places : array, shape (n, 2)
        What of the plane is to be seen.
    lengths : array, shape (2,)
        Those of the plane's directions, in the units that parameters are measured in.
    """

    subject: Subject
    objective: Objective
    plane: Plane
    places: Array
    lengths: Array

    def shown(self, shape: float = 1.0) -> Subject:
        """Return the subject in two dimensions, in a window that is so wide for its height."""
        window = _window(self.places, self.lengths, shape)
        return dataclasses.replace(
            self.subject,
            objective=_on_plane(self.objective, self.plane, window),
            objectives=(),
            domain=window,
            note=self.plane.note,
            on_plane=True,
        )

    def shadows(self, vectors: Array) -> Array:
        """Return what is seen of vectors ``(n, d)`` on the plane, ``(n, 2)``."""
        return self.plane.shadows(vectors)

    def params(self, places: Array) -> Array:
        """Return the parameters ``(n, d)`` at places of the plane, ``(n, 2)``."""
        return self.plane.params(places)


@dataclass(frozen=True, eq=False)
class Whole:
    """An objective of two parameters, seen as it is: its domain, whatever the window's shape."""

    subject: Subject

    def shown(self, shape: float = 1.0) -> Subject:
        """Return the subject."""
        del shape
        return self.subject

    def shadows(self, vectors: Array) -> Array:
        """Return vectors ``(n, 2)``, which are seen as they are."""
        return vectors

    def params(self, places: Array) -> Array:
        """Return places ``(n, 2)``, which are the parameters."""
        return places


def sliced(subject: Subject, setting: PlaneSetting, run: int) -> Cut | Whole:
    """Return a run's objective in two dimensions, with its runs' paths projected.

    An objective of two parameters without a setting is shown as it is; without a setting, others are shown on
    the plane of their paths' principal components. The paths on other objectives are left as they are.

    Parameters
    ----------
    subject : Subject
    setting : as `checked_plane` returns it
    run : int

    Raises
    ------
    UsageError
        When the objective has no such plane.
    """
    objective = subject.objectives[run]
    if objective.dimension > 2 or setting is not None:
        return _cut(subject, objective, setting or "pca")
    if objective is subject.objective:
        return Whole(subject)
    return Whole(dataclasses.replace(subject, objective=objective, domain=subject.own_domain(run)))


def points_along(objective: Objective, most: int) -> int:
    """Return how many points a grid has along each side: fewer than usual where parameters are very many.

    Each point costs as much as there are parameters: of a million it is 23 along a side, and not 81.
    """
    return min(most, max(FEWEST, math.isqrt(MOST_NUMBERS // objective.dimension)))


def _cut(subject: Subject, objective: Objective, setting: Any) -> Cut:
    runs = [run for run, own in enumerate(subject.objectives) if own is objective]
    # A run that goes far away would make a speck of the others' paths.
    settled = [run for run in runs if _stays(subject, run)] or runs
    plane = _plane(subject, objective, setting, settled)
    paths = {run: plane.places(subject.path(run)) for run in runs}
    places = np.concatenate([*(paths[run] for run in settled), *(paths[run][:1] for run in runs)])
    if setting == "random":
        places = np.concatenate([places, UNITS])
    lengths = np.linalg.norm(plane.directions / _units(objective, setting), axis=1)
    trajectories = tuple(
        dataclasses.replace(trajectory, iterates=paths[run]) if run in paths else trajectory
        for run, trajectory in enumerate(subject.trajectories)
    )
    # Of runs with several seeds the others are seen on the plane of the runs themselves.
    ensembles = {
        run: tuple(dataclasses.replace(one, iterates=plane.places(one.iterates)) for one in own)
        for run, own in subject.ensembles.items()
        if run in paths
    }
    shadows = dataclasses.replace(subject, trajectories=trajectories, ensembles=ensembles)
    return Cut(shadows, objective, plane, places, lengths)


def _stays(subject: Subject, run: int) -> bool:
    """Say whether a run neither diverges nor goes far from what is drawn of its objective."""
    if subject.trajectories[run].status.kind == "diverged":
        return False
    low, high = np.array(subject.shown(run)).T
    center, reach = (low + high) / 2, WIDTHS * (high - low)
    iterates = subject.trajectories[run].iterates
    # Of each coordinate the lowest and the highest: a copy of all iterates would be as large as they are.
    ends = iterates.min(axis=0), iterates.max(axis=0)
    return all(bool((np.abs(end - center) <= reach).all()) for end in ends)


def _units(objective: Objective, setting: Any) -> Array:
    """Return in what parameters are measured: coordinates, which may be of other kinds, by their domain."""
    if isinstance(setting, tuple) and not isinstance(setting[0], tuple):
        return np.asarray(np.ptp(np.array(objective.domain), axis=1))
    return np.ones(objective.dimension)


def _plane(subject: Subject, objective: Objective, setting: Any, runs: Sequence[int]) -> Plane:
    """Return the plane of a setting, as the runs that did not diverge want it."""
    best = min(runs, key=lambda run: float(np.nan_to_num(subject.trajectories[run].losses[-1], nan=np.inf)))
    end = subject.path(best)[-1]
    if isinstance(setting, Plane):
        if len(setting.origin) != objective.dimension:
            raise _other_dimension(objective, len(setting.origin))
        return setting
    if setting == "pca":
        return principal_plane(end, *(subject.path(run) for run in runs))
    if setting == "random":
        return random_plane(end, np.random.default_rng(0), objective.filters)
    if isinstance(setting[0], tuple):
        if len(setting[0]) != objective.dimension:
            raise _other_dimension(objective, len(setting[0]))
        return Plane(end, np.array(setting))
    axes = [_axis(objective, axis) for axis in setting]
    if axes[0] == axes[1]:
        raise UsageError(f"plane is {setting!r}", why="a plane has two different coordinates")
    base, where = end, "the others as at the end"
    if objective.minimizers:
        minimizers = np.array(objective.minimizers)
        base = minimizers[int(np.argmin(np.linalg.norm(minimizers - end, axis=1)))]
        where = "the others as at the minimum"
    labels = (objective.variables[axes[0]], objective.variables[axes[1]])
    return axes_plane(base, axes, labels, where if objective.dimension > 2 else "")


def _axis(objective: Objective, axis: str | int) -> int:
    names = objective.variables[: objective.dimension]
    if isinstance(axis, str):
        if axis not in names:
            raise unknown("variable", axis, names)
        return names.index(axis)
    if not 0 <= axis < objective.dimension:
        raise UsageError(
            f"plane has the coordinate {axis}",
            why=f"{objective.name} has {objective.dimension}, counted from 0",
        )
    return int(axis)


def _other_dimension(objective: Objective, given: int) -> UsageError:
    return UsageError(
        f"plane has directions of {given} numbers",
        why=f"{objective.name} has {objective.dimension} parameters",
        hint="give one number for each parameter",
    )


def _window(places: Array, lengths: Array, shape: float) -> tuple[tuple[float, float], ...]:
    """Return what is shown around places ``(n, 2)``: as much both ways, by the lengths of the directions."""
    units = lengths / (shape, 1.0)
    low, high = places.min(axis=0), places.max(axis=0)
    half = (0.5 + ROOM) * (float(((high - low) * units).max()) or 1.0) / units
    center = (low + high) / 2
    return tuple(zip((center - half).tolist(), (center + half).tolist(), strict=True))


def _on_plane(objective: Objective, plane: Plane, window: tuple[tuple[float, float], ...]) -> Objective:
    """Return an objective's landscape over a plane; of its minimizers, those that lie in the plane."""
    longest = longest_side(objective.domain)
    minimizers = np.array(objective.minimizers).reshape(-1, objective.dimension)
    held = minimizers[plane.holds(minimizers, IN_PLANE * longest)]
    model = getattr(objective.value, "__self__", None)
    borrowed = isinstance(model, ModelLoss)
    block = max(1, min(MOST_POINTS, (BORROWED if borrowed else BLOCK) // objective.dimension))

    def values_at(some: Array) -> Array:
        if isinstance(model, ModelLoss):
            return model.on_plane(plane.origin, plane.directions, some)
        return objective.value(plane.params(some))

    def value(places: Array) -> Array:
        flat = places.reshape(-1, 2)
        values = np.empty(len(flat))
        for low in range(0, len(flat), block):
            values[low : low + block] = values_at(flat[low : low + block])
            tell(min(1.0, (low + block) / len(flat)))
        return values.reshape(places.shape[:-1])

    def gradient(places: Array) -> Array:
        return np.asarray(objective.gradient(plane.params(places)) @ plane.directions.T)

    return Objective(
        name=objective.name,
        value=value,
        gradient=gradient,
        domain=window,
        minimizers=tuple(map(tuple, plane.places(held).tolist())),
        minimum=objective.minimum,
        variables=plane.labels,
    )
