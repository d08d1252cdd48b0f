"""Reports the progress of long computations to a listener, such as a progress bar.

An objective's ``value(params)`` takes no callback, so the listener is a context variable.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

Listener: TypeAlias = Callable[[float], None]
"""Called with the fraction that is done, from 0 to 1."""

PERIOD = 0.2
"""Seconds between two reports of a loop."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener | None) -> Iterator[None]:
    """Within the block, report progress to a listener."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def part(index: int, count: int) -> Iterator[None]:
    """Within the block, progress is that of one of several equal parts."""
    with stretch(index / count, (index + 1) / count):
        yield


@contextmanager
def stretch(begin: float, end: float) -> Iterator[None]:
    """Within the block, let what is told be that of a stretch of the whole; at its end that is done.

    Where nothing is told within it, nothing is told at its end.
    """
    outer = _listener.get()
    told: list[float] = []

    def inner(share: float) -> None:
        told[:] = [share]
        if outer is not None:
            outer(begin + share * (end - begin))

    with listening(inner):
        yield
    if told and told[0] < 1.0:
        inner(1.0)


def tell(share: float) -> None:
    """Report the fraction that is done, from 0 to 1."""
    listener = _listener.get()
    if listener is not None:
        listener(share)


def paced(total: int) -> Callable[[int], None]:
    """Return a function for a loop to call with each index: it reports progress a few times a second."""
    due = time.perf_counter() + PERIOD

    def told(index: int) -> None:
        nonlocal due
        if (now := time.perf_counter()) >= due:
            due = now + PERIOD
            tell((index + 1) / total)

    return told
