"""Many films at once: in this process one after another, or beside one another in several."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizgd.base import interrupts, temporary_files
from vizgd.base.errors import RenderError, exit_error
from vizgd.base.workers import worker_pool
from vizgd.films.cache import Recipe, remember

Advance: TypeAlias = Callable[[int, int, int], None]
"""Told which order, how many of its frames are done, and how many it has."""

POLL = 0.1
"""Seconds between looks at how far the processes are."""


class Job(Protocol):
    """A film to be made: a frozen dataclass with a field ``path``, where it goes."""

    @property
    def path(self) -> Path:
        """The file, or for all frames as PNG the name that their folder has before the suffix."""

    @property
    def target(self) -> Path:
        """What is there when the film is made."""

    @property
    def title(self) -> str:
        """What it is called in messages."""

    @property
    def recipe(self) -> Recipe | None:
        """Everything that determines it; None where that cannot be said."""

    @property
    def effort(self) -> float:
        """About how long it takes, compared with others."""

    def film(self, *, jobs: int, progress: Callable[[int, int], None]) -> Path:
        """Make it."""


def produced(orders: Sequence[Job], jobs: int, advance: Advance) -> Iterator[tuple[int, Path | Exception]]:
    """Make films and yield, as each is finished, which order it was and where it is or what went wrong.

    Parameters
    ----------
    orders : sequence of Job
        For different files.
    jobs : int
        How many processes may draw. Films share them; a single film uses them for itself where it can.
    advance : callable
        Called as films come along.
    """
    if jobs == 1 or len(orders) <= 1:
        for index, order in enumerate(orders):
            yield index, _finished(order, _failure(order, jobs, partial(advance, index)))
        return
    try:
        yield from _at_once(orders, min(jobs, len(orders)), advance)
    finally:
        # What was ended in the midst of a film has left a temporary file behind.
        temporary_files.remove_abandoned(*(order.target.parent for order in orders))


def _at_once(orders: Sequence[Job], jobs: int, advance: Advance) -> Iterator[tuple[int, Path | Exception]]:
    # The processes may have been started in another folder than the one this process is in now.
    placed = [_with_path(order, order.path.absolute()) for order in orders]
    longest_first = sorted(range(len(orders)), key=lambda index: -orders[index].effort)
    with temporary_files.temporary_folder() as folder, worker_pool(jobs) as pool:
        counts = folder / "frames"
        shared = _counts(counts, len(orders), "w+")
        indices = {
            pool.submit(_failure_of, placed[index], counts, len(orders), index): index
            for index in longest_first
        }
        waiting = set(indices)
        while waiting:
            finished, waiting = wait(waiting, POLL, FIRST_COMPLETED)
            for index in map(indices.__getitem__, waiting):
                if shared[index, 1]:
                    advance(index, *shared[index].tolist())
            for future in finished:
                order = orders[indices[future]]
                try:
                    failure = future.result()
                except BrokenProcessPool:
                    # The others end with it; only then can what they leave behind be told from work.
                    pool.shutdown(wait=True)
                    failure = _ended(order)
                yield indices[future], _finished(order, failure)


def _with_path(order: Any, path: Path) -> Job:
    placed: Job = replace(order, path=path)
    return placed


def _finished(order: Job, failure: Exception | None) -> Path | Exception:
    """Return where a film is, and remember what it was made from, or return what went wrong."""
    if failure is not None:
        return failure
    remember(order.target, order.recipe)
    return order.target


def _failure(order: Job, jobs: int, progress: Callable[[int, int], None]) -> Exception | None:
    try:
        order.film(jobs=jobs, progress=progress)
    except KeyboardInterrupt:
        raise
    except SystemExit as error:
        return exit_error(f"code of {order.title!r}", error)
    except Exception as error:  # the other films are to be made whatever happens to this one
        if interrupts.is_interrupt(error):
            raise KeyboardInterrupt from error
        return error
    interrupts.raise_if_received()
    return None


def _failure_of(order: Job, counts: Path, total: int, index: int) -> Exception | None:
    """Make a film in a process of its own, and tell the first one through a file how far it is."""
    shared = _counts(counts, total, "r+")

    def progress(done: int, frames: int) -> None:
        shared[index] = done, frames

    failure = _failure(order, 1, progress)
    if failure is not None:
        # A traceback does not pass from process to process; as a note it does.
        failure.add_note("".join(traceback.format_exception(failure)))
    return failure


def _counts(path: Path, total: int, mode: str) -> NDArray[np.int64]:
    """Return frames done and frames in all of each order, shared by every process that opens the file."""
    return np.memmap(path, np.int64, mode, shape=(total, 2))  # type: ignore[call-overload, no-any-return]


def _ended(order: Job) -> RenderError:
    return RenderError(
        f"{order.title!r} was not finished: its process was ended from outside",
        why="the system does that when memory runs out",
        hint="try fewer processes: --jobs 1",
    )
