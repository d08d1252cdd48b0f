"""The learning rate of each run over its steps: the picture of a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vizgd.drawing.panel import Axes, Box, Panel
from vizgd.objectives.objective import Array
from vizgd.views.paths import progress_marks
from vizgd.views.rulers import level_axis, upright_axis
from vizgd.views.view import Study, Subject, View


@dataclass(frozen=True)
class LearningRate(View):
    """The rate that each step used.

    Parameters
    ----------
    scale : {"linear", "log"}, default "linear"
        The scale of the rate's axis.
    """

    scale: Literal["linear", "log"] = "linear"

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return the one study."""
        # The rate of step k is used between iterations k and k + 1; the last one stays to the end. Searches
        # along a line have no rate to tell.
        rates = [np.append(t.learning_rates, t.learning_rates[-1:]) for t in subject.trajectories]
        rates = [rate if len(rate) else np.full(1, np.nan) for rate in rates]
        together = np.concatenate(rates)
        together = together[np.isfinite(together) & (together > 0)]
        low, high = (together.min(), together.max()) if len(together) else (0.1, 1.0)
        limits = (float(low) / 1.3, float(high) * 1.3) if self.scale == "log" else (0.0, 1.08 * float(high))
        curves = [
            np.column_stack([t.every * np.arange(len(rate), dtype=float), rate])
            for t, rate in zip(subject.trajectories, rates, strict=True)
        ]
        return [_Rates(self, subject, curves, limits)]


@dataclass(frozen=True, eq=False)
class _Rates(Study):
    """The rates of all runs, curves ``(n + 1, 2)``, and how far their axis goes."""

    view: LearningRate
    subject: Subject
    curves: list[Array]
    limits: tuple[float, float]

    def axes(self, box: Box) -> Axes:
        """Return the axes of iterations and rates."""
        subject = self.subject
        most = max(1, *(int(t.iterations[-1]) for t in subject.trajectories))
        return Axes(
            level_axis(subject, box, (0.0, float(most)), "iteration", integer=True),
            upright_axis(subject, box, self.limits, "learning rate", scale=self.view.scale),
            subject.axes_style,
            grid=True,
        )

    def panel(self, box: Box) -> Panel:
        """Return the curves as they grow."""
        axes = self.axes(box)
        lines, tips = progress_marks(self.subject, self.curves, axes, "rate", box)
        return Panel("learning rate", box, lines, axes, tips)
