"""Environment variables that libraries read when they are loaded, set by the command line alone."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vizgd.base.temporary_files import temporary_folder

THREADS = "OPENBLAS_NUM_THREADS"
FOLDER = "MPLCONFIGDIR"


@contextmanager
def configured_libraries() -> Iterator[None]:
    """Within the block, set variables for NumPy and matplotlib, in this process and those that it starts.

    Variables that are set already keep their values. NumPy multiplies matrices with one thread: the small
    ones of networks are no faster with several, and ten times slower when other processes need the
    processors. Matplotlib gets a temporary folder if it cannot write to its usual ones; otherwise it would
    warn.
    """
    with contextlib.ExitStack() as stack:
        wanted = {THREADS: "1"}
        if FOLDER not in os.environ and not _matplotlib_can_write():
            with contextlib.suppress(OSError):  # matplotlib then warns by itself
                wanted[FOLDER] = str(stack.enter_context(temporary_folder()))
        added = {name: value for name, value in wanted.items() if name not in os.environ}
        os.environ.update(added)
        try:
            yield
        finally:
            for name in added:
                os.environ.pop(name, None)


def _matplotlib_can_write() -> bool:
    """Return whether matplotlib can write to its folders for settings and caches, or create them."""
    if sys.platform == "win32":
        return True
    try:
        home = Path.home()
        folders = [home / ".matplotlib"]
        if sys.platform != "darwin":
            usual = {"XDG_CONFIG_HOME": ".config", "XDG_CACHE_HOME": ".cache"}
            folders = [Path(os.environ.get(name) or home / own, "matplotlib") for name, own in usual.items()]
        return all(map(_can_be_created, folders))
    except (OSError, RuntimeError):  # no home, or one that cannot be reached
        return False


def _can_be_created(folder: Path) -> bool:
    nearest = next(one for one in (folder, *folder.parents) if one.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
