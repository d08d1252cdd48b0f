"""How far a long computation is, told to whoever listens: planning a film may take seconds to evaluate.

An objective's ``value(params)`` has no place for a callback, so the listener belongs to the context.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

Listener: TypeAlias = Callable[[float], None]
"""Called with the share that is done, from 0 to 1."""

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
    outer = _listener.get()

    def inner(share: float) -> None:
        if outer is not None:
            outer((index + share) / count)

    with listening(inner):
        yield


def tell(share: float) -> None:
    """Tell which share, from 0 to 1, is done."""
    listener = _listener.get()
    if listener is not None:
        listener(share)
