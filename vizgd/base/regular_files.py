"""Reads regular files, up to a size that the caller states.

A device, a pipe or a socket may never end. So the kind of a file is checked before it is opened, and again
once it is open; neither blocks.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vizgd.base.errors import UsageError

KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def read_content(path: Path, largest: int) -> bytes:
    """Return the content of a regular file.

    Raises
    ------
    UsageError
        When it is not there, cannot be read, is no regular file, or has more bytes than ``largest``.
    """
    with open_regular(path, largest) as file:
        try:
            found = file.read(largest + 1) or b""  # None where nothing is there to be read yet
        except OSError as error:
            raise _unreadable(path, error.strerror or str(error)) from None
    if len(found) > largest:  # it has grown since it was looked at
        raise _too_large(path, largest)
    return found


@contextmanager
def open_regular(path: Path, largest: int) -> Iterator[BinaryIO]:
    """Open a regular file for reading.

    Raises
    ------
    UsageError
        As `read_content`.
    """
    try:
        check_regular(path, path.stat(), largest)
        # Non-blocking, in case a pipe has replaced the file meanwhile.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise _unreadable(path, getattr(error, "strerror", None) or str(error)) from None
    with os.fdopen(descriptor, "rb") as file:
        check_regular(path, os.fstat(descriptor), largest)
        yield file


def check_regular(path: Path, found: os.stat_result, largest: int) -> None:
    """Raise a UsageError for what is no regular file, or is too large."""
    if not stat.S_ISREG(found.st_mode):
        kind = KINDS.get(stat.S_IFMT(found.st_mode), "something else")
        raise _unreadable(path, f"it is {kind}, and only regular files are read")
    if found.st_size > largest:
        raise _too_large(path, largest)


def _unreadable(path: Path, why: str) -> UsageError:
    return UsageError(f"cannot read {str(path)!r}", why=why)


def _too_large(path: Path, largest: int) -> UsageError:
    return UsageError(f"{str(path)!r} is too large", why=f"expected at most {largest:,} bytes")
