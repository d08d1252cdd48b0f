"""How far a long computation is, told to whoever listens: planning a film may take seconds to evaluate.

An objective's ``value(params)`` has no place for a callback, so the listener belongs to the context.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

Listener: TypeAlias = Callable[[float], None]
"""Called with the share that is done, from 0 to 1."""

PERIOD = 0.2
"""Seconds between two words on a long loop."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener | None) -> Iterator[None]:
    """Within the block, let a listener know what is told."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def part(index: int, count: int) -> Iterator[None]:
    """Within the block, let what is told be that of one of so many equal parts."""
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
    """Tell which share, from 0 to 1, is done."""
    listener = _listener.get()
    if listener is not None:
        listener(share)


def paced(total: int) -> Callable[[int], None]:
    """Return what a loop of so many rounds calls in each: it tells a few times a second how far that is."""
    due = time.perf_counter() + PERIOD

    def told(index: int) -> None:
        nonlocal due
        if (now := time.perf_counter()) >= due:
            due = now + PERIOD
            tell((index + 1) / total)

    return told
