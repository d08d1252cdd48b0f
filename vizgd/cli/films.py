"""The options of ``vizgd render`` and what it prints, whether it renders comparisons or scenes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from vizgd.base import temporary_files
from vizgd.base.errors import UsageError
from vizgd.base.options import Option
from vizgd.cli.names import ALLOW_CODE
from vizgd.cli.reporting import print_path, say
from vizgd.encoding.formats import FORMATS, suffixes
from vizgd.films.cache import stale_reason
from vizgd.films.options import Options
from vizgd.films.request import Request

R = TypeVar("R", bound=Request)
DEFAULT_FOLDER = Path("output")


@dataclass(frozen=True, kw_only=True)
class RenderOptions(Options):
    """The options of ``vizgd render``: those of a film, and those of the command line alone."""

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
