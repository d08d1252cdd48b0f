"""The learning rate of each run over its steps: the picture of a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vizgd.panel import Axes, Box, Panel
from vizgd.ticks import axis, linear_axis
from vizgd.views.paths import progress_marks
from vizgd.views.view import Scene, View


@dataclass(frozen=True)
class LearningRate(View):
    """The rate that each step used.

    Parameters
    ----------
    scale : {"linear", "log"}, default "linear"
        The scale of the rate's axis.
    """

    scale: Literal["linear", "log"] = "linear"

    def panels(self, scene: Scene, boxes: Sequence[Box]) -> tuple[Panel, ...]:
        """Return the one panel."""
        (box,) = boxes
        rates = [t.learning_rates for t in scene.trajectories]
        most = max(1, *(len(rate) for rate in rates))
        together = np.concatenate(rates)
        high = float(together.max()) if len(together) else 1.0
        if self.scale == "log":
            positive = together[together > 0]
            limits = (float(positive.min()) / 1.3, high * 1.3)
        else:
            limits = (0.0, 1.08 * high)
        axes = Axes(
            linear_axis((0.0, float(most)), "iteration", max(3, round(box.width / 130)), integer=True),
            axis(self.scale, limits, "learning rate", max(3, round(box.height / 75))),
            scene.axes_style,
            grid=True,
        )
        # The rate of step k is used between iterations k and k + 1; the last one stays to the end.
        held = [np.concatenate([rate, rate[-1:]]) for rate in rates]
        curves = [np.column_stack([np.arange(len(rate), dtype=float), rate]) for rate in held]
        lines, tips = progress_marks(scene, curves, axes, "rate")
        return (Panel("learning rate", box, lines, axes, tips),)
