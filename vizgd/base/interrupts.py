"""Signals that ask the program to end: Ctrl-C, `kill`, a terminal that closes. None is lost.

Python raises `KeyboardInterrupt` wherever it happens to be. Within compiled code that may become an error of
another kind, or be swallowed; so it is remembered that a signal was received.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
MOST_INTERRUPTS = 3
"""After so many Ctrl-C the program ends at once, without cleaning up."""

REPEATED_AFTER = 0.02
"""Seconds after which an interrupt is raised again that was lost in code which cannot be interrupted."""


class _Received:
    """Which signal was received, how often, and whether the program is ending."""

    number = 0
    times = 0
    ending = False


def received_signal() -> int:
    """Return the number of the signal that was received, 0 where none was."""
    return _Received.number


def raise_if_received() -> None:
    """Raise `KeyboardInterrupt` where a signal was received and its exception was lost."""
    if _Received.number:
        _Received.ending = True
        raise KeyboardInterrupt


def is_interrupt(error: BaseException) -> bool:
    """Return whether an error was caused by a signal."""
    chain: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and found not in chain:
        chain.append(found)
        found = found.__cause__ or found.__context__
    _Received.ending = bool(_Received.number)
    return _Received.ending or any(isinstance(one, KeyboardInterrupt) for one in chain)


@contextmanager
def caught() -> Iterator[None]:
    """Within the block, raise `KeyboardInterrupt` once for every signal that asks the program to end.

    Signals that are ignored when the block begins stay so: in the background, or under nohup.
    """
    before: dict[int, Any] = {}
    hook = sys.unraisablehook
    _forget()
    if threading.current_thread() is threading.main_thread():
        numbers = [int(getattr(signal, name)) for name in SIGNALS if hasattr(signal, name)]
        before = {number: signal.getsignal(number) for number in numbers}

    def unraisable(lost: Any) -> None:
        if _Received.number and isinstance(lost.exc_value, KeyboardInterrupt):
            again = threading.Timer(REPEATED_AFTER, _raise_again)
            again.daemon = True
            again.start()
        else:
            hook(lost)

    try:
        sys.unraisablehook = unraisable
        for number, handler in before.items():
            if handler is not signal.SIG_IGN and handler is not None:
                signal.signal(number, _receive)
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)
        sys.unraisablehook = hook
        _forget()


def _receive(number: int, frame: Any) -> None:
    del frame
    _Received.times += 1
    if _Received.times >= MOST_INTERRUPTS and number == signal.SIGINT:
        os._exit(128 + number)
    if not _Received.number:  # otherwise the program is already cleaning up
        _Received.number = number
        raise KeyboardInterrupt


def _raise_again() -> None:
    """Repeat a signal whose exception was lost in a finalizer or a callback, unless it was noticed."""
    number = _Received.number
    if number and not _Received.ending:
        _forget()
        signal.raise_signal(number)


def _forget() -> None:
    _Received.number = _Received.times = 0
    _Received.ending = False
