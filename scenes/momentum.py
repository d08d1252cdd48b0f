"""Momentum: why a sum of gradients follows a ravine.

1. Ravine: a valley many times as steep across as along.
2. Zigzag: the steep walls keep the learning rate small, and so gradient descent crawls along the floor.
3. Sum of gradients: old gradients, each weighed a little less, laid tip to tail: across they cancel, along
   they add up.
4. Velocity: that sum is a velocity, and one short rule keeps it up to date.
5. Overshoot: a velocity does not stop at the minimum.
6. Look-ahead: Nesterov takes the gradient where the velocity is about to carry the point.
7. Comparison: the three rules side by side, from the same start.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Arrow,
    Create,
    FadeIn,
    FadeOut,
    GrowArrow,
    LaggedStart,
    Rectangle,
    TransformFromCopy,
    TransformMatchingShapes,
    VGroup,
    Write,
    smooth,
)

import vizgd as vg
from vizgd.manim import (
    Descend,
    Descent,
    DescentScene,
    Formula,
    GradientArrow,
    Landscape,
    LossPlot,
    VelocityArrow,
    role_color,
)

GRADIENT, VELOCITY = role_color("gradient"), role_color("momentum")
LEARNING_RATE, MEMORY = role_color("learning rate"), "#CCFF99"
COLORS = {r"\alpha": LEARNING_RATE, r"\beta": MEMORY, "v": VELOCITY, r"\nabla f": GRADIENT, "g": GRADIENT}
RAVINE, DOMAIN = "0.5*(x**2 + 40*y**2)", ((-6, 3), (-2, 2))
START, STEPS, SUMMED = (-5.0, 1.2), 60, 9
BETA = 0.85
DESCENT = vg.GradientDescent(learning_rate=0.045)
MOMENTUM = vg.Momentum(learning_rate=0.025, beta=BETA)
NESTEROV = vg.Nesterov(learning_rate=0.025, beta=BETA)
SIDE = np.array([4.8, 0.75, 0.0])


def formula(text: str) -> Formula:
    """Return a rule where rules stand."""
    return Formula(text, font_size=46, t2c=COLORS).move_to(2.55 * DOWN)


def arrow(start: np.ndarray, along: np.ndarray, color: str) -> Arrow:
    """Return an arrow whose shaft keeps its width however short it is."""
    style = {"stroke_width": 4, "tip_length": 0.15, "max_tip_length_to_length_ratio": 0.5}
    return Arrow(start, start + along, buff=0, color=color, max_stroke_width_to_length_ratio=50, **style)


class MomentumLecture(DescentScene):
    """A ravine, its zigzag, and what a memory of gradients does about it."""

    def construct(self) -> None:
        self.ravine()
        self.next_section("zigzag")
        self.zigzag()
        self.next_section("sum of gradients")
        self.sum_of_gradients()
        self.next_section("velocity")
        self.velocity()
        self.next_section("overshoot")
        self.overshoot()
        self.next_section("look-ahead")
        self.look_ahead()
        self.next_section("comparison")
        self.comparison()

    def ravine(self) -> None:
        self.title("Momentum")
        self.ground = Landscape(RAVINE, DOMAIN, width=8.4).to_edge(LEFT, buff=0.4).shift(0.65 * UP)
        along, across = np.diag(self.ground.objective.hessian(np.zeros(2)))
        steeper = f"{across / along:.0f} times as steep across as along"
        self.caption(f"A ravine: {steeper}.", Create(self.ground, run_time=2))

    def zigzag(self) -> None:
        run = vg.record(RAVINE, DESCENT, START, STEPS)
        self.descent = Descent(run, self.ground)
        self.rule = formula(r"\theta \leftarrow \theta - \alpha\,g")
        losses = LossPlot(self.descent, width=2.9, height=2.6, steps=SUMMED).move_to(SIDE)
        downhill = GradientArrow(self.descent, downhill=True, color=GRADIENT)
        self.play(FadeIn(self.descent), FadeIn(losses), Write(self.rule))
        self.play(FadeIn(downhill))
        along, across = run.iterates[1] / run.iterates[0]
        assert across < 0 < along
        self.caption(rf"Each step takes \(y\) times −{-across:.2f}: across, and back …", wait=0)
        self.play(Descend(self.descent, to=4, step_func=smooth, run_time=4.5))
        self.caption(rf"… and \(x\) times {along:.3f}: along, it hardly gets ahead.", wait=0)
        self.play(Descend(self.descent, to=SUMMED, step_func=smooth, run_time=4))
        limit = 2 / np.max(self.ground.objective.hessian(run.iterates[0]))
        assert DESCENT.learning_rate < limit
        self.caption(
            rf"Beyond \(\alpha\) = {limit:.2f} the walls would throw it out.", t2c={r"\alpha": LEARNING_RATE}
        )
        self.play(FadeOut(downhill), FadeOut(losses))

    def sum_of_gradients(self) -> None:
        gradients = self.descent.trajectory.gradients[: SUMMED + 1]
        arrows = VGroup()
        for step, gradient in enumerate(gradients):
            arrows.add(arrow(self.descent.place(step), -0.03 * np.append(gradient, 0), GRADIENT))
        grown = LaggedStart(*map(GrowArrow, arrows), lag_ratio=0.3, run_time=3)
        self.caption("What if the point remembered the gradients it has met?", grown, wait=1)
        written = formula(r"v = g_t + \beta\,g_{t-1} + \beta^2 g_{t-2} + \ldots")
        self.caption(
            rf"Add them up; each step takes the older ones times \(\beta\) = {BETA}.",
            TransformMatchingShapes(self.rule, written),
            t2c={r"\beta": MEMORY},
        )
        sums = -np.cumsum(BETA ** np.arange(SUMMED, -1, -1)[:, None] * gradients, axis=0)
        corners = np.pad(sums, ((1, 0), (0, 1))) * (3.2 / sums[-1, 0])
        corners += SIDE - (corners[0] + corners[-1]) / 2
        links = VGroup(*(arrow(start, end - start, GRADIENT) for start, end in pairwise(corners)))
        self.play(LaggedStart(*map(TransformFromCopy, arrows, links), lag_ratio=0.5, run_time=5))
        total = arrow(corners[0], corners[-1] - corners[0], VELOCITY).set_stroke(width=7)
        along, across = np.abs(sums[-1] / gradients[-1])
        assert along > 3 > 1 > across
        self.caption(f"Along the floor they add up: {along:.1f} times the last one …", GrowArrow(total))
        self.caption(f"… and across they cancel: {across:.1f} times.")
        self.written, self.sum = written, VGroup(arrows, links, total)

    def velocity(self) -> None:
        self.rule = formula(r"v \leftarrow \beta\,v + g \qquad \theta \leftarrow \theta - \alpha\,v")
        self.caption(
            "That sum is a velocity, and one short rule keeps it up to date.",
            TransformMatchingShapes(self.written, self.rule, run_time=2),
            FadeOut(self.sum),
            FadeOut(self.descent),
        )
        self.ball = Descent(vg.record(RAVINE, MOMENTUM, START, STEPS), self.ground, run=1)
        self.descent.set_position(0)
        self.losses = LossPlot(self.descent, self.ball, width=2.9, height=2.6, scale="log").move_to(SIDE)
        self.speed = VelocityArrow(self.ball, color=VELOCITY)
        slope = GradientArrow(self.ball, downhill=True, color=GRADIENT, scale=self.speed.vector_scale)
        self.play(*map(FadeIn, (self.ball, self.losses, slope, self.speed)))
        self.caption("The velocity moves the point; the gradient only turns it.", wait=0)
        self.play(
            Descend(self.ball, to=8, step_func=smooth, run_time=8), Descend(self.descent, to=8, run_time=8)
        )
        self.play(FadeOut(slope))

    def overshoot(self) -> None:
        run = self.ball.trajectory
        farthest = int(run.iterates[:, 0].argmax())
        assert run.iterates[farthest, 0] > 0
        self.caption("But a velocity stops neither on the floor nor at the minimum.", wait=0)
        self.play(*(Descend(point, to=farthest, run_time=4) for point in (self.ball, self.descent)))
        self.caption(
            rf"It overshoots to \(x\) = {run.iterates[farthest, 0]:.2f}, turns, and comes back.", wait=0
        )
        self.play(*(Descend(point, run_time=5) for point in (self.ball, self.descent)))
        ratio = self.descent.trajectory.losses[-1] / run.losses[-1]
        assert ratio > 1
        self.caption(f"Still, after {STEPS} steps its loss is {ratio:.0f} times below the zigzag's.")
        self.play(*map(FadeOut, (self.speed, self.losses, self.ball)))

    def look_ahead(self) -> None:
        run, rate = self.ball.trajectory, MOMENTUM.learning_rate
        here = run.iterates[1]
        ahead = here - rate * BETA * run.terms["velocity"][0]
        near, far = (self.ground.objective.gradient(at) for at in (here, ahead))
        assert np.linalg.norm(far) > np.linalg.norm(near)
        closer = Landscape(RAVINE, ((-5.5, -4), (-1.4, 1.4)), width=3.6, height=4.0, minima=False)
        ball = Descent(run, closer.move_to(SIDE), run=1).set_position(1)
        start, middle, end = (closer.point(at) for at in (here, ahead, ahead - rate * far))
        carried, corrected = arrow(start, middle - start, VELOCITY), arrow(middle, end - middle, GRADIENT)
        corner = self.ground.point((-5.5, 1.4)) - self.ground.point((-4, -1.4))
        window = Rectangle(width=-corner[0], height=corner[1], color=ball.color_of_run, stroke_width=2.5)
        window.move_to(self.ground.point((-4.75, 0)))
        self.ball.set_position(1)
        self.play(FadeIn(self.ball), Create(window), FadeIn(closer), FadeIn(ball))
        self.caption("Whatever the gradient: the velocity carries the point to here.", GrowArrow(carried))
        rule = formula(
            r"v \leftarrow \beta\,v + \nabla f(\theta - \alpha\,\beta\,v)"
            r" \qquad \theta \leftarrow \theta - \alpha\,v"
        )
        self.caption(
            "So Nesterov takes the gradient there, and brakes early.",
            TransformMatchingShapes(self.rule, rule, run_time=2),
            GrowArrow(corrected.shift(0.2 * RIGHT), run_time=2),
            wait=3,
        )

    def comparison(self) -> None:
        self.play_comparison(
            vg.Comparison(
                "Momentum in a ravine",
                RAVINE,
                [vg.Run(optimizer, START) for optimizer in (DESCENT, MOMENTUM, NESTEROV)],
                steps=STEPS,
                views=["contour", vg.Convergence(scale="log")],
                domain=DOMAIN,
                seconds=10,
            )
        )
        self.wait(2)
