"""Comparison files: TOML that says what is compared, checked key by key.

A file is one to one with `Comparison`: its top-level keys are the comparison's fields, each ``[[runs]]``
table a `Run` whose other keys are the optimizer's hyper-parameters. ``start`` at the top holds for every run
that has none of its own.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from vizgd.clock import Pace
from vizgd.comparison import Comparison, Run
from vizgd.errors import UsageError, VizgdError, unknown
from vizgd.registry import Registry

LARGEST = 1_000_000
LONGEST_LINE = 10_000
"""In characters. Python's TOML reader takes seconds over a dotted key of a hundred thousand."""


class _File(msgspec.Struct):
    title: str
    objective: str | dict[str, Any]
    runs: list[dict[str, Any]]
    description: str = ""
    start: float | list[float] | None = None
    steps: int = 100
    domain: list[tuple[float, float]] | None = None
    views: list[str | dict[str, Any]] = []
    pace: Pace = "iterations"
    seconds: float | None = None


class _Run(msgspec.Struct):
    optimizer: str
    start: float | list[float] | None = None
    label: str | None = None
    steps: int | None = None
    sampler: str | dict[str, Any] | None = None
    noise: float = 0.0
    seed: int = 0


class _DataLoss(msgspec.Struct):
    data: str
    loss: str | None = None


def read_comparison(path: str | Path) -> Comparison:
    """Return the comparison that a TOML file describes.

    Raises
    ------
    UsageError
        When the file cannot be read, is not TOML, or something in it is not what a comparison needs; the
        error names the file and the key.
    """
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{str(path)!r} is too large for a comparison file", why="expected at most 1 MB")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(
            f"{str(path)!r} is not a text file", hint="`vizgd new NAME.toml` writes one to start from"
        ) from None
    except OSError as error:
        raise UsageError(f"cannot read {str(path)!r}", why=error.strerror or str(error)) from None
    return comparison_from_text(text, str(path))


def comparison_from_text(text: str, source: str) -> Comparison:
    """Return the comparison that TOML text describes; ``source`` is what errors call it.

    Raises
    ------
    UsageError
        As `read_comparison`.
    """
    try:
        return _comparison(_parsed(text))
    except VizgdError as error:
        raise error.at(source) from None


def _parsed(text: str) -> dict[str, Any]:
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            raise UsageError(
                "a line is too long", f"line {number}", f"expected at most {LONGEST_LINE} characters"
            )
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError("not valid TOML", why=str(error)) from None
    except (ValueError, RecursionError) as error:
        # A date of the year 99999 or ten thousand brackets pass the grammar and fail behind it.
        raise UsageError("not valid TOML", why=str(error).splitlines()[0]) from None


def _comparison(table: dict[str, Any]) -> Comparison:
    file: _File = _converted(table, _File, "$")
    if not file.runs:
        raise UsageError("there are no runs", "$.runs", hint="add a [[runs]] table with an optimizer")
    return Comparison(
        title=file.title,
        description=file.description,
        objective=_objective(file.objective),
        runs=tuple(_run(run, file.start, f"$.runs[{index}]") for index, run in enumerate(file.runs)),
        steps=file.steps,
        views=tuple(_view(view, f"$.views[{index}]") for index, view in enumerate(file.views)),
        domain=None if file.domain is None else tuple(file.domain),
        pace=file.pace,
        seconds=file.seconds,
    )


def _objective(value: str | dict[str, Any]) -> Any:
    from vizgd.objectives.dataset import DATASETS, least_squares, logistic
    from vizgd.objectives.lookup import objective_from

    where = "$.objective"
    if isinstance(value, str):
        return _located(lambda: objective_from(value), where)
    table: _DataLoss = _converted(value, _DataLoss, where)
    objective = _located(lambda: DATASETS[table.data], f"{where}.data")
    if table.loss is None:
        return objective
    losses = {"least-squares": least_squares, "logistic": logistic}
    if table.loss not in losses:
        raise unknown("loss", table.loss, losses).at(f"{where}.loss")
    samples = objective.samples
    assert samples is not None
    make = losses[table.loss]
    return _located(lambda: make(samples.inputs, samples.targets, name=table.data), where)


def _run(table: dict[str, Any], start: Any, where: str) -> Run:
    from vizgd.objectives.samplers import SAMPLERS
    from vizgd.optimizers.catalogue import OPTIMIZERS

    keys = set(_Run.__struct_fields__)
    settings = {key: value for key, value in table.items() if key not in keys}
    run: _Run = _converted({key: table[key] for key in table if key in keys}, _Run, where)
    optimizer = _made(OPTIMIZERS, run.optimizer, settings, where, also=keys)
    sampler = None
    if run.sampler is not None:
        name, rest = _named(run.sampler, "sampler", f"{where}.sampler")
        sampler = _made(SAMPLERS, name, rest, f"{where}.sampler")
    return Run(
        optimizer=optimizer,
        start=start if run.start is None else run.start,
        label=run.label,
        steps=run.steps,
        sampler=sampler,
        noise=run.noise,
        seed=run.seed,
    )


def _view(value: str | dict[str, Any], where: str) -> Any:
    from vizgd.views import VIEWS

    name, settings = _named(value, "view", where)
    view = _located(lambda: VIEWS[name], where)
    _check_keys(settings, _fields(view), where)
    return _located(lambda: _converted(settings, view, where), where)


def _named(value: str | dict[str, Any], key: str, where: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the settings of something given by name, or by a table with its name."""
    if isinstance(value, str):
        return value, {}
    if not isinstance(value.get(key), str):
        raise UsageError(f"the table does not say which {key}", where, hint=f'add {key} = "NAME" to it')
    return value[key], {name: setting for name, setting in value.items() if name != key}


def _made(
    registry: Registry[Any], name: str, settings: Mapping[str, Any], where: str, also: Iterable[str] = ()
) -> Any:
    """Return the dataclass of a name, made with settings; a table among them is a schedule."""
    from vizgd.optimizers.catalogue import SCHEDULES

    kind = _located(lambda: registry[name], f"{where}.{registry.kind}")
    _check_keys(settings, [*_fields(kind), *also], where)
    values: dict[str, Any] = {}
    for key, value in settings.items():
        place = f"{where}.{key}"
        if isinstance(value, dict):
            schedule, rest = _named(value, "schedule", place)
            value = _made(SCHEDULES, schedule, rest, place)
        elif isinstance(value, str):
            raise UsageError(
                f"{key} is {value!r}", place, "expected a number", f"write {key} without quotation marks"
            )
        values[key] = value
    needed = [
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    for key in needed:
        if key not in values:
            raise UsageError(f"{name} needs {key}", where, hint=f"add {key} = … to the table")
    return _located(lambda: kind(**values), where)


def _fields(kind: Any) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]


def _check_keys(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    known = list(known)
    for key in table:
        if key not in known:
            raise unknown("key", key, known or ["(none)"]).at(f"{where}.{key}")


def _converted(table: Mapping[str, Any], kind: Any, where: str) -> Any:
    """Return a table as a typed value; a whole number will do for any number, nothing else bends."""
    fields = getattr(kind, "__struct_fields__", None) or _fields(kind)
    _check_keys(table, fields, where)
    try:
        return msgspec.convert(table, kind, strict=True)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        place = place.strip("`").removeprefix("$")
        raise UsageError(
            what.replace("Object missing required field", "missing key"), where + place
        ) from None


def _located(make: Any, where: str) -> Any:
    """Return what a call makes; an error of ours gets its place."""
    try:
        return make()
    except VizgdError as error:
        raise error.at(where) from None
