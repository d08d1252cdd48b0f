"""What runs are called where nobody has named them: as much as is needed to tell them apart."""

from __future__ import annotations

from collections.abc import Sequence

from vizgd.comparisons.comparison import Comparison, Run
from vizgd.recording.events import MOST_COORDINATES, point
from vizgd.recording.trajectory import Trajectory


def run_labels(comparison: Comparison, trajectories: Sequence[Trajectory]) -> tuple[str, ...]:
    """Return the name of each run in the legend: its label, or as much as is needed to tell runs apart.

    That is the optimizer's name and hyper-parameters, without the name where all have the same one and differ
    in hyper-parameters, and the objective where they differ, or else the start where starts differ.
    """
    full: list[str] = [run.optimizer.label for run in comparison.runs]
    names: list[str] = [run.optimizer.called for run in comparison.runs]
    starts = _start_names(trajectories)
    owns = [getattr(run.objective, "name", run.objective) for run in comparison.runs]
    settings = [label.removeprefix(name).strip() for label, name in zip(full, names, strict=True)]
    if len(set(names)) == 1 and len(set(settings)) == len(settings) > 1 and all(settings):
        full = settings

    def label(index: int, run: Run) -> str:
        if run.label is not None:
            return run.label
        if len(set(owns)) > 1:
            own = owns[index] or getattr(comparison.objective, "name", comparison.objective)
            return f"{full[index]} on {own}"
        if len(set(starts)) == 1:
            return full[index]
        return f"start {starts[index]}" if len(set(full)) == 1 else f"{full[index]} from {starts[index]}"

    return tuple(label(index, run) for index, run in enumerate(comparison.runs))


def _start_names(trajectories: Sequence[Trajectory]) -> list[str]:
    """Return the starts as text: few coordinates as a point, otherwise as a number for each start."""
    starts = [trajectory.iterates[0] for trajectory in trajectories]
    if len(starts[0]) <= MOST_COORDINATES:
        return [point(start) for start in starts]
    known = list(dict.fromkeys(start.tobytes() for start in starts))
    return [str(1 + known.index(start.tobytes())) for start in starts]
