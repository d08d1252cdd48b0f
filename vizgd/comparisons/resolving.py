"""Resolves a comparison: looks up its names, records its runs, and collects what is known of them.

All of that happens here, once: a file of runs saves a `RecordedComparison`, a plan is made from `Resolved`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vizgd.base.errors import UsageError, at
from vizgd.base.progress import part, stretch
from vizgd.comparisons.comparison import Comparison, Run, chancy_runs
from vizgd.comparisons.labels import run_labels
from vizgd.comparisons.tuning import tuned
from vizgd.objectives.callables.user_code import told_of_user_code
from vizgd.objectives.objective import Objective
from vizgd.objectives.stationarity import at_minimizer
from vizgd.optimizers.task import Task
from vizgd.recording.checks import checked_start
from vizgd.recording.costs import costs_so_far
from vizgd.recording.events import point
from vizgd.recording.many.ensembles import Ensemble, has_chance, run_ensembles
from vizgd.recording.outlook import Outlook, known_minima, outlook_of
from vizgd.recording.trajectory import Trajectory
from vizgd.views.view import with_room

ROOM = 512 * 1024**2
"""Bytes for what a comparison's runs record and what is drawn of it, shared out by steps and parameters."""


@dataclass(frozen=True, eq=False)
class RecordedComparison:
    """A comparison whose names are looked up and whose runs are recorded: what a file of runs saves.

    Parameters
    ----------
    comparison : Comparison
        With the learning rates that were found, where it asked for that.
    named : Objective
        The objective that the comparison names, over its own domain.
    objective : Objective
        The same over the domain that the comparison asks for.
    objectives : tuple of Objective
        What each run descends.
    trajectories : tuple of Trajectory
        One a run.
    labels : tuple of str
        The name of each run in the legend.
    """

    comparison: Comparison
    named: Objective
    objective: Objective
    objectives: tuple[Objective, ...]
    trajectories: tuple[Trajectory, ...]
    labels: tuple[str, ...]

    @property
    def steps(self) -> int:
        """The number of steps of the longest run, had none ended early."""
        return max(steps_of(self.comparison, run) for run in self.comparison.runs)


@dataclass(frozen=True, eq=False)
class Resolved(RecordedComparison):
    """A recorded comparison with all that is known of it: what a plan is made from.

    Its objectives have their known minima that no run refutes.

    Parameters
    ----------
    domain : tuple of (low, high)
        The part of the objective's domain that is drawn.
    outlooks : tuple of Outlook or None
        For each run that is random.
    ensembles : mapping of int to tuple of Trajectory
        Of each run with ``seeds``, what was recorded with each of them, the run itself first.
    """

    domain: tuple[tuple[float, float], ...]
    outlooks: tuple[Outlook | None, ...]
    ensembles: Mapping[int, tuple[Trajectory, ...]]


def resolved(comparison: Comparison) -> Resolved:
    """Return a comparison with its objectives, its runs' trajectories and labels, and what is known of both.

    Raises
    ------
    UsageError
        When a name stands for nothing, or a run does not fit its objective.
    """
    found = record_comparison(comparison)
    comparison = found.comparison
    objectives, trajectories = found.objectives, found.trajectories
    ensembles = record_ensembles(objectives, comparison, trajectories)
    on_it = [t for t, own in zip(trajectories, objectives, strict=True) if own is found.objective]
    domain = _drawn_domain(found.objective, comparison, on_it)
    chancy = chancy_runs(comparison, objectives, trajectories)
    counted = [run for run in chancy if run not in ensembles]
    many = dict(zip(counted, run_ensembles([chancy[run] for run in counted]), strict=True))
    many |= {run: Ensemble.of(own) for run, own in ensembles.items()}
    objective, objectives = known_minima(found.objective, objectives, domain, trajectories, many)
    outlooks = tuple(
        outlook_of(chancy[index], own, many[index], at_minimizer(own)) if index in chancy else None
        for index, own in enumerate(objectives)
    )
    return Resolved(
        comparison,
        found.named,
        objective,
        objectives,
        trajectories,
        found.labels,
        domain,
        outlooks,
        ensembles,
    )


