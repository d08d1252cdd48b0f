"""Second order: what curvature tells about how far to go, and what it costs.

1. Parabola: a tangent says which way is down; the parabola that fits as well says how far.
2. Newton: jump to the parabola's lowest point; near a minimum the right digits double with every step.
3. Two parameters: curvature is now a matrix, and dividing by it turns the step into the valley.
4. Quasi-Newton: learn the curvature from how the gradient changes along the steps.
5. Price: a Hessian has the square of the number of parameters as its size.
6. Saddle: the lowest point of an upside-down parabola is its top, and so Newton is drawn to saddles.
7. Comparison: in the curved valley where gradient descent crawls.
"""

from __future__ import annotations

import numpy as np
from manim import (
    DOWN,
    LEFT,
    UP,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    LaggedStart,
    TransformMatchingShapes,
    VGroup,
    VMobject,
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
    PlainText,
    Readout,
    Tangent,
    TermArrow,
    role_color,
)

GRADIENT, LEARNING_RATE, CURVATURE = map(role_color, ("gradient", "learning rate", "model"))
COLORS = {
    "f'(x_t)": GRADIENT,
    r"\nabla f": GRADIENT,
    "y": GRADIENT,
    "f''(x_t)": CURVATURE,
    "H": CURVATURE,
    "|H|": CURVATURE,
    r"\alpha": LEARNING_RATE,
}
CURVE, TILTED, SADDLE = "exp(x/2) + exp(-x)", "2*x**2 + 2*y**2 + 3.2*x*y", "y**2 - x**2 + x**4/4"
CUT = "x**4/4 - x**2"
SIDE = np.array([3.9, 0.8, 0.0])


def formula(text: str) -> Formula:
    """Return a formula where formulas stand."""
    return Formula(text, font_size=35, t2c=COLORS).move_to(2.36 * DOWN)


def fitted(curve: Landscape, run: vg.Trajectory, step: int) -> tuple[VMobject, Dot]:
    """Return the parabola that fits a curve at an iterate, and where its slope is zero."""
    at, slope = run.iterates[step, 0], run.gradients[step, 0]
    bend = float(curve.objective.hessian(run.iterates[step])[0, 0])
    xs = np.linspace(*curve.domain[0], 241)
    ys = run.losses[step] + slope * (xs - at) + bend / 2 * (xs - at) ** 2
    low, high = curve.y.limits
    places = curve.places(np.column_stack([xs, ys])[(ys > low) & (ys < high)])
    parabola = VMobject(stroke_color=CURVATURE, stroke_width=4).set_points_as_corners(places)
    vertex = curve.c2p(run.iterates[step + 1, 0], run.losses[step] - slope**2 / (2 * bend))
    return parabola, Dot(vertex, color=CURVATURE, radius=0.09)


