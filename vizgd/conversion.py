"""From tables of a file to typed values: what does not fit is told with its place."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from vizgd.errors import UsageError, at, unknown


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


def field_names(kind: Any) -> list[str]:
    """Return the names of a dataclass's fields."""
    return [field.name for field in dataclasses.fields(kind)]


def check_keys(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """Refuse a table with a key that is not known."""
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
        # A TOML file has tables, and nothing is no value in it.
        for said, meant in {
            "Object missing required field": "missing key",
            " | null": "",
            "object": "table",
        }.items():
            what = what.replace(said, meant)
        raise UsageError(what, where + place) from None


def located(make: Any, where: str) -> Any:
    """Return what a call makes; an error of ours gets its place."""
    with at(where):
        return make()
