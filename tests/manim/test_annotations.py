"""What goes along with a descending point: arrows and tangents are those of the trajectory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from manim import RED, RIGHT, Create, FadeIn, FadeOut, ManimColor, VGroup, Write

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Arrow
from vizgd.drawing.shapes import arrow_outline
from vizgd.drawing.theme import LIGHT
from vizgd.manim import (
    Descend,
    Descent,
    Descent3D,
    GradientArrow,
    Landscape,
    Landscape3D,
    LossPlot,
    StepArrow,
    Tangent,
    TermArrow,
    UpdateRule,
    VelocityArrow,
    annotations,
)
from vizgd.manim.units import UNIT

from ..gallery_films import planned
from .played_scenes import played
from .recorded_runs import BOWL, CURVE, HOPS, ITERATES, MAP, STEPS, SWING

ADAM = vg.record(BOWL, vg.Adam(learning_rate=0.5), start=(5, 2), steps=STEPS)


def direction(arrow):
    """From the middle of an arrow's tail to its tip, the corner that lies farthest from it."""
    corners = arrow.points.reshape(-1, 4, 3)[:, 0]
    tail = (corners[0] + corners[-1]) / 2
    along = corners[np.argmax(np.linalg.norm(corners - tail, axis=1))] - tail
    return along[:2], tail


def parallel(a, b):
    assert np.cross([*a, 0], [*b, 0])[2] == pytest.approx(0, abs=1e-9)
    assert np.dot(a, b) > 0


@given(ITERATES)
@settings(max_examples=12, deadline=None)
def test_arrows_point_as_the_vectors_of_the_rule(step):
    descent = Descent(SWING, MAP).set_position(step)
    for arrow, vector in (
        (GradientArrow(descent), SWING.gradients[step]),
        (GradientArrow(descent, downhill=True, length=1.0), -SWING.gradients[step]),
        (VelocityArrow(descent), SWING.terms["step"][step]),
        (StepArrow(descent), SWING.iterates[step + 1] - SWING.iterates[step]),
    ):
        along, tail = direction(arrow)
        parallel(along, vector)
        np.testing.assert_allclose(tail, descent.place(), atol=1e-9)
    adam = Descent(ADAM, MAP).set_position(step)
    parallel(direction(TermArrow(adam, "first_moment", sign=-1))[0], -ADAM.terms["first_moment"][step])


@given(ITERATES)
@settings(max_examples=12, deadline=None)
def test_a_step_arrow_ends_at_the_next_iterate(step):
    descent = Descent(SWING, MAP).set_position(step + 0.3)
    along, tail = direction(StepArrow(descent))
    np.testing.assert_allclose((tail[:2] + along), MAP.c2p(*SWING.iterates[step + 1])[:2], atol=1e-9)


def test_lengths_are_in_proportion_and_the_longest_fits():
    descent = Descent(SWING, MAP)
    arrow = GradientArrow(descent)
    lengths = []
    for step in range(STEPS):
        descent.set_position(step)
        lengths.append(np.linalg.norm(direction(arrow.redraw())[0]))
    true = np.linalg.norm(SWING.gradients[:-1], axis=1)
    np.testing.assert_allclose(lengths / true, lengths[0] / true[0], rtol=1e-6)
    assert max(lengths) == pytest.approx(1.6)
    fixed = GradientArrow(descent, length=0.7)
    assert np.linalg.norm(direction(fixed)[0]) == pytest.approx(0.7)


@given(ITERATES)
@settings(max_examples=12, deadline=None)
def test_a_tangent_has_the_slope_of_the_curve(step):
    descent = Descent(HOPS, CURVE).set_position(step)
    start, end = Tangent(descent).points[[0, -1]]
    x, small = HOPS.iterates[step, 0], 1e-5
    slope = CURVE.point([[x + small]]) - CURVE.point([[x - small]])  # by finite differences
    parallel((end - start)[:2], slope[0, :2] / np.linalg.norm(slope))
    np.testing.assert_allclose((start + end) / 2, descent.place(), atol=1e-9)


def test_a_vector_that_the_rule_does_not_have_is_refused_with_those_it_has():
    with pytest.raises(UsageError, match="it has gradient, step"):
        TermArrow(Descent(HOPS, CURVE), "velocity")
    with pytest.raises(UsageError, match="two parameters"):
        Tangent(Descent(SWING, MAP))


def test_all_that_follows_moves_in_one_animation_and_keeps_its_style():
    def construct(scene):
        landscape = MAP.copy()
        descent = Descent(SWING, landscape)
        arrow, rule, losses = VelocityArrow(descent), UpdateRule(descent), LossPlot(descent)
        rule.scale(0.5).to_edge([0, -1, 0])
        scene.play(Create(arrow), Write(rule), FadeIn(landscape, descent, losses))
        arrow.set_color(RED)
        scene.play(VGroup(landscape, descent).animate.scale(0.5).shift(RIGHT), rule.animate.shift([0, 1, 0]))
        scene.play(Descend(descent, steps=3.5), run_time=1)
        kept.update(descent=descent, arrow=arrow, rule=rule, losses=losses)
        scene.play(FadeOut(rule, losses))

    kept = {}
    played(construct)
    descent, arrow = kept["descent"], kept["arrow"]
    assert descent.position == 3.5
    np.testing.assert_allclose(direction(arrow)[1], descent.place(), atol=1e-9)
    assert arrow.get_fill_color() == ManimColor(RED)
    assert kept["rule"].values[0] == f"{SWING.iterates[3, 0]:.2f}".replace("-", "−")
    place = kept["losses"].c2p(3.5, SWING.losses[3:5].mean())
    np.testing.assert_allclose(kept["losses"].tips[0].get_center(), place, atol=1e-6)


