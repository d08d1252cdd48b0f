"""Runs a command and turns whatever happens into an exit code and at most four lines on standard error.

Exit codes: 0 done, 1 a render failed, 2 bad usage or a bad file, 3 a missing optional dependency, and those
that shells have for signals: 130 interrupted, 143 terminated, 129 hung up.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from functools import partial

from vizgd import interrupts, leftovers
from vizgd.cli.streams import abandon, standard_streams
from vizgd.errors import RenderError, UsageError, VizgdError, left, show_warning

Report = Callable[[Exception | SystemExit], int]


def run(arguments: Sequence[str]) -> int:
    """Run the command line with some arguments, none for its help, and return its exit code."""
    with standard_streams(), interrupts.heard():
        try:
            return _run(arguments)
        except KeyboardInterrupt:
            return _interrupted()


def _run(arguments: Sequence[str]) -> int:
    # --debug may stand anywhere, because it is added to a line that has just failed.
    report = partial(report_error, debug="--debug" in arguments)
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        _check_folder()
        with warnings.catch_warnings():
            warnings.showwarning = show_warning
            return _called(arguments, report)
    except BrokenPipeError:
        # The reader of our output has seen enough.
        abandon(sys.stdout)
        return 0
    except Exception as error:
        return report(error)


def _interrupted() -> int:
    """Clear up, say so, and return the exit code that shells have for the signal."""
    leftovers.clear()
    number = interrupts.asked() or signal.SIGINT
    how = "interrupted" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}"
    # A terminal has just echoed ^C where the line would begin.
    say(("\n" if sys.stderr.isatty() else "") + f"{how}; nothing is left half-written")
    return 128 + number


def _check_folder() -> None:
    try:
        os.getcwd()  # noqa: PTH109 - only whether there is one
    except OSError as error:
        raise UsageError(
            "the current folder cannot be used",
            why="it was removed" if isinstance(error, FileNotFoundError) else error.strerror,
            hint="go to one that is there: cd",
        ) from None


def _called(arguments: Sequence[str], report: Report) -> int:
    import typer

    from vizgd.cli.commands import app

    command = typer.main.get_command(app)
    try:
        result = command.main(
            list(arguments) or ["--help"], prog_name="vizgd", standalone_mode=False, obj=report
        )
    except typer.Exit as stop:
        result = stop.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except SystemExit as stop:
        if isinstance(stop.__context__, OSError):
            # So typer ends when the reader of our output has gone.
            raise BrokenPipeError from None
        return report(stop)
    if result == 128 + signal.SIGINT:  # which is what typer makes of an interrupt
        raise KeyboardInterrupt
    return int(result or 0)


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
        say(f"error: {left('code that was run', error)}")
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
