"""The optimizer of a run that was recorded elsewhere: only its name is known here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vizgd.base.errors import UsageError
from vizgd.objectives.objective import Array
from vizgd.optimizers.interface import Optimizer, Terms


@dataclass(frozen=True)
class Recorded(Optimizer):
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

    def init(self, params: Array) -> Any:
        """Refuse to begin.

        Raises
        ------
        UsageError
        """
        del params
        raise UsageError(
            f"{self.text} was recorded elsewhere and cannot be run again",
            hint="show the trajectory that came with it",
        )

    def terms(self, gradient: Array, state: Any, params: Array, *, hessian: Array | None = None) -> Terms:
        """Refuse, as `init` does."""
        del gradient, state, hessian
        return dict(self.init(params))
