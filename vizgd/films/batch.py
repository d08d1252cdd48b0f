"""Renders many films: one after another in this process, or at once in several."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizgd.base import interrupts, temporary_files
from vizgd.base.errors import RenderError, exit_error
from vizgd.base.workers import worker_pool
from vizgd.films.cache import remember
from vizgd.films.request import Request

Advance: TypeAlias = Callable[[int, int, int], None]
"""Called with the index of a film, the number of its frames that are done, and their total."""

POLL = 0.1
"""Seconds between two reports of progress."""


def make_all(
    requests: Sequence[Request], jobs: int, advance: Advance
) -> Iterator[tuple[int, Path | Exception]]:
    """Render films and yield, as each is finished, its index and its path, or the error if it failed.

    Parameters
    ----------
    requests : sequence of Request
        For different files.
    jobs : int
        How many processes may draw. Films share them; a single film uses them for itself where it can.
    advance : callable
        Called as films come along.
    """
    if jobs == 1 or len(requests) <= 1:
        for index, request in enumerate(requests):
            yield index, _finish(request, _try(request, jobs, partial(advance, index)))
        return
    try:
        yield from _make_at_once(requests, min(jobs, len(requests)), advance)
    finally:
        # A process that was ended while it wrote a film has left a temporary file behind.
        temporary_files.remove_abandoned(*(request.target.parent for request in requests))


def _make_at_once(
    requests: Sequence[Request], jobs: int, advance: Advance
) -> Iterator[tuple[int, Path | Exception]]:
    # The processes may have been started in another folder than the one this process is in now.
    placed = [_with_path(request, request.path.absolute()) for request in requests]
    longest_first = sorted(range(len(requests)), key=lambda index: -requests[index].effort)
    with temporary_files.temporary_folder() as folder, worker_pool(jobs) as pool:
        counts = folder / "frames"
        shared = _counts(counts, len(requests), "w+")
        indices = {
            pool.submit(_try_in_process, placed[index], counts, len(requests), index): index
            for index in longest_first
        }
        waiting = set(indices)
        while waiting:
            finished, waiting = wait(waiting, POLL, FIRST_COMPLETED)
            for index in map(indices.__getitem__, waiting):
                if shared[index, 1]:
                    advance(index, *shared[index].tolist())
            for future in finished:
                request = requests[indices[future]]
                try:
                    failure = future.result()
                except BrokenProcessPool:
                    # The others end with it; only then can what they leave behind be told from work.
                    pool.shutdown(wait=True)
                    failure = _ended(request)
                yield indices[future], _finish(request, failure)


def _with_path(request: Any, path: Path) -> Request:
    placed: Request = replace(request, path=path)
    return placed


def _finish(request: Request, failure: Exception | None) -> Path | Exception:
    """Remember what a film was made from and return its path, or return the error if it failed."""
    if failure is not None:
        return failure
    remember(request.target, request.recipe)
    return request.target


def _try(request: Request, jobs: int, progress: Callable[[int, int], None]) -> Exception | None:
    try:
        request.render(jobs=jobs, progress=progress)
    except KeyboardInterrupt:
        raise
    except SystemExit as error:
        return exit_error(f"code of {request.title!r}", error)
    except Exception as error:  # the other films are to be made whatever happens to this one
        if interrupts.is_interrupt(error):
            raise KeyboardInterrupt from error
        return error
    interrupts.raise_if_received()
    return None


def _try_in_process(request: Request, counts: Path, total: int, index: int) -> Exception | None:
    """Render a film in a process of its own, which reports its progress to the first one through a file."""
    shared = _counts(counts, total, "r+")

    def progress(done: int, frames: int) -> None:
        shared[index] = done, frames

    failure = _try(request, 1, progress)
    if failure is not None:
        # A traceback does not pass from process to process; as a note it does.
        failure.add_note("".join(traceback.format_exception(failure)))
    return failure


def _counts(path: Path, total: int, mode: str) -> NDArray[np.int64]:
    """Return the numbers of frames, done and total, of each request, shared by all processes."""
    return np.memmap(path, np.int64, mode, shape=(total, 2))  # type: ignore[call-overload, no-any-return]


def _ended(request: Request) -> RenderError:
    return RenderError(
        f"{request.title!r} was not finished: its process was ended from outside",
        why="the system does that when memory runs out",
        hint="try fewer processes: --jobs 1",
    )
