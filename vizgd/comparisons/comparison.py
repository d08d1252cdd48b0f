"""What is compared: an objective, the runs on it and the views of them. Plain data, like a TOML file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from vizgd.base.errors import UsageError, at, unknown
from vizgd.base.values import check_line, check_seconds, is_number, is_whole
from vizgd.drawing.clock import MOST_PLAYED, Pace
from vizgd.optimizers.adapters import optimizer_from
from vizgd.optimizers.descent import GradientDescent
from vizgd.recording.many.ensembles import Chancy, has_chance
from vizgd.recording.many.tuning import Tuning
from vizgd.recording.recorded import Recorded
from vizgd.recording.trajectory import Trajectory

if TYPE_CHECKING:
    from vizgd.objectives.datasets.samplers import Sampler
    from vizgd.objectives.objective import Objective
    from vizgd.views.view import View


MOST_STEPS = 1_000_000
MOST_SEEDS = 400
"""Of a run: more would take long, and show no more."""
MOST_RUNS = 36
"""A theme distinguishes so many runs: six colors times six dashes."""
FARTHEST = 1e100
"""The largest limit of a domain: its square is still finite."""


@dataclass(frozen=True)
class Run:
    """One optimizer from one start.

    Parameters
    ----------
    optimizer : Optimizer, Trajectory or other
        The update rule with its hyper-parameters; what `record` takes for one: an optimizer of torch, optax
        or scipy, or a function ``step(params, gradient)``; or a run that was recorded before.
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
        Seeds the sampler and the noise. Runs with equal seeds, also by default, get equal random numbers: the
        same noise in the same step, and the same batches where the samplers are equal.
    seeds : int, optional
        With how many seeds it is recorded, from 2 to 400: with `seed`, `seed` + 1 and so on. The first is
        the run that is shown; of the others views show thin paths, bands in charts, and how many end where.
    objective : str or Objective, optional
        What it minimizes; by default the comparison's.
    trajectory : Trajectory, optional
        An earlier recording of the run: it is shown, and the optimizer only named.
    """

    optimizer: Any
    start: float | Sequence[float] | None = None
    label: str | None = None
    steps: int | None = None
    sampler: Sampler | None = None
    noise: float = 0.0
    seed: int = 0
    seeds: int | None = None
    objective: str | Objective | None = None
    trajectory: Trajectory | None = None

    def __post_init__(self) -> None:
        if isinstance(self.optimizer, Trajectory):
            object.__setattr__(self, "trajectory", self.optimizer)
            object.__setattr__(self, "steps", max(1, int(self.optimizer.iterations[-1])))
            object.__setattr__(self, "optimizer", Recorded())
        object.__setattr__(self, "optimizer", optimizer_from(self.optimizer))
        if not isinstance(self.trajectory, Trajectory | None):
            raise UsageError(f"{self.trajectory!r:.60} is no Trajectory", hint="record() returns one")
        if self.steps is not None:
            _check_steps(self.steps)
        if self.label is not None:
            check_line("label", self.label)
        if not (is_number(self.noise) and self.noise >= 0):
            raise UsageError(f"noise is {self.noise!r}", why="expected a number that is not negative")
        if not (is_whole(self.seed) and self.seed >= 0):
            raise UsageError(f"seed is {self.seed!r}", why="expected a whole number that is not negative")
        if self.seeds is not None:
            if not (is_whole(self.seeds) and 2 <= self.seeds <= MOST_SEEDS):
                raise UsageError(
                    f"seeds is {self.seeds!r:.40}", why=f"expected a whole number from 2 to {MOST_SEEDS}"
                )
            if isinstance(self.optimizer, Recorded):
                raise UsageError(
                    f"seeds is {self.seeds}, and the run is a recorded one",
                    why="a recording cannot be repeated with another seed",
                    hint="give its optimizer in place of the recording, or leave seeds out",
                )
        # Arrays become lists, so that two runs can be compared.
        object.__setattr__(self, "start", getattr(self.start, "tolist", lambda: self.start)())


@dataclass(frozen=True)
class Comparison:
    """Runs on one objective, and how they are shown.

    Parameters
    ----------
    title : str
        Stands above the picture.
    objective : str, Objective or callable
        Text such as ``"x**2 + 10*y**2"``, a catalogue name, an `Objective`, or a function as `objective_from`
        takes it.
    runs : sequence of Run
        At least one.
    steps : int, default 100
        How many steps each run takes.
    views : sequence of str or View
        What is shown, as names or as views with settings; by default what suits the objective's dimension.
    domain : sequence of (low, high), optional
        The part that is drawn, one pair a dimension; by default the objective's own, or what holds the paths.
    pace : {"iterations", "examples", "evaluations", "seconds", "together"}, default "iterations"
        What the runs have in common in each frame: the count of steps, of examples or of evaluations of the
        gradient, the seconds that their steps took when they were recorded, or their progress.
    seconds : float, optional
        How long the film lasts; by default what suits the number of steps.
    tune : bool, Tuning or mapping, default False
        Whether each run gets the learning rate with which it ends lowest, of a grid that all share: a fair
        comparison. A mapping gives the settings of a `Tuning`: ``learning_rate`` (the ends of the grid),
        ``trials`` and ``seeds``.
    description : str, default ""
        One line on what the comparison shows, for lists.
    parts : int or sequence of int, default 0
        How many of the first steps are played in parts, one beat of the rule after another, in two seconds or
        more each; or the numbers of such steps, from 1 on, as in ``[1, 2, 10]``. The others go at the usual
        pace. Only at the pace of iterations.
    """

    title: str
    objective: str | Objective | Callable[..., Any]
    runs: Sequence[Run]
    steps: int = 100
    views: Sequence[str | View] = ()
    domain: Sequence[tuple[float, float]] | None = None
    pace: Pace = "iterations"
    seconds: float | None = None
    description: str = ""
    parts: int | Sequence[int] = 0
    tune: bool | Tuning | Mapping[str, Any] = False

    def __post_init__(self) -> None:
        with at("$.tune"):
            object.__setattr__(self, "tune", _tuning(self.tune))
        with at("$.title"):
            check_line("title", self.title)
        with at("$.runs"):
            object.__setattr__(self, "runs", _listed("runs", self.runs))
            _check_runs(self.runs)
        with at("$.steps"):
            _check_steps(self.steps)
        with at("$.views"):
            object.__setattr__(self, "views", _listed("views", self.views))
        with at("$.pace"):
            if self.pace not in get_args(Pace):
                raise unknown("pace", self.pace, get_args(Pace))
        with at("$.seconds"):
            if self.seconds is not None:
                check_seconds(self.seconds)
                object.__setattr__(self, "seconds", float(self.seconds))
        with at("$.parts"):
            object.__setattr__(self, "parts", _checked_parts(self.parts))
            if self.parts and self.pace != "iterations":
                raise UsageError(
                    f"steps are played in parts only at the pace of iterations, not of {self.pace}",
                    hint="leave out pace, or parts",
                )
        if self.domain is not None:
            object.__setattr__(self, "domain", _checked_domain(self.domain))


def only_rates_differ(runs: Sequence[Run], trajectories: Sequence[Trajectory]) -> bool:
    """Return whether all runs are plain gradient descent and differ only in its constant rate."""
    first = runs[0]
    return all(
        type(run.optimizer) is GradientDescent
        and np.ndim(run.optimizer.learning_rate) == 0
        and not callable(run.optimizer.learning_rate)
        and run.sampler is None
        and run.noise == 0
        and (run.steps, run.objective) == (first.steps, first.objective)
        and np.array_equal(trajectory.iterates[0], trajectories[0].iterates[0])
        for run, trajectory in zip(runs, trajectories, strict=True)
    )


def chancy_runs(
    comparison: Comparison, objectives: Sequence[Objective], trajectories: Sequence[Trajectory]
) -> dict[int, Chancy]:
    """Return what is needed to repeat each run that is random, by the runs' numbers."""
    able = zip(comparison.runs, objectives, trajectories, strict=True)
    return {
        index: Chancy(
            objective,
            run.optimizer,
            trajectory,
            comparison.steps if run.steps is None else run.steps,
            run.sampler,
            run.noise,
            run.seed,
        )
        for index, (run, objective, trajectory) in enumerate(able)
        if has_chance(objective, run.sampler, run.noise)
    }


