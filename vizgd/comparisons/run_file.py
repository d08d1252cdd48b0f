"""Saves and loads recorded runs: one file with the comparison, as a comparison file has it, and arrays.

Reading a file never runs code. An objective that a comparison file could name or write out, or that is a
loss over data, is restored with its landscape. Of others, such as the loss of a training loop, only what was
measured along the path is known, and only charts can be drawn.
"""

from __future__ import annotations

import dataclasses
import json
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from vizgd.base.archives import Archive, open_archive, write_archive
from vizgd.base.atomic_writes import replacing, write_errors
from vizgd.base.errors import UsageError, at
from vizgd.base.version import __version__
from vizgd.comparisons import objective_facts
from vizgd.comparisons.comparison import Comparison, Run
from vizgd.comparisons.comparison_file import comparison_from_table
from vizgd.comparisons.comparison_table import NotWritable, objective_text, optimizer_table, table_of
from vizgd.comparisons.external_names import ExternalNames
from vizgd.comparisons.gallery import comparison_from
from vizgd.comparisons.objective_facts import Facts, facts_of, objective_from_facts
from vizgd.comparisons.resolving import RecordedComparison, record_comparison
from vizgd.objectives.path_objective import has_landscape, objective_around
from vizgd.recording.arrays import CostName, array_names, arrays_of, costs_of, trajectory_of
from vizgd.recording.recorded import Recorded
from vizgd.recording.trajectory import Status, Trajectory
from vizgd.views import VIEWS

FORMAT = 1
LARGEST_TEXT = 4_000_000
"""In characters, of all text."""


