"""A file or folder that is replaced whole or not at all, whatever happens while it is made.

What is being made has a hidden temporary name in the folder of its target, so that the last step is a rename.
A killed process leaves that name behind; the next one that writes to the folder sweeps it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import re
import secrets
import shutil
import stat
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vizgd.errors import RenderError, UsageError, VizgdError

# Process numbers mean nothing on another machine that shares the folder: the name says whose they are.
HOST = f"{zlib.crc32(platform.node().encode()):08x}"
TEMPORARY = re.compile(r"\.vizgd-(?P<host>[0-9a-f]{8})-(?P<process>\d+)-[0-9a-f]{8}\.tmp")
FRAME_NAME = re.compile(r"\d+\.png")
DAY = 86400.0
ROOM = "free some room, or choose another folder"
REASONS = {
    errno.ENOSPC: ("the disk is full", ROOM),
    errno.EDQUOT: ("the disk quota is used up", ROOM),
    errno.EFBIG: ("it would be larger than a file may be here", "make the film smaller or shorter"),
    errno.EACCES: ("no permission to write there", "choose another folder"),
    errno.EPERM: ("no permission to write there", "choose another folder"),
    errno.EROFS: ("the disk is read-only", "choose another folder"),
    errno.ENOTDIR: ("a part of the path is a file", "choose another folder"),
    errno.EEXIST: ("a part of the path is a file", "choose another folder"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter name"),
}
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


@contextmanager
def replacing(path: Path, *, folder: bool = False) -> Iterator[Path]:
    """Yield a temporary path, empty, that takes the place of `path` when the block ends without an exception.

    Parameters
    ----------
    path : Path
        Missing parents are made. A symbolic link is followed.
    folder : bool, default False
        Whether it is a folder of frames; one that is there is replaced if it holds nothing else.

    Raises
    ------
    UsageError
        When nothing can be written under that name; raised before the block is entered.
    RenderError
        When the disk is full, or the file cannot take its place.
    """
    try:
        target, temporary = _prepared(path, folder)
    except OSError as error:
        raise _refusal(path, error, RenderError if error.errno in FULL else UsageError) from error
    except ValueError as error:
        raise UsageError(f"cannot write {str(path)!r}", why=str(error), hint="choose another name") from error
    try:
        yield temporary
        with failures_told(path):
            _sync(temporary)
            (_replace_folder if folder else os.replace)(temporary, target)
    finally:
        _remove(temporary)


@contextmanager
def failures_told(path: Path) -> Iterator[None]:
    """Turn the operating system's errors while `path` is written into one that says so."""
    try:
        yield
    except OSError as error:
        raise _refusal(path, error, RenderError) from error


def _prepared(path: Path, folder: bool) -> tuple[Path, Path]:
    target = path.resolve()
    try:
        mode = os.lstat(target).st_mode
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
    else:
        _check_replaceable(path, target, mode, folder)
    sweep(target.parent)
    temporary = _temporary_beside(target)
    temporary.mkdir() if folder else temporary.touch(exist_ok=False)
    return target, temporary


def _check_replaceable(path: Path, target: Path, mode: int, folder: bool) -> None:
    if folder and not stat.S_ISDIR(mode):
        raise UsageError(f"cannot write the folder {path}", why="a file has that name", hint="choose another")
    if folder and any(not FRAME_NAME.fullmatch(entry.name) for entry in target.iterdir()):
        raise UsageError(
            f"the folder {path} holds more than frames",
            why="it would be replaced as a whole",
            hint="choose another name or empty it",
        )
    if not folder and not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "not a file"
        raise UsageError(f"cannot write {path}", why=f"it is {kind}", hint="choose the name of a file")


def _refusal(path: Path, error: OSError, of: type[VizgdError]) -> VizgdError:
    unknown = error.strerror or str(error), "what was there before is unchanged"
    why, hint = REASONS.get(error.errno or 0, unknown)
    return of(f"cannot write {path}", why=why, hint=hint)


def sweep(folder: Path) -> None:
    """Remove the temporary files and folders that dead processes left in a folder."""
    for entry in folder.iterdir():
        if match := TEMPORARY.fullmatch(entry.name):
            with contextlib.suppress(OSError):
                dead = match["host"] == HOST and not _is_alive(int(match["process"]))
                if dead or time.time() - entry.stat().st_mtime > DAY:
                    _remove(entry)


def _is_alive(process: int) -> bool:
    if os.name == "nt":  # there, signal 0 would be sent
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # somebody else's process
    return True


def _temporary_beside(target: Path) -> Path:
    return target.parent / f".vizgd-{HOST}-{os.getpid()}-{secrets.token_hex(4)}.tmp"


def _sync(path: Path) -> None:
    """Make sure that what was written is on the disk: some file systems tell only now that they are full."""
    for file in path.iterdir() if path.is_dir() else [path]:
        with file.open("r+b") as opened:
            os.fsync(opened.fileno())


def _replace_folder(temporary: Path, target: Path) -> None:
    """Rename a folder over another, which a rename alone cannot do unless that is empty."""
    if not target.exists():
        temporary.rename(target)
        return
    old = _temporary_beside(target)
    target.rename(old)
    try:
        temporary.rename(target)
    except BaseException:
        old.rename(target)
        raise
    _remove(old)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