def test_an_arrow_can_fade_while_it_loses_its_length():
    """The last gradient of a run that ends in the minimum is zero."""
    run = vg.record("x**2 + y**2", vg.GradientDescent(learning_rate=0.5), start=(1.0, 1.0), steps=2)
    landscape = Landscape("x**2 + y**2", [(-2, 2), (-2, 2)])
    descent = Descent(run, landscape)
    arrows = [GradientArrow(descent), StepArrow(descent)]

    def construct(scene):
        scene.add(landscape, descent, *arrows)
        scene.play(Descend(descent), *map(FadeOut, arrows), run_time=0.5)

    assert len(played(construct)) > 0
    assert np.ptp(arrows[0].redraw().points, axis=0).max() == 0.0


def test_on_a_surface_arrows_are_those_of_the_plane_of_the_parameters():
    run = vg.record(BOWL, vg.GradientDescent(learning_rate=0.04), start=(1.6, 1.2), steps=6)
    landscape = Landscape3D(BOWL, [(-2, 2), (-2, 2)], width=6, depth=3)
    descent = Descent3D(run, landscape).set_position(2)
    uphill, step = GradientArrow(descent), StepArrow(descent)
    tail, tip = ends_of(uphill)
    np.testing.assert_allclose(tail, descent.current_point(), atol=1e-6)
    assert np.ptp(uphill.points[:, 2]) == pytest.approx(0.0, abs=1e-9)
    across, up = (tip - tail)[:2] / (6 / 4, 3 / 4)  # in the units of x and y
    gradient = run.gradients[2]
    assert np.arctan2(up, across) == pytest.approx(np.arctan2(gradient[1], gradient[0]), abs=1e-6)
    np.testing.assert_allclose(ends_of(step), landscape.point(run.iterates[2:4]), atol=1e-6)


def ends_of(arrow):
    """Where an arrow begins, in the middle of its shaft's end, and where its head ends."""
    corners = arrow.get_start_anchors()
    return (corners[0] + corners[6]) / 2, corners[3]


RUNS = {
    "momentum": vg.Momentum(learning_rate=0.05),
    "adam": vg.Adam(learning_rate=0.5),
    "decayed": vg.AdamW(learning_rate=0.5, weight_decay=0.2),
}
PARTS = {"momentum": ("carried", "pulled"), "adam": ("carried", "pulled"), "decayed": ("carried", "decayed")}


def compared(rule, arrows):
    """Return the arrows that a comparison draws of a run, at its first iterates, and its trajectory."""
    comparison = vg.Comparison(
        "Arrows", BOWL, [vg.Run(rule, start=(5, 2))], steps=STEPS, views=[vg.Contour(arrows=arrows)]
    )
    board = planned(comparison)
    (panel,) = (panel for panel in board.panels if panel.name == "contour")
    # Ghosts, whose tails are nowhere at first, are faded.
    found = [m for m in panel.marks if isinstance(m, Arrow) and m.color[3] == 1.0]
    return found, vg.record(BOWL, rule, start=(5, 2), steps=STEPS)


@pytest.mark.parametrize("name", RUNS)
def test_an_arrow_of_a_lecture_is_the_one_of_a_comparison(name):
    rule = RUNS[name]
    for arrows, terms in (("step", ("step",)), ("gradient", ("gradient",)), ("parts", PARTS[name])):
        marks, trajectory = compared(rule, arrows)
        descent = Descent(trajectory, Landscape(BOWL, [(-6, 6), (-3, 3)], theme="light"))
        for term in terms:
            lecture = TermArrow(descent, term, optimizer=rule)
            same = []
            for mark in marks:
                drawn = mark.head.at(3) - mark.tail.at(3)
                told = lecture.vectors[3]
                # A gradient has any length, and points downhill.
                factor = drawn @ told / (told @ told)
                if not np.allclose(drawn, factor * told, atol=1e-12):
                    continue
                assert factor == pytest.approx(1.0, abs=1e-12) or term == "gradient"
                if ManimColor(mark.color[:3]) == lecture.get_fill_color():
                    same.append(mark)
            (mark,) = same
            shape = arrow_outline(replace(mark, tail=np.zeros(2), head=np.array([300.0, 0.0])))
            drawn = outline_of(lecture.look, 300.0)
            np.testing.assert_allclose(drawn, shape, atol=1e-9)
        arrow = StepArrow(descent)
        assert arrow.look == LIGHT.role("step")


def outline_of(look, length):
    """Return the corners of a lecture's arrow to the right, in thousandths of the frame's height."""
    points = annotations.arrow(np.zeros(3), np.array([length * UNIT, 0.0, 0.0]), look)
    return points.reshape(-1, 4, 3)[:, 0, :2] / UNIT


def test_parts_have_names_only_with_the_optimizer_and_add_up_to_the_step():
    descent = Descent(SWING, MAP)
    rule = vg.Momentum(learning_rate=0.05)
    carried, pulled = (TermArrow(descent, name, optimizer=rule).vectors for name in ("carried", "pulled"))
    np.testing.assert_allclose(carried + pulled, TermArrow(descent, "step").vectors, atol=1e-12)
    with pytest.raises(UsageError, match="no vector 'carried'") as caught:
        TermArrow(descent, "carried")
    assert "gradient, step" in str(caught.value)
