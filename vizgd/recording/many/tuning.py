"""A learning rate found by a stated search: the one of a grid with which a run ends lowest."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.base.settings import Between, check_settings
from vizgd.objectives.objective import Array
from vizgd.optimizers.foreign.scipy_methods import ScipyMethod
from vizgd.optimizers.interface import Method, Rule
from vizgd.optimizers.task import StepLoss, Task
from vizgd.recording.many.ensembles import has_chance
from vizgd.recording.many.sweeps import ended
from vizgd.recording.recorded import Recorded

if TYPE_CHECKING:
    from collections.abc import Iterator


SCALED = ("learning_rate", "minimum")
"""The settings of a schedule that are rates: all are scaled alike."""


@dataclass(frozen=True)
class Tuning:
    """A search for the learning rate of each run: the best of a grid, on the same budget of steps.

    The best is the one after whose last step the loss is lowest; of a run under noise or over batches, its
    median over some seeds. Of equal ones it is the smallest.

    Parameters
    ----------
    learning_rate : pair of float, default (1e-4, 10)
        The lowest and the highest rate that are tried; a schedule is scaled to begin from them.
    trials : int, default 31
        How many are tried, evenly on a log scale and rounded to three digits.
    seeds : int, default 3
        With how many seeds random runs are tried, from their own on up; others are tried once.

    Raises
    ------
    UsageError
        When a setting is not what it has to be.
    """

    learning_rate: tuple[float, float] = (1e-4, 10.0)
    trials: Annotated[int, Between(2, 1000)] = 31
    seeds: Annotated[int, Between(1, 100)] = 3

    def __post_init__(self) -> None:
        check_settings(self)
        low, high = (float(rate) for rate in self.learning_rate)
        if not 0 < low < high < np.inf:
            raise UsageError(
                f"learning_rate is {list(self.learning_rate)}",
                why="expected the lowest and the highest rate to be tried, above 0",
            )
        object.__setattr__(self, "learning_rate", (low, high))

    @property
    def rates(self) -> Array:
        """The rates that are tried, from the lowest, shape (trials,)."""
        low, high = self.learning_rate
        rounded = [float(f"{rate:.3g}") for rate in np.geomspace(low, high, self.trials)]
        return np.array([low, *rounded[1:-1], high])

    def evaluations(self, task: Task) -> int:
        """Return how many gradients the search for the rate of a run takes."""
        return self.trials * task.steps * len(self.seeds_for(task))

    def seeds_for(self, task: Task) -> range:
        """Return the seeds with which a run is tried."""
        random = has_chance(task.objective, task.sampler, task.noise)
        return range(task.seed, task.seed + (self.seeds if random else 1))


def base_rate(optimizer: Any) -> float | None:
    """Return the learning rate that can be tuned, of a schedule the one it is made from; None for none.

    Raises
    ------
    UsageError
        When there may be one where it cannot be seen.
    """
    if isinstance(optimizer, ScipyMethod | Recorded) or getattr(optimizer, "needs_hessian", False):
        return None
    if not isinstance(optimizer, Rule):
        raise UsageError(
            f"the rate of {optimizer.called} cannot be tuned",
            why="whether it has one is not told by it",
            hint="use an optimizer of vizgd, or leave tune out",
        )
    rate: Any = getattr(optimizer, "learning_rate", None)
    while is_dataclass(rate):
        rate = getattr(rate, "learning_rate", None)
    if callable(rate) or np.size(rate) > 1:
        kind = "a schedule of your own" if callable(rate) else "one for each parameter"
        raise UsageError(
            f"the rate of {optimizer.called} cannot be tuned",
            why=f"it is {kind}",
            hint="give a number or a schedule of vizgd, or leave tune out",
        )
    return None if rate is None else float(np.asarray(rate).item())


def with_rate(optimizer: Any, rate: float | Array) -> Any:
    """Return an optimizer with another rate, or rates ``(k, 1)`` for as many runs; its schedule is scaled."""
    own = optimizer.learning_rate
    if not is_dataclass(own):
        return replace(optimizer, learning_rate=rate)
    known = base_rate(optimizer)
    assert known is not None, "only then is there something to tune"
    return replace(optimizer, learning_rate=_scaled(own, rate, known))


def _scaled(schedule: Any, rate: float | Array, known: float) -> Any:
    changed: dict[str, Any] = {}
    for name in SCALED:
        if name not in {field.name for field in fields(schedule)}:
            continue
        own = getattr(schedule, name)
        if is_dataclass(own):
            changed[name] = _scaled(own, rate, known)
        else:
            changed[name] = rate if name == "learning_rate" else own * (rate / known)
    return replace(schedule, **changed)


def losses_of(tuning: Tuning, optimizer: Method, task: Task) -> Array:
    """Return the loss at which a run ends with each rate, shape (trials,), the median over the seeds.

    It is inf where a run diverges. All rates see the same batches and the same noise.
    """
    rule = with_rate(optimizer, tuning.rates[:, None])
    starts = np.tile(task.start, (tuning.trials, 1))
    each = []
    for seed in tuning.seeds_for(task):
        ends = ended(
            rule, _Alike(task.objective, starts, task.steps, task.sampler, task.noise, seed, task.tolerance)
        )
        each.append(np.where(ends.diverged | ~np.isfinite(ends.losses), np.inf, ends.losses))
    return np.asarray(np.median(each, axis=0))


def best_rate(tuning: Tuning, optimizer: Method, task: Task) -> float:
    """Return the rate with which a run ends lowest.

    Raises
    ------
    UsageError
        When it diverges with every one.
    """
    losses = losses_of(tuning, optimizer, task)
    if not np.isfinite(losses).any():
        low, high = tuning.learning_rate
        raise UsageError(
            f"{optimizer.called} diverges with each of {tuning.trials} rates from {low:g} to {high:g}",
            hint=f"try lower ones: tune = {{ learning_rate = [{low / 1000:g}, {low:g}] }}",
        )
    return float(tuning.rates[int(np.argmin(losses))])


class _Alike(Task):
    """Runs from starts ``(k, d)`` that see the same examples and are under the same noise."""

    def losses(self) -> Iterator[StepLoss]:
        """Yield what each step of one run sees: so does each of all."""
        one = Task(self.objective, self.start[0], self.steps, self.sampler, self.noise, self.seed)
        return one.losses()
