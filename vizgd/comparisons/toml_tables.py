"""Tables of a comparison file, checked key by key: what a name stands for, made with the table's settings."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from vizgd.base.errors import UsageError, at, unknown
from vizgd.base.registry import Registry


def name_and_settings(value: str | dict[str, Any], key: str, where: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the settings of something given by name, or by a table with its name."""
    if isinstance(value, str):
        return value, {}
    if not isinstance(value.get(key), str):
        raise UsageError(f"the table does not say which {key}", where, hint=f'add {key} = "NAME" to it')
    return value[key], {name: setting for name, setting in value.items() if name != key}


def made_from(
    registry: Registry[Any], name: str, settings: Mapping[str, Any], where: str, also: Iterable[str] = ()
) -> Any:
    """Return the dataclass of a name, made with settings; a table among them is a schedule."""
    from vizgd.optimizers.catalogue import SCHEDULES

    kind = located(lambda: registry[name], f"{where}.{registry.kind}")
    check_keys(settings, [*fields_of(kind), *also], where)
    values: dict[str, Any] = {}
    for key, value in settings.items():
        place = f"{where}.{key}"
        if isinstance(value, dict):
            schedule, rest = name_and_settings(value, "schedule", place)
            value = made_from(SCHEDULES, schedule, rest, place)
        elif isinstance(value, str):
            raise UsageError(
                f"{key} is {value!r}", place, "expected a number", f"write {key} without quotation marks"
            )
        values[key] = value
    return filled(kind, name, values, where)


def filled(kind: Any, name: str, values: Mapping[str, Any], where: str) -> Any:
    """Return the dataclass of a name with its values, none of which may be missing."""
    needed = [
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    for key in needed:
        if key not in values:
            raise UsageError(f"{name} needs {key}", where, hint=f"add {key} = … to the table")
    return located(lambda: kind(**values), where)


def fields_of(kind: Any) -> list[str]:
    """Return the names of a dataclass's fields."""
    return [field.name for field in dataclasses.fields(kind)]


def check_keys(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """Refuse a key that is not known.

    Raises
    ------
    UsageError
        With the nearest that are.
    """
    known = list(known)
    for key in table:
        if key not in known:
            raise unknown("key", key, known or ["(none)"]).at(f"{where}.{key}")


def converted(table: Mapping[str, Any], kind: Any, where: str) -> Any:
    """Return a table as a typed value; a whole number will do for any number, nothing else bends."""
    check_keys(table, kind.__struct_fields__, where)
    try:
        return located(lambda: msgspec.convert(table, kind, strict=True), where)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        place = place.strip("`").removeprefix("$")
        raise UsageError(_in_words(what), where + place) from None


def _in_words(said: str) -> str:
    """Return what msgspec says of a table, in the words of a TOML file.

    Only names of kinds are translated, and only where kinds are told: a key may be called like one. A file
    has tables, and nothing, ``null``, is no value in it.

    >>> print(_in_words("Expected `str | object | null`, got `int`"))
    Expected `str | table`, got `int`
    >>> print(_in_words("Object missing required field `objective`"))
    missing key `objective`
    """
    if said.startswith("Object missing required field "):
        return said.replace("Object missing required field", "missing key", 1)

    def kinds(found: re.Match[str]) -> str:
        named = ["table" if kind == "object" else kind for kind in found[1].split(" | ")]
        return f"`{' | '.join(kind for kind in named if kind != 'null')}`"

    return re.sub(r"`([^`]*)`", kinds, said) if said.startswith("Expected") else said


def located(make: Any, where: str) -> Any:
    """Return what a call makes; an error of ours gets its place."""
    with at(where):
        return make()
