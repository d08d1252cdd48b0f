"""What a user may ask for, declared once: on the fields of a frozen dataclass, each with its help.

From them a function gets its signature and its documentation, and a command its options.
"""

from __future__ import annotations

import inspect
import re
import textwrap
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any, ParamSpec, TypeVar, get_type_hints

from vizgd.base.settings import annotations_of, declared, kinds_of, names_in

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True)
class Help:
    """What a user is told of a field.

    Parameters
    ----------
    text : str
        What it does, in a sentence or two.
    more : str, default ""
        What only the documentation adds.
    default : str, default ""
        What is taken where it is None.
    """

    text: str
    more: str = ""
    default: str = ""


@dataclass(frozen=True)
class Option(Help):
    """What a user is told of a field that is an option of the command line, too.

    Parameters
    ----------
    letter : str, default ""
        Its short form, such as ``"q"`` for ``-q``.
    typed : str, default ""
        How it is called there, where not as here.
    placeholder : str, default ""
        What stands in its help for a value, where that is not known from its kind.
    choices : iterable of str, default ()
        Names that may be given, where its kind does not know them.
    """

    letter: str = ""
    typed: str = ""
    placeholder: str = ""
    choices: Iterable[str] = ()


def help_of(owner: type, name: str) -> Help | None:
    """Return what a user is told of a field, if anything."""
    return next((mark for mark in declared(owner, name) if isinstance(mark, Help)), None)


def given(options: Any) -> list[str]:
    """Return the names of the fields that do not have their default."""
    return [field.name for field in fields(options) if getattr(options, field.name) != field.default]


def taking(kind: Callable[P, T]) -> Callable[[Callable[[T], R]], Callable[P, R]]:
    """Return a decorator that lets a function of one frozen dataclass be called with that one's fields.

    The signature, the types and the parameters in the documentation are those of the fields, for people,
    completion and type checkers alike.
    """

    def decorate(function: Callable[[T], R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                signature.bind(*args, **kwargs)
            except TypeError as error:
                raise TypeError(f"{function.__name__}() {error}") from None
            return function(kind(*args, **kwargs))

        made: Any = call
        signature = made.__signature__ = _signature(kind, function.__annotations__["return"])
        made.__annotations__ = {name: one.annotation for name, one in signature.parameters.items()}
        made.__annotations__["return"] = signature.return_annotation
        made.__doc__ = _documented(inspect.getdoc(function) or "", kind)
        return call

    return decorate


def _signature(kind: Any, returned: Any) -> inspect.Signature:
    kinds = get_type_hints(kind)
    given = inspect.signature(kind).parameters.values()
    parameters = [one.replace(annotation=kinds[one.name]) for one in given]
    return inspect.Signature(parameters, return_annotation=returned)


def _documented(text: str, kind: Any) -> str:
    """Return documentation with a section on the parameters, the fields of a class."""
    before, heading, after = text.partition("\n\nRaises\n")
    lines = [before, "", "Parameters", "----------"]
    for name, one in inspect.signature(kind).parameters.items():
        lines += _described(name, one.default, annotations_of(kind)[name], help_of(kind, name))
    return "\n".join(lines) + heading + after


def _described(name: str, default: Any, said: Any, told: Help | None) -> list[str]:
    """Return the lines of a section on parameters that are about one."""
    kinds = _kinds(said)
    if default is None:
        kinds += ", optional"
    elif default is not inspect.Parameter.empty:
        kinds += f", default {default!r}"
    if told is None:
        return [f"{name} : {kinds}"]
    text = " ".join(filter(None, [told.text, told.more, told.default and f"By default {told.default}."]))
    indent = " " * 4
    return [f"{name} : {kinds}", textwrap.fill(text, 108, initial_indent=indent, subsequent_indent=indent)]


def _kinds(said: Any) -> str:
    """Return what a parameter may be, as documentation writes it."""
    if names := names_in(said):
        return f"{{{', '.join(map(repr, names))}}}"
    kinds = [kind for kind in kinds_of(said) if kind is not types.NoneType]
    # A class is called by its name alone, wherever it is from.
    return " or ".join(re.sub(r"[\w.]+\.", "", inspect.formatannotation(kind)) for kind in kinds)
