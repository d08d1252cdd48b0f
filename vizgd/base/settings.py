"""Checks settings by the annotations of the frozen dataclass that they belong to.

An annotation says what a field may hold: a type, names, or a number with its bounds, as in
``Annotated[int, Between(1, 60)]``. Views and optimizers are checked in the same way, in Python and in files.
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Callable, Iterable
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from vizgd.base.errors import UsageError, unknown
from vizgd.base.registry import Registry
from vizgd.base.values import as_numbers, is_number, is_whole, on_one_line

Ends = Literal["[]", "[)", "(]", "()"]


@dataclasses.dataclass(frozen=True)
class Between:
    """The least and the greatest value of a setting.

    Parameters
    ----------
    low, high : float
    ends : {"[]", "[)", "(]", "()"}, default "[]"
        Whether the ends are included, as intervals are written: a square bracket where they are.
    """

    low: float
    high: float = math.inf
    ends: Ends = "[]"

    def allows(self, values: Any) -> bool:
        """Return whether a number, or every number of an array, is within the bounds."""
        import numpy as np  # as everywhere here when a value is checked: help is shown without it

        numbers = np.asarray(values)
        above = numbers >= self.low if self.ends[0] == "[" else numbers > self.low
        below = numbers <= self.high if self.ends[1] == "]" else numbers < self.high
        return bool(np.all(above & below))

    def words(self, number: str) -> str:
        """Return the bounds in words, after ``number``, such as "a number"."""
        if self.high == math.inf:
            return f"{number} {'not below' if self.ends[0] == '[' else 'above'} {self.low:g}"
        match self.ends:
            case "[]":
                return f"{number} from {self.low:g} to {self.high:g}"
            case "[)":
                return f"{number} from {self.low:g} up to, but not including, {self.high:g}"
            case "(]":
                return f"{number} above {self.low:g}, at most {self.high:g}"
        return f"{number} between {self.low:g} and {self.high:g}"


@dataclasses.dataclass(frozen=True)
class Numbers:
    """Annotates a field that holds a number, or an array: one number for each component or each run.

    Parameters
    ----------
    scheduled : bool, default False
        Whether it may be a function of the count of steps, which returns such numbers.
    """

    scheduled: bool = False


@dataclasses.dataclass(frozen=True)
class Named:
    """Says that a text has to be a name of a registry."""

    table: Registry[Any]


@dataclasses.dataclass(frozen=True)
class Checked:
    """Says that a function checks the value, unless it is None, and raises a UsageError."""

    check: Callable[[Any], None]


_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def check_settings(owner: Any, *, called: str | None = None) -> None:
    """Check every field of a frozen dataclass, which messages call by its class, or as they are told.

    Raises
    ------
    UsageError
        When a field does not hold what its annotation says.
    """
    kind: type = type(owner)
    for name, said in annotations_of(kind).items():
        check_value(kind.__name__ if called is None else called, name, getattr(owner, name), said)


def check_setting(owner: type, name: str, value: Any) -> None:
    """Check the value for one field of a class. Annotations that are not known here allow anything.

    Raises
    ------
    UsageError
        When the value is not what the field's annotation says.
    """
    check_value(owner.__name__, name, value, annotations_of(owner)[name])


def check_value(called: str, name: str, value: Any, said: Any) -> None:
    """Check a value of a class by what is said of it; raises as `check_setting`.

    Parameters
    ----------
    called : str
        How a message calls the class; empty where it is not to be named.
    name : str
        That of the field.
    value, said : object
        What is given, and the field's annotation.
    """
    for mark in _marks(said):
        if isinstance(mark, Checked) and value is not None:
            mark.check(value)
    kinds = _alternatives(said)
    if any(_fits(value, kind) for kind in kinds):
        return
    if isinstance(value, str):
        for table in _tables(said):
            table.canonical(value)
        if names := choices(said):
            raise unknown(name, value, names)
    words = " or ".join(_words(kind) for kind in kinds if kind is not types.NoneType)
    raise UsageError(
        f"{called}: {name} is {on_one_line(value)}" if called else f"{name} is {on_one_line(value)}",
        why=f"expected {words}",
    )


def kinds_of(said: Any) -> tuple[Any, ...]:
    """Return the kinds of which a value may be, without what stands beside them."""
    return tuple(get_args(kind)[0] if _marks(kind) else kind for kind in _alternatives(said))


def names_in(said: Any) -> tuple[str, ...]:
    """Return the names that an annotation spells out; of a table's there may be more another day."""
    return tuple(name for kind in kinds_of(said) if get_origin(kind) is Literal for name in get_args(kind))


