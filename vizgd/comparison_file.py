"""Comparison files: TOML that says what is compared, checked key by key.

A file is one to one with `Comparison`: its top-level keys are the comparison's fields, each ``[[runs]]``
table a `Run` whose other keys are the optimizer's hyper-parameters. ``start`` at the top holds for every run
that has none of its own.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec

from vizgd.code_names import is_code_name
from vizgd.comparison import Comparison, Run
from vizgd.errors import UsageError, at, unknown
from vizgd.objectives.data_files import MOST_EXAMPLES
from vizgd.references import References
from vizgd.registry import Registry

if TYPE_CHECKING:
    from vizgd.clock import Pace

LARGEST = 100_000
"""In bytes; the gallery's files have under a thousand."""
DEEPEST_KEY = 30
"""In dots. Python's TOML reader takes a minute and all memory over keys of thousands."""


class _File(msgspec.Struct):
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


class _Run(msgspec.Struct):
    optimizer: str
    start: float | list[float] | None = None
    label: str | None = None
    steps: int | None = None
    sampler: str | dict[str, Any] | None = None
    noise: float = 0.0
    seed: int = 0
    objective: str | dict[str, Any] | None = None


class _DataLoss(msgspec.Struct):
    data: str | None = None
    loss: str | None = None
    generate: int = 100
    w: float = 2.0
    b: float = 3.0
    noise: float = 0.5
    seed: int = 0


class _NetworkLoss(msgspec.Struct):
    network: list[int]
    data: str
    loss: str | None = None
    activation: str = "tanh"
    batch_norm: bool = False
    generate: int = 200
    noise: float | None = None
    seed: int = 0


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
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        # An editor may have put a byte order mark at the front.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            f"{str(path)!r} is not a text file", hint="`vizgd new NAME.toml` writes one to start from"
        ) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"cannot read {str(path)!r}", why=why) from None
    return comparison_from_text(text, str(path), References(path.parent, allow_code))


def comparison_from_text(text: str, source: str, references: References | None = None) -> Comparison:
    """Return the comparison that TOML text describes; ``source`` is what errors call it.

    Raises
    ------
    UsageError
        As `read_comparison`.
    """
    with at(source):
        return _comparison(_parsed(text), references)


def comparison_from_table(table: dict[str, Any], references: References) -> Comparison:
    """Return the comparison that a table describes as it is in a comparison file.

    Raises
    ------
    UsageError
        As `read_comparison`.
    """
    _check_numbers(table, "$")
    return _comparison(table, references)


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
        # A number of five thousand digits or ten thousand brackets pass the grammar and fail behind it.
        raise UsageError("not valid TOML", why=str(error).splitlines()[0].partition(";")[0]) from None
    _check_numbers(table, "$")
    return table


