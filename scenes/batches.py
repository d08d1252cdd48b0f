"""Batch, stochastic and mini-batch: how many examples a step looks at, and what that buys.

1. Loss: every place of the landscape is a line through the data, its height the mean squared error.
2. Full gradient: it is the mean of one arrow for each example, and costs a look at all of them.
3. One example: its arrow is right on average, and wrong nearly always.
4. Ten examples: ten times the price of one, and the error shrinks by the root of ten.
5. Same price: count the examples seen, not the steps.
6. Noise: cheap steps get close first, and then tremble; the mini-batch gets both.
7. Comparison: the three, with the lines that they have fitted.
"""

from __future__ import annotations

import numpy as np
from manim import (
    DOWN,
    RIGHT,
    UP,
    Arrow,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    GrowArrow,
    LaggedStart,
    Line,
    Transform,
    TransformMatchingShapes,
    VGroup,
    Write,
    smooth,
)

import vizgd as vg
from vizgd.drawing.ticks import linear_axis
from vizgd.manim import (
    Chart,
    Descend,
    Descent,
    DescentScene,
    Formula,
    Landscape,
    LossPlot,
    PlainText,
    role_color,
)

GRADIENT = role_color("gradient")
START, EPOCHS, BATCH, SHOWN = (0.0, 0.0), 10, 10, 12
SEEDS = 20
"""One is seen; what is left in the end is the median of these."""
NAMES = ("full batch", "one example", f"{BATCH} examples")


def formula(text: str) -> Formula:
    """Return a formula where formulas stand."""
    return Formula(text, font_size=35, t2c={r"\nabla L": GRADIENT}).move_to(2.38 * DOWN)


def recorded(sampler: object, rate: float, steps: int, seed: int = 0) -> vg.Trajectory:
    """Return a run over batches."""
    return vg.record("line", vg.GradientDescent(learning_rate=rate), START, steps, sampler=sampler, seed=seed)


