"""Makes the options of a command from the fields of a frozen dataclass: type, help, choices, completion."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from vizgd.base.errors import UsageError
from vizgd.base.options import Option, help_of
from vizgd.base.settings import annotations_of, choices, kinds_of
from vizgd.cli.names import typed

KINDS: tuple[type, ...] = (bool, int, float, Path)
"""The types into which typer converts what is typed; everything else stays text."""


def with_options(kind: type[Any]) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Return a decorator that gives a command an option for each field with an `Option`.

    The command gets an instance of the class as its argument ``options``.
    """
    told = {field.name: help_of(kind, field.name) for field in fields(kind)}
    added = [_parameter(kind, name, option) for name, option in told.items() if isinstance(option, Option)]

    def decorate(command: Callable[..., int]) -> Callable[..., int]:
        @wraps(command)
        def call(**given: Any) -> int:
            asked = {one.name: _value(kind, one.name, given.pop(one.name)) for one in added}
            return command(**given, options=kind(**asked))

        own = inspect.signature(command, eval_str=True).parameters.values()
        kept = [one.replace(kind=one.KEYWORD_ONLY) for one in own if one.name != "options"]
        made: Any = call
        made.__signature__ = inspect.Signature([*added, *kept])
        made.__annotations__ = {one.name: one.annotation for one in (*added, *kept)}
        return call

    return decorate


def flag(owner: type, name: str) -> str:
    """Return the option of a field as it is typed, such as ``"--size"``."""
    option = help_of(owner, name)
    called = option.typed if isinstance(option, Option) else ""
    return f"--{called or name.replace('_', '-')}"


def _parameter(owner: type, name: str, option: Option) -> inspect.Parameter:
    """Return the parameter from which typer makes the option of a field."""
    said, default = annotations_of(owner)[name], inspect.signature(owner).parameters[name].default
    names = tuple(option.choices) or choices(said)
    converted = _converted_type(said)
    flags = [f"-{option.letter}"] if option.letter else []
    typer_option = typer.Option(
        *flags,
        flag(owner, name),
        help=f"{option.text}  [default: {option.default}]" if option.default else option.text,
        show_default=isinstance(default, str),
        metavar=option.placeholder or "|".join(names) or ("WIDTHxHEIGHT" if _is_size(said) else None),
        autocompletion=_completion(names) if names else None,
    )
    annotation: Any = Annotated[(converted if default is not None else converted | None, typer_option)]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _completion(names: Iterable[str]) -> Callable[[str], list[str]]:
    def complete(incomplete: str) -> list[str]:
        return [name for name in names if name.startswith(incomplete)]

    return complete


def _converted_type(said: Any) -> Any:
    """Return the type into which typer converts what is typed."""
    return next((kind for kind in KINDS if kind in kinds_of(said)), str)


def _is_size(said: Any) -> bool:
    return tuple[int, int] in kinds_of(said)


def _value(owner: type, name: str, value: Any) -> Any:
    """Return the value of a field from what was typed."""
    if not isinstance(value, str):
        return value
    return _size(value) if _is_size(annotations_of(owner)[name]) else typed(value)


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"\s*(\d{1,5})\s*[xX×,]\s*(\d{1,5})\s*", text)
    if not match:
        raise UsageError(f"size is {text!r}", why="expected width x height, such as 960x540")
    return int(match[1]), int(match[2])
