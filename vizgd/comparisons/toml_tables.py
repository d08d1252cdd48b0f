"""Checks the tables of a comparison file key by key, and makes the objects that they name."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from vizgd.base.errors import UsageError, at, unknown
from vizgd.base.registry import Registry


def name_and_settings(value: str | dict[str, Any], key: str, where: str) -> tuple[str, dict[str, Any]]:
    """Return a name and its settings, from a name alone or from a table that has both."""
    if isinstance(value, str):
        return value, {}
    if not isinstance(value.get(key), str):
        raise UsageError(f"the table does not say which {key}", where, hint=f'add {key} = "NAME" to it')
    return value[key], {name: setting for name, setting in value.items() if name != key}


def instance_by_name(
    registry: Registry[Any], name: str, settings: Mapping[str, Any], where: str, also: Iterable[str] = ()
) -> Any:
    """Return an instance of what a name stands for, with settings; a table among them is a schedule."""
    from vizgd.optimizers.catalogue import SCHEDULES

    kind = located(lambda: registry[name], f"{where}.{registry.kind}")
    check_keys(settings, [*fields_of(kind), *also], where)
    values: dict[str, Any] = {}
    for key, value in settings.items():
        place = f"{where}.{key}"
        if isinstance(value, dict):
            schedule, rest = name_and_settings(value, "schedule", place)
            value = instance_by_name(SCHEDULES, schedule, rest, place)
        elif isinstance(value, str):
            raise UsageError(
                f"{key} is {value!r}", place, "expected a number", f"write {key} without quotation marks"
            )
        values[key] = value
    return instance(kind, name, values, where)


def instance(kind: Any, name: str, values: Mapping[str, Any], where: str) -> Any:
    """Return an instance of a dataclass with values for all fields that have no default."""
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
        With the nearest known keys.
    """
    known = list(known)
    for key in table:
        if key not in known:
            raise unknown("key", key, known or ["(none)"]).at(f"{where}.{key}")


def converted(table: Mapping[str, Any], kind: Any, where: str) -> Any:
    """Return a table as a typed value. Types are strict, but a whole number may stand for any number."""
    check_keys(table, kind.__struct_fields__, where)
    try:
        return located(lambda: msgspec.convert(table, kind, strict=True), where)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        place = place.strip("`").removeprefix("$")
        raise UsageError(_in_words(what), where + place) from None


def _in_words(said: str) -> str:
    """Return a message of msgspec's in the words of TOML.

    Only names of types are translated, and only where types stand: a key may have such a name. TOML has
    tables in place of objects, and no ``null``.

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
    """Return the result of a call; an error of vizgd's that it raises gets the place ``where``."""
    with at(where):
        return make()
