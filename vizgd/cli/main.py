"""Runs a command and turns whatever happens into an exit code and at most four lines on standard error.

Exit codes: 0 done, 1 a render failed, 2 bad usage or a bad file, 3 a missing optional dependency, and those
that shells have for signals: 130 interrupted, 143 terminated, 129 hung up.
"""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Sequence
from functools import partial

from vizgd.base import interrupts, temporary_files
from vizgd.base.errors import UsageError, show_warning
from vizgd.cli.library_settings import configured_libraries
from vizgd.cli.reporting import Report, report_error, say
from vizgd.cli.streams import abandon, standard_streams

COMPLETION = "_VIZGD_COMPLETE"
"""The environment variable by which a shell asks for completions."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line with some arguments, none for its help, and return its exit code."""
    with standard_streams(), interrupts.caught(), configured_libraries():
        try:
            return _run(arguments)
        except KeyboardInterrupt:
            return _end_interrupted()


def _run(arguments: Sequence[str]) -> int:
    # --debug may stand anywhere, because it is added to a line that has just failed.
    report = partial(report_error, debug="--debug" in arguments)
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        _check_folder()
        with warnings.catch_warnings():
            warnings.showwarning = show_warning
            return _call(arguments, report)
    except BrokenPipeError:
        # The reader of our output has seen enough.
        abandon(sys.stdout)
        return 0
    except Exception as error:
        return report(error)


def _end_interrupted() -> int:
    """Clean up, say so, and return the exit code that shells have for the signal."""
    temporary_files.clear()
    number = interrupts.received_signal() or signal.SIGINT
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


def _call(arguments: Sequence[str], report: Report) -> int:
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
        if COMPLETION in os.environ:
            return int(stop.code or 0)
        if isinstance(stop.__context__, OSError):
            # So typer ends when the reader of our output has gone.
            raise BrokenPipeError from None
        return report(stop)
    if result == 128 + signal.SIGINT:  # which is what typer makes of an interrupt
        raise KeyboardInterrupt
    return int(result or 0)
