"""Two parameters: a surface and its map, the gradient across the level lines, and why ravines are slow.

1. Map: a surface over two parameters, turned until it is seen from above. Level lines join equal losses.
2. Gradient: it stands at a right angle to the level line, wherever one walks along it: the steepest way up.
3. Descent: each step crosses the level line at which it begins at a right angle, and so need not point at
   the minimum.
4. Ravine: steep across, flat along. Across, the run jumps from wall to wall; along, it crawls. Each
   direction has a factor of its own, and one learning rate must do for both.
5. Comparison: three condition numbers, each with the rate that is best for it.
"""

from __future__ import annotations

import numpy as np
from manim import (
    DEGREES,
    DOWN,
    IN,
    LEFT,
    ORIGIN,
    UP,
    FadeIn,
    FadeOut,
    Group,
    Line,
    RightAngle,
    VGroup,
    Write,
    always_redraw,
    linear,
    smooth,
)

import vizgd as vg
from vizgd.manim import (
    Descend,
    Descent,
    DescentScene3D,
    Formula,
    GradientArrow,
    Landscape,
    Landscape3D,
    LossPlot,
    Readout,
    role_color,
)

GRADIENT, LEARNING_RATE = role_color("gradient"), role_color("learning rate")
DOMAIN = ((-5.0, 5.0), (-2.5, 2.5))
START = (-4.2, 1.6)
RULE = r"\mathbf{x}_{t+1} = \mathbf{x}_t - \alpha\,\nabla f(\mathbf{x}_t)"
COLORS = {r"\alpha": LEARNING_RATE, r"\nabla f": GRADIENT, r"\nabla f(\mathbf{x}_t)": GRADIENT}


def bowl(condition: float) -> str:
    """Return a bowl that is so many times steeper across than along."""
    return f"(x**2 + {condition:g}*y**2)/2"


def best_rate(objective: str) -> tuple[float, float]:
    """Return the condition number of a bowl, and the learning rate that is best for it."""
    path = vg.record(objective, vg.GradientDescent(learning_rate=0.01), start=START, steps=1)
    low, high = sorted(path.gradients[0] / path.iterates[0])
    return high / low, 2 / (low + high)


def along_level_line(objective: Landscape, radius: float, stretch: float) -> vg.Trajectory:
    """Return a walk along the level line x² + stretch·y² = radius², as if a rule had taken it."""
    angles = np.linspace(2.6, 2.6 - 2 * np.pi, 61)
    places = radius * np.column_stack([np.cos(angles), np.sin(angles) / np.sqrt(stretch)])
    losses = objective.objective.value(places)
    assert np.allclose(losses, losses[0])
    return vg.Trajectory(
        iterates=places,
        losses=losses,
        gradients=objective.objective.gradient(places),
        learning_rates=np.ones(60),
        terms={},
        status=vg.Status("moving"),
        examples=np.zeros(61, dtype=np.int64),
    )


