"""Worker processes that draw: started when they are first needed, and kept for what follows."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from threading import Thread
from time import sleep
from typing import Any, TypeVar

from vizgd.base import temporary_files
from vizgd.base.errors import RenderError, show_warning
from vizgd.base.search_path import SAFE

T = TypeVar("T")
R = TypeVar("R")

IDLE = 20.0
"""Seconds after which a process without work ends."""

HEARTBEAT = 0.5
"""Seconds between checks whether the parent process is alive."""


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def worker_pool(count: int) -> Iterator[Executor]:
    """Open a pool of processes, started afresh, not forked: a script needs no guard for them.

    When the block ends with an exception, an interrupt above all, they are ended at once. Otherwise they stay
    for the next block; they end with this process, however it ends.

    Raises
    ------
    RenderError
        When the system starts no processes.
    """
    from loky import get_reusable_executor

    pool: Any = None
    try:
        try:
            with _from_safe_path(), _signals_held():
                pool = get_reusable_executor(max_workers=count, timeout=IDLE, initializer=_prepare, env=SAFE)
                pool.submit(int)  # which starts them
        except OSError as error:
            raise RenderError(
                "no processes can be started beside this one",
                why=error.strerror or str(error),
                hint="go to a folder that is there, or use one process: --jobs 1",
            ) from error
        yield pool
    except BaseException:
        if pool is not None:
            pool.shutdown(wait=True, kill_workers=True)
        raise


@contextmanager
def _from_safe_path() -> Iterator[None]:
    """Within the block, start processes that do not look for modules in the current folder."""
    before = {name: os.environ.get(name) for name in SAFE}
    os.environ.update(SAFE)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _signals_held() -> Iterator[None]:
    """Within the block, block signals that ask for an end: until processes are known, none can be ended.

    A process that is started inherits that, so that no signal ends it before it is prepared.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def results_in_order(pool: Executor, work: Callable[[T], R], items: Iterable[T], ahead: int) -> Iterator[R]:
    """Yield the results of a function in the order of the items, at most `ahead` under way or waiting."""
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
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGHUP})
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        Thread(target=_end_with, args=(parent.pid,), name="vizgd-parent", daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process, whatever it does, when its parent has ended, for instance been killed."""
    if sys.platform == "win32":
        import _winapi

        handle = _winapi.OpenProcess(_winapi.SYNCHRONIZE, False, parent)
        _winapi.WaitForSingleObject(handle, _winapi.INFINITE)
    else:
        while os.getppid() == parent:
            sleep(HEARTBEAT)
    temporary_files.clear()
    os._exit(1)
