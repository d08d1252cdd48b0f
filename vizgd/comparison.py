"""What is compared: an objective, the runs on it and the views of them. Plain data, like a TOML file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vizgd.errors import UsageError

if TYPE_CHECKING:
    from vizgd.clock import Pace
    from vizgd.objectives.objective import Objective
    from vizgd.objectives.samplers import Sampler
    from vizgd.optimizers.interface import Optimizer
    from vizgd.views.view import View


@dataclass(frozen=True)
class Run:
    """One optimizer set off from one place.

    Parameters
    ----------
    optimizer : Optimizer
        The update rule with its hyper-parameters.
    start : sequence of d floats, or a float where d is 1, optional
        Where it starts; by default where the objective says.
    label : str, optional
        How the legend calls it; by default the optimizer's name and hyper-parameters.
    steps : int, optional
        How many steps it takes; by default the comparison's.
    sampler : Sampler, optional
        Which examples of a data-set loss each step sees; by default all of them.
    noise : float, default 0
        Standard deviation of Gaussian noise added to each component of the gradient.
    seed : int, default 0
        Seeds the sampler and the noise.
    """

    optimizer: Optimizer
    start: float | Sequence[float] | None = None
    label: str | None = None
    steps: int | None = None
    sampler: Sampler | None = None
    noise: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps is not None:
            _check_steps(self.steps)
        if not (isinstance(self.noise, int | float) and 0 <= self.noise < math.inf):
            raise UsageError(f"noise is {self.noise!r}", why="expected a number that is not negative")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise UsageError(f"seed is {self.seed!r}", why="expected a whole number that is not negative")


@dataclass(frozen=True)
class Comparison:
    """Runs on one objective, and how they are shown.

    Parameters
    ----------
    title : str
        Stands above the picture.
    objective : str or Objective
        Text such as ``"x**2 + 10*y**2"``, a catalogue name, or an `Objective`.
    runs : sequence of Run
        At least one.
    steps : int, default 100
        How many steps each run takes.
    views : sequence of str or View
        What is shown, as names or as views with settings; by default what suits the objective's dimension.
    domain : sequence of (low, high), optional
        The part that is drawn, one pair a dimension; by default the objective's own, or what holds the paths.
    pace : {"iterations", "examples", "together"}, default "iterations"
        What the runs share as the film goes on: the count of steps or of examples seen, or start and end.
    seconds : float, optional
        How long the film lasts; by default what suits the number of steps.
    description : str, default ""
        One line on what the comparison shows, for lists.
    """

    title: str
    objective: str | Objective
    runs: Sequence[Run]
    steps: int = 100
    views: Sequence[str | View] = ()
    domain: Sequence[tuple[float, float]] | None = None
    pace: Pace = "iterations"
    seconds: float | None = None
    description: str = ""

    def __post_init__(self) -> None:
        _check_steps(self.steps)
        if not self.runs:
            raise UsageError("there are no runs to compare", hint="give at least one Run")
        if self.seconds is not None and not 0 < self.seconds < math.inf:
            raise UsageError(f"seconds is {self.seconds!r}", why="expected a number above 0")
        for low, high in self.domain or ():
            if not -math.inf < low < high < math.inf:
                raise UsageError(
                    f"the domain has an axis from {low:g} to {high:g}",
                    why="expected two finite numbers, the lower one first",
                )


def _check_steps(steps: int) -> None:
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise UsageError(f"steps is {steps!r}", why="expected a whole number of at least 1")