def _tuning(given: Any) -> Tuning | bool:
    """Return the search that is asked for, False for none."""
    if isinstance(given, Tuning):
        return given
    if isinstance(given, bool):
        return Tuning() if given else False
    if not isinstance(given, Mapping):
        raise UsageError(f"tune is {given!r:.60}", why="expected true, or a table of settings")
    known = [field.name for field in fields(Tuning)]
    for key in given:
        if key not in known:
            raise unknown("key", str(key), known)
    return Tuning(**given)


def _check_runs(runs: Sequence[Any]) -> None:
    if not runs:
        raise UsageError("there are no runs to compare", hint="give at least one Run")
    if len(runs) > MOST_RUNS:
        raise UsageError(f"there are {len(runs)} runs", why=f"at most {MOST_RUNS} can be told apart")
    for run in runs:
        if not isinstance(run, Run):
            raise UsageError(f"{run!r:.60} is no Run", hint="write Run(Adam(), start=(5, 2))")


def _check_steps(steps: Any) -> None:
    if not (is_whole(steps) and 1 <= steps <= MOST_STEPS):
        raise UsageError(f"steps is {steps!r:.40}", why=f"expected a whole number from 1 to {MOST_STEPS}")


def _checked_parts(parts: Any) -> int | tuple[int, ...]:
    """Return how many steps are played in parts, or their numbers in rising order."""
    if is_whole(parts) and 0 <= parts <= MOST_PLAYED:
        return int(parts)
    numbers = list(parts) if isinstance(parts, Iterable) and not isinstance(parts, str) else []
    if 0 < len(numbers) <= MOST_PLAYED and all(is_whole(n) and 1 <= n <= MOST_STEPS for n in numbers):
        return tuple(sorted({int(number) for number in numbers}))
    raise UsageError(
        f"parts is {parts!r:.60}",
        why=f"expected how many of the first steps, up to {MOST_PLAYED}, or a list of numbers of steps",
        hint="write parts = 3, or parts = [1, 2, 10]",
    )


def _listed(name: str, value: Any) -> tuple[Any, ...]:
    """Return a list or another iterable as a tuple."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise UsageError(f"{name} is {value!r:.60}", hint=f"write a list: {name}=[…]")
    return tuple(value)


def _checked_domain(domain: Any) -> tuple[tuple[float, float], ...]:
    with at("$.domain"):
        axes = _listed("domain", domain)
    checked = []
    for axis, limits in enumerate(axes):
        with at(f"$.domain[{axis}]"):
            checked.append(_checked_limits(limits))
    return tuple(checked)


def _checked_limits(limits: Any) -> tuple[float, float]:
    """Return the limits of an axis; raise an error where float64 cannot tell its numbers apart."""
    try:
        low, high = (float(limit) if is_number(limit) else float("nan") for limit in limits)
    except (TypeError, ValueError):
        low = high = float("nan")
    wide = high - low > max(1e-9 * max(abs(low), abs(high)), 1 / FARTHEST)
    if not (wide and -FARTHEST < low < high < FARTHEST):
        raise UsageError(
            f"the domain has an axis {limits!r:.60}",
            why="expected two finite numbers, the lower one first and well apart",
        )
    return low, high
