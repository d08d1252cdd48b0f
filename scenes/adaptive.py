"""Adaptive methods: a learning rate for each parameter, from AdaGrad to AdamW.

1. One rate: what suits the steep parameter is far too small for the flat one.
2. AdaGrad: divide each parameter's rate by the root of all its squared gradients; but that sum only grows.
3. RMSprop: let the sum forget, as a running mean.
4. Adam: average the gradient, too, and divide one mean by the root of the other.
5. Bias correction: both means start at zero, and so the first ones are too small; the hats make up for it.
6. AdamW: shrink the parameters beside the quotient, so that the decay is not divided.
7. Comparison: the whole family in a curved valley.
"""

from __future__ import annotations

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    Transform,
    TransformMatchingShapes,
    VGroup,
    VMobject,
    Write,
)

import vizgd as vg
from vizgd.drawing.ticks import linear_axis, log_axis
from vizgd.manim import (
    Chart,
    Descend,
    Descent,
    DescentScene,
    Formula,
    Landscape,
    PlainText,
    TermArrow,
    role_color,
)

GRADIENT, LEARNING_RATE, FIRST, SECOND, DECAY = map(
    role_color, ("gradient", "learning rate", "momentum", "second moment", "decay")
)
MEMORY = "#9CDCEB"
COLORS = {
    "g": GRADIENT,
    r"\alpha": LEARNING_RATE,
    r"\beta": MEMORY,
    "m": FIRST,
    r"\hat{m}": FIRST,
    "s": SECOND,
    "v": SECOND,
    r"\hat{v}": SECOND,
    r"\lambda\,\theta": DECAY,
}
VALLEY, DOMAIN = "0.5*((x - 3)**2 + 30*(y - 1)**2)", ((-5, 4.5), (-1, 2.5))
START, STEPS = (-4.5, -0.4), 60
PLACE, SIDE = np.array([0.0, -2.0, 0.0]), np.array([5.15, 1.3, 0.0])


def mean(name: str, of: str, index: str = "") -> str:
    """Return the line that keeps a running mean."""
    return rf"{name} \leftarrow \beta{index}\,{name} + (1 - \beta{index})\,{of}"


def quotient(above: str, below: str) -> str:
    """Return the line that takes the step."""
    return rf"\theta \leftarrow \theta - \alpha\,\dfrac{{{above}}}{{\sqrt{{{below}}} + \epsilon}}"


def rules(*lines: str) -> VGroup:
    """Return the lines of a rule where rules stand."""
    written = VGroup(*(Formula(line, font_size=32, t2c=COLORS) for line in lines))
    return written.arrange(DOWN, buff=0.12).move_to(PLACE)


