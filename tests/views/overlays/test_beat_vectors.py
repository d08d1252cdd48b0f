"""A step in parts: each beat's arrows grow in their turn, tip to tail, and come to the step."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from matplotlib.path import Path

import vizgd as vg
from vizgd.drawing.marks import Arrow, Line, Text, mapped, resolved
from vizgd.drawing.shapes import arrow_outline
from vizgd.optimizers.catalogue import optimizers
from vizgd.recording.quantities import quantities_of
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor

from ...gallery_films import in_pixels, planned

RAVINE = "x**2/2 + 5*y**2"
MOMENTUM = vg.Momentum(learning_rate=0.05, beta=0.8)
START = (-8.0, 2.5)


def board_of(view, rule=MOMENTUM, objective=RAVINE, start=START, parts=2, steps=6, **look):
    domain = [(-10, 10), (-4, 4)][: len(start)]
    comparison = vg.Comparison(
        "t", objective, [vg.Run(rule, start)], steps=steps, domain=domain, views=[view], parts=parts
    )
    return planned(comparison, **({"seconds": 30.0} | look))


def frame_at(board, step, beat):
    """Return the frame at a real-valued number of beats of a step."""
    begins = board.clock.played_of(0).begins
    row = board.clock.played_of(0).steps.tolist().index(step)
    moment = np.interp(beat, np.arange(begins.shape[1]), begins[row])
    return board.clock.intro - 1 + int(np.ceil(moment * board.clock.run - 1e-9))


def shown(board, frame):
    """Return the arrows of a frame that are there and no ghosts, in data coordinates."""
    panel = next(p for p in board.panels if p.name in {"contour", "curve"})
    marks = [
        resolved(m, lambda run: board.clock.position(run, frame)) for m in panel.marks if isinstance(m, Arrow)
    ]
    return [m for m in marks if m.color[3] == 1.0 and np.isfinite(m.head).all()]


def named(board, frame):
    panel = next(p for p in board.panels if p.name in {"contour", "curve"})
    marks = [resolved(m, lambda run: board.clock.position(run, frame)) for m in panel.notes]
    return [m.text for m in marks if isinstance(m, Text) and np.isfinite(m.xy).all()]


def test_beat_after_beat_grows_tip_to_tail_until_the_step_is_there():
    board = board_of(vg.Contour(arrows="parts"))
    trajectory = vg.record(RAVINE, MOMENTUM, START, 6)
    point, gradient = trajectory.iterates[1], trajectory.gradients[1]
    before, velocity = trajectory.terms["velocity"][:2]
    (pulled,) = shown(board, frame_at(board, 1, 0.9))
    np.testing.assert_allclose([pulled.tail, pulled.head], [point, point - 0.05 * gradient], atol=1e-9)
    assert named(board, frame_at(board, 1, 0.9)) == [r"\(-\alpha g\)"]
    joint = point - 0.05 * 0.8 * before
    (carried,) = shown(board, frame_at(board, 1, 1.15))
    np.testing.assert_allclose([carried.tail], [point], atol=1e-9)
    grown = (carried.head - point) / (joint - point)
    assert grown[0] == pytest.approx(grown[1])
    assert 0.7 < grown[0] < 1.0
    ends = [np.array([m.tail, m.head]) for m in shown(board, frame_at(board, 1, 1.9))]
    whole = np.array([point, point - 0.05 * velocity])
    np.testing.assert_allclose(ends, [whole, [point, joint], [joint, whole[1]]], atol=1e-9)
    last = [np.array([m.tail, m.head]) for m in shown(board, frame_at(board, 1, 2.45))]
    np.testing.assert_allclose(last[0], trajectory.iterates[1:3], atol=1e-9)
    np.testing.assert_allclose(last[1:], [[point, joint], [joint, whole[1]]], atol=1e-9)


def test_at_other_steps_arrows_are_those_without_parts():
    board, plain = board_of(vg.Contour(arrows="parts")), board_of(vg.Contour(arrows="parts"), parts=0)
    for step in (2, 4, 5):
        here = [
            next(f for f in range(b.clock.frames) if b.clock.position(0, f) >= step) for b in (board, plain)
        ]
        for one, other in zip(*(shown(b, f) for b, f in zip((board, plain), here, strict=True)), strict=True):
            np.testing.assert_array_equal([one.tail, one.head], [other.tail, other.head])


def test_the_marker_stands_until_the_last_beat():
    board = board_of(vg.Contour(arrows="parts"))
    trajectory = vg.record(RAVINE, MOMENTUM, START, 6)
    places = board.clock.positions(0, board.clock.moments)
    beats = board.clock.played_of(0).beats(board.clock.moments)
    assert set(places[beats < 2.39]) == {0.0, 1.0}
    marker = next(m for p in board.panels for m in p.notes if getattr(m, "name", "") == "current 0")
    for beat, at in ((0.5, 0.0), (1.9, 0.0)):
        frame = frame_at(board, 1, beat)
        now = resolved(marker, lambda run, frame=frame: board.clock.position(run, frame))
        np.testing.assert_allclose(now.xy, trajectory.iterates[1] + at)


def test_adam_averages_in_the_gradients_unit_and_scales_to_the_step():
    rule = vg.Adam(learning_rate=0.4)
    board = board_of(vg.Contour(arrows="parts"), rule)
    told = quantities_of(rule, vg.record(RAVINE, rule, START, 6))
    point = vg.record(RAVINE, rule, START, 6).iterates[1]
    (gradient,) = shown(board, frame_at(board, 1, 0.9))
    factors = (gradient.head - point) / told.series["gradient"].values[1]
    assert factors[0] == pytest.approx(factors[1])
    moment, *terms = shown(board, frame_at(board, 1, 1.9))
    np.testing.assert_allclose(moment.head - point, factors * told.series["first_moment"].values[1])
    np.testing.assert_allclose(terms[1].head, moment.head)
    (corrected,) = shown(board, frame_at(board, 1, 2.9))
    np.testing.assert_allclose(corrected.head - point, factors * told.values["m_hat"][1])
    (scaled,) = shown(board, frame_at(board, 1, 3.9))
    np.testing.assert_allclose(scaled.head - point, told.series["step"].values[1])


def test_a_velocity_that_points_where_the_step_goes_is_drawn_there():
    board = board_of(vg.Contour(arrows="parts"), vg.Newton(learning_rate=0.5))
    (direction,) = shown(board, frame_at(board, 0, 1.9))
    np.testing.assert_allclose(direction.head, np.array(START) / 2, atol=1e-9)


def test_on_a_curve_the_drop_comes_with_the_step():
    rule = vg.GradientDescent(learning_rate=0.2)
    board = board_of(vg.Curve(arrows="parts"), rule, "x**2", (-4.0,))
    panel = next(p for p in board.panels if p.name == "curve")
    (drop,) = (m for m in panel.marks if isinstance(m, Line) and m.dash == (2.5, 1.8))
    for beat, there in ((0.5, False), (0.9, False), (1.1, True)):
        frame = frame_at(board, 1, beat)
        now = resolved(drop, lambda run, frame=frame: board.clock.position(run, frame))
        assert bool(np.isfinite(now.xy).all()) == there
    np.testing.assert_allclose(now.xy, [[-4 * 0.36, 16 * 0.36], [-4 * 0.36, 16 * 0.36**2]], atol=1e-9)


@pytest.mark.parametrize("name", list(optimizers()))
@pytest.mark.parametrize("arrows", ["parts", "step", "gradient", "components"])
def test_every_rule_is_drawn_in_parts(name, arrows):
    kind = optimizers()[name].load()
    try:
        rule = kind(learning_rate=0.05)
        if name not in {"gradient-descent", "momentum", "nesterov"}:
            rule = kind(learning_rate=0.5)
    except TypeError:
        rule = kind()
    board = board_of(vg.Contour(arrows=arrows), rule, seconds=3.0)
    last = len(board.clock.played_of(0).begins[0]) - 1
    frame = frame_at(board, 0, last - 1 + 0.45)
    length = np.linalg.norm(vg.record(RAVINE, rule, START, 1).terms.get("step", np.ones(2)))
    if arrows != "gradient" and length > 0.2:  # shorter ones are not drawn
        assert any(np.allclose(m.tail, START) for m in shown(board, frame))


@pytest.mark.parametrize(
    ("view", "objective", "start"),
    [
        (vg.Surface(arrows="parts"), RAVINE, START),
        (vg.Surface(arrows="parts", orbit=True), RAVINE, START),
        (vg.Curve(arrows="parts"), "x**2", (-8.0,)),
        (vg.Contour(arrows="parts"), "0*x + 0*y", START),
        (vg.Contour(arrows="parts"), "log(x + 9) + y**2", START),
    ],
)
def test_hard_inputs_are_drawn(view, objective, start):
    torch_sgd = vg.Torch(lambda params: torch.optim.SGD(params, lr=0.1, momentum=0.9))
    for rule in (MOMENTUM, torch_sgd, vg.GradientDescent(learning_rate=50.0)):
        board = board_of(view, rule, objective, start, seconds=3.0)
        for frame in (0, board.clock.intro + 10, board.clock.frames - 1):
            assert board.frame(frame)


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
def test_a_growing_tip_in_pixels_is_where_the_plan_has_it(compositor):
    board = board_of(vg.Contour(arrows="parts"), size=(1920, 1080))
    panel = next(p for p in board.panels if p.name == "contour")
    frame = frame_at(board, 0, 0.5)
    (arrow,) = shown(board, frame)
    flat = mapped(arrow, panel.to_frame)
    tail, tip = (in_pixels(board, end) for end in (flat.tail, flat.head))
    pixels = np.array(compositor(board).frame(frame))[..., :3].astype(float)
    color, casing = (255 * np.array(one[:3]) for one in (arrow.color, arrow.casing))
    alike = np.linalg.norm(pixels - color, axis=-1) < np.linalg.norm(casing - color) / 2
    window = np.stack(np.meshgrid(np.arange(-14, 15), np.arange(-14, 15)), axis=-1).reshape(-1, 2)
    window += tip.astype(int)
    way = (tip - tail) / np.hypot(*(tip - tail))
    inside = Path(in_pixels(board, arrow_outline(flat))).contains_points(window + 0.5)
    painted, meant = window[alike[window[:, 1], window[:, 0]]], window[inside]
    assert len(meant) > 30
    assert np.abs(painted.mean(axis=0) - meant.mean(axis=0)).max() < 1
    assert abs((painted @ way).max() - (meant @ way).max()) < 1
