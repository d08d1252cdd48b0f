"""Processes that draw beside this one: started when they are first needed, and kept warm for what follows."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import TypeVar

from vizgd.errors import show_warning

T = TypeVar("T")
R = TypeVar("R")

IDLE = 20.0
"""Seconds after which a process without work ends."""


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def workers(count: int) -> Iterator[Executor]:
    """Open a pool of processes, each new from the ground up: a script needs no guard for them.

    When the block ends with an exception, an interrupt above all, they are ended at once. Otherwise they stay
    for the next block.
    """
    from loky import get_reusable_executor

    pool = get_reusable_executor(max_workers=count, timeout=IDLE, initializer=_prepare)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=True, kill_workers=True)
        raise


def in_order(pool: Executor, work: Callable[[T], R], items: Iterable[T], ahead: int) -> Iterator[R]:
    """Yield the results of a function in the order of the items, with only so many under way or waiting."""
    waiting: list[Future[R]] = []
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) >= ahead:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def _prepare() -> None:
    warnings.showwarning = show_warning
    # An interrupt from the keyboard reaches every process of a terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
