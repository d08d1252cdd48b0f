"""Gradient descent over one parameter: the tangent, the rule with its numbers, and how fast it ends.

1. Tangent: the slope between two places of the curve; as they close up it becomes that of the tangent.
2. Rule: the new place is the old one less the learning rate times that slope. Two steps with their numbers.
3. Convergence: on a parabola the slope is proportional to the distance, so each step leaves the same part of
   it. The steps shrink though the learning rate does not.
4. Flat minimum: where the floor is flatter than a parabola's, the slope fades faster than the distance, and
   the run starves: on a logarithmic axis its losses bend away from the parabola's straight line.
5. Comparison: the run once more, with its tangents and its losses.
"""

from __future__ import annotations

import numpy as np
from manim import (
    UP,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    Line,
    TransformMatchingShapes,
    ValueTracker,
    VGroup,
    Write,
    always_redraw,
    smooth,
)

import vizgd as vg
from vizgd.manim import (
    Descend,
    Descent,
    DescentScene,
    Formula,
    Landscape,
    LossPlot,
    Readout,
    StepArrow,
    Tangent,
    role_color,
)

GRADIENT, LEARNING_RATE = role_color("gradient"), role_color("learning rate")
PARABOLA, START, RATE = "x**2 + 5", 8.0, 0.1
LENGTH = 3.0
"""Of the tangent, in Manim's units."""
TOP, MIDDLE, BOTTOM = (3.4, 2.3, 0), (3.4, 1.4, 0), (3.4, -1.2, 0)


