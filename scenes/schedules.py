"""Schedules: why the learning rate should change on the way.

1. Two rates: under noise a large one is fast and then rattles; a small one is calm and takes forever.
2. Step decay: be large while far away, and drop when the loss no longer falls.
3. Exponential: the same, a little in every step.
4. Cosine: stay large for long, then come down smoothly, with nothing to tune but the length.
5. Warm-up: where the start is steep, begin small.
6. Comparison: six schedules, all under the same noise.

One seed is seen; what is said of the noise is the median of many.
"""

from __future__ import annotations

import numpy as np
from manim import (
    DOWN,
    LEFT,
    UP,
    Create,
    FadeIn,
    FadeOut,
    TransformMatchingShapes,
    VGroup,
    VMobject,
    Write,
)

import vizgd as vg
from vizgd.drawing.ticks import linear_axis
from vizgd.manim import Chart, Descend, Descent, DescentScene, Formula, Landscape, LossPlot, role_color

GRADIENT, LEARNING_RATE = role_color("gradient"), role_color("learning rate")
COLORS = {r"\alpha": LEARNING_RATE, r"\alpha_t": LEARNING_RATE, "g": GRADIENT}
BOWL, WALL = "0.5*(x**2 + 4*y**2)", "0.02*(x**2 + y**2)**2 + 0.1*(x**2 + 3*y**2)"
DOMAIN, START, STEPS, LARGE, SMALL = ((-5, 3), (-3, 4)), (-4.0, 3.0), 100, 0.2, 0.02
SEEDS = 100
GRAY = "#A9B2C0"
TOP, BOTTOM = np.array([3.9, 2.05, 0.0]), np.array([3.9, -0.55, 0.0])


def formula(text: str) -> Formula:
    """Return a formula where formulas stand."""
    return Formula(text, font_size=36, t2c=COLORS).move_to(2.5 * DOWN)


