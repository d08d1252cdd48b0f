"""What can be measured of a run at its iterates or of its steps, by name: what charts draw."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vizgd.base.errors import UsageError, unknown
from vizgd.objectives.objective import Array
from vizgd.objectives.stationarity import distances
from vizgd.recording.quantities import Series, quantities_of
from vizgd.recording.recorded import Recorded
from vizgd.recording.trajectory import loss_name
from vizgd.views.slices import Cut, PlaneSetting, sliced
from vizgd.views.view import Subject

ON_PLANE = "on_plane_loss"
OF_ITERATES = ("loss", "excess", "distance", ON_PLANE)
MOST_ON_PLANE = 300
"""At so many iterates, at most, the loss on a plane is evaluated; between them it runs straight."""
NORM = "_norm"
"""Behind a vector's name: its Euclidean length."""
ON_PLANE_LABELS = ("loss on the plane", "on plane")
COORDINATES = "xy"


@dataclass(frozen=True, eq=False)
class Measure:
    """What is measured of one run.

    Parameters
    ----------
    values : array, shape (n + 1,)
        At each iterate, nan where there is none; of steps the last one is there twice, at its two ends.
    label : str
        What it is, for an axis.
    symbol : str
        The same in a few characters, for the head of a curve.
    signed : bool
        Whether it can be below zero.
    """

    values: Array
    label: str
    symbol: str
    signed: bool


def measure_runs(subject: Subject, name: str, plane: PlaneSetting = None) -> list[Measure]:
    """Return what is measured of each run.

    Parameters
    ----------
    subject : Subject
    name : str
        ``loss``; ``on_plane_loss``, that of the iterate's projection onto the plane on which the objective is
        shown; ``excess``, the loss above the known minimum; ``distance``, to the nearest known minimizer;
        ``cosine``, of the angle between one step and the next; a coordinate, ``x``, ``y``, ``x1``, ``x2``, …;
        or a quantity of the rule such as ``gradient``, ``velocity`` or ``learning_rate``. Of a vector it is
        the Euclidean norm, of ``velocity.x`` that coordinate.
    plane : optional
        As `checked_plane` returns it.

    Raises
    ------
    UsageError
        For a name that no run has, and for a distance from what is not known. Of a run that has none, where
        others have, the values are nan.
    """
    if name == ON_PLANE:
        return _on_plane(subject, plane)
    if name in OF_ITERATES:
        if not known(subject, name):
            raise UsageError(
                f"no {name} can be measured",
                why="a minimizer is not known" if name == "distance" else "the minimum is not known",
                hint='choose quantity = "loss"',
            )
        return [_of_iterates(subject, run, name) for run in range(len(subject.trajectories))]
    if name in OF_STEPS:
        return [OF_STEPS[name](subject, run) for run in range(len(subject.trajectories))]
    if _is_coordinate(name):
        return [_coordinate(subject, run, name) for run in range(len(subject.trajectories))]
    recorded = [_series(subject, run) for run in range(len(subject.trajectories))]
    found = [_of_steps(subject, run, series, name) for run, series in enumerate(recorded)]
    told = next((one for one in found if one is not None), None)
    if told is None:
        raise no_quantity(name, recorded)
    none = [np.full(len(trajectory.iterates), np.nan) for trajectory in subject.trajectories]
    return [
        Measure(blank, told.label, told.symbol, told.signed) if one is None else one
        for one, blank in zip(found, none, strict=True)
    ]


def known(subject: Subject, name: str) -> bool:
    """Return whether ``loss``, ``excess`` or ``distance`` can be measured of every run."""
    needed = {"loss": "value", "excess": "minimum", "distance": "minimizers"}[name]
    return all(getattr(objective, needed) not in (None, ()) for objective in subject.objectives)


def _of_iterates(subject: Subject, run: int, name: str) -> Measure:
    objective, trajectory = subject.objectives[run], subject.trajectories[run]
    loss = loss_name(subject.trajectories)
    if name == "distance":
        return Measure(distances(objective, trajectory.iterates), "distance to minimum", "distance", False)
    losses = np.where(np.isfinite(trajectory.losses), trajectory.losses, np.nan)
    if name == "excess" and objective.minimum is not None:
        return Measure(np.maximum(losses - objective.minimum, 0.0), f"{loss} − min", f"{loss} − min", False)
    return Measure(losses, loss, loss, True)


