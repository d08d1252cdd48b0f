"""What a view is: settings, and a study of its subject, which decides all that is seen in a box."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np

from vizgd.base.settings import check_settings
from vizgd.drawing.clock import Clock, Pace
from vizgd.drawing.panel import Axes, AxesStyle, Box, Panel
from vizgd.drawing.theme import RunStyle, Theme
from vizgd.objectives.domain import Domain
from vizgd.objectives.objective import Array, Objective
from vizgd.optimizers.task import Task
from vizgd.recording.many.tallies import Tally, tallies_of
from vizgd.recording.trajectory import Trajectory

FAR = 1e3
"""In lengths of the drawn domain: a longer last step is drawn no longer."""


ROOM = 0.08
"""How much a domain that is widened for a start shows around it, as a part of its width."""


def with_room(
    domain: Sequence[tuple[float, float]], starts: Sequence[Array]
) -> tuple[tuple[float, float], ...]:
    """Return a domain, widened where a start lies outside."""
    if not starts:
        return domain if isinstance(domain, tuple) else tuple(domain)
    low, high = np.array(domain).T
    lowest, highest = np.min(starts, axis=0), np.max(starts, axis=0)
    if not ((lowest < low) | (highest > high)).any():
        return domain if isinstance(domain, tuple) else tuple(domain)
    # Of what is shown in the end: around a start that is far away, the old width would be nothing.
    room = ROOM * (np.maximum(high, highest) - np.minimum(low, lowest))
    low = np.where(lowest < low, lowest - room, low)
    high = np.where(highest > high, highest + room, high)
    return Domain.of(np.column_stack([low, high]))


@dataclass(frozen=True, eq=False)
class Subject:
    """What a view looks at.

    Parameters
    ----------
    objective : Objective
    trajectories : tuple of Trajectory
        One a run.
    labels : tuple of str
        One a run, as the legend shows them.
    clock : Clock
    theme : Theme
    domain : tuple of (low, high)
        The part of the objective's domain that is drawn.
    objectives : tuple of Objective, default ()
        What each run descends; by default the objective, all of them.
    note : str, default ""
        What is said above a landscape: where a slice lies.
    on_plane : bool, default False
        Whether the objective is cut by a plane, which paths may leave.
    optimizers : tuple of Optimizer
        One a run.
    steps : int
        How many steps fill the film: as many as the longest run was to take.
    tasks : tuple of Task
        One a run: what it was given to do, and with it what chance gave its steps.
    ensembles : mapping of int to tuple of Trajectory
        Of runs with several seeds, what was recorded with each of them, the run itself first.
    pace : str
        What the runs share while the film goes on, see `vizgd.drawing.clock.Pace`.
    """

    objective: Objective
    trajectories: tuple[Trajectory, ...]
    labels: tuple[str, ...]
    clock: Clock
    theme: Theme
    domain: tuple[tuple[float, float], ...]
    objectives: tuple[Objective, ...] = ()
    note: str = ""
    on_plane: bool = False
    optimizers: tuple[Any, ...] = ()
    steps: int = 0
    tasks: tuple[Task, ...] = ()
    ensembles: Mapping[int, tuple[Trajectory, ...]] = field(default_factory=dict)
    pace: Pace = "iterations"

    def __post_init__(self) -> None:
        if not self.objectives:
            object.__setattr__(self, "objectives", (self.objective,) * len(self.trajectories))

    def groups(self, *, apart: bool = False) -> list[list[int]]:
        """Return the runs that share a landscape: those of one objective, or each for itself."""
        groups: dict[int, list[int]] = {}
        for run, objective in enumerate(self.objectives):
            groups.setdefault(run if apart else id(objective), []).append(run)
        return list(groups.values())

    def shown(self, run: int) -> tuple[tuple[float, float], ...]:
        """Return what is drawn of the objective that a run descends."""
        return self.domain if self.objectives[run] is self.objective else self.own_domain(run)

    def own_domain(self, run: int) -> tuple[tuple[float, float], ...]:
        """Return the domain of a run's objective, with room for the start of every run on it."""
        own = self.objectives[run]
        pairs = zip(self.trajectories, self.objectives, strict=True)
        return with_room(own.domain, [one.iterates[0] for one, objective in pairs if objective is own])

    def seed_steps(self, run: int) -> Array:
        """Return how many steps the seeds of a run have taken at each frame that moves, shape (frames + 1,).

        Where the run that is shown ends before others do, these go on as fast as it went.
        """
        own, reached = self.trajectories[run], self.clock.reached[run]
        steps = own.iterations.astype(float)
        last = float(max(one.iterations[-1] for one in self.ensembles[run]))
        if last > steps[-1]:
            pace = reached[-1] / steps[-1] if steps[-1] > 0 else 1.0 / max(self.steps, 1)
            reached = np.append(reached, reached[-1] + pace * (last - steps[-1]))
            steps = np.append(steps, last)
        return np.asarray(np.interp(np.linspace(0.0, 1.0, self.clock.run + 1), reached, steps))

    @cached_property
    def tallies(self) -> dict[int, Tally]:
        """How many seeds of a run are where they should be, at each frame that moves."""
        objectives = {run: self.objectives[run] for run in self.ensembles}
        return tallies_of(objectives, self.ensembles, {run: self.seed_steps(run) for run in self.ensembles})

    def path(self, run: int) -> Array:
        """Return a run's iterates ``(n + 1, d)``, the last step shortened where it goes out of all reach.

        A diverging run may end at 1e300; what is seen of its last step is the direction in which it left.
        """
        iterates = self.trajectories[run].iterates
        spans = np.ptp(np.array(self.shown(run)), axis=1)
        if len(iterates) < 2:
            return iterates
        before, last = iterates[-2:]
        reach = float(np.max(np.abs(last / spans - before / spans)))
        if reach <= FAR:
            return iterates
        return np.concatenate([iterates[:-1], [before + last * (FAR / reach) - before * (FAR / reach)]])

    def values(self, places: Array) -> Array:
        """Return the objective's values at places, without a warning where it has none."""
        with np.errstate(all="ignore"):
            return np.asarray(self.objective.value(places), dtype=float)

    def style(self, run: int) -> RunStyle:
        """Return how a run is drawn."""
        return self.theme.run(run, len(self.trajectories))

    @property
    def axes_style(self) -> AxesStyle:
        """How axes are drawn."""
        theme = self.theme
        return AxesStyle(
            theme.panel,
            theme.spine,
            theme.grid,
            theme.text,
            theme.tick_size,
            theme.label_size,
            theme.label_size,
        )


