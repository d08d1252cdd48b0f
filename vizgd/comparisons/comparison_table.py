"""A comparison as the table of a comparison file, as far as it can be said in words and numbers."""

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

MOST_COORDINATES = 100
"""A start of more is not said: the path begins with it."""


class Unsayable(Exception):  # noqa: N818 - an outcome: what is meant is then kept in another way
    """What no comparison file can say, such as a function."""


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
        What to write for the optimizers of some runs, by the run's number; of others it is found out.
    """
    table: dict[str, Any] = {
        "title": comparison.title,
        "description": comparison.description,
        "objective": objectives[id(comparison.objective)],
        "steps": comparison.steps,
        "views": _views(comparison),
        "pace": comparison.pace,
        "seconds": comparison.seconds,
        "domain": None if comparison.domain is None else plain(comparison.domain),
    }
    runs = [
        _run(run, optimizers.get(index), objectives.get(id(run.objective)))
        for index, run in enumerate(comparison.runs)
    ]
    return {key: value for key, value in table.items() if value is not None} | {"runs": runs}


def said_objective(objective: Objective) -> str | None:
    """Return the name or the text from which the same objective is made; None where there is none."""
    from vizgd.objectives.lookup import objective_from

    for text in (objective.name, objective.formula):
        try:
            if text and fingerprint(objective_from(text)) == fingerprint(objective):
                return text
        except (VizgdError, Unknown, RecursionError):
            continue
    return None


def said_optimizer(optimizer: Any) -> dict[str, Any]:
    """Return the name of an optimizer with its hyper-parameters, as a run's table has them.

    Raises
    ------
    Unsayable
        For an optimizer that no table lists, or a hyper-parameter that is a function.
    """
    from vizgd.optimizers.catalogue import OPTIMIZERS

    return _by_name(OPTIMIZERS, "optimizer", optimizer)


def _run(run: Run, optimizer: str | None, objective: Any) -> dict[str, Any]:
    start = plain(run.start)
    table: dict[str, Any] = {
        "start": None if np.size(start) > MOST_COORDINATES else start,
        "label": run.label,
        "steps": run.steps,
        "sampler": _sampler(run.sampler),
        "noise": plain(run.noise),
        "seed": plain(run.seed),
        "objective": objective,
    }
    named = said_optimizer(run.optimizer) if optimizer is None else {"optimizer": optimizer}
    return named | {key: value for key, value in table.items() if value is not None}


def _sampler(sampler: Any) -> Any:
    from vizgd.objectives.datasets.samplers import SAMPLERS

    try:
        return None if sampler is None else _by_name(SAMPLERS, "sampler", sampler)
    except Unsayable:  # the batches have been dealt
        return None


def _views(comparison: Comparison) -> list[Any]:
    from vizgd.views import VIEWS

    said = []
    for view in comparison.views:
        try:
            said.append(view if isinstance(view, str) else _by_name(VIEWS, "view", view))
        except Unsayable:
            warnings.warn(
                f"the view {type(view).__name__} cannot be written down and is left out", stacklevel=2
            )
    return said


def _by_name(registry: Registry[Any], key: str, thing: Any) -> dict[str, Any]:
    """Return the table of a dataclass that a registry lists: its name, and its settings but the defaults."""
    name = next((name for name in registry if registry[name] is type(thing)), None)
    if name is None:
        raise Unsayable(type(thing).__name__)
    settings = {
        field.name: plain(getattr(thing, field.name))
        for field in dataclasses.fields(thing)
        if not _same(getattr(thing, field.name), field.default)
    }
    return {key: name, **settings}


def _same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(np.all(value == default))


def plain(value: Any) -> Any:
    """Return a value as numbers, texts, lists and tables of them; a schedule becomes its table.

    Raises
    ------
    Unsayable
    """
    from vizgd.optimizers.catalogue import SCHEDULES

    if value is None or type(value) in {bool, int, float, str}:
        return value
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if dataclasses.is_dataclass(value):
        return _by_name(SCHEDULES, "schedule", value)
    raise Unsayable(type(value).__name__)
