"""The learning rate: too small, well chosen, oscillating, diverging, and where the edge lies.

1. Factor: on a parabola of curvature L, a step multiplies the distance by 1 − αL. All that follows is this
   one number.
2. Four rates: the factor moves along its line. Near 1 the run crawls; near 0 it is there in a few steps;
   below 0 it jumps across the minimum at each step; below −1 each jump is farther than the last.
3. Edge: many runs, each at a rate of its own. One step is enough at 1/L; which runs end nearer than they
   began? Those below 2/L.
4. Comparison: the four rates side by side.
"""

from __future__ import annotations

import numpy as np
from manim import (
    DOWN,
    GREEN,
    LEFT,
    ORANGE,
    RIGHT,
    UP,
    Animation,
    Create,
    DashedLine,
    Dot,
    FadeIn,
    FadeOut,
    LaggedStart,
    Line,
    TransformMatchingShapes,
    Triangle,
    VGroup,
    Write,
    smooth,
)

import vizgd as vg
from vizgd.drawing.theme import DARK
from vizgd.drawing.ticks import linear_axis, log_axis
from vizgd.manim import Chart, Descend, Descent, DescentScene, Formula, Landscape, PlainText, role_color

GRADIENT, LEARNING_RATE = role_color("gradient"), role_color("learning rate")
STABLE, UNSTABLE = GREEN, ORANGE
PARABOLA, START, STEPS = "x**2", 6.0, 14
SWEPT = 6
"""Steps of each of the many runs that find the edge."""
RATES = (0.02, 0.25, 0.93, 1.06)
UNIT = 2.0
"""Of the line of factors, in Manim's units."""


def recorded(rate: float) -> vg.Trajectory:
    """Return the run with a learning rate."""
    return vg.record(PARABOLA, vg.GradientDescent(learning_rate=rate), start=START, steps=STEPS)


def factor_of(run: vg.Trajectory) -> float:
    """Return by what each step of a run multiplies the distance, as it was recorded."""
    xs = run.iterates[:, 0]
    factors = xs[1:] / xs[:-1]
    assert np.allclose(factors, factors[0])
    return float(factors[0])


def verdict(factor: float) -> str:
    """Return what the factor means."""
    if factor < -1:
        return "Too large: each jump across ends farther out than it began."
    if factor < 0:
        return "Large: each step jumps across the minimum, yet ends nearer."
    if factor > 0.9:
        return f"Too small: each step leaves {factor:.0%} of the distance."
    return f"Well chosen: each step leaves only {factor:.0%} of the distance."