class AdaptiveLecture(DescentScene):
    """Each method's formula is the last one's with one part changed."""

    def construct(self) -> None:
        self.one_rate()
        self.next_section("AdaGrad")
        self.adagrad()
        self.next_section("RMSprop")
        self.rmsprop()
        self.next_section("Adam")
        self.adam()
        self.next_section("bias correction")
        self.bias_correction()
        self.next_section("AdamW")
        self.adamw()
        self.next_section("comparison")
        self.caption("", wait=0)
        self.play_comparison("optimizers-all", seconds=12)
        self.wait(2)

    def one_rate(self) -> None:
        self.title("A rate for each parameter")
        self.ground = Landscape(VALLEY, DOMAIN, width=8.7).to_edge(LEFT, buff=0.4)
        self.ground.shift((SIDE - self.ground.frame.get_center()) * UP)
        self.caption(
            r"Steep in \(y\), flat in \(x\), and one learning rate for both.", Create(self.ground, run_time=2)
        )
        axes = linear_axis((0, STEPS), "iteration", 4), log_axis((0.005, 2), "rate", 6)
        self.chart = Chart(*axes, 2.4, 2.9, theme=self.ground.theme)
        self.chart.shift(SIDE - self.chart.frame.get_center())
        self.rule = rules(r"\theta \leftarrow \theta - \alpha\,g")
        self.point = self.run_of(vg.GradientDescent(learning_rate=0.03), 0)
        run = self.point.trajectory
        self.curves = self.rates(self.point, np.full((STEPS, 2), run.learning_rates[:, None]))
        self.play(Write(self.rule), *map(FadeIn, (self.point, self.chart, self.curves)))
        self.play(Descend(self.point, run_time=5))
        x, y = np.abs(run.iterates - self.ground.objective.minimizers[0]).T
        done = int(np.argmax(y < 0.05))
        self.caption(
            rf"\(y\) is there after {done} steps; \(x\), after {STEPS}, is still {x[-1]:.1f} away.", wait=2.5
        )

    def adagrad(self) -> None:
        point = self.run_of(vg.AdaGrad(learning_rate=0.6), 2)
        run = point.trajectory
        rule = rules(r"s \leftarrow s + g^2", quotient("g", "s"))
        scale = run.learning_rates[:, None] / np.sqrt(run.terms["squared_sum"])
        self.follow(point, scale, rule, "AdaGrad divides by the slopes that each parameter has met.")
        assert np.allclose(np.abs(run.terms["step"][0]), run.learning_rates[0])
        self.play(Descend(point, to=1, run_time=1.5))
        self.caption(
            rf"The first step is \(\alpha\) = {run.learning_rates[0]:.1f} in both: steep and flat alike.",
            wait=1,
        )
        self.play(Descend(point, run_time=5))
        self.caption(
            rf"But \(s\) only grows: the rate of \(x\) fell from {scale[0, 0]:.2f} to {scale[-1, 0]:.2f}.",
            wait=2.5,
        )

    def rmsprop(self) -> None:
        point = self.run_of(vg.RMSprop(learning_rate=0.2), 3)
        run = point.trajectory
        rule = rules(mean("s", "g^2"), quotient("g", "s"))
        scale = run.learning_rates[:, None] / np.sqrt(run.terms["second_moment"])
        self.follow(point, scale, rule, "RMSprop makes the sum a running mean: it forgets.")
        self.play(Descend(point, run_time=6))
        assert scale[30, 0] > scale[5, 0]
        self.caption("Where the gradient falls, the rate rises again.", wait=2.5)

    def adam(self) -> None:
        self.ball = self.run_of(vg.Adam(learning_rate=0.3), 4)
        run = self.ball.trajectory
        names = rules(mean("v", "g^2", "_2"), quotient("g", "v"))
        self.means = mean("m", "g", "_1") + r" \qquad " + mean("v", "g^2", "_2")
        rule = rules(self.means, quotient("m", "v"))
        scale = run.learning_rates[:, None] / np.sqrt(run.terms["corrected_second_moment"])
        self.follow(self.ball, scale, names, r"Adam keeps this mean of squares and calls it \(v\) …")
        self.caption(
            r"… and steps along a mean of the gradients, \(m\).",
            self.change(rule),
            wait=2.5,
        )

    def bias_correction(self) -> None:
        run = self.ball.trajectory
        length = float(np.linalg.norm(run.gradients[0]))
        style = {"scale": 2.2 / length, "sign": -1}
        slope = TermArrow(self.ball, "gradient", color=GRADIENT, **style)
        small, large = (
            TermArrow(self.ball, term, color=FIRST, **style).clear_updaters().shift(0.5 * RIGHT)
            for term in ("first_moment", "corrected_first_moment")
        )
        fraction = float(np.linalg.norm(run.terms["first_moment"][0])) / length
        self.play(FadeOut(self.curves), FadeOut(self.chart), FadeIn(slope))
        self.caption(
            rf"Both start at zero: the first \(m\) is only {fraction:.1f} of the gradient.",
            FadeIn(small),
            wait=2.5,
        )
        hats = VGroup(
            Formula(r"\hat{m} = \dfrac{m}{1 - \beta_1^{\;t}}", font_size=38, t2c=COLORS),
            Formula(r"\hat{v} = \dfrac{v}{1 - \beta_2^{\;t}}", font_size=38, t2c=COLORS),
        )
        hats.arrange(DOWN, buff=0.5).move_to(SIDE)
        assert np.allclose(run.terms["corrected_first_moment"][0], run.gradients[0])
        rule = rules(self.means, quotient(r"\hat{m}", r"\hat{v}"))
        self.caption(
            "The hats divide by what is missing, which soon is nothing.",
            Write(hats),
            self.change(rule),
            Transform(small, large, run_time=2),
            wait=2.5,
        )
        self.caption(
            "Then it runs like momentum, with a rate for each parameter.",
            FadeOut(slope),
            FadeOut(small),
            wait=0,
        )
        self.play(Descend(self.ball, run_time=7))

    def adamw(self) -> None:
        point = self.run_of(vg.AdamW(learning_rate=0.3, weight_decay=0.2), 5)
        step = quotient(r"\hat{m}", r"\hat{v}")
        inside = rules(r"g \leftarrow \nabla f + \lambda\,\theta", step)
        outside = rules(step.replace(r"\alpha\,", r"\alpha\,\left(") + r" + \lambda\,\theta\,\right)")
        origin = Dot(self.ground.point((0, 0)), color=DECAY, radius=0.09)
        self.caption(
            "Weight decay pulls to zero; but where does it enter?",
            FadeIn(origin),
            self.change(inside),
        )
        spread = np.sqrt(self.ball.trajectory.terms["corrected_second_moment"][10])
        self.caption(
            rf"In the gradient it is divided, too: {spread[1] / spread[0]:.0f} times weaker for \(y\).",
            wait=2.5,
        )
        pull = TermArrow(point, "decay", color=DECAY, scale=6)
        self.caption(
            "AdamW adds it outside: all parameters shrink alike.",
            self.change(outside),
            FadeOut(self.ball),
            FadeIn(point),
            FadeIn(pull),
        )
        self.play(Descend(point, run_time=6))
        rest = point.trajectory.iterates[-1]
        assert np.linalg.norm(rest) < np.linalg.norm(self.ground.objective.minimizers[0])
        self.caption(rf"It rests at \(x\) = {rest[0]:.1f}: not the minimum, but smaller.", wait=2.5)

    def run_of(self, optimizer: vg.Optimizer, run: int) -> Descent:
        """Return an optimizer's run as it lies on the landscape."""
        return Descent(vg.record(VALLEY, optimizer, START, STEPS), self.ground, run=run)

    def rates(self, point: Descent, scale: np.ndarray) -> VGroup:
        """Return the rates of both parameters over the iterations, as far as the run has come."""
        curves = VGroup()
        same = np.array_equal(scale[:, 0], scale[:, 1])
        for values, name, side in zip(scale.T, ("x, y" if same else "x", "y"), (UP, DOWN), strict=True):
            corners = self.chart.places(np.column_stack([np.arange(len(values)), values.clip(0.005, 2)]))
            curve = VMobject(stroke_color=point.color_of_run, stroke_width=4)
            label = PlainText(rf"\({name}\)", font_size=26, color=point.color_of_run)

            def redraw(group: VGroup, corners: np.ndarray = corners, side: np.ndarray = side) -> None:
                shown = corners[: max(point.iteration, 1) + 1]
                group[0].set_points_as_corners(shown)
                group[1].next_to(shown[-1], side, buff=0.12)

            both = VGroup(curve, label)
            redraw(both)
            curves.add(both.add_updater(redraw))
            if same:
                break
        return curves

    def follow(self, point: Descent, scale: np.ndarray, rule: VGroup, line: str) -> None:
        """Change the rule and put a new run with its rates in place of the last one."""
        curves = self.rates(point, scale)
        self.caption(line, self.change(rule), FadeOut(self.point), FadeOut(self.curves), wait=1.5)
        self.play(FadeIn(point), FadeIn(curves))
        self.point, self.curves = point, curves

    def change(self, rule: VGroup) -> TransformMatchingShapes:
        """Return what turns the rule that is there into another one."""
        old, self.rule = self.rule, rule
        return TransformMatchingShapes(old, rule, run_time=2)
