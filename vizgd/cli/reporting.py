"""What a command says: paths on standard output; messages, and errors in four lines, on standard error."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from vizgd.base import interrupts
from vizgd.base.errors import RenderError, UsageError, VizgdError, exit_error

Report: TypeAlias = Callable[[Exception | SystemExit], int]


def report_error(error: Exception | SystemExit, *, debug: bool) -> int:
    """Say on standard error what went wrong, with a traceback for `debug`; return the exit code."""
    if interrupts.is_interrupt(error):
        raise KeyboardInterrupt from error
    if debug:
        traceback.print_exception(error)
    if isinstance(error, VizgdError):
        say(f"error: {error}")
        return error.exit_code
    if (message := getattr(error, "format_message", None)) is not None:
        # An error of the argument parser, whose classes are private to typer.
        say(f"error: {UsageError(' '.join(message().split()))}")
        say(f"  `{_name(error)} --help` shows how it is used")
        return 2
    if isinstance(error, SystemExit):
        say(f"error: {exit_error('code that was run', error)}")
        return 1
    if isinstance(error, OSError | MemoryError):
        say(f"error: {_of_the_system(error)}")
        return 1
    say(f"error: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}")
    say("  this is a fault of vizgd; the same line with --debug shows where")
    return 1


def _of_the_system(error: OSError | MemoryError) -> RenderError:
    """Say what the machine refused where nothing more is known of it."""
    if isinstance(error, MemoryError):
        return RenderError("there is not enough memory", hint="try a smaller size, or --jobs 1")
    why = error.strerror or next(iter(str(error).splitlines()), "") or type(error).__name__
    place = str(error.filename) if error.filename else None
    return RenderError("the system refused something", place, why=why, hint="--debug shows what")


def _name(error: BaseException) -> str:
    context = getattr(error, "ctx", None)
    return str(context.command_path) if context is not None else "vizgd"


def say(text: str) -> None:
    """Write a message to standard error; standard output is for paths and lists."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - the one place for messages


def print_path(path: Path) -> None:
    """Print the path of a file that was written to standard output."""
    sys.stdout.write(f"{path}\n")
    sys.stdout.flush()
