"""The optimizer of a run that was recorded elsewhere: only its name is known here."""

from __future__ import annotations

from dataclasses import dataclass

from vizgd.base.errors import UsageError
from vizgd.optimizers.interface import Keep, Method
from vizgd.optimizers.task import Task


@dataclass(frozen=True)
class Recorded(Method):
    """Stands where a run's optimizer would, and cannot be run again.

    Parameters
    ----------
    text : str, default "recorded"
        Its name and hyper-parameters, as the legend shows them.
    """

    text: str = "recorded"

    @property
    def called(self) -> str:
        """Nothing: its name is not told from its hyper-parameters."""
        return ""

    @property
    def label(self) -> str:
        """What it was called when it was recorded."""
        return self.text

    def follow(self, task: Task, keep: Keep) -> None:  # noqa: ARG002 - the interface's signature
        """Refuse to run.

        Raises
        ------
        UsageError
        """
        raise UsageError(
            f"{self.text} was recorded elsewhere and cannot be run again",
            hint="show the trajectory that came with it",
        )