def choices(said: Any) -> tuple[str, ...]:
    """Return the names that may be given, spelled out or in a table."""
    return (*names_in(said), *(name for table in _tables(said) for name in table))


def _tables(said: Any) -> tuple[Registry[Any], ...]:
    return tuple(mark.table for mark in marks_of(said) if isinstance(mark, Named))


@cache
def annotations_of(owner: type) -> dict[str, Any]:
    """Return the annotation of each field of a dataclass, in the order of the fields."""
    known = said_of(owner)
    fields = dataclasses.fields(owner) if dataclasses.is_dataclass(owner) else ()
    return {field.name: known.get(field.name, Any) for field in fields}


def said_of(owner: type) -> dict[str, Any]:
    """Return what is said of each attribute of a class, be it a dataclass already or not."""
    try:
        return get_type_hints(owner, include_extras=True)
    except NameError:  # an annotation uses a name that is local, or imported for type checkers only
        return {}


def declared(owner: type, name: str) -> tuple[Any, ...]:
    """Return what the annotation of a field says besides its type."""
    return marks_of(annotations_of(owner)[name])


def marks_of(said: Any) -> tuple[Any, ...]:
    """Return what an annotation says besides a type."""
    return tuple(mark for kind in _alternatives(said) for mark in _marks(kind))


def _marks(kind: Any) -> tuple[Any, ...]:
    return getattr(kind, "__metadata__", ())


def _alternatives(said: Any) -> tuple[Any, ...]:
    """Return the kinds of which a value may be; what stands beside a union is said of each of its kinds."""
    if get_origin(said) is Annotated and _is_union(union := get_args(said)[0]):
        kinds = get_args(union)
        return tuple(one if one is types.NoneType else Annotated[(one, *_marks(said))] for one in kinds)
    return get_args(said) if _is_union(said) else (said,)


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in {Union, types.UnionType}


def _fits(value: Any, kind: Any) -> bool:
    if kind is int:
        return is_whole(value)
    if kind is float:
        return is_number(value)
    if kind is bool:
        import numpy as np

        return isinstance(value, bool | np.bool_) or (is_whole(value) and value in (0, 1))
    if kind is Any:
        return True
    if isinstance(kind, type):
        return isinstance(value, kind)
    match get_origin(kind), get_args(kind):
        case origin, (inner, *marks) if origin is Annotated:
            return _fits_marks(value, inner, marks)
        case origin, names if origin is Literal:
            return isinstance(value, str) and value in names
        case origin, parts if origin is tuple and Ellipsis not in parts:
            items = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else []
            return len(items) == len(parts) and all(map(_fits, items, parts))
    return True


def _fits_marks(value: Any, inner: Any, marks: Iterable[Any]) -> bool:
    """Return whether a value is of a type, and within the bounds of its annotation."""
    import numpy as np

    marks = list(marks)
    for mark in marks:
        if isinstance(mark, Numbers):
            if mark.scheduled and callable(value) and not isinstance(value, type):
                return True
            value = as_numbers(value)
            if value is None or not np.isfinite(value).all():
                return False
            if inner is int and not (value == np.floor(value)).all():
                return False
            inner = Any
    if not _fits(value, inner) or not all(value in mark.table for mark in marks if isinstance(mark, Named)):
        return False
    return all(mark.allows(value) for mark in marks if isinstance(mark, Between))


def _words(kind: Any) -> str:
    match get_origin(kind), get_args(kind):
        case origin, (inner, *marks) if origin is Annotated:
            words = "a number" if inner is Any else _words(inner)
            for mark in marks:
                words = mark.words(words) if isinstance(mark, Between) else words
                words = f"one of {', '.join(mark.table)}" if isinstance(mark, Named) else words
            scheduled = any(isinstance(mark, Numbers) and mark.scheduled for mark in marks)
            return words + (" or a schedule" if scheduled else "")
        case origin, names if origin is Literal:
            return " or ".join(map(repr, names))
        case origin, parts if origin is tuple:
            return f"{len(parts)} numbers"
    return _WORDS.get(kind) or str(getattr(kind, "noun", getattr(kind, "__name__", kind)))
