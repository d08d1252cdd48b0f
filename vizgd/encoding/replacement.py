"""A file or folder that appears under its name only when it is complete.

It is written under a temporary name in the same folder, so that putting it in its place is one step of the
file system. Whatever interrupts the writing, the name holds the old file or none.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from vizgd.errors import RenderError, UsageError, VizgdError

MARK = ".vizgd-"
STALE_AFTER = 24 * 3600.0
"""Seconds after which a leftover is swept even where its process cannot be asked for."""


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; move it there at the end, or remove it after an exception.

    Raises
    ------
    UsageError
        When the folder cannot be made or ``path`` is a folder of something else.
    RenderError
        When writing fails: a full disk, a folder without the right to write.
    """
    _prepare(path)
    temporary = path.with_name(f"{MARK}{os.getpid()}-{secrets.token_hex(4)}-{path.name[-60:]}")
    try:
        yield temporary
        _settle(temporary, path)
    except OSError as error:
        raise _explained(error, path) from error
    finally:
        _remove(temporary)


def _prepare(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(
            f"cannot make the folder {str(path.parent)!r}",
            why=f"{error.filename or path.parent} is a file",
            hint="choose another folder with -o",
        ) from None
    except OSError as error:
        raise _explained(error, path) from None
    if path.is_dir() and path.suffix:
        raise UsageError(f"{str(path)!r} is a folder", hint="choose another name, or remove the folder")
    sweep(path.parent)


def sweep(folder: Path) -> None:
    """Remove what renders that were killed have left in a folder."""
    for leftover in folder.glob(f"{MARK}*"):
        owner = leftover.name.removeprefix(MARK).partition("-")[0]
        with contextlib.suppress(OSError):
            old = time.time() - leftover.stat().st_mtime > STALE_AFTER
            if old or not (owner.isdigit() and _alive(int(owner))):
                _remove(leftover)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _settle(temporary: Path, path: Path) -> None:
    """Make the data reach the disk, then the name."""
    if temporary.is_dir():
        if path.is_dir():
            old = path.with_name(f"{MARK}{os.getpid()}-{secrets.token_hex(4)}-old")
            path.rename(old)
            temporary.rename(path)
            shutil.rmtree(old)
        else:
            temporary.rename(path)
        return
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


_REASONS = {
    errno.ENOSPC: ("the disk is full", "free some room, or choose another folder with -o"),
    errno.EDQUOT: ("the disk quota is used up", "free some room, or choose another folder with -o"),
    errno.EFBIG: ("the file would be larger than allowed here", "make a smaller or shorter film"),
    errno.EACCES: ("no right to write there", "choose another folder with -o"),
    errno.EPERM: ("no right to write there", "choose another folder with -o"),
    errno.EROFS: ("the disk is read-only", "choose another folder with -o"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter name with -o"),
}


def _explained(error: OSError, path: Path) -> VizgdError:
    """Return an operating system's error as one that says what to do; the old file is where it was."""
    number = error.errno if error.errno is not None else 0
    why, hint = _REASONS.get(number, (error.strerror or str(error), "choose another folder with -o"))
    return RenderError(f"cannot write {str(path)!r}", why=why, hint=hint)
