"""Writes a comparison as the table of a comparison file, as far as names and numbers can express it."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from vizgd.base.errors import VizgdError
from vizgd.base.hashing import Unknown, fingerprint
from vizgd.base.registry import Registry
from vizgd.comparisons.comparison import Comparison, Run
from vizgd.objectives.objective import Objective
from vizgd.recording.many.tuning import Tuning

MOST_COORDINATES = 100
"""A start of more coordinates is not written: the recorded path begins with it."""


class NotWritable(Exception):  # noqa: N818 - an outcome: the object is then saved in another way
    """Raised for what no comparison file can express, such as a function."""


def table_of(
    comparison: Comparison, *, objectives: Mapping[int, Any], optimizers: Mapping[int, str]
) -> dict[str, Any]:
    """Return the table that a comparison file would have.

    Parameters
    ----------
    comparison : Comparison
    objectives : mapping of int to str or table
        What to write for each objective, by its ``id``.
    optimizers : mapping of int to str
        What to write for the optimizers of some runs, by the run's number; others are written by name.
    """
    table: dict[str, Any] = {
        "title": comparison.title,
        "description": comparison.description,
        "objective": objectives[id(comparison.objective)],
        "steps": comparison.steps,
        "views": _views(comparison),
        "pace": comparison.pace,
        "seconds": comparison.seconds,
        "parts": plain_value(comparison.parts) or None,
        "tune": _tuning(comparison.tune),
        "domain": None if comparison.domain is None else plain_value(comparison.domain),
    }
    runs = [
        _run(run, optimizers.get(index), objectives.get(id(run.objective)))
        for index, run in enumerate(comparison.runs)
    ]
    return {key: value for key, value in table.items() if value is not None} | {"runs": runs}


def _tuning(tune: Any) -> bool | dict[str, Any] | None:
    """Return the settings of a search that are not the defaults, True where all are, None for no search."""
    if not isinstance(tune, Tuning):
        return None
    settings = {
        field.name: plain_value(getattr(tune, field.name))
        for field in dataclasses.fields(tune)
        if getattr(tune, field.name) != field.default
    }
    return settings or True


def objective_text(objective: Objective) -> str | None:
    """Return the name or the expression that stands for the same objective; None where there is none."""
    from vizgd.objectives.lookup import objective_from

    for text in (objective.name, objective.formula):
        try:
            if text and fingerprint(objective_from(text)) == fingerprint(objective):
                return text
        except (VizgdError, Unknown, RecursionError):
            continue
    return None


def optimizer_table(optimizer: Any) -> dict[str, Any]:
    """Return the name of an optimizer with its hyper-parameters, as a run's table has them.

    Raises
    ------
    NotWritable
        For an optimizer that no table lists, or a hyper-parameter that is a function.
    """
    from vizgd.optimizers.catalogue import OPTIMIZERS

    return _by_name(OPTIMIZERS, "optimizer", optimizer)


def _run(run: Run, optimizer: str | None, objective: Any) -> dict[str, Any]:
    start = plain_value(run.start)
    table: dict[str, Any] = {
        "start": None if np.size(start) > MOST_COORDINATES else start,
        "label": run.label,
        "steps": run.steps,
        "sampler": _sampler(run.sampler),
        "noise": plain_value(run.noise),
        "seed": plain_value(run.seed),
        "seeds": plain_value(run.seeds) if optimizer is None and _is_repeatable(run) else None,
        "objective": objective,
    }
    named = optimizer_table(run.optimizer) if optimizer is None else {"optimizer": optimizer}
    return named | {key: value for key, value in table.items() if value is not None}


def _is_repeatable(run: Run) -> bool:
    """Say whether what is random in a run is written down, for it to be recorded with other seeds."""
    return run.sampler is None or _sampler(run.sampler) is not None


def _sampler(sampler: Any) -> Any:
    from vizgd.objectives.datasets.samplers import SAMPLERS

    try:
        return None if sampler is None else _by_name(SAMPLERS, "sampler", sampler)
    except NotWritable:  # the recorded run no longer needs its batches
        return None


def _views(comparison: Comparison) -> list[Any]:
    from vizgd.views import VIEWS

    written = []
    for view in comparison.views:
        try:
            written.append(view if isinstance(view, str) else _by_name(VIEWS, "view", view))
        except NotWritable:
            warnings.warn(
                f"the view {type(view).__name__} cannot be written down and is left out", stacklevel=2
            )
    return written


def _by_name(registry: Registry[Any], key: str, thing: Any) -> dict[str, Any]:
    """Return the table of a dataclass in a registry: its name, and settings that are not the defaults."""
    name = next((name for name in registry if registry[name] is type(thing)), None)
    if name is None:
        raise NotWritable(type(thing).__name__)
    settings = {
        field.name: plain_value(getattr(thing, field.name))
        for field in dataclasses.fields(thing)
        if not _same(getattr(thing, field.name), field.default)
    }
    return {key: name, **settings}


def _same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(np.all(value == default))


def plain_value(value: Any) -> Any:
    """Return a value as numbers, text, lists and tables; a schedule becomes its table.

    Raises
    ------
    NotWritable
    """
    from vizgd.optimizers.catalogue import SCHEDULES

    if value is None or type(value) in {bool, int, float, str}:
        return value
    if isinstance(value, np.ndarray | np.generic):
        return plain_value(value.tolist())
    if isinstance(value, list | tuple):
        return [plain_value(part) for part in value]
    if dataclasses.is_dataclass(value):
        return _by_name(SCHEDULES, "schedule", value)
    raise NotWritable(type(value).__name__)
