"""Requests to end, by Ctrl-C, `kill` or a terminal that closes: heard once, and not lost on the way.

Python raises `KeyboardInterrupt` wherever it happens to be. Within compiled code that may come out as an
error of another kind, or be swallowed; so it is remembered that the program was asked to end.
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
INSISTING = 3
"""So many times Ctrl-C, and nothing is waited for any more."""

REPEATED_AFTER = 0.02
"""Seconds after which a request is made again that was lost in code which cannot be interrupted."""


class _Asked:
    """Which signal asked the program to end, how often, and whether it is ending."""

    number = 0
    times = 0
    ending = False


def asked() -> int:
    """Return the number of the signal that asked the program to end, 0 where none has."""
    return _Asked.number


def check() -> None:
    """Raise `KeyboardInterrupt` where the program was asked to end, and that was lost."""
    if _Asked.number:
        _Asked.ending = True
        raise KeyboardInterrupt


def is_interrupt(error: BaseException) -> bool:
    """Return whether an error is what a request to end has come to."""
    chain: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and found not in chain:
        chain.append(found)
        found = found.__cause__ or found.__context__
    _Asked.ending = bool(_Asked.number)
    return _Asked.ending or any(isinstance(one, KeyboardInterrupt) for one in chain)


@contextmanager
def heard() -> Iterator[None]:
    """Within the block, have every signal that asks for an end raise `KeyboardInterrupt`, once.

    One that is ignored when the block begins stays so: that of a program in the background, or under nohup.
    """
    before: dict[int, Any] = {}
    hook = sys.unraisablehook
    _forget()
    if threading.current_thread() is threading.main_thread():
        numbers = [int(getattr(signal, name)) for name in SIGNALS if hasattr(signal, name)]
        before = {number: signal.getsignal(number) for number in numbers}

    def unraisable(lost: Any) -> None:
        if _Asked.number and isinstance(lost.exc_value, KeyboardInterrupt):
            again = threading.Timer(REPEATED_AFTER, _ask_again)
            again.daemon = True
            again.start()
        else:
            hook(lost)

    try:
        sys.unraisablehook = unraisable
        for number, handler in before.items():
            if handler is not signal.SIG_IGN and handler is not None:
                signal.signal(number, _end)
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)
        sys.unraisablehook = hook
        _forget()


def _end(number: int, frame: Any) -> None:
    del frame
    _Asked.times += 1
    if _Asked.times >= INSISTING and number == signal.SIGINT:
        os._exit(128 + number)
    if not _Asked.number:  # otherwise it is being cleaned up
        _Asked.number = number
        raise KeyboardInterrupt


def _ask_again() -> None:
    """Ask for what was swallowed, in a finalizer or in a callback from C, unless it was noticed since."""
    number = _Asked.number
    if number and not _Asked.ending:
        _forget()
        signal.raise_signal(number)


def _forget() -> None:
    _Asked.number = _Asked.times = 0
    _Asked.ending = False