class OneDimensionLecture(DescentScene):
    """The tangent, the rule with its numbers, and how fast it ends."""

    def construct(self) -> None:
        """Play the sections."""
        self.next_section("tangent")
        self.title("One dimension")
        self.tangent()
        self.next_section("rule")
        self.rule()
        self.next_section("convergence")
        self.convergence()
        self.next_section("flat minimum")
        self.flat_minimum()
        self.next_section("comparison")
        self.play_comparison("descent-1d")
        self.wait(1.5)

    def tangent(self) -> None:
        """Let two places of the curve close up until their line is the tangent."""
        self.trajectory = vg.record(PARABOLA, vg.GradientDescent(learning_rate=RATE), start=START, steps=16)
        self.curve = Landscape(PARABOLA, domain=[(-9.5, 9.5)], width=5.8, height=4.6)
        self.curve.move_to((-3.4, 0.1, 0))
        self.point = Descent(self.trajectory, self.curve)
        apart = ValueTracker(-7.0)

        def other() -> np.ndarray:
            return self.curve.point(START + apart.get_value())

        def slope() -> float:
            value = self.curve.objective.value
            here, there = value(np.array([[START], [START + apart.get_value()]]))
            return float((there - here) / apart.get_value())

        def secant() -> Line:
            here, there = self.curve.point(START), other()
            along, middle = here - there, (here + there) / 2
            distance = np.linalg.norm(along)
            half = along / distance * max(distance + 0.8, LENGTH) / 2
            return Line(middle - half, middle + half, color=GRADIENT)

        line = always_redraw(secant)
        dot = always_redraw(lambda: Dot(other(), radius=0.07, color=GRADIENT))
        quotient = Formula(r"\frac{f(x+h) - f(x)}{h} =", font_size=36).move_to(TOP).shift((-0.7, 0, 0))
        number = always_redraw(
            lambda: Formula(f"{slope():.2f}", font_size=36, color=GRADIENT).next_to(quotient, buff=0.2)
        )
        self.caption("How steep is the curve at a place?", Create(self.curve, run_time=2), FadeIn(self.point))
        self.caption(
            "Between two places, the slope is the rise over the run.",
            Create(line),
            FadeIn(dot),
            Write(quotient),
            FadeIn(number),
        )
        self.caption("Let the two close up …", wait=0)
        self.play(apart.animate.set_value(-0.01), run_time=4)
        touching = Tangent(self.point, length=LENGTH, color=GRADIENT)
        derivative = Readout(
            self.point, "f'(x_t) = <gradient>", colors={"f'": GRADIENT, "gradient": GRADIENT}
        ).move_to(TOP)
        assert abs(slope() - self.trajectory.gradients[0, 0]) < 0.02
        self.caption(
            "… and the line becomes the tangent, its slope the derivative.",
            *map(FadeOut, (line, dot, quotient, number)),
            FadeIn(touching),
            FadeIn(derivative),
        )
        self.touching, self.derivative = touching, derivative

    def rule(self) -> None:
        """Write the rule and take two steps with their numbers."""
        colors = {r"\alpha": LEARNING_RATE, "f'(x_t)": GRADIENT}
        self.formula = Formula(r"x_{t+1} = x_t - \alpha\,f'(x_t)", font_size=42, t2c=colors).move_to(TOP)
        self.numbers = Readout(
            self.point,
            r"= <x> - <learning_rate:.1> \cdot <gradient> = <next_x>",
            font_size=32,
            colors={"gradient": GRADIENT, "learning_rate": LEARNING_RATE},
        ).move_to(MIDDLE)
        self.caption(
            "The new place is the old one, less a part of the slope.",
            FadeOut(self.derivative),
            Write(self.formula),
        )
        arrow = StepArrow(self.point)
        self.play(FadeIn(self.numbers), FadeIn(arrow))
        self.wait(1.5)
        self.play(Descend(self.point, steps=1, run_time=2, step_func=smooth))
        self.wait(1)
        self.play(Descend(self.point, steps=1, run_time=2, step_func=smooth))
        self.caption("A gentler slope, a shorter step.", FadeOut(arrow), wait=1.5)

    def convergence(self) -> None:
        """Put the parabola's slope into the rule: each step leaves the same part of the distance."""
        left = 1 - 2 * RATE
        xs = self.trajectory.iterates[:, 0]
        assert np.allclose(xs[1:] / xs[:-1], left)
        inserted = Formula(
            r"x_{t+1} = x_t - \alpha \cdot 2 x_t",
            font_size=42,
            t2c={r"\alpha": LEARNING_RATE, "2 x_t": GRADIENT},
        ).move_to(TOP)
        self.caption(
            r"On this parabola the slope is \(2 x\), proportional to the distance.",
            TransformMatchingShapes(self.formula, inserted),
        )
        factor = Formula(
            rf"x_{{t+1}} = (1 - 2\alpha)\,x_t = {left:g}\,x_t", font_size=36, t2c={r"\alpha": LEARNING_RATE}
        ).move_to(TOP)
        self.caption(
            f"So each step leaves {left:.0%} of the distance.", TransformMatchingShapes(inserted, factor)
        )
        losses = LossPlot(self.point, width=4.4, height=2.2).move_to(BOTTOM)
        self.caption("The steps shrink, though the learning rate stays the same.", FadeIn(losses), wait=0)
        self.play(Descend(self.point, run_time=7, step_func=smooth))
        self.caption(f"After {self.trajectory.steps} steps, {abs(xs[-1]):.2f} of {xs[0]:g} is left.")
        shown = VGroup(self.curve, self.point)
        gone = map(FadeOut, (shown, self.touching, self.numbers, losses, factor))
        self.caption("How fast it ends depends on how flat the floor is.", *gone, wait=0.5)

    def flat_minimum(self) -> None:
        """Show a parabola beside a flatter floor, and their losses on a logarithmic axis."""
        points = []
        for run, (formula, text) in enumerate((("x**2/2", r"f(x) = x^2 / 2"), ("x**4/4", r"f(x) = x^4 / 4"))):
            path = vg.record(formula, vg.GradientDescent(learning_rate=0.2), start=1.5, steps=40)
            curve = Landscape(formula, domain=[(-1.8, 1.8)], width=3.2, height=3.6, values=(-0.2, 1.7))
            curve.move_to((-4.7 + 4.6 * run, 0, 0))
            point = Descent(path, curve, run=2 * run)
            name = Formula(text, font_size=34, color=point.color_of_run).next_to(curve, UP, buff=0.25)
            points.append(point)
            self.play(Create(curve), FadeIn(name), FadeIn(point), run_time=1.5)
        losses = LossPlot(*points, width=3.2, height=3.6, scale="log").move_to((4.6, 0, 0))
        self.caption("A parabola, and a flatter floor: same start, same rate.", FadeIn(losses), wait=1.5)
        self.caption("The slope fades faster than the distance: the steps starve.", wait=0)
        self.play(*(Descend(point, run_time=8) for point in points))
        ends = [abs(float(point.params()[0])) for point in points]
        assert ends[0] < ends[1] / 100
        self.caption(
            f"What is left: {ends[0]:.4f} on the parabola, {ends[1]:.2f} on the flat floor.", wait=2.5
        )
