"""The rates of a comparison's runs, each found by the same search, and what is said of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from vizgd.base.errors import at
from vizgd.base.progress import stretch
from vizgd.comparisons.comparison import Comparison, Run
from vizgd.objectives.callables.user_code import told_of_user_code
from vizgd.objectives.objective import Objective
from vizgd.optimizers.task import Task
from vizgd.recording import checks
from vizgd.recording.many.tuning import Tuning, base_rate, best_rate, with_rate


def tuned(objectives: Sequence[Objective], comparison: Comparison) -> Comparison:
    """Return a comparison whose runs have the learning rates that were found for them.

    Runs that were recorded before stay as they are, and so do those without a rate. A label that somebody
    gave, or one in which a schedule stands for the rate, says it at its end.

    Raises
    ------
    UsageError
        When a rate cannot be tuned, or every one diverges.
    """
    tuning = comparison.tune
    if not isinstance(tuning, Tuning):
        return comparison
    runs = []
    for index, (run, objective) in enumerate(zip(comparison.runs, objectives, strict=True)):
        share = stretch(index / len(comparison.runs), (index + 1) / len(comparison.runs))
        with at(f"$.runs[{index}]"), told_of_user_code("the run cannot be tuned"), share:
            runs.append(_tuned(tuning, run, objective, comparison.steps))
    return replace(comparison, runs=runs)


def _tuned(tuning: Tuning, run: Run, objective: Objective, steps: int) -> Run:
    if run.trajectory is not None or base_rate(run.optimizer) is None:
        return run
    steps = steps if run.steps is None else run.steps
    checks.check_settings(objective, run.optimizer, steps, run.sampler, run.noise, run.seed, 0.0)
    start = checks.checked_start(objective, run.start)
    task = Task(objective, start, steps, run.sampler, run.noise, run.seed)
    rate = best_rate(tuning, run.optimizer, task)
    optimizer = with_rate(run.optimizer, rate)
    label = run.label
    if label is not None or callable(optimizer.learning_rate):
        label = f"{optimizer.label if label is None else label}, α={rate:g}"
    return replace(run, optimizer=optimizer, label=label)


def how_tuned(comparison: Comparison, tasks: Sequence[Task]) -> str:
    """Return how the rates of a comparison were found and what that has cost, in words; "" where none were.

    Parameters
    ----------
    comparison : Comparison
        With the rates that were found.
    tasks : sequence of Task
        What each run was given to do.
    """
    tuning = comparison.tune
    if not isinstance(tuning, Tuning):
        return ""
    rates = [_found(tuning, run.optimizer) for run in comparison.runs]
    found = [(run, task, rate) for run, task, rate in zip(comparison.runs, tasks, rates, strict=True) if rate]
    if not found:
        return ""
    low, high = tuning.learning_rate
    most = max(len(tuning.seeds_for(task)) for _, task, _ in found)
    by = f"median loss of {most} seeds" if most > 1 else "last loss"
    costs = {tuning.evaluations(task) for _, task, _ in found}
    cost = f"{max(costs):,}" if len(costs) == 1 else f"up to {max(costs):,}"
    said = f"Each α is the best of {tuning.trials} from {low:g} to {high:g} by the {by}"
    said += f": {cost} gradient evaluations a run."
    without = [run.optimizer.called for run, rate in zip(comparison.runs, rates, strict=True) if not rate]
    if without:
        said += f" Not tuned: {', '.join(dict.fromkeys(without))}."
    ends = [run.optimizer.called for run, _, rate in found if rate in (low, high)]
    if ends:
        said += f" At an end of that range: {', '.join(dict.fromkeys(ends))}."
    return said


def _found(tuning: Tuning, optimizer: Any) -> float | None:
    """Return the rate that the search has found, or would have; None for an optimizer that it was not for."""
    try:
        rate = base_rate(optimizer)
    except Exception:  # of a run that was recorded before it need not be known
        return None
    return rate if rate is not None and rate in tuning.rates.tolist() else None
