"""``vizgd list``: every table of names, with a line on each row."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Sequence

from vizgd.base.errors import unknown

Rows = Iterable[tuple[str, str]]


def _comparisons() -> Rows:
    from vizgd.comparisons.gallery import GALLERY

    return ((name, GALLERY.summary(name)) for name in GALLERY)


def _objectives() -> Rows:
    from vizgd.objectives.catalogue import OBJECTIVES

    return ((name, OBJECTIVES.summary(name)) for name in OBJECTIVES)


def _datasets() -> Rows:
    from vizgd.objectives.datasets.dataset import DATASETS

    return ((name, DATASETS.summary(name)) for name in DATASETS)


def _samplers() -> Rows:
    from vizgd.objectives.datasets.samplers import SAMPLERS

    return ((name, SAMPLERS.summary(name)) for name in SAMPLERS)


def _optimizers() -> Rows:
    from vizgd.optimizers.catalogue import OPTIMIZERS

    return ((name, OPTIMIZERS.summary(name)) for name in OPTIMIZERS)


def _schedules() -> Rows:
    from vizgd.optimizers.catalogue import SCHEDULES

    return ((name, SCHEDULES.summary(name)) for name in SCHEDULES)


def _views() -> Rows:
    from vizgd.views import VIEWS

    return ((name, VIEWS.summary(name)) for name in VIEWS)


def _themes() -> Rows:
    from vizgd.drawing.theme import THEMES

    return ((name, THEMES.summary(name)) for name in THEMES)


def _formats() -> Rows:
    from vizgd.encoding.formats import FORMATS

    return ((name, FORMATS.summary(name)) for name in FORMATS)


KINDS: dict[str, Callable[[], Rows]] = {
    "comparisons": _comparisons,
    "objectives": _objectives,
    "datasets": _datasets,
    "optimizers": _optimizers,
    "schedules": _schedules,
    "samplers": _samplers,
    "views": _views,
    "themes": _themes,
    "formats": _formats,
}

LONG = {"objectives"}
"""Kinds too long to be listed whole unless they are asked for."""


def print_lists(kinds: Sequence[str]) -> None:
    """Print the kinds named, or all.

    On a terminal lines are cut to its width; elsewhere each row is kind, name and summary between tabs.

    Raises
    ------
    UsageError
        For an unknown kind.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise unknown("kind", kind, KINDS)
    for kind in kinds or KINDS:
        rows = list(KINDS[kind]())
        if not sys.stdout.isatty():
            _write("".join(f"{kind}\t{name}\t{summary}\n" for name, summary in rows))
            continue
        _write(f"{kind}\n")
        if kind in LONG and kind not in kinds:
            _write(f"  {len(rows)} test functions: vizgd list {kind}\n\n")
            continue
        width = max(len(name) for name, _ in rows)
        room = shutil.get_terminal_size().columns - width - 5
        _write("".join(f"  {name:{width}}  {_cut(summary, room)}\n" for name, summary in rows) + "\n")


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: max(room - 1, 0)].rstrip() + "…"


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
