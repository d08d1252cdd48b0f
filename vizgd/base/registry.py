"""Tables of names: one place where an objective, optimizer, view, theme or schedule is found by name.

A table lists its names and summaries without importing what they stand for, so that the command line can
show and check names quickly. Other packages add names through entry points, listed but not imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from importlib import import_module
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import Any, Generic, TypeVar

from vizgd.base.errors import UsageError, unknown

T = TypeVar("T")


@dataclass(frozen=True)
class Entry(Generic[T]):
    """One row of a table: a loader for what the name stands for, a one-line summary, and other names."""

    load: Callable[[], T]
    summary: str = ""
    aliases: tuple[str, ...] = ()


def lazily(target: str) -> Callable[[], Any]:
    """Return a loader for ``"package.module:attribute"`` that imports the module when called."""

    def load() -> Any:
        module, _, attribute = target.partition(":")
        return getattr(import_module(module), attribute)

    return load


@cache
def _all_announced() -> Any:
    """Return the entry points of all installed packages, whose files take longest to find and read."""
    return entry_points()


def announced(group: str) -> EntryPoints:
    """Return the entry points of a group."""
    points: EntryPoints = _all_announced().select(group=group)
    return points


def _loaded(kind: str, point: EntryPoint) -> Any:
    """Return what another package's entry point names."""
    try:
        return point.load()
    except Exception as error:  # another package's module may raise anything
        raise UsageError(
            f"the {kind} {point.name!r} cannot be loaded: {next(iter(str(error).splitlines()), '')}",
            why=f"{point.dist.name if point.dist else 'a package'} announces it as {point.value!r}",
            hint="that package is at fault: update it, or uninstall it",
        ) from error


def normalized(name: object) -> str:
    """Return a name as tables compare it: lower case, ``_`` and spaces as ``-``."""
    return str(name).strip().lower().replace("_", "-").replace(" ", "-")


class Registry(Generic[T]):
    """A table of one kind of thing, its own rows first, then those of other packages' entry points.

    Parameters
    ----------
    kind : str
        What a row is, in the singular, for error messages.
    group : str
        The entry-point group through which other packages add rows, such as ``"vizgd.optimizers"``.
    rows : callable returning a mapping of names to entries
        The rows of vizgd itself; called once, when a name is first needed.
    """

    def __init__(self, kind: str, group: str, rows: Callable[[], Mapping[str, Entry[T]]]) -> None:
        self.kind = kind
        self.group = group
        self._rows = rows

    @cached_property
    def entries(self) -> dict[str, Entry[T]]:
        """All rows by name; vizgd's own names cannot be replaced by another package."""
        foreign = {
            point.name: Entry(
                partial(_loaded, self.kind, point), f"from {point.dist.name if point.dist else point.value}"
            )
            for point in announced(self.group)
        }
        return foreign | dict(self._rows())

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __contains__(self, name: str) -> bool:
        return normalized(name) in self._spellings

    def __getitem__(self, name: str) -> T:
        """Return what a name stands for, whatever its case and separators.

        Raises
        ------
        UsageError
            When no row has that name; the nearest names are suggested.
        """
        return self.entries[self.canonical(name)].load()

    def canonical(self, name: str) -> str:
        """Return the name as the table spells it."""
        try:
            return self._spellings[normalized(name)]
        except KeyError:
            raise unknown(self.kind, name, self.entries, listed=True) from None

    def summary(self, name: str) -> str:
        """Return the one line that says what a name stands for."""
        return self.entries[self.canonical(name)].summary

    @cached_property
    def _spellings(self) -> dict[str, str]:
        aliases = {normalized(alias): name for name, entry in self.entries.items() for alias in entry.aliases}
        return aliases | {normalized(name): name for name in self.entries}