class BatchesLecture(DescentScene):
    """One loss over a hundred examples, and three ways to pay for its gradient."""

    def construct(self) -> None:
        self.loss()
        self.next_section("full gradient")
        self.full_gradient()
        self.next_section("one example")
        self.one_example()
        self.next_section("ten examples")
        self.ten_examples()
        self.next_section("same price")
        self.same_price()
        self.next_section("noise")
        self.noise()
        self.next_section("comparison")
        self.caption("", wait=0)
        self.play_comparison("batch-sizes", seconds=10)
        self.wait(2)

    def loss(self) -> None:
        self.title("How many examples a step?")
        self.ground = Landscape("line", ((-1.5, 4.5), (-0.8, 4.2)), width=5.2, height=3.8)
        self.ground.to_edge(RIGHT, buff=0.5).shift(0.95 * UP)
        self.samples = self.ground.objective.samples
        self.count = self.samples.count
        axes = linear_axis((-3.0, 2.5), "x", 6), linear_axis((-4.0, 8.5), "y", 6)
        data = Chart(*axes, 4.9, 3.8, theme=self.ground.theme)
        data.shift(np.array([-3.4, 0, 0]) + (self.ground.frame.get_center() - data.frame.get_center()) * UP)
        examples = data.places(np.column_stack([self.samples.inputs[:, 0], self.samples.targets]))
        self.dots = VGroup(*(Dot(place, radius=0.05, color="#A9B2C0") for place in examples))
        self.caption(
            f"{self.count} examples, and a line to be put through them.", Create(data), FadeIn(self.dots)
        )
        self.rules = (
            (None, 0.1, EPOCHS),
            (vg.WithReplacement(1), 0.01, self.count * EPOCHS),
            (vg.ShuffledEpochs(BATCH), 0.05, self.count * EPOCHS // BATCH),
        )
        self.points = [Descent(recorded(*rule), self.ground, run=run) for run, rule in enumerate(self.rules)]
        self.full, self.one, self.mini = self.points
        line, errors = self.fit(data)
        self.rule = formula(r"L(w, b) = \dfrac{1}{n}\,\sum_{i}\;(w\,x_i + b - y_i)^2")
        self.play(Create(line), FadeIn(errors), Write(self.rule))
        self.caption(r"A line is a place \((w, b)\), its mean square the height.", Create(self.ground))
        self.play(FadeIn(self.full))
        self.play(Descend(self.full, run_time=5, step_func=smooth))
        self.data, self.line, self.errors = data, line, errors

    def full_gradient(self) -> None:
        self.play(Descend(self.full, to=0, run_time=1), FadeOut(self.errors), FadeOut(self.line))
        arrows = [self.gradient_arrow([index], GRADIENT, 1.5, 0.35) for index in range(self.count)]
        self.caption(
            f"Every example has a gradient of its own: {self.count} arrows …",
            LaggedStart(*map(GrowArrow, arrows), lag_ratio=0.05, run_time=3),
        )
        mean = formula(r"\nabla L = \dfrac{1}{n}\,\sum_{i}\;\nabla \ell_i")
        self.mean = self.gradient_arrow(range(self.count), GRADIENT, 7)
        self.caption(
            "… and the gradient is their mean. One step costs them all.",
            TransformMatchingShapes(self.rule, mean),
            Transform(VGroup(*arrows), self.mean, run_time=2),
            wait=2.5,
        )
        self.remove(*arrows)
        self.add(self.mean)
        self.rule = mean

    def one_example(self) -> None:
        picked = formula(r"\nabla L \approx \nabla \ell_i \qquad i\; \mathrm{at\ random}")
        self.caption(
            "Stochastic: take one example, and step at once.",
            TransformMatchingShapes(self.rule, picked),
            wait=0,
        )
        self.rule = picked
        ones = self.draw_batches(1, self.one)
        self.error = self.error_of_one()
        length = float(np.linalg.norm(self.ground.objective.gradient(START)))
        self.caption(f"Right on average, but off by {self.error:.1f}; the mean is {length:.1f} long.", wait=3)
        self.play(FadeOut(ones))

    def ten_examples(self) -> None:
        batch = formula(
            rf"\nabla L \approx \dfrac{{1}}{{|B|}}\,\sum_{{i \in B}}\,\nabla \ell_i \qquad |B| = {BATCH}"
        )
        self.caption(f"A mini-batch: the mean of {BATCH}.", TransformMatchingShapes(self.rule, batch), wait=0)
        tens = self.draw_batches(BATCH, self.mini)
        less = self.error / np.sqrt(BATCH)
        self.caption(
            rf"Off by {less:.1f}: \(\sqrt{{{BATCH}}}\) times less, for {BATCH} times the price.", wait=3
        )
        self.play(*map(FadeOut, (tens, self.mean, batch, self.data, self.dots)))

    def same_price(self) -> None:
        self.losses = LossPlot(
            *self.points, width=4.9, height=3.8, scale="log", against="examples", font_size=22
        )
        self.losses.shift(self.data.frame.get_center() - self.losses.frame.get_center())
        self.legend = self.named(*NAMES)
        self.play(*map(FadeIn, (self.losses, self.legend, self.one, self.mini)))
        steps = [int(np.searchsorted(point.trajectory.examples, self.count)) for point in self.points]
        self.caption(
            f"For the price of {self.count} examples: {steps[0]} step, {steps[1]} steps, or {steps[2]}.",
            wait=0,
        )
        self.play(*(Descend(point, to=to, run_time=7) for point, to in zip(self.points, steps, strict=True)))
        left = [point.trajectory.losses[step] for point, step in zip(self.points, steps, strict=True)]
        assert left[0] > left[2] > left[1]
        self.caption("The full batch has only begun; the others are far ahead.", wait=1.5)

    def noise(self) -> None:
        self.caption(f"Now let them see all examples {EPOCHS} times over.", wait=0)
        self.play(*(Descend(point, run_time=6) for point in self.points))
        ends = [[recorded(*rule, seed).losses[-1] for seed in range(SEEDS)] for rule in self.rules]
        above = np.median(ends, axis=1) - self.ground.objective.minimum
        assert above[2] < above[1] < above[0]
        numbers = (f"{above[0]:.2f}", f"{above[1]:.3f}", f"{above[2]:.4f}")
        told = self.named(*(f"{name}  {number}" for name, number in zip(NAMES, numbers, strict=True)))
        self.caption(
            f"What is left, in the median of {SEEDS} seeds: least for the mini-batch.",
            TransformMatchingShapes(self.legend, told),
            wait=3,
        )
        w, b = self.ground.objective.minimizers[0]
        closer = Landscape("line", ((w - 0.5, w + 0.5), (b - 0.4, b + 0.4)), width=4.9, height=3.8)
        closer.shift(self.data.frame.get_center() - closer.frame.get_center())
        self.play(FadeOut(self.losses), FadeOut(told), FadeIn(closer))
        near = []
        for number, point in enumerate(self.points[1:], 1):
            path = point.trajectory
            again = Descent(path, closer, run=number, dots=False)
            near.append(again.set_position(np.searchsorted(path.examples, 2 * self.count)))
        self.play(*map(FadeIn, near))
        self.caption("Seen close: the noise of single examples does not fade.", wait=0)
        self.play(*(Descend(point, run_time=7) for point in near))
        self.wait()

    def fit(self, data: Chart) -> tuple[Line, VGroup]:
        """Return the line of the full batch among the data and its errors; both follow the run."""
        inputs, ends = self.samples.inputs, np.array([[-3.0], [2.5]])
        line = Line(color=self.full.color_of_run, stroke_width=5)
        errors = VGroup(*(Line(stroke_width=1.5, color=GRADIENT) for _ in inputs))

        def places(at: np.ndarray) -> np.ndarray:
            return data.places(np.column_stack([at[:, 0], self.samples.predict(self.full.params(), at)]))

        def fitted(line: Line) -> None:
            line.put_start_and_end_on(*places(ends))

        def missed(errors: VGroup) -> None:
            for error, dot, foot in zip(errors, self.dots, places(inputs), strict=True):
                error.set_points_as_corners([dot.get_center(), foot])

        for follower, follow in ((line, fitted), (errors, missed)):
            follow(follower)
            follower.add_updater(follow)
        return line, errors

    def gradient_arrow(self, batch: object, color: object, width: float, opacity: float = 1.0) -> Arrow:
        """Return the arrow against the gradient over some examples, at the start."""
        downhill = -0.13 * np.append(self.samples.gradient(np.array(START), np.array(list(batch))), 0)
        at = self.ground.point(START)
        style = {"max_stroke_width_to_length_ratio": 50, "max_tip_length_to_length_ratio": 0.3}
        arrow = Arrow(at, at + downhill, buff=0, stroke_width=width, tip_length=0.16, color=color, **style)
        return arrow.set_opacity(opacity)

    def draw_batches(self, size: int, run: Descent) -> VGroup:
        """Draw batches one after another, light up their examples, and leave their arrows."""
        rng = np.random.default_rng(3)
        arrows, lit = VGroup(), VGroup()
        for _ in range(SHOWN):
            batch = rng.integers(self.count, size=size)
            fresh = VGroup(
                *(self.dots[index].copy().scale(1.8).set_color(run.color_of_run) for index in batch)
            )
            arrows.add(self.gradient_arrow(batch, run.color_of_run, 3.5, 0.85))
            self.play(FadeOut(lit), FadeIn(fresh), GrowArrow(arrows[-1]), run_time=0.4)
            lit = fresh
        self.play(FadeOut(lit), run_time=0.3)
        return arrows

    def error_of_one(self) -> float:
        """Return how far the gradient of one example is from their mean: the root of the mean square."""
        start = np.array(START)
        each = np.array([self.samples.gradient(start, np.array([index])) for index in range(self.count)])
        return float(np.sqrt(((each - each.mean(axis=0)) ** 2).sum(axis=1).mean()))

    def named(self, *lines: str) -> VGroup:
        """Return a legend in the colors of the runs, below the pictures."""
        colors = [point.color_of_run for point in self.points]
        words = [
            PlainText(line, font_size=26, color=color) for line, color in zip(lines, colors, strict=True)
        ]
        return VGroup(*words).arrange(RIGHT, buff=0.9, aligned_edge=UP).move_to(2.3 * DOWN)
