"""The losses of runs over their iterations, in step with the paths."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from manim import CapStyleType, LineJointType, VGroup, VMobject

from vizgd.base.errors import UsageError
from vizgd.drawing.marks import between
from vizgd.drawing.ticks import axis, linear_axis
from vizgd.manim.annotations import redraw
from vizgd.manim.chart import Chart
from vizgd.manim.descent import clipped_segments
from vizgd.manim.link import Link
from vizgd.manim.marker import Marker
from vizgd.manim.units import segment_points, stroke_width
from vizgd.objectives.objective import Array


class LossPlot(Chart):
    """Axes with the losses of one or more descents, each drawn up to the position of its descent.

    Parameters
    ----------
    *descents : Descent or Descent3D
    width, height : float, default 4 and 2.5
        Of the axes' rectangle, in Manim's units.
    scale : {"linear", "log"}, default "linear"
    steps : int, optional
        Where the axis ends; by default with the longest run.
    against : {"iterations", "examples"}, default "iterations"
        What is counted along the axis: steps, or examples seen (sample gradients evaluated).
    values : (low, high), optional
        The range of losses.
    label : str, default "loss"
        What the upright axis is called.
    font_size : float, default 20
    """

    def __init__(
        self,
        *descents: Any,
        width: float = 4.0,
        height: float = 2.5,
        scale: Literal["linear", "log"] = "linear",
        steps: int | None = None,
        against: Literal["iterations", "examples"] = "iterations",
        values: tuple[float, float] | None = None,
        label: str = "loss",
        font_size: float = 20.0,
    ) -> None:
        if not descents:
            raise UsageError("a loss plot shows descents", hint="give at least one: LossPlot(descent)")
        self.against = against
        steps = steps or max(int(self._counts(descent)[-1]) for descent in descents)
        losses = np.concatenate([descent.trajectory.losses for descent in descents])
        name = "iteration" if against == "iterations" else "examples seen"
        x = linear_axis((0.0, float(max(steps, 1))), name, max(3, int(width)), integer=True)
        y = axis(scale, values or _range(losses, scale), label, max(3, int(height * 1.6)))
        super().__init__(x, y, width, height, theme=descents[0].theme, font_size=font_size)
        self.links = [Link(descent) for descent in descents]
        self.curves = VGroup()
        self.tips = VGroup()
        self.units: list[Array] = []
        self.ends: list[Array] = []
        for descent in descents:
            self._add(descent)
        self.add(self.curves, self.tips)
        self.redraw()
        self.add_updater(redraw)

    def redraw(self) -> Self:
        """Draw the losses up to where the descents are now."""
        tips: Any = self.tips
        for index, (link, units, curve, tip) in enumerate(
            zip(self.links, self.units, self.curves, tips, strict=True)
        ):
            position = link.target.position
            end = between(units, position)
            corners = np.concatenate([units[: int(position) + 1], end[None]])
            starts, ends = clipped_segments(corners[:-1], corners[1:])
            curve.set_points(segment_points(self.frame.place(starts), self.frame.place(ends)))
            tip.points = np.round(tip.points + self.frame.place(end) - self.frame.place(self.ends[index]), 9)
            tip.hidden = bool(np.any(np.abs(end - 0.5) > 0.5 + 1e-6))
            self.ends[index] = end
        return self

    def _counts(self, descent: Any) -> Array:
        trajectory = descent.trajectory
        return np.asarray(trajectory.examples if self.against == "examples" else trajectory.iterations)

    def _add(self, descent: Any) -> None:
        losses = descent.trajectory.losses
        units = self.fractions(np.column_stack([self._counts(descent), losses]))
        self.units.append(np.nan_to_num(units, nan=1e6, posinf=1e6, neginf=-1e6))
        ends: dict[str, Any] = {"joint_type": LineJointType.ROUND, "cap_style": CapStyleType.ROUND}
        width = stroke_width(self.theme.path_width * 0.8)
        self.curves.add(VMobject(stroke_color=descent.color_of_run, stroke_width=width, **ends))
        color = (*descent.color_of_run.to_rgb(), 1.0)
        tip = Marker(descent.shape, 0.8 * self.theme.marker_size, color, self.theme.outline, 2.5)
        self.ends.append(self.units[-1][0])
        self.tips.add(tip.shift(self.frame.place(self.ends[-1])))


def _range(losses: Array, scale: Literal["linear", "log"]) -> tuple[float, float]:
    finite = losses[np.isfinite(losses)]
    if scale == "log":
        above = finite[finite > 0]
        if len(above) == 0:
            raise UsageError("no loss is above 0", hint='take scale="linear"')
        low, high = float(above.min()), float(above.max())
        low = max(low, 1e-12 * high)
        return (low, high * 1.3) if high > 1.01 * low else (low / 2, high * 2)
    low, high = float(min(finite.min(), finite[0])), float(finite.max())
    room = (high - low) or max(abs(high), 1.0)
    return low - 0.06 * room, high + 0.06 * room
