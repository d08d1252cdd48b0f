"""Comparison files: TOML that says what is compared, checked key by key.

A file is one to one with `Comparison`: its top-level keys are the comparison's fields, each ``[[runs]]``
table a `Run` whose other keys are the optimizer's hyper-parameters. ``start`` at the top holds for every run
that has none of its own.
"""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec

from vizgd.base.errors import UsageError, at, unknown
from vizgd.base.object_references import is_object_reference
from vizgd.base.regular_files import read_content
from vizgd.comparisons.comparison import Comparison, Run
from vizgd.comparisons.external_names import ExternalNames
from vizgd.comparisons.objective_table import read_objective
from vizgd.comparisons.toml_tables import (
    check_keys,
    converted,
    fields_of,
    instance,
    instance_by_name,
    located,
    name_and_settings,
)

if TYPE_CHECKING:
    from vizgd.drawing.clock import Pace

LARGEST = 100_000
"""In bytes; the gallery's files have under a thousand."""
DEEPEST_KEY = 30
"""In dots. On keys with thousands of dots Python's TOML reader takes a minute and all memory."""


class _ComparisonTable(msgspec.Struct):
    title: str
    objective: str | dict[str, Any]
    runs: list[dict[str, Any]]
    description: str = ""
    start: float | list[float] | None = None
    steps: int = 100
    domain: list[tuple[float, float]] | None = None
    views: list[str | dict[str, Any]] = []
    pace: str = "iterations"
    seconds: float | None = None
    parts: int | list[int] = 0
    tune: bool | dict[str, Any] = False


class _RunTable(msgspec.Struct):
    optimizer: str
    start: float | list[float] | None = None
    label: str | None = None
    steps: int | None = None
    sampler: str | dict[str, Any] | None = None
    noise: float = 0.0
    seed: int = 0
    seeds: int | None = None
    objective: str | dict[str, Any] | None = None


def read_comparison(path: str | Path, *, allow_code: bool = False) -> Comparison:
    """Return the comparison that a TOML file describes.

    Parameters
    ----------
    path : str or Path
    allow_code : bool, default False
        Whether names such as ``"package.module:name"`` may be imported, which runs the code of the module:
        that in the folder of the file, or else the one that Python finds on its path.

    Raises
    ------
    UsageError
        When the file cannot be read, is not TOML, or something in it is not what a comparison needs; the
        error names the file and the key. Also when it names code and that is not allowed, or fails.
    """
    path = Path(path)
    try:
        # An editor may have put a byte order mark at the front.
        text = read_content(path, LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            f"{str(path)!r} is not a text file", hint="`vizgd new NAME.toml` writes one to start from"
        ) from None
    if not text.strip():
        raise UsageError(f"{str(path)!r} is empty", hint="`vizgd new NAME.toml` writes one to start from")
    return comparison_from_text(text, str(path), ExternalNames(path.parent, allow_code))


def comparison_from_text(text: str, source: str, names: ExternalNames | None = None) -> Comparison:
    """Return the comparison that TOML text describes; ``source`` is what errors call it.

    Raises
    ------
    UsageError
        As `read_comparison`.
    """
    with at(source):
        return _comparison(_parsed(text), names)


def comparison_from_table(table: dict[str, Any], names: ExternalNames) -> Comparison:
    """Return the comparison that a table describes as it is in a comparison file.

    Raises
    ------
    UsageError
        As `read_comparison`.
    """
    _check_numbers(table, "$")
    return _comparison(table, names)


def _parsed(text: str) -> dict[str, Any]:
    if len(text.encode()) > LARGEST:
        raise UsageError("too large for a comparison file", why=f"expected at most {LARGEST:,} bytes")
    for number, line in enumerate(text.splitlines(), 1):
        keys = [line] if line.lstrip().startswith("[") else line.split("=")[:-1]
        if any(key.count(".") > DEEPEST_KEY for key in keys):
            raise UsageError("a key has too many parts", f"line {number}", f"at most {DEEPEST_KEY} dots")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError("not valid TOML", why=str(error)) from None
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits, or thousands of brackets, are grammatical and fail later.
        raise UsageError("not valid TOML", why=str(error).splitlines()[0].partition(";")[0]) from None
    _check_numbers(table, "$")
    return table