class SecondOrderLecture(DescentScene):
    """The parabola that fits, Newton's step to its lowest point, and where that leads."""

    def construct(self) -> None:
        self.parabola()
        self.next_section("Newton")
        self.newton()
        self.next_section("two parameters")
        self.two_parameters()
        self.next_section("quasi-Newton")
        self.quasi_newton()
        self.next_section("price")
        self.price()
        self.next_section("saddle")
        self.saddle()
        self.next_section("comparison")
        self.caption("", wait=0)
        self.play_comparison("second-order", seconds=10)
        self.wait(2)

    def parabola(self) -> None:
        self.title("Second order")
        self.curve = Landscape(CURVE, ((-2.2, 3.8),), width=7.2, height=4.2, values=(1, 7))
        self.curve.to_edge(LEFT, buff=0.5).shift((SIDE - self.curve.frame.get_center()) * UP)
        run = vg.record(CURVE, vg.Newton(), start=3.4, steps=4)
        self.point = Descent(run, self.curve, run=1)
        tangent = Tangent(self.point, color=GRADIENT)
        self.play(Create(self.curve, run_time=2), FadeIn(self.point))
        first = formula(r"f(x) \approx f(x_t) + f'(x_t)\,(x - x_t)")
        self.caption("A tangent says which way is down, but not how far.", Create(tangent), Write(first))
        second = formula(r"f(x) \approx f(x_t) + f'(x_t)\,(x - x_t) + \dfrac{1}{2}\,f''(x_t)\,(x - x_t)^2")
        self.fit, self.vertex = fitted(self.curve, run, 0)
        self.caption(
            "Curvature bends it to a parabola, which has a lowest point.",
            TransformMatchingShapes(first, second, run_time=2),
            Create(self.fit, run_time=2),
        )
        self.play(FadeOut(tangent), FadeIn(self.vertex, scale=2))
        self.rule = second

    def newton(self) -> None:
        run = self.point.trajectory
        rule = formula(r"x_{t+1} = x_t - \dfrac{f'(x_t)}{f''(x_t)}")
        digits = Readout(self.point, r"x_t = <x:.6>", font_size=42).move_to(SIDE + 1.4 * UP)
        self.caption("Newton's step goes there at once.", self.change(rule), FadeIn(digits), wait=1)
        for step in range(3):
            if step:
                self.fit, self.vertex = fitted(self.curve, run, step)
                self.play(Create(self.fit), FadeIn(self.vertex, scale=2))
            self.play(Descend(self.point, steps=1, run_time=1.5, step_func=smooth))
            self.play(FadeOut(self.fit), FadeOut(self.vertex), run_time=0.6)
        self.play(Descend(self.point, run_time=1))
        minimizer = vg.record(CURVE, vg.Newton(), start=3.4, steps=10).iterates[-1, 0]
        errors = np.abs(run.iterates[1:, 0] - minimizer)
        assert all(errors[1:] < errors[:-1] ** 1.5)
        named = [
            Formula(rf"|x_{step} - x^*| = {error:.6f}", font_size=32) for step, error in enumerate(errors, 1)
        ]
        table = VGroup(*named).arrange(DOWN, buff=0.2).next_to(digits, DOWN, buff=0.5)
        self.caption(
            "Near the minimum every step doubles the right digits.", LaggedStart(*map(FadeIn, table)), wait=3
        )
        self.play(*map(FadeOut, (self.curve, self.point, digits, table)))

    def two_parameters(self) -> None:
        self.ground = self.landscape(TILTED, ((-3, 3), (-2.6, 2.6)))
        start = (-2.6, 0.4)
        rules = (vg.GradientDescent(learning_rate=0.25), vg.Newton(), vg.BFGS())
        runs = [vg.record(TILTED, rule, start, steps=20) for rule in rules]
        self.points = [Descent(path, self.ground, run=run) for run, path in enumerate(runs)]
        descent, newton, _ = self.points
        self.play(FadeIn(self.ground), FadeIn(descent))
        downhill = GradientArrow(descent, downhill=True, color=GRADIENT)
        direct = TermArrow(newton, "direction", color=CURVATURE, scale=0.85)
        rule = formula(r"\theta \leftarrow \theta - H^{-1}\,\nabla f \qquad H = \nabla^2 f")
        self.caption("In two dimensions the gradient does not lead to the minimum …", FadeIn(downhill))
        self.caption(
            "… but divided by the Hessian it does.", self.change(rule), FadeIn(newton), FadeIn(direct)
        )
        self.losses = LossPlot(*self.points, width=4.6, height=3.6, scale="log", values=(1e-6, 30))
        self.losses.shift(SIDE - self.losses.frame.get_center())
        self.play(FadeOut(downhill), FadeOut(direct), FadeIn(self.losses))
        self.play(
            Descend(newton, steps=1, run_time=2, step_func=smooth), Descend(descent, steps=1, run_time=2)
        )
        self.play(Descend(newton, run_time=6), Descend(descent, run_time=6))
        assert runs[1].status.iteration == 1
        assert runs[0].status.kind == "moving"
        self.caption(f"One step on a quadratic; descent is under way after {descent.steps}.")

    def quasi_newton(self) -> None:
        quasi = self.points[2]
        run = quasi.trajectory
        rule = formula(r"H\,s = y \qquad s = \theta_{t+1} - \theta_t \qquad y = \nabla f_{t+1} - \nabla f_t")
        self.caption("No Hessian? Each step shows how it changes the gradient.", self.change(rule), wait=2.5)
        self.caption("Quasi-Newton fits a matrix to these changes as it goes.", FadeIn(quasi), wait=0)
        self.play(Descend(quasi, run_time=5, step_func=smooth))
        assert run.status.kind == "converged"
        self.caption(f"BFGS: at the minimum after {run.status.iteration} steps, without a Hessian.", wait=2.5)
        self.play(*map(FadeOut, (self.ground, self.losses, *self.points, self.rule)))

    def price(self) -> None:
        memory = vg.LBFGS().memory
        counts = [(size, size, size**2, 2 * memory * size) for size in (2, 1_000, 1_000_000)]
        written = [[f"{count:,}".replace(",", "\u2009") for count in row] for row in counts]
        rows = [["Parameters", "Gradient", "Hessian", "L-BFGS"], *written]
        colors = ("#F1F3F6", GRADIENT, CURVATURE, "#2FD3A2")
        lines = VGroup()
        for number, row in enumerate(rows):
            words = [
                PlainText(word, font_size=32, color=color) for word, color in zip(row, colors, strict=True)
            ]
            for word, right in zip(words, (-4.0, -1.3, 3.4, 6.2), strict=True):
                word.move_to([right - word.width / 2, 1.6 - 1.0 * number, 0])
            lines.add(VGroup(*words))
        self.caption("How many numbers does a step have to keep?", FadeIn(lines[0]), wait=1)
        self.play(LaggedStart(*map(FadeIn, lines[1:]), lag_ratio=0.8, run_time=4))
        self.caption(f"L-BFGS keeps its last {memory} steps instead of a matrix.", wait=3)
        self.play(FadeOut(lines))

    def saddle(self) -> None:
        ground, start = self.landscape(SADDLE, ((-2.4, 2.4), (-2, 2))), (0.35, 1.6)
        cut = Landscape(CUT, ((-2, 2),), width=4.9, height=3.0, values=(-1.2, 0.6))
        cut.shift(SIDE - cut.frame.get_center())
        runs = []
        for number, rule in enumerate((vg.Newton(), vg.Newton(learning_rate=0.5, saddle_free=True)), 1):
            above = Descent(vg.record(SADDLE, rule, start, steps=8), ground, run=number)
            runs.append((above, Descent(vg.record(CUT, rule, start[0], steps=8), cut, run=number)))
        raw, safe = runs
        path = raw[0].trajectory
        low, high = np.linalg.eigvalsh(ground.objective.hessian(path.iterates[-1]))
        assert path.status.kind == "converged"
        assert low < 0 < high
        self.rule = formula(r"\theta \leftarrow \theta - H^{-1}\,\nabla f")
        self.caption("Last, a saddle between two minima.", FadeIn(ground), FadeIn(raw[0]), Write(self.rule))
        fit, top = fitted(cut, raw[1].trajectory, 0)
        self.play(FadeIn(cut), FadeIn(raw[1]))
        self.caption(r"Along \(x\) the parabola that fits is upside down …", Create(fit), wait=1)
        self.caption("… and Newton jumps to its top.", FadeIn(top, scale=2), wait=0)
        self.play(*(Descend(point, steps=1, run_time=2.5, step_func=smooth) for point in raw))
        self.play(FadeOut(fit), FadeOut(top), *(Descend(point, run_time=3) for point in raw))
        self.caption(f"No slope is left there, yet one curvature is −{-low:.0f}: a saddle.", wait=2.5)
        rule = formula(r"\theta \leftarrow \theta - \alpha\,|H|^{-1}\,\nabla f")
        self.caption(
            "With absolute curvatures the step leads down, not up.",
            self.change(rule),
            *map(FadeIn, safe),
            wait=0.5,
        )
        self.play(*(Descend(point, run_time=6, step_func=smooth) for point in safe))
        assert safe[0].trajectory.losses[-1] < path.losses[-1]
        self.wait(2)

    def landscape(self, objective: str, domain: tuple[tuple[float, float], ...]) -> Landscape:
        """Return a landscape in its place."""
        ground = Landscape(objective, domain, width=5.6, height=4.2).to_edge(LEFT, buff=0.7)
        return ground.shift((SIDE - ground.frame.get_center()) * UP)

    def change(self, rule: Formula) -> TransformMatchingShapes:
        """Return what turns the formula that is there into another one."""
        old, self.rule = self.rule, rule
        return TransformMatchingShapes(old, rule, run_time=1.5)