class Study(ABC):
    """What a view has found out for one of its boxes: all but where that will be.

    It is measured first and drawn then. How much room the ticks and labels of its `axes` take is taken off
    the box, and off those of its neighbors, so that their axes line up; `panel` is drawn in what is left.
    """

    @property
    def aspect(self) -> float | None:
        """The width of its axes over their height, or None where any will do."""
        return None

    def shaped(self, aspect: float) -> Study:
        """Return it for a box that is so wide for its height, where it can show more than it must."""
        del aspect
        return self

    def axes(self, box: Box) -> Axes | None:
        """Return the axes that it has in a box; None where it fills the box without any."""
        del box
        return None

    @abstractmethod
    def panel(self, box: Box) -> Panel:
        """Return what is shown in a box, which its axes fill."""


class View(ABC):
    """A way to look at runs; a leaf is a frozen dataclass of settings.

    ``place`` says what the layout does with it: a ``landscape`` is where the runs move and gets the most
    room, a ``chart`` accompanies it. Settings are checked against the annotations of their fields.
    """

    place: ClassVar[Literal["landscape", "chart"]] = "chart"

    def __post_init__(self) -> None:
        check_settings(self)

    @abstractmethod
    def study(self, subject: Subject) -> Sequence[Study]:
        """Return what is to be seen of a subject, a study for each box: one, or one a run side by side.

        Raises
        ------
        UsageError
            When the objective cannot be seen this way: of another dimension, or without a data set.
        """