class _RunMetadata(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    label: str
    status: Literal["converged", "diverged", "moving"]
    iteration: int | None
    reason: str
    every: int
    terms: list[str]
    batch_losses: bool = False
    taken: int | None = None
    costs: list[CostName] = []


class _Metadata(msgspec.Struct, forbid_unknown_fields=True):
    format: int
    vizgd: str
    comparison: dict[str, Any]
    objectives: list[Facts]
    runs: list[_RunMetadata]


def save(
    thing: str | Comparison | Trajectory | Iterable[Trajectory] | Mapping[str, Trajectory],
    path: str | Path,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Save runs to one ``.npz`` file and return its path; `load` gives them back bit for bit.

    Parameters
    ----------
    thing : Comparison, str, Trajectory, or several trajectories
        A comparison, or the name of one in the gallery: its runs are recorded where they have no trajectory.
        Or trajectories alone, in a list or by label.
    path : str or Path
        Ends in ``.npz``. Missing folders are made. The file is written whole or not at all.
    progress : callable, optional
        Called with the number of runs that are recorded, and their total.

    Raises
    ------
    UsageError
        When a run does not fit its objective, or nothing can be written under that name.
    RenderError
        When the file cannot be written.

    Examples
    --------
    >>> import tempfile, vizgd as vg
    >>> trajectory = vg.record("booth", vg.Adam(learning_rate=0.1), steps=20)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     comparison = vg.load(vg.save(trajectory, f"{folder}/run.npz"))
    >>> print(comparison.runs[0].trajectory.iterates.shape)
    (21, 2)
    """
    path = Path(path)
    if path.suffix.lower() != ".npz":
        raise UsageError(f"{str(path)!r} is no name for recorded runs", hint=f"name it {path.name}.npz")
    arrays = _arrays(record_comparison(_comparison_of(thing), progress))
    with replacing(path) as temporary, write_errors(path):
        write_archive(temporary, arrays)
    return path


def load(path: str | Path) -> Comparison:
    """Return the comparison of a file that `save` wrote, each run with its trajectory.

    Raises
    ------
    UsageError
        When the file cannot be read, is cut off, too large or damaged, holds anything but numbers and text,
        or is not what `save` writes.
    """
    path = Path(path)
    with open_archive(path) as archive, at(str(path)):
        metadata = _metadata(archive)
        names = _names(metadata)
        if strange := archive.headers.keys() ^ names:
            name = min(strange)
            raise UsageError(f"the array {name!r:.40} is {'missing' if name in names else 'not expected'}")
        objects: dict[str, Any] = {
            _objective_name(index): objective_from_facts(facts, f"objective{index}_", archive)
            for index, facts in enumerate(metadata.objectives)
        }
        objects |= {_run_name(index): Recorded(run.label) for index, run in enumerate(metadata.runs)}
        comparison = comparison_from_table(metadata.comparison, ExternalNames(objects=objects))
        if len(comparison.runs) != len(metadata.runs):
            raise UsageError(f"there are {len(comparison.runs)} runs, and arrays of {len(metadata.runs)}")
        runs = []
        for index, (run, stored) in enumerate(zip(comparison.runs, metadata.runs, strict=True)):
            objective: Any = run.objective or comparison.objective
            with at(f"run {index}"):
                status = Status(stored.status, stored.iteration, stored.reason)
                one = trajectory_of(
                    archive,
                    index,
                    stored.terms,
                    status,
                    stored.every,
                    objective.dimension,
                    stored.taken,
                    stored.costs,
                )
                one = dataclasses.replace(one, batch_losses=stored.batch_losses)
            runs.append(dataclasses.replace(run, trajectory=one))
    return dataclasses.replace(comparison, runs=runs)


def _objective_name(index: int) -> str:
    return f"recorded:objective{index}"


def _run_name(index: int) -> str:
    return f"recorded:run{index}"


def _comparison_of(thing: Any) -> Comparison:
    """Return what is to be saved as a comparison."""
    if isinstance(thing, Trajectory):
        thing = {"run": thing}
    elif isinstance(thing, Iterable) and not isinstance(thing, str | Mapping):
        thing = {f"run {number}": one for number, one in enumerate(thing, 1)}
    if not isinstance(thing, Mapping):
        return comparison_from(thing)
    if not thing or not all(isinstance(one, Trajectory) for one in thing.values()):
        raise UsageError(f"{thing!r:.60} holds no trajectories", hint="save what record() returns")
    paths = [one.iterates for one in thing.values()]
    if len({path.shape[1:] for path in paths}) > 1:
        raise UsageError("the trajectories have different numbers of parameters", hint="save them one by one")
    return Comparison(
        title="Recorded",
        objective=objective_around(paths),
        runs=[Run(one, label=label) for label, one in thing.items()],
        views=["convergence"],
    )


def _arrays(recorded: RecordedComparison) -> dict[str, NDArray[Any]]:
    """Return the arrays that are saved of a comparison whose runs are recorded."""
    objective, trajectories, labels = recorded.named, recorded.trajectories, recorded.labels
    owns = [objective if own is recorded.objective else own for own in recorded.objectives]
    runs = [
        dataclasses.replace(run, objective=None if own is objective else own)
        for run, own in zip(recorded.comparison.runs, owns, strict=True)
    ]
    comparison = dataclasses.replace(recorded.comparison, objective=objective, runs=runs)
    texts = {id(one): objective_text(one) for one in (objective, *owns)}
    kept = list({id(one): one for one in (objective, *owns) if texts[id(one)] is None}.values())
    texts |= {id(one): _objective_name(index) for index, one in enumerate(kept)}
    facts = [facts_of(one) for one in kept]
    arrays = {
        f"objective{index}_{name}": values
        for index, (_, parts) in enumerate(facts)
        for name, values in parts.items()
    }
    lost = [one for one, (fact, _) in zip(kept, facts, strict=True) if fact.loss is None]
    if lost:
        comparison = dataclasses.replace(comparison, views=_charts(comparison))
        _warn([one.name for one in lost if has_landscape(one)])
    others = {index: _run_name(index) for index, run in enumerate(comparison.runs) if not _is_writable(run)}
    if others:  # in the legend, the label of one run may depend on the others
        runs = [
            dataclasses.replace(run, label=label) for run, label in zip(comparison.runs, labels, strict=True)
        ]
        comparison = dataclasses.replace(comparison, runs=runs)
    metadata = _Metadata(
        format=FORMAT,
        vizgd=__version__,
        comparison=table_of(comparison, objectives=texts, optimizers=others),
        objectives=[fact for fact, _ in facts],
        runs=[_run_metadata(label, one) for label, one in zip(labels, trajectories, strict=True)],
    )
    text = json.dumps(msgspec.to_builtins(metadata), ensure_ascii=False, allow_nan=False)
    if len(text) > LARGEST_TEXT:
        raise UsageError("the comparison is too large to save", why=f"its text has {len(text):,} letters")
    for index, (one, own) in enumerate(zip(trajectories, owns, strict=True)):
        with at(f"run {index}"):
            arrays |= arrays_of(index, one, own.dimension)
    return {"metadata": np.array(text)} | arrays


def _run_metadata(label: str, one: Trajectory) -> _RunMetadata:
    status = one.status
    taken = int(one.iterations[-1]) if one.every > 1 else None
    terms = list(one.terms)
    return _RunMetadata(
        label=label,
        status=status.kind,
        iteration=status.iteration,
        reason=status.reason,
        every=one.every,
        terms=terms,
        batch_losses=one.batch_losses,
        taken=taken,
        costs=costs_of(one),
    )


def _warn(names: list[str]) -> None:
    for name in names:
        warnings.warn(
            f"{name!r} cannot be written down: without its landscape, only charts can be drawn", stacklevel=2
        )


def _is_writable(run: Run) -> bool:
    try:
        optimizer_table(run.optimizer)
    except NotWritable:
        return False
    return True


def _charts(comparison: Comparison) -> list[Any]:
    """Return the views of a comparison that need no landscape."""
    views = [VIEWS[view]() if isinstance(view, str) else view for view in comparison.views]
    return [view for view in views if view.place == "chart"] or ["convergence"]


def _metadata(archive: Archive) -> _Metadata:
    header = archive.headers.get("metadata")
    if header is None or header.dtype.kind != "U" or header.shape:
        raise UsageError("it does not hold recorded runs", hint="`vizgd record` writes files that do")
    if header.size > 4 * LARGEST_TEXT:
        raise UsageError("its metadata are too large", why=f"expected at most {LARGEST_TEXT:,} letters")
    try:
        found = msgspec.json.decode(str(archive.array("metadata")[()]).encode())
        if isinstance(found, dict) and isinstance(found.get("format"), int) and found["format"] > FORMAT:
            raise UsageError("it was written by a later release of vizgd", hint="pip install --upgrade vizgd")
        metadata = msgspec.convert(found, _Metadata, strict=True)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise UsageError("its metadata are not what vizgd writes", why=str(error)) from None
    if metadata.format != FORMAT:
        raise UsageError(f"its format is {metadata.format}", why=f"expected {FORMAT}")
    return metadata


def _names(metadata: _Metadata) -> set[str]:
    """Return the names of the arrays that metadata require."""
    names = {"metadata"}
    for index, facts in enumerate(metadata.objectives):
        names |= {f"objective{index}_{name}" for name in objective_facts.fact_array_names(facts)}
    for index, run in enumerate(metadata.runs):
        names |= {*array_names(index, len(run.terms), run.costs)}
    return names