def record_comparison(
    comparison: Comparison, progress: Callable[[int, int], None] | None = None
) -> RecordedComparison:
    """Look up what a comparison names, and record those of its runs that have no trajectory.

    Parameters
    ----------
    comparison : Comparison
    progress : callable, optional
        Called with the number of runs that are done, and their total.

    Raises
    ------
    UsageError
        When a name stands for nothing, or a run does not fit its objective.
    """
    named = _main_objective(comparison)
    objective = _framed(named, comparison)
    objectives = run_objectives(objective, comparison)
    comparison = tuned(objectives, comparison)
    trajectories = record_runs(objectives, comparison, progress)
    labels = run_labels(comparison, trajectories)
    return RecordedComparison(comparison, named, objective, objectives, trajectories, labels)


def _main_objective(comparison: Comparison) -> Objective:
    from vizgd.objectives.lookup import objective_from

    with at("$.objective"):
        return objective_from(comparison.objective, domain=comparison.domain, start=comparison.runs[0].start)


def run_objectives(objective: Objective, comparison: Comparison) -> tuple[Objective, ...]:
    """Return the objective of each run: the comparison's or its own; equal ones are one object."""
    from vizgd.objectives.lookup import objective_from

    known: list[tuple[object, Objective]] = [(None, objective), (comparison.objective, objective)]
    objectives = []
    for index, run in enumerate(comparison.runs):
        given = run.objective
        found = next((one for thing, one in known if thing is given or thing == given), None)
        if found is None:
            with at(f"$.runs[{index}].objective"):
                found = objective_from(given, domain=comparison.domain, start=run.start)
            known.append((given, found))
        objectives.append(found)
    return tuple(objectives)


def record_runs(
    objectives: Sequence[Objective],
    comparison: Comparison,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Trajectory, ...]:
    """Return the trajectory of each run: the one that it has, or else one that is recorded now.

    Runs that need more than `ROOM` together keep what can be drawn of them: see `vizgd.recording.keeping`.
    """
    from vizgd.recording.loop import record_within
    from vizgd.recording.many.side_by_side import record_together

    runs = comparison.runs
    recorded: dict[int, Trajectory] = {}
    for index, (run, objective) in enumerate(zip(runs, objectives, strict=True)):
        if run.trajectory is not None:
            recorded[index] = _fitting(run.trajectory, objective, f"$.runs[{index}]")
    work = {
        index: steps_of(comparison, run) * objectives[index].dimension
        for index, run in enumerate(runs)
        if index not in recorded
    }
    whole, alone, done = _work(objectives, comparison), sum(work.values()), 0
    timed = comparison.pace == "seconds"
    for together in _groups(objectives, comparison, list(work)):
        if progress is not None:
            progress(len(recorded), len(runs))
        first, begun = together[0], done
        done += sum(work[index] for index in together)
        room, steps = ROOM * work[first] / whole, steps_of(comparison, runs[first])
        own = objectives[first]
        with stretch(begun / alone, done / alone):
            if len(together) > 1:
                starts = []
                for index in together:
                    with at(f"$.runs[{index}]"), told_of_user_code("the run cannot be recorded"):
                        starts.append(checked_start(own, runs[index].start))
                rules = [runs[index].optimizer for index in together]
                with told_of_user_code("the runs cannot be recorded"):
                    found = record_together(room, own, rules, np.stack(starts), steps)
                recorded |= dict(zip(together, found, strict=True))
                continue
            run = runs[first]
            with at(f"$.runs[{first}]"), told_of_user_code("the run cannot be recorded"):
                recorded[first] = record_within(
                    room,
                    own,
                    run.optimizer,
                    run.start,
                    steps,
                    sampler=run.sampler,
                    noise=run.noise,
                    seed=run.seed,
                    timed=timed,
                )
    for index, one in recorded.items():
        with at(f"$.runs[{index}]"):
            if comparison.pace != "together":
                costs_so_far(one, comparison.pace)
    return tuple(recorded[index] for index in range(len(runs)))


def _work(objectives: Sequence[Objective], comparison: Comparison) -> int:
    """Return how many numbers the iterates are of all runs that are recorded, with all their seeds."""
    return sum(
        steps_of(comparison, run) * own.dimension * ((run.seeds or 1) - (run.trajectory is not None))
        for run, own in zip(comparison.runs, objectives, strict=True)
    )


