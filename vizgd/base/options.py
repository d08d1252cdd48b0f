"""Options, each declared once: as a field of a frozen dataclass, with its help.

A function gets its signature and its documentation from these fields, and a command its options.
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
    """The help on a field.

    Parameters
    ----------
    text : str
        What the field does, in a sentence or two.
    more : str, default ""
        What the documentation adds.
    default : str, default ""
        What None stands for.
    """

    text: str
    more: str = ""
    default: str = ""


@dataclass(frozen=True)
class Option(Help):
    """The help on a field that is an option of the command line, too.

    Parameters
    ----------
    letter : str, default ""
        Of the short form, such as ``"q"`` for ``-q``.
    typed : str, default ""
        The name on the command line, where it is not that of the field.
    placeholder : str, default ""
        The metavariable of the value in the help, where its kind does not say enough.
    choices : iterable of str, default ()
        The names to choose from, where the annotation does not say them.
    """

    letter: str = ""
    typed: str = ""
    placeholder: str = ""
    choices: Iterable[str] = ()


def help_of(owner: type, name: str) -> Help | None:
    """Return the help on a field, if there is any."""
    return next((mark for mark in declared(owner, name) if isinstance(mark, Help)), None)


def given(options: Any) -> list[str]:
    """Return the names of the fields that do not have their default."""
    return [field.name for field in fields(options) if getattr(options, field.name) != field.default]


def taking(kind: Callable[P, T]) -> Callable[[Callable[[T], R]], Callable[P, R]]:
    """Return a decorator: a function of one frozen dataclass is called with the fields of that class instead.

    People, completion and type checkers see the fields as its parameters, with types, defaults and help.
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
    members = inspect.signature(kind).parameters.values()
    parameters = [one.replace(annotation=kinds[one.name]) for one in members]
    return inspect.Signature(parameters, return_annotation=returned)


def _documented(text: str, kind: Any) -> str:
    """Return documentation with a section on parameters, made from the fields of a class."""
    before, heading, after = text.partition("\n\nRaises\n")
    lines = [before, "", "Parameters", "----------"]
    for name, one in inspect.signature(kind).parameters.items():
        lines += _described(name, one.default, annotations_of(kind)[name], help_of(kind, name))
    return "\n".join(lines) + heading + after


def _described(name: str, default: Any, said: Any, told: Help | None) -> list[str]:
    """Return the lines on one parameter."""
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
    """Return the type of a parameter as documentation writes it."""
    if names := names_in(said):
        return f"{{{', '.join(map(repr, names))}}}"
    kinds = [kind for kind in kinds_of(said) if kind is not types.NoneType]
    # Without the modules that classes are from.
    return " or ".join(re.sub(r"[\w.]+\.", "", inspect.formatannotation(kind)) for kind in kinds)
