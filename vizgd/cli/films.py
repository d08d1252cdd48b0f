"""What may be typed of films, and what is printed of them: comparisons and scenes have that in common."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from vizgd.base import temporary_files
from vizgd.base.errors import UsageError
from vizgd.base.options import Option
from vizgd.cli.names import ALLOW_CODE
from vizgd.cli.reporting import say
from vizgd.encoding.formats import FORMATS, suffixes
from vizgd.films.cache import stale_reason
from vizgd.films.options import Options
from vizgd.films.request import Request

R = TypeVar("R", bound=Request)
DEFAULT_FOLDER = Path("output")


@dataclass(frozen=True, kw_only=True)
class RenderOptions(Options):
    """The options of the command: those of a film, and those that only a command line has."""

    output: Annotated[
        Path | None, Option("A folder, or a file such as slide.gif.", default="output", letter="o")
    ] = None
    scenes: Annotated[
        bool, Option("Render lectures: every scene in the folder scenes, or in the Python files named.")
    ] = False
    cluster: Annotated[
        str | None, Option("A Dask scheduler whose workers render instead.", placeholder="ADDRESS")
    ] = None
    allow_code: Annotated[bool, Option(ALLOW_CODE)] = False


def is_one_file(output: Path) -> bool:
    """Return whether what -o names is one film; anything else is a folder.

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
    """Print the films that are there as they would be made; return the others, and say why they are not."""
    # What was killed has left something where films go, and this run may write none.
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


def print_path(path: Path) -> None:
    """Write where a film is to standard output."""
    sys.stdout.write(f"{path}\n")
    sys.stdout.flush()