def record_ensembles(
    objectives: Sequence[Objective], comparison: Comparison, trajectories: Sequence[Trajectory]
) -> dict[int, tuple[Trajectory, ...]]:
    """Return for each run with ``seeds`` what is recorded with each of them, the run itself first.

    A seed gives every run the same chance, so that runs are compared under the same noise.

    Raises
    ------
    UsageError
        When nothing in such a run is random.
    """
    from vizgd.recording.many.repeats import record_seeds

    whole = _work(objectives, comparison)
    wanted = [index for index, run in enumerate(comparison.runs) if run.seeds is not None]
    for index in wanted:
        run = comparison.runs[index]
        if not has_chance(objectives[index], run.sampler, run.noise):
            raise UsageError(
                f"each of {run.seeds} seeds would give the same run",
                f"$.runs[{index}].seeds",
                why="nothing in it is random: every step sees the exact gradient",
                hint="give the run noise = 0.5, or over a data set a sampler; or leave seeds out",
            )
    found = {}
    for number, index in enumerate(wanted):
        run, own = comparison.runs[index], objectives[index]
        task = Task(own, trajectories[index].iterates[0], steps_of(comparison, run), run.sampler, run.noise)
        room = ROOM * task.steps * own.dimension / whole
        others = range(run.seed + 1, run.seed + (run.seeds or 1))
        with (
            part(number, len(wanted)),
            at(f"$.runs[{index}]"),
            told_of_user_code("the run cannot be recorded with other seeds"),
        ):
            found[index] = (trajectories[index], *record_seeds(room, run.optimizer, task, others))
    return found


def _groups(
    objectives: Sequence[Objective], comparison: Comparison, indices: Sequence[int]
) -> list[list[int]]:
    """Return groups of runs that are recorded together, in the order of their first runs."""
    from vizgd.recording.many.side_by_side import kind_of, pays

    groups: dict[Any, list[int]] = {}
    kinds: dict[Any, list[Any]] = {}
    for index in indices:
        run, own = comparison.runs[index], objectives[index]
        alone = run.sampler is not None or run.noise > 0 or comparison.pace == "seconds"
        kind = None if alone else kind_of(own, run.optimizer)
        key = index if kind is None else (id(own), steps_of(comparison, run))
        groups.setdefault(key, []).append(index)
        kinds.setdefault(key, []).append(kind)
    split = ([group] if pays(kinds[key]) else [[index] for index in group] for key, group in groups.items())
    return list(itertools.chain.from_iterable(split))


def _fitting(trajectory: Trajectory, objective: Objective, where: str) -> Trajectory:
    """Return a trajectory that was recorded before; raise an error for one of another dimension."""
    dimension = trajectory.iterates.shape[1]
    if dimension != objective.dimension:
        raise UsageError(
            f"the trajectory has {dimension} parameters, {objective.name} has {objective.dimension}",
            where,
            hint="give the objective on which it was recorded",
        )
    return trajectory


def steps_of(comparison: Comparison, run: Run) -> int:
    """Return how many steps a run is to take."""
    return comparison.steps if run.steps is None else run.steps


def tasks_of(recorded: RecordedComparison) -> tuple[Task, ...]:
    """Return what each run was given to do."""
    runs, comparison = recorded.comparison.runs, recorded.comparison
    return tuple(
        Task(own, path.iterates[0], steps_of(comparison, run), run.sampler, run.noise, run.seed)
        for run, own, path in zip(runs, recorded.objectives, recorded.trajectories, strict=True)
    )


def _framed(objective: Objective, comparison: Comparison) -> Objective:
    """Return the objective over the comparison's domain, by which runs are also judged to leave it."""
    if comparison.domain is None:
        return objective
    if len(comparison.domain) != objective.dimension:
        raise UsageError(
            f"domain has {len(comparison.domain)} axes, but {objective.name} has {objective.dimension}",
            "$.domain",
            hint="give one pair [low, high] for each variable",
        )
    return replace(objective, domain=tuple(comparison.domain))


def _drawn_domain(
    objective: Objective, comparison: Comparison, trajectories: Sequence[Trajectory]
) -> tuple[tuple[float, float], ...]:
    """Return the domain that is drawn: the comparison's, or the objective's with room for every start."""
    low, high = np.array(objective.domain).T
    if not trajectories:
        return objective.domain
    starts = np.array([trajectory.iterates[0] for trajectory in trajectories])
    if comparison.domain is not None:
        outside = ((starts < low) | (starts > high)).any(axis=1)
        if outside.any():
            run = int(np.argmax(outside))
            raise UsageError(
                f"start is {point(starts[run])}",
                f"$.runs[{run}].start",
                why=f"the domain that is drawn, {_box(objective.domain)}, does not show it",
                hint="start inside, widen the domain, or leave the domain out",
            )
        return objective.domain
    return with_room(objective.domain, list(starts))


def _box(domain: Sequence[tuple[float, float]]) -> str:
    return " × ".join(f"[{low:g}, {high:g}]" for low, high in domain)
