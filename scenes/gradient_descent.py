"""What gradient descent is: a landscape, the slope underfoot, a step against it, and again.

1. Landscape: each place is a choice of two parameters, its height the loss. We stand on a hill in fog: the
   valley is out of sight, but the ground can be felt.
2. Slope: along one direction the landscape is a curve. The tangent is all that the place tells; its slope is
   the gradient, and its sign says which way is up.
3. Step: go the other way, by the slope times a small number, the learning rate.
4. Again: the same rule from the new place. The ground flattens, so the steps shrink by themselves.
5. Other side: there the slope is negative, and minus turns the step round: the rule needs no map.
6. Comparison: in two dimensions it is the same rule, on a surface and on its contours.
"""

from __future__ import annotations

import numpy as np
from manim import (
    DEGREES,
    IN,
    ORIGIN,
    Create,
    FadeIn,
    FadeOut,
    Group,
    Write,
    smooth,
)

import vizgd as vg
from vizgd.manim import (
    Descend,
    Descent,
    Descent3D,
    DescentScene3D,
    Formula,
    Landscape,
    Landscape3D,
    LossPlot,
    Readout,
    StepArrow,
    Tangent,
    role_color,
)

GRADIENT, LEARNING_RATE = role_color("gradient"), role_color("learning rate")
HILLS = "(x**2 + y**2)/6 + 2.2*exp(-(x - 0.9)**2 - (y - 0.9)**2)"
CURVE = "exp(x/2) + exp(-x)"


