"""What ``vizgd render`` does for comparisons and scenes alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from vizgd.base import temporary_files
from vizgd.base.errors import UsageError
from vizgd.cli.reporting import print_path, say
from vizgd.encoding.formats import FORMATS, suffixes
from vizgd.films.cache import stale_reason
from vizgd.films.request import Request

R = TypeVar("R", bound=Request)
DEFAULT_FOLDER = Path("output")


def is_one_file(output: Path) -> bool:
    """Return whether the argument of -o is one file; anything else is a folder.

    A new name with the suffix of no format is refused: it was hardly meant for a folder.
    """
    if output.suffix.lower() in suffixes():
        return True
    if output.suffix and not output.is_dir():
        raise UsageError(
            f"{str(output)!r} has the suffix of no format",
            why=f"known: {', '.join(FORMATS)}",
            hint="for a folder of that name, make it first",
        )
    return False


def leave_unchanged(requests: Sequence[tuple[str, R]]) -> list[tuple[str, R]]:
    """Print the paths of films that would come out the same; return the others, and say what has changed."""
    # A killed process may have left temporary files there, and this run may write nothing.
    temporary_files.remove_abandoned(*(request.target.parent for _, request in requests))
    wanted = []
    for name, request in requests:
        reason = stale_reason(request.target, request.recipe)
        if reason is None:
            print_path(request.target)
            continue
        wanted.append((name, request))
        if reason:
            say(f"{request.target.stem} is rendered again: {reason}")
    if kept := len(requests) - len(wanted):
        say(f"{kept} {'film is as it was' if kept == 1 else 'films are as they were'}; --force renders again")
    return wanted
