"""Standard output and standard error: closed by a shell, sent to a full disk, or of few letters only."""

from __future__ import annotations

import codecs
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from vizgd.base.errors import RenderError


@contextmanager
def standard_streams() -> Iterator[None]:
    """Within the block, tell a failure to write standard output as such; let standard error go unread.

    `sys.stdout` and `sys.stderr` may be None here, which inside the block they are not.
    """
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        if stream is None:
            _occupy(number)
    with (
        _escaping(sys.stdout),
        contextlib.redirect_stdout(_Stream(sys.stdout, _refuse)),
        contextlib.redirect_stderr(_Stream(sys.stderr, _ignore)),
    ):
        yield


@contextmanager
def _escaping(stream: Any) -> Iterator[None]:
    """Within the block, escape what a stream's encoding does not have, and let the bytes of file names be."""
    if not hasattr(stream, "reconfigure"):
        yield
        return
    before = stream.errors
    stream.reconfigure(errors=ESCAPED)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, ValueError):  # it may be closed, or its disk full
            stream.reconfigure(errors=before)


def _escaped(error: UnicodeError) -> tuple[bytes, int]:
    """Return bytes for what cannot be encoded; Python keeps bytes that are no text as lone surrogates."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    part = error.object[error.start : error.end]
    found = (
        bytes([ord(one) - 0xDC00]) if "\udc80" <= one <= "\udcff" else one.encode("ascii", "backslashreplace")
        for one in part
    )
    return b"".join(found), error.end


ESCAPED = "vizgd-escaped"
codecs.register_error(ESCAPED, _escaped)


def _occupy(number: int) -> None:
    """Open the place of a closed stream, lest the next file that is opened take it; processes inherit it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)
    os.set_inheritable(number, True)


def _refuse(why: str) -> None:
    raise RenderError("cannot write to standard output", why=why)


def _ignore(why: str) -> None:
    del why


def abandon(stream: Any) -> None:
    """Send what a stream still holds to nowhere: Python would complain again when it flushes at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class _Stream:
    """A text stream, or None for a closed one, whose failures are told in one place."""

    def __init__(self, stream: Any, failed: Callable[[str], None]) -> None:
        self._stream = stream
        self._failed = failed
        # Kept, because whoever writes first may be trying out what kind of stream this is.
        self._fault = "it is closed" if stream is None else ""

    def write(self, text: str) -> int:
        """Write text; a reader that has gone is an error of its own."""
        self._try("write", text)
        return len(text)

    def flush(self) -> None:
        """Write what is held back."""
        self._try("flush")

    def isatty(self) -> bool:
        """Return whether a person is watching."""
        return self._stream is not None and self._stream.isatty()

    def _try(self, name: str, *arguments: str) -> None:
        if not self._fault:
            try:
                getattr(self._stream, name)(*arguments)
            except BrokenPipeError:
                raise
            except OSError as error:
                abandon(self._stream)
                self._fault = error.strerror or str(error)
        if self._fault:
            self._failed(self._fault)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
