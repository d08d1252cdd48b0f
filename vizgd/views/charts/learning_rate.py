"""The learning rate of each run over its steps: the picture of a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vizgd.views.charts.chart import charted
from vizgd.views.view import Study, Subject, View


@dataclass(frozen=True)
class LearningRate(View):
    """The rate that each step used: a `Chart` of it.

    Parameters
    ----------
    scale : {"linear", "log"}, default "linear"
        The scale of the rate's axis.
    """

    scale: Literal["linear", "log"] = "linear"

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return the one study."""
        return [
            charted(
                subject,
                ["learning_rate"],
                scale=self.scale,
                against="iterations",
                x_scale="linear",
                name="learning rate",
                head="rate",
            )
        ]