class SchedulesLecture(DescentScene):
    """The rate's curve, drawn in step with the path."""

    def construct(self) -> None:
        self.two_rates()
        self.next_section("step decay")
        self.step_decay()
        self.next_section("exponential")
        self.exponential()
        self.next_section("cosine")
        self.cosine()
        self.next_section("warm-up")
        self.warm_up()
        self.next_section("comparison")
        self.caption("", wait=0)
        self.play_comparison("schedules", seconds=10)
        self.wait(2)

    def two_rates(self) -> None:
        self.title("Learning-rate schedules")
        self.ground = self.landscape(BOWL)
        self.rule = formula(r"\theta \leftarrow \theta - \alpha\,g \qquad g = \nabla f + \mathrm{noise}")
        self.caption(
            "Gradients from a few examples are noisy.", Create(self.ground, run_time=2), Write(self.rule)
        )
        self.large = self.noisy(LARGE, color=self.ground.theme.run(0).color[:3])
        small = self.noisy(SMALL, color=GRAY)
        self.chart = self.rate_chart(0.25)
        self.curves = VGroup(self.rate_curve(self.large), self.rate_curve(small))
        self.losses = self.loss_plot(self.large, small)
        self.play(*map(FadeIn, (self.chart, self.curves, self.losses, self.large, small)))
        self.caption("One rate large, one small: who gets there?", wait=0)
        self.play(Descend(self.large, run_time=8), Descend(small, run_time=8))
        large, calm = self.many(LARGE), self.many(SMALL)
        first, second = (np.median([np.argmax(run.losses < 1) for run in runs]) for runs in (large, calm))
        assert first < second
        self.caption(f"Fast: below 1 after {first:.0f} steps, not {second:.0f} (median of {SEEDS} seeds) …")
        self.level = self.late(large)
        assert self.late(calm) < self.level
        self.caption(f"… but then the noise keeps it there, at {self.level:.2f} in the median.", wait=2.5)
        self.points = VGroup(self.large, small)

    def step_decay(self) -> None:
        rule = formula(r"\alpha_t = \alpha\,\gamma^{\lfloor t / n \rfloor}")
        self.caption("So let the rate be large at first, and drop it later.", self.change(rule), wait=1)
        schedule = vg.StepDecay(LARGE, every=30, factor=0.3)
        point = self.replay(schedule, 1)
        self.play(Descend(point, run_time=8))
        level = self.late(self.many(schedule))
        assert level < self.level / 3
        self.caption(
            f"Each drop calms the noise: {level:.3f} late, not {self.level:.2f} (medians).", wait=2.5
        )

    def exponential(self) -> None:
        rule = formula(r"\alpha_t = \alpha\,\gamma^{\,t}")
        self.caption("Exponential: a little less in every step.", self.change(rule), wait=0.5)
        point = self.replay(vg.Exponential(LARGE, factor=0.96), 2)
        self.play(Descend(point, run_time=6))
        rates = point.trajectory.learning_rates
        half = int(np.argmax(rates < LARGE / 2))
        self.caption(rf"Smooth, but early: half the rate is gone after {half} steps.", wait=2)

    def cosine(self) -> None:
        rule = formula(r"\alpha_t = \dfrac{\alpha}{2} \left(1 + \cos\dfrac{\pi\,t}{n}\right)")
        self.caption("Cosine: large for long, then down to zero.", self.change(rule), wait=0.5)
        point = self.replay(vg.Cosine(LARGE, steps=STEPS), 3)
        self.play(Descend(point, run_time=6))
        half = int(np.argmax(point.trajectory.learning_rates < LARGE / 2))
        self.caption(f"Here half the rate is gone only after {half} steps.", wait=2)

    def warm_up(self) -> None:
        peak, rise = 1.2, 20
        self.caption("Now a start on a steep wall, above a flat valley.", wait=0)
        gone = (self.points, self.ground, self.chart, self.curves, self.losses, self.rule)
        self.play(*map(FadeOut, gone))
        self.ground, self.chart = self.landscape(WALL), self.rate_chart(1.4, steps=40)
        rules = [vg.GradientDescent(learning_rate=rate) for rate in (peak, vg.LinearWarmup(peak, steps=rise))]
        runs = [vg.record(WALL, rule, START, 40) for rule in rules]
        assert [run.status.kind for run in runs] == ["diverged", "moving"]
        wild, calm = Descent(runs[0], self.ground, run=0), Descent(runs[1], self.ground, run=4)
        curves = VGroup(self.rate_curve(wild), self.rate_curve(calm))
        losses = LossPlot(calm, width=4.7, height=1.5, scale="log", font_size=22)
        losses.shift(BOTTOM - losses.frame.get_center())
        self.play(*map(FadeIn, (self.ground, self.chart, losses, wild, curves[0])))
        self.caption(rf"A rate of {peak} suits the valley; the wall throws it out.", wait=0)
        low, high = np.array(DOMAIN).T
        outside = ((runs[0].iterates < low) | (runs[0].iterates > high)).any(axis=1)
        # From there on it jumps from far outside to far outside, across the picture.
        self.play(Descend(wild, to=int(np.argmax(outside)), run_time=2.5))
        self.wait(1.5)
        self.rule = formula(r"\alpha_t = \alpha\,\dfrac{t}{n} \qquad t < n")
        self.caption(
            f"Warm-up: raise it from zero, over {rise} steps.",
            FadeOut(wild),
            Write(self.rule),
            FadeIn(calm),
            FadeIn(curves[1]),
        )
        self.play(Descend(calm, run_time=7))
        below = int(np.ceil(np.log10(runs[1].losses[-1])))
        self.caption(rf"The same rate in the end, and a loss below \(10^{{{below}}}\).", wait=2.5)

    def landscape(self, objective: str) -> Landscape:
        """Return a landscape in its place."""
        ground = Landscape(objective, DOMAIN, width=5.4, height=4.2).to_edge(LEFT, buff=0.5)
        return ground.shift((0.75 - ground.frame.get_center()[1]) * UP)

    def rate_chart(self, highest: float, steps: int = STEPS) -> Chart:
        """Return the axes over which the rate is drawn."""
        axes = linear_axis((0, steps), "", 6), linear_axis((0, highest), r"\(\alpha_t\)", 4)
        chart = Chart(*axes, 4.7, 1.5, theme=self.ground.theme, font_size=22)
        return chart.shift(TOP - chart.frame.get_center())

    def loss_plot(self, *points: Descent) -> LossPlot:
        """Return the losses of runs, on the same axes whichever they are."""
        plot = LossPlot(*points, width=4.7, height=1.5, scale="log", values=(1e-3, 40), font_size=22)
        return plot.shift(BOTTOM - plot.frame.get_center())

    def rate_curve(self, point: Descent) -> VMobject:
        """Return the curve of a run's rate, drawn as far as the run has come."""
        rule_rates = point.trajectory.learning_rates
        corners = self.chart.places(np.column_stack([np.arange(len(rule_rates)), rule_rates]))

        def redraw(curve: VMobject) -> None:
            curve.set_points_as_corners(corners[: max(point.iteration, 1) + 1])

        curve = VMobject(stroke_color=point.color_of_run, stroke_width=5)
        redraw(curve)
        return curve.add_updater(redraw)

    def noisy(self, rate: object, **style: object) -> Descent:
        """Return a run under noise, the same for every rate."""
        return Descent(self.many(rate, 1)[0], self.ground, dots=False, **style)

    def many(self, rate: object, seeds: int = SEEDS) -> list[vg.Trajectory]:
        """Return the run under the noise of many seeds."""
        rule = vg.GradientDescent(learning_rate=rate)
        return [vg.record(BOWL, rule, START, STEPS, noise=2.0, seed=seed) for seed in range(seeds)]

    def replay(self, schedule: object, run: int) -> Descent:
        """Put a run with a schedule in place of those that are there, beside the loss of the large rate."""
        point = self.noisy(schedule, run=run)
        curves, losses = self.rate_curve(point), self.loss_plot(self.large, point)
        self.play(
            *map(FadeOut, (self.points, self.curves, self.losses)), *map(FadeIn, (point, curves, losses))
        )
        self.points, self.curves, self.losses = VGroup(point), curves, losses
        return point

    def late(self, runs: list[vg.Trajectory]) -> float:
        """Return the mean loss of a run's last steps, the median of many seeds."""
        return float(np.median([run.losses[-20:].mean() for run in runs]))

    def change(self, rule: Formula) -> TransformMatchingShapes:
        """Return what turns the formula that is there into another one."""
        old, self.rule = self.rule, rule
        return TransformMatchingShapes(old, rule, run_time=1.5)