def _check_numbers(value: Any, where: str) -> None:
    """Raise an error for nan, inf and integers beyond TOML's 64 bits: no key accepts them."""
    if isinstance(value, dict):
        for key, part in value.items():
            _check_numbers(part, f"{where}.{key}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            _check_numbers(part, f"{where}[{index}]")
    elif isinstance(value, int | float) and not -(2.0**63) < value < 2.0**63:
        key = where.rpartition(".")[2]
        raise UsageError(f"{key} is {value!r:.40}", where, "expected a finite number of usual size")


def _comparison(table: dict[str, Any], names: ExternalNames | None = None) -> Comparison:
    names = names or ExternalNames()
    file: _ComparisonTable = converted(table, _ComparisonTable, "$")
    if not file.runs:
        raise UsageError("there are no runs", "$.runs", hint="add a [[runs]] table with an optimizer")
    objective = read_objective(file.objective, names)
    known = [(file.objective, objective)]
    return Comparison(
        title=file.title,
        description=file.description,
        objective=objective,
        runs=tuple(
            _run(run, file.start, known, names, f"$.runs[{index}]") for index, run in enumerate(file.runs)
        ),
        steps=file.steps,
        views=tuple(_view(view, f"$.views[{index}]") for index, view in enumerate(file.views)),
        domain=None if file.domain is None else tuple(file.domain),
        pace=cast("Pace", file.pace),  # which Comparison checks
        seconds=file.seconds,
        parts=file.parts,
        tune=file.tune,
    )


def _run(
    table: dict[str, Any], start: Any, known: list[tuple[Any, Any]], names: ExternalNames, where: str
) -> Run:
    """Return a run; ``known`` pairs tables with their objectives, which equal tables share."""
    from vizgd.objectives.datasets.samplers import SAMPLERS
    from vizgd.optimizers.catalogue import OPTIMIZERS

    keys = set(_RunTable.__struct_fields__)
    settings = {key: value for key, value in table.items() if key not in keys}
    if "optimizer" not in table:
        for key in settings:  # whether other keys are hyper-parameters depends on the optimizer
            if get_close_matches(key.lower(), ["optimizer"], cutoff=0.7):
                raise unknown("key", key, ["optimizer"]).at(f"{where}.{key}")
    run: _RunTable = converted({key: table[key] for key in table if key in keys}, _RunTable, where)
    if is_object_reference(run.optimizer):
        optimizer = _own_optimizer(run.optimizer, settings, names, where)
    else:
        optimizer = instance_by_name(OPTIMIZERS, run.optimizer, settings, where, also=keys)
    sampler = None
    if run.sampler is not None:
        name, rest = name_and_settings(run.sampler, "sampler", f"{where}.sampler")
        sampler = instance_by_name(SAMPLERS, name, rest, f"{where}.sampler")
    own = next((objective for given, objective in known if given == run.objective), None)
    if own is None and run.objective is not None:
        own = read_objective(run.objective, names, f"{where}.objective")
        known.append((run.objective, own))
    made: Run = located(
        lambda: Run(
            optimizer=optimizer,
            start=start if run.start is None else run.start,
            label=run.label,
            steps=run.steps,
            sampler=sampler,
            noise=run.noise,
            seed=run.seed,
            seeds=run.seeds,
            objective=own,
        ),
        where,
    )
    return made


def _own_optimizer(name: str, settings: dict[str, Any], names: ExternalNames, where: str) -> Any:
    """Return the optimizer that a Python object is, or that a class makes from the settings."""
    from vizgd.optimizers.adapters import optimizer_from
    from vizgd.optimizers.interface import Method

    thing = located(lambda: names.object(name), f"{where}.optimizer")
    if isinstance(thing, type) and issubclass(thing, Method):
        check_keys(settings, [*fields_of(thing), *_RunTable.__struct_fields__], where)
        return instance(thing, name, settings, where)
    if isinstance(thing, Method):
        check_keys(settings, _RunTable.__struct_fields__, where)
        return thing
    made = located(lambda: optimizer_from(partial(thing, **settings) if settings else thing), where)
    if not isinstance(made, Method):
        raise UsageError(
            f"{name!r} stands for {thing!r:.60}",
            f"{where}.optimizer",
            "expected an optimizer of vizgd, torch or optax, or a function step(params, gradient)",
        )
    return made


def _view(value: str | dict[str, Any], where: str) -> Any:
    from vizgd.base.settings import check_setting
    from vizgd.optimizers.catalogue import OPTIMIZERS
    from vizgd.views import VIEWS

    name, settings = name_and_settings(value, "view", where)
    view = located(lambda: VIEWS[name], where)
    check_keys(settings, fields_of(view), where)
    if isinstance(settings.get("optimizer"), str | dict):
        place = f"{where}.optimizer"
        optimizer, rest = name_and_settings(settings["optimizer"], "optimizer", place)
        settings["optimizer"] = instance_by_name(OPTIMIZERS, optimizer, rest, place)
    for key, value in settings.items():
        with at(f"{where}.{key}"):
            check_setting(view, key, value)
    return instance(view, name, settings, where)
