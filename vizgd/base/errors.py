"""The errors that reach a user: what happened, where, why, and what to do next.

A mathematical outcome (a run that diverges, a start that is already the minimum) is never an error; it is
recorded as data. Errors are for what the user can correct.
"""

from __future__ import annotations

import dataclasses
import difflib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

LONGEST_LINE = 400
"""In characters: a longer line would hide what is wrong."""


@dataclasses.dataclass(eq=False)
class VizgdError(Exception):
    """Base of every error that vizgd raises on purpose; its text is at most four lines.

    Parameters
    ----------
    what : str
        What went wrong, repeating what the user gave.
    where : str, optional
        The place of the fault: a file, a key such as ``$.runs[0].start``, or both.
    why : str, optional
        What was expected instead.
    hint : str, optional
        What to type or change next.
    """

    what: str
    where: str | None = None
    why: str | None = None
    hint: str | None = None

    exit_code = 1

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  at {self.where}")
        if self.why:
            lines.append(f"  {self.why}")
        if self.hint:
            lines.append(f"  {self.hint}")
        return "\n".join(map(_on_one_line, lines))

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are pickled by their positional arguments, which would leave out those given by name.
        return type(self), tuple(getattr(self, field.name) for field in dataclasses.fields(self)), vars(self)

    def at(self, where: str) -> VizgdError:
        """Return the same error with its place, prepended to a place that it already names."""
        place = f"{where}, {self.where}" if self.where else where
        return dataclasses.replace(self, where=place)


def _on_one_line(text: str) -> str:
    """Return text with control characters escaped: a key or a name may contain anything."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"


class RenderError(VizgdError):
    """A rendering that failed although the request was right: a full disk, an error of an encoder."""

    exit_code = 1


class UsageError(VizgdError):
    """A request that cannot be fulfilled: a wrong name, value, file or expression."""

    exit_code = 2


class MissingDependency(UsageError):  # noqa: N818 - the name says what is wrong without a suffix
    """An optional dependency is needed and not installed."""

    exit_code = 3


@contextmanager
def at(where: str) -> Iterator[None]:
    """Add a place to an error that leaves the block."""
    try:
        yield
    except VizgdError as error:
        raise error.at(where) from None


def show_warning(message: Warning | str, *place: object, **more: object) -> None:
    """Write a warning to standard error as one line, without its place in the source."""
    del place, more
    if sys.stderr is not None:
        print(f"warning: {' '.join(str(message).split())}", file=sys.stderr, flush=True)  # noqa: T201 - for people


def exit_error(what: str, error: SystemExit) -> RenderError:
    """Return the error for code of the user's that called `sys.exit`, which only a script may."""
    return RenderError(
        f"{what} ended the program", why=f"SystemExit: {error}", hint="take sys.exit() or exit() out of it"
    )


def unknown(kind: str, name: object, known: Iterable[str], *, listed: bool = False) -> UsageError:
    """Return the error for a name that does not exist, with the nearest names that do.

    Of names that ``vizgd list`` lists, the first are named; of others all that fit on a line.

    >>> print(unknown("optimizer", "adm", ["adam", "momentum"]))
    unknown optimizer 'adm'
      did you mean 'adam'?
    """
    name, names = str(name), sorted(known)
    near = difflib.get_close_matches(name.lower(), names, n=3, cutoff=0.6)
    if near:
        return UsageError(f"unknown {kind} {name!r}", hint=f"did you mean {' or '.join(map(repr, near))}?")
    if listed and len(names) > 8:
        shown, hint = ", ".join(names[:8]) + ", …", "`vizgd list` shows them all"
    else:
        shown, hint = ", ".join(names), None
    return UsageError(f"unknown {kind} {name!r}", why=f"known: {shown}", hint=hint)
