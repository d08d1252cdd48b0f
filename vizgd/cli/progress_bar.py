"""One progress bar for all films, on standard error where that is a terminal, and nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from vizgd.base import interrupts

MOST_NAMES = 3


class ProgressBar:
    """Shows the progress of films that are rendered one after another or at once.

    Parameters
    ----------
    names : sequence of str
        What the films are called, in the order in which they are counted here.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._done = [0.0] * len(names)
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> ProgressBar:
        if sys.stderr.isatty() and self._names:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task(self._description(), total=len(self._names))
            self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, index: int, done: int, total: int) -> None:
        """Say how many frames of a film are done."""
        interrupts.raise_if_received()
        # The last hundredth is left for completing the file.
        self._done[index] = min(done / total, 0.99)
        self._show()

    def finish(self, index: int) -> None:
        """Say that a film is finished, well or not, and take the bar away so that a line can be written."""
        self._done[index] = 1.0
        if self._bar is not None:
            self._bar.stop()

    def _show(self) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=sum(self._done), description=self._description())
            self._bar.start()

    def _description(self) -> str:
        begun = [name for name, done in zip(self._names, self._done, strict=True) if 0.0 < done < 1.0]
        shown = ", ".join(begun[:MOST_NAMES]) + (", …" if len(begun) > MOST_NAMES else "")
        if len(self._names) == 1:
            return self._names[0]
        finished = sum(done == 1.0 for done in self._done)
        return f"{finished}/{len(self._names)} {shown}".rstrip()