class GradientDescentLecture(DescentScene3D):
    """A landscape, its slope, one step against it, and again."""

    def construct(self) -> None:
        """Play the sections."""
        self.next_section("landscape")
        self.title("Gradient descent")
        self.landscape()
        self.next_section("slope")
        self.slope()
        self.next_section("step")
        self.one_step()
        self.next_section("again")
        self.again()
        self.next_section("other side")
        self.other_side()
        self.next_section("comparison")
        self.caption("", wait=0)
        self.play_comparison("bowl")
        self.wait(2)

    def landscape(self) -> None:
        """Show the surface, and a run that finds the valley."""
        run = vg.record(HILLS, vg.GradientDescent(learning_rate=0.12), start=(0.7, 0.5), steps=16)
        surface = Landscape3D(HILLS, ((-3, 3), (-3, 3)), width=5.6, depth=5.6, height=2.3)
        point = Descent3D(run, surface)
        self.set_camera_orientation(phi=60 * DEGREES, theta=-75 * DEGREES, frame_center=0.55 * IN)
        self.caption(
            "Each place is a choice of parameters, its height the loss.", FadeIn(surface, run_time=2)
        )
        self.caption("We stand in fog, and feel only the slope underfoot.", FadeIn(point), wait=2.5)
        self.begin_ambient_camera_rotation(rate=0.09)
        self.caption("So step downhill, feel the slope again, and step again.", wait=0.5)
        self.play(Descend(point, run_time=7, step_func=smooth))
        self.wait(1)
        self.stop_ambient_camera_rotation()
        self.caption("How does one step work? Cut the landscape along a line.", wait=1.5)
        self.play(FadeOut(Group(surface, point)))
        self.set_camera_orientation(phi=0, theta=-90 * DEGREES, frame_center=ORIGIN)

    def slope(self) -> None:
        """Show a curve, a point on it, and the tangent with its slope."""
        self.curve = Landscape(CURVE, domain=[(-2.2, 3.8)], width=6.0, height=4.6, values=(1, 7.5))
        self.curve.move_to((-3.2, 0.1, 0))
        self.point = Descent(self.descend_from(3.2), self.curve)
        self.tangent = Tangent(self.point, length=3, color=GRADIENT)
        self.reading = Readout(
            self.point, "f'(x_t) = <gradient>", font_size=38, colors={"gradient": GRADIENT, "f'": GRADIENT}
        ).move_to((3.4, 1.25, 0))
        self.caption(
            "Along the line, the loss is a curve over one parameter.", Create(self.curve, run_time=2)
        )
        self.play(FadeIn(self.point))
        self.caption("The tangent is all that can be felt at a place.", Create(self.tangent))
        self.caption(
            f"Its slope is the gradient: up is to the {uphill(self.point)}.",
            Write(self.reading),
        )

    def one_step(self) -> None:
        """Write the rule, and take one step with its numbers."""
        colors = {r"\alpha": LEARNING_RATE, "f'(x_t)": GRADIENT}
        self.rule = Formula(r"x_{t+1} = x_t - \alpha\,f'(x_t)", font_size=42, t2c=colors)
        self.rule.move_to((3.4, 2.1, 0))
        self.numbers = self.numbers_of(self.point)
        self.arrow = StepArrow(self.point)
        self.caption(
            r"So step the other way, by a small part \(\alpha\) of the slope.",
            FadeOut(self.reading),
            Write(self.rule),
            t2c={r"\alpha": LEARNING_RATE},
        )
        self.play(FadeIn(self.numbers), FadeIn(self.arrow))
        self.wait(2)
        self.play(Descend(self.point, steps=1, run_time=2, step_func=smooth))
        self.wait(1)

    def again(self) -> None:
        """Take the other steps, and show that they shrink."""
        run = self.point.trajectory
        self.losses = LossPlot(self.point, width=4.4, height=2.2).move_to((3.4, -1.2, 0))
        self.caption("Then again, from the new place.", FadeIn(self.losses), wait=0.5)
        self.play(Descend(self.point, steps=3, run_time=4.5, step_func=smooth))
        assert np.all(np.diff(np.abs(np.diff(run.iterates[:, 0]))) < 0)
        self.caption("The ground flattens, so the steps shrink by themselves.", FadeOut(self.arrow), wait=0)
        self.play(Descend(self.point, run_time=7, step_func=smooth))
        self.caption(f"After {run.steps} steps, the slope that is left is {run.gradients[-1, 0]:.3f}.")

    def other_side(self) -> None:
        """Start where the slope is negative, and end at the same place."""
        other = Descent(self.descend_from(-1.5), self.curve, run=2)
        numbers = self.numbers_of(other)
        tangent = Tangent(other, length=2.2, color=GRADIENT)
        self.play(FadeOut(self.tangent), FadeOut(self.numbers), run_time=0.5)
        self.caption(
            f"On the other side the slope is negative: up is to the {uphill(other)} …",
            FadeIn(LossPlot(self.point, other, width=4.4, height=2.2).move_to(self.losses)),
            FadeIn(other),
            FadeIn(tangent),
            FadeIn(numbers),
        )
        self.caption("… and the minus turns the step round, too.", wait=0)
        self.play(Descend(other, run_time=6, step_func=smooth))
        ends = self.point.trajectory.iterates[-1, 0], other.trajectory.iterates[-1, 0]
        assert abs(ends[0] - ends[1]) < 0.05
        self.caption(f"From both sides it ends near {ends[0]:.2f}, where the ground is level.")

    def descend_from(self, start: float) -> vg.Trajectory:
        """Return the run from a start on the curve."""
        return vg.record(CURVE, vg.GradientDescent(learning_rate=0.2), start=start, steps=25)

    def numbers_of(self, descent: Descent) -> Readout:
        """Return the numbers of the rule, below it."""
        return Readout(
            descent,
            r"= <x> - <learning_rate:.1> \cdot <gradient> = <next_x>",
            font_size=30,
            colors={"gradient": GRADIENT, "learning_rate": LEARNING_RATE},
        ).move_to((3.4, 1.25, 0))


def uphill(descent: Descent) -> str:
    """Say which way the ground rises where a run starts."""
    return "right" if descent.trajectory.gradients[0, 0] > 0 else "left"