class TwoDimensionsLecture(DescentScene3D):
    """A surface and its map, the gradient across the level lines, and why ravines are slow."""

    def construct(self) -> None:
        """Play the sections."""
        self.next_section("map")
        self.title("Two dimensions")
        self.from_above()
        self.next_section("gradient")
        self.gradient()
        self.next_section("descent")
        self.descent()
        self.next_section("ravine")
        self.ravine()
        self.next_section("comparison")
        self.comparison()

    def from_above(self) -> None:
        """Turn a surface until it is seen from above, as contours."""
        surface = Landscape3D(bowl(3), DOMAIN, width=7.2, depth=3.6, height=2.2)
        self.set_camera_orientation(phi=62 * DEGREES, theta=-60 * DEGREES, frame_center=0.4 * IN)
        self.caption("Two parameters make the loss a surface.", FadeIn(surface, run_time=2), wait=0)
        self.begin_ambient_camera_rotation(rate=-0.09)
        self.wait(3)
        self.stop_ambient_camera_rotation()
        self.caption("From above it is a map: level lines join places of equal loss.", wait=0)
        self.move_camera(phi=0, theta=-90 * DEGREES, frame_center=ORIGIN, run_time=3)
        self.chart = Landscape(bowl(3), DOMAIN, width=7.2, height=3.6)
        self.chart.shift(-self.chart.frame.get_center())
        self.play(FadeOut(surface), FadeIn(self.chart))
        self.wait(1)
        self.play(self.chart.animate.shift(2.2 * LEFT + 0.2 * UP))

    def gradient(self) -> None:
        """Walk along a level line with the gradient and a right angle."""
        walk = Descent(along_level_line(self.chart, 3.2, 3), self.chart, dots=False)
        arrow = GradientArrow(walk, color=GRADIENT)
        name = Readout(walk, r"\nabla f = <gradient>", font_size=38, colors=COLORS | {"gradient": GRADIENT})
        name.move_to((4.3, 1.6, 0))

        def level() -> VGroup:
            uphill = self.chart.places(walk.params() + arrow.vector()) - walk.place()
            uphill = uphill / np.linalg.norm(uphill)
            across = np.array([-uphill[1], uphill[0], 0.0])
            touching = Line(walk.place() - 1.1 * across, walk.place() + 1.1 * across, stroke_width=3)
            up = Line(walk.place(), walk.place() + uphill)
            corner = RightAngle(Line(walk.place(), walk.place() + across), up, length=0.25, stroke_width=3)
            return VGroup(touching, corner)

        tangent = always_redraw(level)
        self.caption("The gradient has a part for each parameter …", FadeIn(walk), Write(name))
        self.caption("… and points the steepest way up …", FadeIn(arrow), wait=1.5)
        self.caption("… at a right angle to the level line, wherever we are.", FadeIn(tangent), wait=0)
        self.play(Descend(walk, run_time=7, rate_func=smooth))
        self.wait(1.5)
        self.play(*map(FadeOut, (walk, arrow, name, tangent)))

    def descent(self) -> None:
        """Descend, each step beginning at a right angle to a level line."""
        run = vg.record(bowl(3), vg.GradientDescent(learning_rate=0.22), start=START, steps=14)
        point = Descent(run, self.chart)
        downhill = GradientArrow(point, downhill=True, color=GRADIENT)
        rule = Formula(RULE, font_size=38, t2c=COLORS).move_to((4.35, 1.6, 0))
        losses = LossPlot(point, width=3.8, height=1.9).move_to((4.2, -0.9, 0))
        self.caption("Descent goes against it: the rule is the same as before.", FadeIn(point), Write(rule))
        aim, home = -run.gradients[0], -run.iterates[0]
        cosine = float(aim @ home / np.linalg.norm(aim) / np.linalg.norm(home))
        off = np.degrees(np.arccos(cosine))
        self.caption(
            f"The steepest way is {off:.0f}° off the way to the minimum.",
            FadeIn(downhill),
            FadeIn(losses),
        )
        self.play(Descend(point, run_time=6, step_func=smooth))
        self.wait(1)
        self.play(*map(FadeOut, (self.chart, point, downhill, losses, rule)))

    def ravine(self) -> None:
        """Show a ravine, and the factor of a step across it and along it."""
        objective, rate = bowl(30), 0.062
        run = vg.record(objective, vg.GradientDescent(learning_rate=rate), start=START, steps=24)
        chart = Landscape(objective, DOMAIN, width=7.2, height=3.6)
        chart.move_to(self.chart)
        point = Descent(run, chart)
        readings = VGroup(*(Readout(point, f"{name}_t = <{name}>", font_size=38) for name in "xy"))
        readings.arrange(DOWN, buff=0.4, aligned_edge=LEFT).move_to((4.3, 1.2, 0))
        self.caption("Now a ravine: steep across, flat along.", *map(FadeIn, (chart, point, readings)))
        self.caption("Across, it jumps from wall to wall; along, it crawls.", wait=0)
        self.play(Descend(point, run_time=7, rate_func=linear))
        along, across = run.iterates[1] / run.iterates[0]
        assert np.allclose(run.iterates[1:] / run.iterates[:-1], [along, across])
        assert across < 0 < along < 1
        factors = VGroup(
            Formula(rf"x_{{t+1}} = {along:.2f}\,x_t", font_size=38),
            Formula(rf"y_{{t+1}} = {across:.2f}\,y_t", font_size=38),
        )
        factors.arrange(DOWN, buff=0.4, aligned_edge=LEFT).move_to((4.3, 1.2, 0))
        self.play(FadeOut(readings), run_time=0.5)
        self.caption("One learning rate, but each direction has its own factor.", Write(factors))
        condition, _ = best_rate(objective)
        number = Formula(
            rf"\kappa = \frac{{\lambda_{{\max}}}}{{\lambda_{{\min}}}} = {condition:.0f}", font_size=38
        ).move_to((4.3, -1.0, 0))
        self.caption("The ratio of the two curvatures is the condition number.", Write(number), wait=2.5)
        self.play(*map(FadeOut, (chart, point, factors, number)))

    def comparison(self) -> None:
        """Run three bowls side by side, each with the rate that is best for it."""
        points, names = [], []
        for place, wanted in enumerate((2, 8, 32)):
            objective = bowl(wanted)
            condition, rate = best_rate(objective)
            run = vg.record(objective, vg.GradientDescent(learning_rate=rate), start=START, steps=60)
            chart = Landscape(objective, DOMAIN, width=3.6, height=1.8)
            chart.shift(np.array([-4.25 + 4.55 * place, 1.4, 0]) - chart.frame.get_center())
            point = Descent(run, chart, run=(0, 2, 3)[place])
            name = Formula(
                rf"\kappa = {condition:.0f},\quad\alpha = {rate:.2f}", font_size=30, color=point.color_of_run
            )
            names.append(Group(chart, name.next_to(chart.frame, UP, buff=0.15)))
            points.append(point)
        losses = LossPlot(*points, width=11.8, height=1.5, scale="log", values=(1e-8, 100))
        losses.shift(np.array([0.5, -1.4, 0]) - losses.frame.get_center())
        self.caption(
            "Three bowls, each with the learning rate that is best for it.",
            *map(FadeIn, (*names, *points, losses)),
        )
        self.play(*(Descend(point, run_time=9) for point in points))
        counts = [int(np.argmax(p.trajectory.losses < 1e-3 * p.trajectory.losses[0])) for p in points]
        assert 0 < counts[0] < counts[1] < counts[2]
        ends = ", ".join(map(str, counts))
        self.caption(f"Steps to a thousandth of the loss: {ends}.", wait=4)
