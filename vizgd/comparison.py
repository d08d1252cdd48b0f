"""What is compared: an objective, the runs on it and the views of them. Plain data, like a TOML file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
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
    pace: Literal["iterations", "examples", "together"] = "iterations"
    seconds: float | None = None
    description: str = ""
