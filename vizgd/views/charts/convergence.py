"""How far each run has come: loss, excess loss or distance over iterations or examples seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vizgd.recording.costs import Cost
from vizgd.views.charts.chart import charted
from vizgd.views.charts.measures import known
from vizgd.views.view import Study, Subject, View


@dataclass(frozen=True)
class Convergence(View):
    """A curve of progress for each run: a `Chart` of what optimization is about.

    Parameters
    ----------
    quantity : {"loss", "excess", "distance"}, optional
        The loss; the loss above the known minimum; or the Euclidean distance to the nearest known minimizer.
        By default the excess on a log axis where the minimum is known. Where it is not, or where a run goes
        below what was taken for it, the loss.
    scale : {"linear", "log"}, optional
        By default logarithmic for an excess or a distance that falls or rises by more than a factor of
        thirty.
    against : {"iterations", "examples", "evaluations", "seconds"}, default "iterations"
        What is counted along the axis: steps, examples seen (sample gradients evaluated), points at which
        gradients were taken, or the seconds measured where the comparison's pace asks for them.
    x_scale : {"linear", "log"}, default "linear"
        The scale of that count. A log axis has no place for 0, so the start stands at its left edge.
    """

    quantity: Literal["loss", "excess", "distance"] | None = None
    scale: Literal["linear", "log"] | None = None
    against: Cost = "iterations"
    x_scale: Literal["linear", "log"] = "linear"

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return the one study."""
        wanted = self.quantity or "excess"
        quantity = wanted if known(subject, wanted) else "loss"
        return [
            charted(
                subject,
                [quantity],
                scale=self.scale,
                against=self.against,
                x_scale=self.x_scale,
                name="convergence",
            )
        ]