def _check_numbers(value: Any, where: str) -> None:
    """Refuse nan, inf and integers beyond TOML's 64 bits: no key takes them."""
    if isinstance(value, dict):
        for key, part in value.items():
            _check_numbers(part, f"{where}.{key}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            _check_numbers(part, f"{where}[{index}]")
    elif isinstance(value, int | float) and not -(2.0**63) < value < 2.0**63:
        key = where.rpartition(".")[2]
        raise UsageError(f"{key} is {value!r:.40}", where, "expected a finite number of usual size")


def _comparison(table: dict[str, Any], references: References | None = None) -> Comparison:
    references = references or References()
    file: _File = _converted(table, _File, "$")
    if not file.runs:
        raise UsageError("there are no runs", "$.runs", hint="add a [[runs]] table with an optimizer")
    objective = _objective(file.objective, references)
    known = [(file.objective, objective)]
    return Comparison(
        title=file.title,
        description=file.description,
        objective=objective,
        runs=tuple(
            _run(run, file.start, known, references, f"$.runs[{index}]")
            for index, run in enumerate(file.runs)
        ),
        steps=file.steps,
        views=tuple(_view(view, f"$.views[{index}]") for index, view in enumerate(file.views)),
        domain=None if file.domain is None else tuple(file.domain),
        pace=cast("Pace", file.pace),  # which Comparison checks
        seconds=file.seconds,
    )


def _objective(value: str | dict[str, Any], references: References, where: str = "$.objective") -> Any:
    from vizgd.objectives.dataset import DATASETS, least_squares, logistic
    from vizgd.objectives.lookup import objective_from

    if isinstance(value, str):
        thing = references.object if is_code_name(value) else str
        return _located(lambda: objective_from(thing(value)), where)
    if "network" in value:
        return _network(_converted(value, _NetworkLoss, where), where)
    table: _DataLoss = _converted(value, _DataLoss, where)
    losses = {"least-squares": least_squares, "logistic": logistic}
    if table.loss is not None and table.loss not in losses:
        raise unknown("loss", table.loss, losses).at(f"{where}.loss")
    _check_generation(table, where)
    if table.data is None:
        return _located(lambda: losses[table.loss or "least-squares"](*_generated(table)), where)
    given = {"generate", "w", "b", "noise", "seed"} & value.keys()
    if given:
        raise UsageError(f"{', '.join(sorted(given))} and data", where, "data are either named or generated")
    examples = _located(lambda: references.examples(str(table.data)), f"{where}.data")
    if examples is not None:
        make = losses[table.loss or "least-squares"]
        return _located(lambda: make(*examples, name=re.split(r"[/\\:]", str(table.data))[-1]), where)
    objective = _located(lambda: DATASETS[str(table.data)], f"{where}.data")
    if table.loss is None:
        return objective
    samples = objective.samples
    assert samples is not None
    make = losses[table.loss]
    return _located(lambda: make(samples.inputs, samples.targets, name=table.data), where)


def _check_generation(table: _DataLoss | _NetworkLoss, where: str) -> None:
    if table.seed < 0:
        raise UsageError(f"seed is {table.seed}", f"{where}.seed", "expected a whole number not below 0")
    if table.generate > MOST_EXAMPLES:
        raise UsageError(
            f"generate is {table.generate}",
            f"{where}.generate",
            f"expected at most {MOST_EXAMPLES:,} examples",
        )


def _network(table: _NetworkLoss, where: str) -> Any:
    """Return the loss of a network over examples that are generated."""
    import numpy as np

    from vizgd.nn.examples import GENERATORS
    from vizgd.nn.losses import network_loss
    from vizgd.nn.network import Network

    if table.data not in GENERATORS:
        raise unknown("data set", table.data, GENERATORS).at(f"{where}.data")
    _check_generation(table, where)
    loss = table.loss or ("squared" if table.data == "sine" else "logistic")
    noise = {} if table.noise is None else {"noise": table.noise}

    def made() -> Any:
        rng = np.random.default_rng(table.seed)
        inputs, targets = GENERATORS[table.data](rng, table.generate, **noise)
        outputs = 2 if loss == "cross-entropy" else 1
        sizes = (2 if inputs.ndim == 2 else 1, *table.network, outputs)
        network = Network(sizes, cast("Any", table.activation), table.batch_norm)
        return network_loss(network, inputs, targets, cast("Any", loss), seed=table.seed, name=table.data)

    return _located(made, where)


def _generated(table: _DataLoss) -> tuple[Any, Any]:
    """Return inputs and targets drawn from the model that a table describes."""
    import numpy as np

    from vizgd.objectives.generation import noisy_line, two_classes

    rng = np.random.default_rng(table.seed)
    if table.loss == "logistic":
        return two_classes(rng, table.generate, w=table.w, b=table.b)
    return noisy_line(rng, table.generate, w=table.w, b=table.b, noise=table.noise)


def _run(
    table: dict[str, Any], start: Any, known: list[tuple[Any, Any]], references: References, where: str
) -> Run:
    """Return a run; ``known`` are tables and their objectives, of which equal ones are shared."""
    from vizgd.objectives.samplers import SAMPLERS
    from vizgd.optimizers.catalogue import OPTIMIZERS

    keys = set(_Run.__struct_fields__)
    settings = {key: value for key, value in table.items() if key not in keys}
    run: _Run = _converted({key: table[key] for key in table if key in keys}, _Run, where)
    if is_code_name(run.optimizer):
        optimizer = _own_optimizer(run.optimizer, settings, references, where)
    else:
        optimizer = _made(OPTIMIZERS, run.optimizer, settings, where, also=keys)
    sampler = None
    if run.sampler is not None:
        name, rest = _named(run.sampler, "sampler", f"{where}.sampler")
        sampler = _made(SAMPLERS, name, rest, f"{where}.sampler")
    own = next((objective for given, objective in known if given == run.objective), None)
    if own is None and run.objective is not None:
        own = _objective(run.objective, references, f"{where}.objective")
        known.append((run.objective, own))
    made: Run = _located(
        lambda: Run(
            optimizer=optimizer,
            start=start if run.start is None else run.start,
            label=run.label,
            steps=run.steps,
            sampler=sampler,
            noise=run.noise,
            seed=run.seed,
            objective=own,
        ),
        where,
    )
    return made


def _own_optimizer(name: str, settings: dict[str, Any], references: References, where: str) -> Any:
    """Return the optimizer that an object of Python is, or that a class of them makes of the settings."""
    from vizgd.optimizers.interface import Optimizer
    from vizgd.recording.adapters import optimizer_from
    from vizgd.recording.foreign import Foreign

    thing = _located(lambda: references.object(name), f"{where}.optimizer")
    if isinstance(thing, type) and issubclass(thing, Optimizer) and not issubclass(thing, Foreign):
        _check_keys(settings, [*_fields(thing), *_Run.__struct_fields__], where)
        return _filled(thing, name, settings, where)
    if isinstance(thing, Optimizer):
        _check_keys(settings, _Run.__struct_fields__, where)
        return thing
    made = _located(lambda: optimizer_from(partial(thing, **settings) if settings else thing), where)
    if not isinstance(made, Optimizer):
        raise UsageError(
            f"{name!r} stands for {thing!r:.60}",
            f"{where}.optimizer",
            "expected an optimizer of vizgd, torch or optax, or a function step(params, gradient)",
        )
    return made


def _view(value: str | dict[str, Any], where: str) -> Any:
    from vizgd.optimizers.catalogue import OPTIMIZERS
    from vizgd.views import VIEWS
    from vizgd.views.settings import check_setting

    name, settings = _named(value, "view", where)
    view = _located(lambda: VIEWS[name], where)
    _check_keys(settings, _fields(view), where)
    if isinstance(settings.get("optimizer"), str | dict):
        place = f"{where}.optimizer"
        optimizer, rest = _named(settings["optimizer"], "optimizer", place)
        settings["optimizer"] = _made(OPTIMIZERS, optimizer, rest, place)
    for key, value in settings.items():
        with at(f"{where}.{key}"):
            check_setting(view, key, value)
    return _filled(view, name, settings, where)


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
    return _filled(kind, name, values, where)


def _filled(kind: Any, name: str, values: Mapping[str, Any], where: str) -> Any:
    """Return the dataclass of a name with its values, none of which may be missing."""
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
    _check_keys(table, kind.__struct_fields__, where)
    try:
        return _located(lambda: msgspec.convert(table, kind, strict=True), where)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        place = place.strip("`").removeprefix("$")
        # A TOML file has tables, and nothing is no value in it.
        for said, meant in {
            "Object missing required field": "missing key",
            " | null": "",
            "object": "table",
        }.items():
            what = what.replace(said, meant)
        raise UsageError(what, where + place) from None


def _located(make: Any, where: str) -> Any:
    """Return what a call makes; an error of ours gets its place."""
    with at(where):
        return make()
