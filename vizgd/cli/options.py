"""The options of a command, made from the fields of a frozen dataclass: help, kind, choices, completion."""

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
"""What the parser of the command line makes of what is typed; everything else it leaves as text."""


def with_options(kind: type[Any]) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Return a decorator that gives a command an option for each field of a dataclass that is one.

    The command gets them as its argument ``options``: an instance of the class, checked.
    """
    told = {field.name: help_of(kind, field.name) for field in fields(kind)}
    added = [_parameter(kind, name, option) for name, option in told.items() if isinstance(option, Option)]

    def decorate(command: Callable[..., int]) -> Callable[..., int]:
        @wraps(command)
        def call(**given: Any) -> int:
            asked = {one.name: _understood(kind, one.name, given.pop(one.name)) for one in added}
            return command(**given, options=kind(**asked))

        own = inspect.signature(command, eval_str=True).parameters.values()
        kept = [one.replace(kind=one.KEYWORD_ONLY) for one in own if one.name != "options"]
        made: Any = call
        made.__signature__ = inspect.Signature([*added, *kept])
        made.__annotations__ = {one.name: one.annotation for one in (*added, *kept)}
        return call

    return decorate


def flag(owner: type, name: str) -> str:
    """Return how the option of a field is typed."""
    option = help_of(owner, name)
    called = option.typed if isinstance(option, Option) else ""
    return f"--{called or name.replace('_', '-')}"


def _parameter(owner: type, name: str, option: Option) -> inspect.Parameter:
    """Return a field as a parameter that typer reads."""
    said, default = annotations_of(owner)[name], inspect.signature(owner).parameters[name].default
    names = tuple(option.choices) or choices(said)
    parsed = _parsed(said)
    flags = [f"-{option.letter}"] if option.letter else []
    typer_option = typer.Option(
        *flags,
        flag(owner, name),
        help=f"{option.text}  [default: {option.default}]" if option.default else option.text,
        show_default=isinstance(default, str),
        metavar=option.placeholder or "|".join(names) or ("WIDTHxHEIGHT" if _is_size(said) else None),
        autocompletion=_completion(names) if names else None,
    )
    annotation: Any = Annotated[(parsed if default is not None else parsed | None, typer_option)]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _completion(names: Iterable[str]) -> Callable[[str], list[str]]:
    def complete(incomplete: str) -> list[str]:
        return [name for name in names if name.startswith(incomplete)]

    return complete


def _parsed(said: Any) -> Any:
    """Return what the parser is to make of what is typed."""
    return next((kind for kind in KINDS if kind in kinds_of(said)), str)


def _is_size(said: Any) -> bool:
    return tuple[int, int] in kinds_of(said)


def _understood(owner: type, name: str, value: Any) -> Any:
    """Return what was typed as the field has it."""
    if not isinstance(value, str):
        return value
    return _size(value) if _is_size(annotations_of(owner)[name]) else typed(value)


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"\s*(\d{1,5})\s*[xX×,]\s*(\d{1,5})\s*", text)
    if not match:
        raise UsageError(f"size is {text!r}", why="expected width x height, such as 960x540")
    return int(match[1]), int(match[2])
