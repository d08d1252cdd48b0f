"""Writes files and folders atomically: the old one is replaced by a complete new one, or stays.

What is being written has a hidden temporary name in the folder of its target, so that the last step is a
rename. If the process is killed, the next one that writes to the folder removes the temporary file.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vizgd.base import temporary_files
from vizgd.base.errors import RenderError, UsageError, VizgdError

FRAME_NAME = re.compile(r"\d+\.png")
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
    errno.ELOOP: ("links on the way lead in a circle", "choose another folder"),
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
        target, temporary = _prepare(path, folder)
    except OSError as error:
        raise _refusal(path, error, RenderError if error.errno in FULL else UsageError) from error
    except ValueError as error:
        raise UsageError(f"cannot write {str(path)!r}", why=str(error), hint="choose another name") from error
    try:
        yield temporary
        with write_errors(path):
            _sync(temporary)
            (_replace_folder if folder else os.replace)(temporary, target)
    finally:
        temporary_files.remove(temporary)


@contextmanager
def write_errors(path: Path) -> Iterator[None]:
    """Turn the operating system's errors while `path` is written into a `RenderError`."""
    try:
        yield
    except OSError as error:
        raise _refusal(path, error, RenderError) from error


def _prepare(path: Path, folder: bool) -> tuple[Path, Path]:
    # Not `resolve`, which raises an error of its own where a link leads to itself.
    target = Path(os.path.realpath(path))
    try:
        mode = os.lstat(target).st_mode
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
    else:
        _check_replaceable(path, target, mode, folder)
    temporary_files.remove_abandoned(target.parent)
    temporary = temporary_files.new_path(target.parent)
    temporary.mkdir() if folder else temporary.touch(exist_ok=False)
    return target, temporary


def _check_replaceable(path: Path, target: Path, mode: int, folder: bool) -> None:
    if stat.S_ISLNK(mode):  # all other links have been followed
        raise UsageError(f"cannot write {path}", why="it is a link that leads to itself", hint="remove it")
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


def _sync(path: Path) -> None:
    """Flush to the disk: some file systems report only then that they are full."""
    for file in path.iterdir() if path.is_dir() else [path]:
        with file.open("r+b") as opened:
            os.fsync(opened.fileno())


def _replace_folder(temporary: Path, target: Path) -> None:
    """Replace a folder by another, which a rename alone cannot do unless the old one is empty."""
    if not target.exists():
        temporary.rename(target)
        return
    old = temporary_files.new_path(target.parent)
    target.rename(old)
    try:
        temporary.rename(target)
    except BaseException:
        old.rename(target)
        raise
    temporary_files.remove(old)
