"""The learning rate of each run over its steps: the picture of a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vizgd.drawing.panel import Axes, Box, Panel
from vizgd.views.paths import progress_marks
from vizgd.views.rulers import level_axis, upright_axis
from vizgd.views.view import Subject, View


@dataclass(frozen=True)
class LearningRate(View):
    """The rate that each step used.

    Parameters
    ----------
    scale : {"linear", "log"}, default "linear"
        The scale of the rate's axis.
    """

    scale: Literal["linear", "log"] = "linear"

    def panels(self, subject: Subject, boxes: Sequence[Box]) -> tuple[Panel, ...]:
        """Return the one panel."""
        (box,) = boxes
        # The rate of step k is used between iterations k and k + 1; the last one stays to the end. Searches
        # along a line have no rate to tell.
        rates = [np.append(t.learning_rates, t.learning_rates[-1:]) for t in subject.trajectories]
        rates = [rate if len(rate) else np.full(1, np.nan) for rate in rates]
        most = max(1, *(int(t.iterations[-1]) for t in subject.trajectories))
        together = np.concatenate(rates)
        together = together[np.isfinite(together) & (together > 0)]
        low, high = (together.min(), together.max()) if len(together) else (0.1, 1.0)
        limits = (float(low) / 1.3, float(high) * 1.3) if self.scale == "log" else (0.0, 1.08 * float(high))
        axes = Axes(
            level_axis(subject, box, (0.0, float(most)), "iteration", integer=True),
            upright_axis(subject, box, limits, "learning rate", scale=self.scale),
            subject.axes_style,
            grid=True,
        )
        curves = [
            np.column_stack([t.every * np.arange(len(rate), dtype=float), rate])
            for t, rate in zip(subject.trajectories, rates, strict=True)
        ]
        lines, tips = progress_marks(subject, curves, axes, "rate", box)
        return (Panel("learning rate", box, lines, axes, tips),)