def _on_plane(subject: Subject, plane: PlaneSetting) -> list[Measure]:
    """Return the losses of what is seen of each run on its plane: of iterates projected orthogonally.

    Raises
    ------
    UsageError
        When no run's objective is cut by a plane.
    """
    measures: list[Measure | None] = [None] * len(subject.trajectories)
    for group in subject.groups():
        cut = sliced(subject, plane, group[0])
        if isinstance(cut, Cut):
            shown = cut.shown()
            for run in group:
                measures[run] = _plane_losses(shown, run)
    if not any(measures):
        raise UsageError(
            "there is no plane to measure a loss on",
            why=f"of the {subject.objective.dimension} parameters all are shown",
            hint='choose quantity = "loss"',
        )
    losses = (trajectory.losses for trajectory in subject.trajectories)
    return [
        one or Measure(np.full(len(own), np.nan), *ON_PLANE_LABELS, True)
        for one, own in zip(measures, losses, strict=True)
    ]


def _plane_losses(shown: Subject, run: int) -> Measure:
    places = shown.trajectories[run].iterates
    count = len(places)
    at = np.unique(np.linspace(0, count - 1, min(count, MOST_ON_PLANE)).round().astype(np.intp))
    values = shown.values(places[at])
    values = np.interp(np.arange(count), at, np.where(np.isfinite(values), values, np.nan))
    return Measure(values, *ON_PLANE_LABELS, True)


def _cosine(subject: Subject, run: int) -> Measure:
    """Return the cosine of the angle at each iterate between the step there and the one that leaves it."""
    steps = np.diff(subject.trajectories[run].iterates, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    values = np.full(len(steps) + 1, np.nan)
    with np.errstate(all="ignore"):
        units = steps / lengths[:, None]
        values[1:-1] = np.clip(np.sum(units[:-1] * units[1:], axis=1), -1.0, 1.0)
    return Measure(values, "cosine of successive steps", "cosine", True)


OF_STEPS: dict[str, Callable[[Subject, int], Measure]] = {"cosine": _cosine}
"""What is measured of a run's steps, and how: a new quantity of this kind is a row."""


def _is_coordinate(name: str) -> bool:
    return name in tuple(COORDINATES) or re.fullmatch(r"x[1-9]\d*", name) is not None


def _index(subject: Subject, run: int, coordinate: str) -> int:
    """Return which number of a point is meant.

    Raises
    ------
    UsageError
        When the run has fewer.
    """
    index = COORDINATES.index(coordinate) if coordinate in COORDINATES else int(coordinate[1:]) - 1
    dimension = subject.trajectories[run].iterates.shape[1]
    if index < dimension:
        return index
    raise UsageError(
        f"there is no coordinate {coordinate!r}",
        why=f"a point has {dimension}" + (": x" if dimension == 1 else f", x1 to x{dimension}"),
    )


def _coordinate(subject: Subject, run: int, name: str) -> Measure:
    values = subject.trajectories[run].iterates[:, _index(subject, run, name)]
    return Measure(values, name, name, True)


def _series(subject: Subject, run: int) -> dict[str, Series]:
    """Return what is known of a run's steps; of a run that was recorded elsewhere, what that shows."""
    optimizer = subject.optimizers[run] if subject.optimizers else Recorded()
    return dict(quantities_of(optimizer, subject.trajectories[run]).series)


def _of_steps(subject: Subject, run: int, series: dict[str, Series], name: str) -> Measure | None:
    trajectory = subject.trajectories[run]
    vector, dot, coordinate = name.partition(".")
    norm = not dot and vector.endswith(NORM) and vector.removesuffix(NORM) in series
    one = series.get(vector.removesuffix(NORM) if norm else vector)
    if one is None or one.kind == "other" or (dot and not _is_coordinate(coordinate)):
        return None
    values = np.asarray(one.values, dtype=float)
    # The gradient is known at the last iterate, too; what belongs to a step stays to its end.
    last = trajectory.gradients[-1:] if one.name == "gradient" else values[-1:]
    values = np.concatenate([values, last]) if len(values) else np.full((1, *values.shape[1:]), np.nan)
    spelled = one.name.replace("_", " ")
    if values.ndim == 1:
        return None if dot or norm else Measure(values, spelled, one.symbol, one.role != "learning rate")
    if dot:
        index = _index(subject, run, coordinate)
        return Measure(values[:, index], f"{spelled}, {coordinate}", f"{one.symbol} {coordinate}", True)
    if values.shape[1] == 1 and not norm:
        return Measure(values[:, 0], spelled, one.symbol, True)
    with np.errstate(over="ignore"):
        lengths = np.linalg.norm(values, axis=1)
    symbol = rf"\(\Vert {one.tex} \Vert\)"
    return Measure(lengths, f"{spelled} {symbol}", symbol, False)


def no_quantity(name: str, recorded: Sequence[dict[str, Series]]) -> UsageError:
    """Return the error for the name of a quantity that no run has."""
    names = dict.fromkeys(name for series in recorded for name, one in series.items() if one.kind != "other")
    error = unknown("quantity", name, [*OF_ITERATES, *OF_STEPS, *COORDINATES, *names])
    return dataclasses.replace(error, what=f"no run has a quantity {name!r}")
