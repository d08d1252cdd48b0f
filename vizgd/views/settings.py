"""The settings of a view, held against the annotations of its fields: what Python and files check alike."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from vizgd.base.errors import UsageError, unknown
from vizgd.base.values import is_number, is_whole


@dataclasses.dataclass(frozen=True)
class Between:
    """The least and the greatest value of a setting, as in ``Annotated[int, Between(1, 60)]``."""

    low: float
    high: float


_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def check_settings(view: Any) -> None:
    """Check every field of a view, a frozen dataclass.

    Raises
    ------
    UsageError
        When a field does not hold what its annotation says.
    """
    for field in dataclasses.fields(view):
        check_setting(type(view), field.name, getattr(view, field.name))


def check_setting(view: type, name: str, value: Any) -> None:
    """Check one field of a class of views. Annotations of other kinds than vizgd's views have allow anything.

    Raises
    ------
    UsageError
        When the value is not what the field's annotation says.
    """
    kinds = _alternatives(_annotations(view)[name])
    if any(_fits(value, kind) for kind in kinds):
        return
    names = [one for kind in kinds if get_origin(kind) is Literal for one in get_args(kind)]
    if names and isinstance(value, str):
        raise unknown(name, value, names)
    words = " or ".join(_words(kind) for kind in kinds if kind is not types.NoneType)
    raise UsageError(f"{name} is {value!r:.60}", why=f"expected {words}")


@cache
def _annotations(view: type) -> dict[str, Any]:
    return get_type_hints(view, include_extras=True)


def _alternatives(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in {Union, types.UnionType} else (kind,)


def _fits(value: Any, kind: Any) -> bool:
    if kind is int:
        return is_whole(value)
    if kind is float:
        return is_number(value)
    if kind is bool:
        return isinstance(value, bool | np.bool_)
    if isinstance(kind, type):
        return isinstance(value, kind)
    match get_origin(kind), get_args(kind):
        case origin, (inner, Between(low, high)) if origin is Annotated:
            return _fits(value, inner) and low <= value <= high
        case origin, names if origin is Literal:
            return isinstance(value, str) and value in names
        case origin, parts if origin is tuple and Ellipsis not in parts:
            items = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else []
            return len(items) == len(parts) and all(map(_fits, items, parts))
    return True


def _words(kind: Any) -> str:
    match get_origin(kind), get_args(kind):
        case origin, (inner, Between(low, high)) if origin is Annotated:
            return f"{_words(inner)} from {low:g} to {high:g}"
        case origin, names if origin is Literal:
            return " or ".join(map(repr, names))
        case origin, parts if origin is tuple:
            return f"{len(parts)} numbers"
    return _WORDS.get(kind, getattr(kind, "__name__", str(kind)))
