"""A thread that does work in the background, in order: one frame is encoded while the next is drawn.

FFmpeg's libraries and zlib release Python's global lock while they work, so a thread is enough.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from queue import Queue
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")

SWITCH = 0.0002
"""Seconds for which a thread keeps Python's lock while another one waits for it.

The default, 5 ms, is long compared with a frame: the encoder would wait for half of its time."""

WAITING = 3
"""How many items may wait: few, to save memory, but enough that neither thread waits for the other."""


class BackgroundThread(Generic[T]):
    """Calls a function on each item that is put, one after another, in a thread.

    An exception of the function is raised again by the next call, and no later item is worked on.

    Parameters
    ----------
    work : callable
    """

    def __init__(self, work: Callable[[T], None]) -> None:
        self._work = work
        self._items: Queue[T | None] = Queue(WAITING)
        self._error: BaseException | None = None
        self._stopped = False
        self._interval = sys.getswitchinterval()
        sys.setswitchinterval(min(self._interval, SWITCH))
        self._thread = Thread(target=self._run, name="vizgd-encoder", daemon=True)
        self._thread.start()

    def put(self, item: T) -> None:
        """Queue an item; block while too many are waiting."""
        self._raise()
        self._items.put(item)

    def finish(self) -> None:
        """Wait until every item is done."""
        self._items.put(None)
        self._thread.join()
        sys.setswitchinterval(self._interval)
        self._raise()

    def stop(self) -> None:
        """Wait for the item in progress, and skip all others."""
        self._stopped = True
        if self._thread.is_alive():
            self._items.put(None)
            self._thread.join()
        sys.setswitchinterval(self._interval)

    def _run(self) -> None:
        while (item := self._items.get()) is not None:
            if self._error is None and not self._stopped:
                try:
                    self._work(item)
                except BaseException as error:  # it belongs to the caller
                    self._error = error

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error