class LearningRateLecture(DescentScene):
    """Too small, well chosen, oscillating, diverging, and where the edge lies."""

    def construct(self) -> None:
        """Play the sections."""
        self.next_section("factor")
        self.title("The learning rate")
        self.factor()
        for number, rate in enumerate(RATES):
            self.next_section(f"rate {number + 1}")
            self.one_rate(rate)
        self.next_section("edge")
        self.edge()
        self.next_section("comparison")
        self.play_comparison(
            vg.Comparison(
                title="Four learning rates on one parabola",
                objective=PARABOLA,
                domain=[(-9.5, 9.5)],
                runs=[vg.Run(vg.GradientDescent(learning_rate=rate), start=START) for rate in RATES],
                steps=STEPS,
                views=[vg.Curve(side_by_side=True), vg.Convergence(quantity="distance", scale="log")],
            )
        )
        self.wait(2)

    def factor(self) -> None:
        """Show the parabola, and the factor of a step with the line on which it lies."""
        self.curve = Landscape(PARABOLA, domain=[(-9.5, 9.5)], width=5.8, height=4.6).move_to((-3.4, 0.1, 0))
        self.curvature = float(self.curve.objective.hessian(np.array([0.0]))[0, 0])
        colors = {r"\alpha": LEARNING_RATE, "f'(x_t)": GRADIENT}
        rule = Formula(r"x_{t+1} = x_t - \alpha\,f'(x_t)", font_size=42, t2c=colors).move_to((3.4, 2.2, 0))
        slope = Formula("f'(x) = L\\,x", font_size=42, t2c={"f'(x)": GRADIENT}).move_to((3.4, 1.2, 0))
        self.caption("One parabola, one start: only the learning rate will change.", Create(self.curve))
        self.play(Write(rule))
        self.caption(
            rf"The slope of a parabola is its curvature \(L\) times \(x\); here \(L = {self.curvature:g}\).",
            Write(slope),
            wait=2.5,
        )
        short = Formula(r"x_{t+1} = (1 - \alpha L)\,x_t", font_size=42, t2c=colors).move_to(rule)
        self.caption(
            "So a step multiplies the distance by one number.",
            TransformMatchingShapes(rule, short),
            FadeOut(slope),
        )
        self.rule = short
        self.line = self.line_of_factors()
        self.pointer = Triangle(color=LEARNING_RATE, fill_opacity=1, stroke_width=0).scale(0.16).rotate(np.pi)
        self.play(FadeIn(self.line))
        self.wait(1)

    def line_of_factors(self) -> VGroup:
        """Return the line of 1 − αL, its stable part in color."""
        middle = np.array([3.4, -1.3, 0.0])
        self.zero = middle
        whole = Line(1.5 * UNIT * LEFT, 1.5 * UNIT * RIGHT, color=UNSTABLE, stroke_width=6).shift(middle)
        stable = Line(UNIT * LEFT, UNIT * RIGHT, color=STABLE, stroke_width=6).shift(middle)
        marks = VGroup(whole, stable)
        for number, text in ((-1, "−1"), (0, "0"), (1, "1")):
            at = middle + number * UNIT * RIGHT
            marks.add(Line(at + 0.12 * DOWN, at + 0.12 * UP, stroke_width=3))
            marks.add(PlainText(text, font_size=26).next_to(at, DOWN, buff=0.25))
        return marks.add(
            Formula(r"1 - \alpha L", font_size=36, t2c={r"\alpha": LEARNING_RATE}).next_to(
                marks, DOWN, buff=0.3
            )
        )

    def one_rate(self, rate: float) -> None:
        """Let one run go, with its factor on the line."""
        run = recorded(rate)
        factor = factor_of(run)
        point = Descent(run, self.curve)
        written = f"{factor:.2f}".replace("-", "−")
        values = VGroup(
            Formula(rf"\alpha = {rate:g}", font_size=42, color=LEARNING_RATE),
            Formula(rf"1 - \alpha L = {written}", font_size=42, t2c={r"\alpha": LEARNING_RATE}),
        )
        values.arrange(DOWN, buff=0.35).move_to((3.4, 0.75, 0))
        self.caption(verdict(factor), *map(FadeIn, (point, values)), self.point_to(factor), wait=1)
        self.play(Descend(point, run_time=5, step_func=smooth))
        self.wait(1.5)
        self.play(FadeOut(point), FadeOut(values), run_time=0.7)

    def point_to(self, factor: float) -> Animation:
        """Return the animation that moves the pointer to a factor, or shows it there at first."""
        place = self.zero + factor * UNIT * RIGHT
        if self.pointer in self.mobjects:
            return self.pointer.animate(run_time=1.5).next_to(place, UP, buff=0.14).build()
        return FadeIn(self.pointer.next_to(place, UP, buff=0.14), shift=0.3 * DOWN)

    def edge(self) -> None:
        """Plot how far many runs end, over the learning rate."""
        rates = np.linspace(0.02, 1.1, 55)
        runs = vg.sweep(
            PARABOLA, vg.GradientDescent(learning_rate=rates[:, None]), starts=[START], steps=SWEPT
        )
        left = np.abs(runs.iterates[:, 0]) / START
        nearer = left < 1
        last, first = rates[nearer].max(), rates[~nearer].min()
        limit = 2 / self.curvature
        assert last < limit <= first
        self.play(*map(FadeOut, (self.curve, self.line, self.pointer, self.rule)))
        low, high = 1e-5, 1e1
        chart = Chart(
            linear_axis((0.0, 1.15), "learning rate", 8),
            log_axis((low, high), "distance left"),
            10.5,
            4.2,
            theme=DARK,
            font_size=22,
        ).move_to((0, 0.2, 0))
        self.caption(
            f"Now {len(rates)} runs of {SWEPT} steps, each at a rate of its own.", FadeIn(chart), wait=0.5
        )
        shown = left > low
        dots = [
            Dot(chart.c2p(rate, ends), radius=0.06, color=STABLE if good else UNSTABLE)
            for rate, ends, good in zip(rates[shown], left[shown], nearer[shown], strict=True)
        ]
        self.play(LaggedStart(*map(FadeIn, dots), lag_ratio=0.15, run_time=4))
        level = DashedLine(chart.c2p(0, 1), chart.c2p(1.15, 1), stroke_width=2.5)
        self.caption("Below this line a run ends nearer than it began.", Create(level))
        lines = []
        for place, text in ((limit / 2, r"\alpha = 1/L"), (limit, r"\alpha = 2/L")):
            line = DashedLine(chart.c2p(place, low), chart.c2p(place, high), color=LEARNING_RATE)
            name = Formula(text, font_size=36, color=LEARNING_RATE).next_to(line, UP, buff=0.12)
            lines.append((Create(line), FadeIn(name)))
        assert np.allclose(left[np.isclose(rates, limit / 2)], 0)
        self.caption("At 1/L the factor is 0: one step is enough.", *lines[0])
        self.caption(
            f"Up to {last:.2f} the runs come nearer, from {first:.2f} on none does.",
            *lines[1],
            wait=3,
        )
