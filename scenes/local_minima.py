"""More than one valley: the start decides, saddles slow down, and noise helps to leave.

1. Two valleys: the same rule from two starts ends in two minima, one deeper than the other. At both of them
   the slope is zero, and the rule has nothing more to say.
2. Basins: many starts, each colored by where it ends. The border between the basins is the top of the hill.
3. Saddle: with more parameters there are places that are level without being minima. The run slows down, as
   if it had arrived, and leaves in the end by the direction that leads down.
4. Noise: descent with a noisy gradient, as from a few examples of many, can be pushed over a hill. It helps,
   and promises nothing: of many noisy runs, a part escapes.
5. Comparison: an exact run and a noisy one, and with how many seeds that one escapes.
"""

from __future__ import annotations

import numpy as np
from manim import (
    DEGREES,
    DOWN,
    LEFT,
    ORIGIN,
    PURPLE_B,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    LaggedStart,
    Write,
    linear,
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
    Tangent,
    role_color,
)

GRADIENT, LEARNING_RATE, NOISE = role_color("gradient"), role_color("learning rate"), PURPLE_B
QUARTIC, SADDLE, WELLS = "quartic", "double_well_2d", "tilted_double_well"
NOISY_RUNS = 50


class LocalMinimaLecture(DescentScene3D):
    """More than one valley: the start decides, saddles slow down, and noise helps to leave."""

    def construct(self) -> None:
        """Play the sections."""
        self.next_section("two valleys")
        self.title("Local minima")
        self.two_valleys()
        self.next_section("basins")
        self.basins()
        self.next_section("saddle")
        self.saddle()
        self.next_section("noise")
        self.noise()
        self.next_section("comparison")
        self.play_comparison("noisy-escape")
        self.wait(1.5)

    def two_valleys(self) -> None:
        """Let two runs end in two minima."""
        rule = vg.GradientDescent(learning_rate=0.01)
        self.curve = Landscape(QUARTIC, domain=[(-1.3, 4.3)], width=10.5, height=4.6, values=(-11.5, 12.5))
        self.curve.move_to((0, 0.1, 0))
        starts = (-1.0, 3.9)
        self.points = [
            Descent(vg.record(QUARTIC, rule, start=start, steps=60), self.curve, run=run)
            for start, run in zip(starts, (0, 2), strict=True)
        ]
        tangents = [Tangent(point, length=1.8, color=GRADIENT) for point in self.points]
        self.caption("A loss with two valleys.", Create(self.curve, run_time=2), wait=1)
        self.caption("The same rule, from two starts …", *map(FadeIn, (*self.points, *tangents)), wait=1)
        self.play(*(Descend(point, run_time=6, step_func=smooth) for point in self.points))
        ends = [(run.iterates[-1, 0], run.losses[-1]) for run in (p.trajectory for p in self.points)]
        assert all(abs(p.trajectory.gradients[-1, 0]) < 1e-3 for p in self.points)
        values = [
            Formula(f"f({x:.2f}) = {loss:.2f}", font_size=32, color=point.color_of_run)
            for (x, loss), point in zip(ends, self.points, strict=True)
        ]
        for value, (x, _), side, buff in zip(values, ends, (DOWN, LEFT), (0.4, 1.2), strict=True):
            value.next_to(self.curve.point(x), side, buff=buff)
        self.caption("… ends in two minima.", *map(Write, values), wait=1.5)
        self.caption("At both the slope is zero: the rule sees no difference.", wait=2.5)
        self.play(*map(FadeOut, (*self.points, *tangents, *values)))

    def basins(self) -> None:
        """Color many starts by where they end."""
        starts = np.linspace(-1.15, 3.98, 54)
        ends = vg.sweep(
            QUARTIC, vg.GradientDescent(learning_rate=0.02), starts=starts[:, None], steps=300
        ).iterates[:, 0]
        left, right = (point.trajectory.iterates[-1, 0] for point in self.points)
        to_left, to_right = (np.isclose(ends, end, atol=1e-3) for end in (left, right))
        assert np.all(to_left | to_right)
        last, first = starts[to_left].max(), starts[to_right].min()
        colors = [self.points[0 if is_left else 1].color_of_run for is_left in to_left]
        dots = [
            Dot(self.curve.point(start), radius=0.09, color=color)
            for start, color in zip(starts, colors, strict=True)
        ]
        self.caption(f"Now {len(starts)} starts, each in the color of where it ends.", wait=0)
        self.play(LaggedStart(*map(FadeIn, dots), lag_ratio=0.2, run_time=4))
        self.wait(1)
        top = (last + first) / 2
        assert abs(float(self.curve.objective.gradient(np.array([round(top, 1)]))[0])) < 1e-9
        assert last < round(top, 1) < first
        self.caption(f"The hilltop at {top:.1f} is the border: the start decides.", wait=2.5)
        self.play(*map(FadeOut, (self.curve, *dots)))

    def saddle(self) -> None:
        """Show a run that slows down at a saddle and leaves it."""
        run = vg.record(SADDLE, vg.GradientDescent(learning_rate=0.08), start=(0.0001, 1.45), steps=50)
        surface = Landscape3D(SADDLE, ((-1.5, 1.5), (-1.5, 1.5)), width=4.9, depth=4.9, height=2.2)
        point = Descent3D(run, surface)
        losses = LossPlot(point, width=4.2, height=3.0).move_to((4.0, 0.4, 0))
        self.add_fixed_in_frame_mobjects(losses)
        self.remove(losses)
        theta = 25 * DEGREES
        aside = np.array([-2.6 * np.sin(theta), 2.6 * np.cos(theta), -0.45])
        self.set_camera_orientation(phi=58 * DEGREES, theta=theta, frame_center=aside)
        self.caption(
            "Two parameters: a saddle is level, but no minimum.",
            FadeIn(surface),
            FadeIn(point),
            FadeIn(losses),
        )
        slopes = np.linalg.norm(run.gradients, axis=1)
        leaves = int(np.argmax(np.abs(run.iterates[:, 0]) > 0.1))
        slow = int(np.argmin(slopes[:leaves]))
        assert slopes[slow] < 0.05 * slopes[0]
        assert run.losses[-1] < 0.1 * run.losses[slow]
        self.caption("Near it the slope fades, and the run slows down …", wait=0)
        self.play(Descend(point, to=slow, run_time=5, rate_func=linear))
        self.wait(1)
        self.caption("… until it finds the way that leads down.", wait=0)
        self.play(Descend(point, run_time=5, rate_func=linear))
        self.wait(1.5)
        self.play(*map(FadeOut, (surface, point, losses)))
        self.set_camera_orientation(phi=0, theta=-90 * DEGREES, frame_center=ORIGIN)

    def noise(self) -> None:
        """Let noise push runs out of the shallow minimum, and count how many escape."""
        settings = {"start": 1.7, "steps": 200}
        curve = Landscape(WELLS, domain=[(-1.8, 1.8)], width=10.5, height=4.6).move_to((0, 0.1, 0))
        exact = Descent(
            vg.record(WELLS, vg.GradientDescent(learning_rate=0.05), **settings), curve, dots=False
        )
        rule = Formula(
            r"x_{t+1} = x_t - \alpha\,(f'(x_t) + \xi_t)",
            font_size=38,
            t2c={r"\alpha": LEARNING_RATE, "f'(x_t)": GRADIENT, r"\xi_t": NOISE},
        ).move_to((0.4, 1.8, 0))
        self.caption("Exact descent stays in the first valley.", FadeIn(curve), FadeIn(exact), wait=0)
        self.play(Descend(exact, to=50, run_time=3))
        self.caption("Noise in the gradient can push the point out.", Write(rule), wait=1)
        fading = vg.Polynomial(learning_rate=0.05, steps=200)
        runs = [
            vg.record(WELLS, vg.GradientDescent(learning_rate=fading), noise=6.0, seed=seed, **settings)
            for seed in range(NOISY_RUNS)
        ]
        points = [Descent(run, curve, run=1, dots=False) for run in runs]
        for point in points:
            point.remove(point.trail, point.start)
        self.play(FadeOut(exact), *map(FadeIn, points))
        self.play(*(Descend(point, run_time=7) for point in points))
        escaped = sum(bool(run.iterates[-1, 0] < 0) for run in runs)
        assert 0 < escaped < NOISY_RUNS
        assert exact.trajectory.iterates[-1, 0] > 0
        self.caption(f"Of {NOISY_RUNS} noisy runs, {escaped} end in the deeper valley.", wait=3)
