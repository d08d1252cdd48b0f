"""Temporary files and folders whose names tell their process, so that abandoned ones can be recognized.

A name holds the machine, the process and its start time, because process numbers are used again. The next
process that writes to the same folder removes what belongs to no living process.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Imports inside functions keep commands such as `vizgd list` fast.

NAME = re.compile(
    r"\.?vizgd-(?P<host>[0-9a-f]{8})-(?P<process>\d+)-(?:(?P<start>\d+)-)?[0-9a-f]{8}\.tmp", re.ASCII
)
DAY = 86400.0

_made: set[Path] = set()
"""Paths that are still to be removed, by this process or one that it was forked from."""


def new_path(folder: Path) -> Path:
    """Return a new hidden path in a folder; `remove` or `clear` removes what is made there."""
    path = folder / f".{_name()}"
    _made.add(path)
    return path


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder among the system's temporary ones that exists for as long as the block."""
    # Not hidden: LaTeX opens no file in a hidden folder.
    import tempfile

    path = Path(tempfile.gettempdir(), _name())
    _made.add(path)
    try:
        path.mkdir(mode=0o700)
        yield path
    finally:
        remove(path)


def remove(path: Path) -> None:
    """Remove a file, or a folder with its contents, where that is possible."""
    with contextlib.suppress(OSError):
        if stat.S_ISDIR(path.lstat().st_mode):
            import shutil

            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    _made.discard(path)


def clear() -> None:
    """Remove all that this process has made and not removed, before it ends early."""
    for path in list(_made):
        if _owner(path) == (_host(), os.getpid()):
            remove(path)


def remove_abandoned(*folders: Path) -> None:
    """Remove what dead processes left in some folders, and in the system's folder for temporary files."""
    import tempfile

    with contextlib.suppress(OSError):  # the system may have none
        folders = (*folders, Path(tempfile.gettempdir()))
    for folder in dict.fromkeys(folders):
        for entry in _entries(folder):
            with contextlib.suppress(OSError):
                if _is_abandoned(entry):
                    remove(entry)


def _entries(folder: Path) -> Iterable[Path]:
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if NAME.fullmatch(entry.name)]
    except OSError:  # it may not exist, or not be readable
        return []


def _is_abandoned(path: Path) -> bool:
    status = path.lstat()
    if hasattr(os, "getuid") and status.st_uid != os.getuid():
        return False
    match = NAME.fullmatch(path.name)
    alive = None
    if match is not None and match["host"] == _host():
        alive = _is_alive(int(match["process"]), int(match["start"] or 0))
    # Whether a process on another machine is alive is unknown, but none takes that long.
    return time.time() - status.st_mtime > DAY if alive is None else not alive


def _owner(path: Path) -> tuple[str, int] | None:
    match = NAME.fullmatch(path.name)
    return (match["host"], int(match["process"])) if match else None


def _name() -> str:
    import secrets

    process = os.getpid()
    return f"vizgd-{_host()}-{process}-{_start(process) or 0}-{secrets.token_hex(4)}.tmp"


def _host() -> str:
    """Return a name for the machine, or the container on it, within which process numbers are unique."""
    import platform

    container = ""
    with contextlib.suppress(OSError):
        container = str(Path("/proc/self/ns/pid").readlink())
    return f"{zlib.crc32(f'{platform.node()} {container}'.encode()):08x}"


def _is_alive(process: int, start: int) -> bool | None:
    """Return whether a process that was started then is alive; None where that is unknown."""
    if os.name == "nt":  # there, signal 0 would be sent
        return None
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # somebody else's process
    now = _start(process)
    return now is None or (now != 0 and start in {0, now})


def _start(process: int) -> int | None:
    """Return when a process was started, in ticks; 0 for one that has ended, None where that is unknown."""
    try:
        fields = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()
        return 0 if fields[0] in {b"Z", b"X"} else int(fields[19])
    except (OSError, ValueError, IndexError):
        return None
