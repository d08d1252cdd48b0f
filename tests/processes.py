"""vizgd in a process of its own, as a shell starts it, and what is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import vizgd

MODULE = [sys.executable, "-m", "vizgd"]
LONG = 120
"""Seconds after which what has not ended is taken to hang; nothing is measured."""

ON_LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at the processes of Linux")


@contextmanager
def interruptible() -> Iterator[None]:
    """Let processes started in the block hear of signals, though the tests may run in the background.

    What is ignored here would be ignored there, too. Nothing is run between fork and exec: libraries that
    start threads forbid it.
    """
    ignored = [
        one
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(one) == signal.SIG_IGN
    ]
    try:
        for one in ignored:
            signal.signal(one, signal.SIG_DFL)
        yield
    finally:
        for one in ignored:
            signal.signal(one, signal.SIG_IGN)


def surroundings(**changed: str | None) -> dict[str, str]:
    """Return the environment with some variables changed, or left out where they are None."""
    merged: dict[str, str | None] = {**os.environ, **changed}
    return {name: value for name, value in merged.items() if value is not None}


def started(*arguments: Any, folder: Path, command: list[str] = MODULE, **changed: str | None):
    """Start vizgd in a session of its own, with its variables changed."""
    with interruptible():
        return subprocess.Popen(
            [*command, *map(os.fspath, map(_text, arguments))],
            cwd=folder,
            env=surroundings(**changed),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="surrogateescape",
            start_new_session=True,
        )


def ended(*arguments: Any, folder: Path, command: list[str] = MODULE, **changed: str | None):
    """Run vizgd and return its exit code and what it wrote."""
    process = started(*arguments, folder=folder, command=command, **changed)
    out, err = process.communicate(timeout=LONG)
    return process.returncode, out, err


def python(program: str, *arguments: str, cwd: Path, env: dict[str, str] | None = None):
    """Run a program that uses vizgd in a process of its own, with each warning an error."""
    env = {**(env or os.environ), "PYTHONPATH": str(Path(vizgd.__file__).parents[1])}
    command = [sys.executable, "-W", "error", "-c", f"import sys, vizgd; {program}", *arguments]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def _text(argument: Any) -> str | bytes:
    return argument if isinstance(argument, bytes) else str(argument)


def processes_of_session(leader: int) -> list[int]:
    """Return the processes that a command has started, itself left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != leader:
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == leader and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def spent(process: int) -> float:
    """Return how many seconds of a processor a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Return what a condition comes to, once it holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def temporaries(*folders: Path) -> list[str]:
    """Return the names in some folders that are there for a while only."""
    return sorted(one.name for folder in folders if folder.is_dir() for one in folder.glob("*vizgd-*.tmp"))
