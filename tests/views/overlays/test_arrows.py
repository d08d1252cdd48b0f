"""Arrows at the current point: they end where the plan says, in both renderers; nobody gets them unasked."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
import torch
from matplotlib.path import Path

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Arrow, Line, Text, Track, mapped, resolved
from vizgd.drawing.shapes import arrow_outline
from vizgd.drawing.space import TurningPanel
from vizgd.optimizers.catalogue import optimizers
from vizgd.recording.quantities import quantities_of
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor

from ...gallery_films import first_middle_last, in_pixels, planned

RAVINE = "x**2/2 + 5*y**2"
MOMENTUM = vg.Momentum(learning_rate=0.05, beta=0.8)


def board_of(view, rule=MOMENTUM, objective=RAVINE, start=(-8.0, 2.5), steps=8, **look):
    domain = None if callable(objective) else [(-10, 10), (-4, 4)][: len(start)]
    runs = [vg.Run(rule, start)]
    comparison = vg.Comparison("t", objective, runs, steps=steps, domain=domain, views=[view])
    return planned(comparison, **look)


def panel_of(board):
    return next(panel for panel in board.panels if panel.name in {"contour", "curve", "surface"})


def arrows_in(board):
    """Return the arrows in the panel, ghosts left out, in data coordinates."""
    return [m for m in panel_of(board).marks if isinstance(m, Arrow) and m.color[3] == 1.0]


def names_in(board):
    return [m.text for m in panel_of(board).notes if isinstance(m, Text)]


def moved(arrow):
    return arrow.head.values - arrow.tail.values


def test_parts_are_set_tip_to_tail_and_end_in_the_next_iterate():
    board = board_of(vg.Contour(arrows="parts"))
    trajectory = vg.record(RAVINE, MOMENTUM, (-8.0, 2.5), 8)
    whole, carried, pulled = arrows_in(board)  # the sum beneath its parts
    parts = quantities_of(MOMENTUM, trajectory).parts
    for step in range(8):
        joint = trajectory.iterates[step] + parts[0].values[step]
        for arrow, begin, end in (
            (carried, trajectory.iterates[step], joint),
            (pulled, joint, trajectory.iterates[step + 1]),
            (whole, trajectory.iterates[step], trajectory.iterates[step + 1]),
        ):
            for position in (step, step + 0.99):
                if np.isfinite(arrow.head.at(position)).all():
                    np.testing.assert_allclose(arrow.tail.at(position), begin, rtol=0, atol=1e-9)
                    np.testing.assert_allclose(arrow.head.at(position), end, rtol=0, atol=1e-9)
    assert np.isfinite(whole.head.values).all(axis=1).sum() >= 7
    assert np.isnan(carried.head.at(0)).all()  # nothing is carried yet
    assert names_in(board) == [r"\(-\alpha \beta v_{t-1}\)", r"\(-\alpha g\)", r"\(\Delta \theta\)"]


def test_the_last_ones_are_ghosts():
    marks = [m for m in panel_of(board_of(vg.Contour(arrows="step"))).marks if isinstance(m, Arrow)]
    (current,) = (m for m in marks if m.color[3] == 1.0)
    ghosts = sorted((m for m in marks if m.color[3] < 1.0), key=lambda m: -m.color[3])
    assert len(ghosts) == 3
    for back, ghost in enumerate(ghosts, start=1):
        assert np.isnan(ghost.head.at(back - 1)).all()
        np.testing.assert_array_equal(ghost.head.at(5), current.head.at(5 - back))
        np.testing.assert_array_equal(ghost.head.at(8), current.head.at(7 - back))
    np.testing.assert_array_equal(current.head.at(8), current.head.at(7))


@pytest.mark.parametrize("view", [vg.Contour(), vg.Surface(), vg.Surface(orbit=True)])
def test_nobody_gets_arrows_unasked(view):
    marks = [m for layer in board_of(view).frame(20) for m in layer.marks]
    assert not any(isinstance(m, Arrow) for m in marks)


@pytest.mark.parametrize("name", list(optimizers()))
def test_the_parts_of_every_rule_add_up_on_the_screen(name):
    kind = optimizers()[name].load()
    fields = {field.name for field in dataclasses.fields(kind)}
    rate = {"adadelta": 300.0}.get(name, 0.15)  # whose first steps are tiny
    rule = kind(learning_rate=rate) if "learning_rate" in fields else kind()
    board = board_of(vg.Contour(arrows="parts"), rule, steps=5)
    iterates = vg.record(RAVINE, rule, (-8.0, 2.5), 5).iterates
    heads = np.stack([arrow.head.values[:-1] for arrow in arrows_in(board)])
    # What is longer than a few axes is drawn shorter.
    for step in np.flatnonzero(np.abs(iterates[1:]).max(axis=1) < 20):
        ends = heads[:, step][np.isfinite(heads[:, step]).all(axis=1)]
        if len(ends):  # and not all of them too short
            assert np.abs(ends - iterates[step + 1]).max(axis=1).min() < 1e-9
    assert np.isfinite(heads).any()


def test_along_a_curve_a_step_is_level_and_drops_to_where_it_leads():
    rule = vg.GradientDescent(learning_rate=0.1)
    board = board_of(vg.Curve(arrows="parts"), rule, "x**2", (8.0,))
    iterates = vg.record("x**2", rule, 8.0, 8).iterates[:, 0]
    (step,) = arrows_in(board)
    seen = np.isfinite(step.head.values[:-1, 0])
    assert seen[:4].all()
    np.testing.assert_allclose(step.head.values[:-1, 0][seen], iterates[1:][seen], rtol=0, atol=1e-9)
    np.testing.assert_allclose(step.head.values[:-1, 1][seen], np.square(iterates[:-1])[seen])
    np.testing.assert_array_equal(step.head.values[:, 1], step.tail.values[:, 1])
    (drop,) = (m for m in panel_of(board).marks if isinstance(m, Line) and isinstance(m.xy, Track))
    np.testing.assert_allclose(
        drop.xy.at(2), [(iterates[3], iterates[2] ** 2), (iterates[3], iterates[3] ** 2)]
    )
    assert names_in(board) == [r"\(-\alpha g\)"]


def test_along_a_curve_parts_lie_in_lanes_of_their_own():
    board = board_of(vg.Curve(arrows="parts"), objective="x**2", start=(8.0,))
    arrows = arrows_in(board)
    assert len(arrows) == 3
    for one, other in itertools.combinations(arrows, 2):
        heights = np.array([panel_of(board).to_frame(arrow.head.values)[4, 1] for arrow in (one, other)])
        assert abs(np.diff(heights)[0]) > 25


def test_a_gradient_is_as_long_as_its_name_says():
    board = board_of(vg.Contour(arrows="gradient"))
    gradients = vg.record(RAVINE, MOMENTUM, (-8.0, 2.5), 8).gradients[:-1]
    (arrow,) = arrows_in(board)
    (name,) = names_in(board)
    factor = float(name.removeprefix(r"\(-").removesuffix(r"\,g\)"))
    seen = np.isfinite(arrow.head.values[:-1, 0])
    np.testing.assert_allclose(moved(arrow)[:-1][seen], -factor * gradients[seen], atol=1e-12)
    box = panel_of(board).box
    lengths = np.hypot(
        *(np.diff(panel_of(board).to_frame(np.stack([arrow.tail.values, arrow.head.values])), axis=0)[0]).T
    )
    assert 0.08 * min(box.width, box.height) < np.nanmax(lengths) <= 0.4 * min(box.width, box.height)


def test_components_go_along_one_axis_each():
    whole, across, up = arrows_in(board_of(vg.Contour(arrows="components")))
    assert (moved(across)[np.isfinite(moved(across)[:, 0]), 1] == 0).all()
    assert (moved(up)[np.isfinite(moved(up)[:, 0]), 0] == 0).all()
    both = np.isfinite(moved(across) + moved(up)).all(axis=1)
    np.testing.assert_allclose((moved(across) + moved(up))[both], moved(whole)[both], atol=1e-12)
    assert both.any()


def test_of_many_parameters_arrows_are_projected_as_paths_are():
    scales = np.linspace(1.0, 10.0, 50)
    objective = vg.Objective(
        "bowl50",
        lambda params: (scales * np.square(params)).sum(axis=-1),
        lambda params: 2.0 * scales * params,
        domain=((-5.0, 5.0),) * 50,
    )
    runs = [vg.Run(vg.Momentum(learning_rate=0.02, beta=0.8), (2.0,) * 50)]
    for arrows in ("parts", "gradient", "components"):
        comparison = vg.Comparison("t", objective, runs, steps=6, views=[vg.Contour(arrows=arrows)])
        board = planned(comparison)
        if arrows == "parts":
            trail = next(m for m in panel_of(board).marks if isinstance(m, Line) and m.reveal is not None)
            whole, _, pulled = arrows_in(board)
            np.testing.assert_allclose(whole.head.values[:3], trail.xy[1:4], atol=1e-9)
            np.testing.assert_allclose(pulled.head.values[1:3], trail.xy[2:4], atol=1e-9)
        assert arrows_in(board)


def test_a_rule_of_another_library_shows_its_step():
    rule = vg.Torch(torch.optim.SGD, lr=0.05, momentum=0.8)
    for arrows, name in (("parts", r"\(\Delta \theta\)"), ("step", r"\(\Delta \theta\)")):
        board = board_of(vg.Contour(arrows=arrows), rule)
        assert len(arrows_in(board)) == 1
        assert names_in(board) == [name]


@pytest.mark.parametrize(
    ("given", "words"),
    [("velocityy", "known: components, gradient, parts, step"), ("graident", "did you mean 'gradient'")],
)
@pytest.mark.parametrize("view", [vg.Contour, vg.Curve, vg.Surface])
def test_other_names_are_refused_with_those_that_there_are(view, given, words):
    with pytest.raises(UsageError, match=words):
        view(arrows=given)


def test_nothing_is_drawn_where_steps_are_too_small_to_be_seen():
    board = board_of(vg.Contour(arrows="parts"), vg.GradientDescent(learning_rate=1e-5))
    assert not arrows_in(board)
    assert not names_in(board)


@pytest.mark.parametrize("arrows", ["step", "gradient", "parts", "components"])
@pytest.mark.parametrize(
    ("view", "formula", "start"), [(vg.Contour, RAVINE, (2.0, 1.0)), (vg.Curve, "x**2", (2.0,))]
)
def test_runs_that_end_sooner_than_others_have_arrows_too(arrows, view, formula, start):
    rules = vg.GradientDescent(learning_rate=1.5), MOMENTUM, vg.Momentum(learning_rate=3.0)
    runs = [vg.Run(rule, start) for rule in rules]  # two of them diverge
    comparison = vg.Comparison("t", formula, runs, steps=400, views=[view(arrows=arrows)])
    board = planned(comparison)
    lengths = {len(arrow.head.values) for arrow in arrows_in(board)}
    assert len(lengths) > 1
    for frame in first_middle_last(board):
        for mark in (m for layer in board.frame(frame) for m in layer.marks if isinstance(m, Arrow)):
            assert not np.isinf(mark.head).any()
            assert not (np.abs(mark.head) > 1e5).any()


@pytest.mark.parametrize("arrows", ["step", "gradient", "parts", "components"])
@pytest.mark.parametrize("view", [vg.Contour, vg.Surface])
def test_a_run_that_takes_no_step_has_no_arrows(view, arrows):
    resting = vg.Run(vg.Scipy("BFGS"), (0.0, 0.0))
    for runs in ([resting], [vg.Run(MOMENTUM, (-8.0, 2.5)), resting]):
        assert len(vg.record(RAVINE, resting.optimizer, (0.0, 0.0), 5).iterates) == 1
        board = planned(vg.Comparison("t", RAVINE, runs, steps=5, views=[view(arrows=arrows)]))
        marks = [m for layer in board.frame(10) for m in layer.marks if isinstance(m, Arrow)]
        assert bool(marks) == (len(runs) > 1)


@pytest.mark.parametrize("orbit", [False, True])
def test_on_a_surface_both_ends_lie_on_it(orbit):
    board = board_of(vg.Surface(arrows="step", orbit=orbit))
    panel = panel_of(board)
    assert isinstance(panel, TurningPanel) == orbit
    for frame in (0, board.clock.intro + 10):
        marks = [m for layer in board.frame(frame) for m in layer.marks if isinstance(m, Arrow)]
        ends = [m.head for m in marks if np.isfinite(m.head).all()]
        assert ends
        for end in ends:
            assert panel.box.left <= end[0] <= panel.box.right
            assert panel.box.bottom <= end[1] <= panel.box.top


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
def test_the_tip_in_pixels_is_where_the_plan_has_it(compositor):
    board = board_of(vg.Contour(arrows="step"), size=(1920, 1080), seconds=1.0)
    (arrow,) = arrows_in(board)
    panel = panel_of(board)
    tail, tip = (in_pixels(board, panel.to_frame(end.at(0))) for end in (arrow.tail, arrow.head))
    pixels = np.array(compositor(board).frame(0))[..., :3].astype(float)
    color, casing = (255 * np.array(one[:3]) for one in (arrow.color, arrow.casing))
    alike = np.linalg.norm(pixels - color, axis=-1) < np.linalg.norm(casing - color) / 2
    window = np.stack(np.meshgrid(np.arange(-14, 15), np.arange(-14, 15)), axis=-1).reshape(-1, 2)
    window += tip.astype(int)
    way = (tip - tail) / np.hypot(*(tip - tail))
    window = window[np.abs((window - tip) @ (-way[1], way[0])) < 11]  # nearer than its name
    flat = mapped(resolved(arrow, lambda _: 0.0), panel.to_frame)
    inside = Path(in_pixels(board, arrow_outline(flat))).contains_points(window + 0.5)
    painted, meant = window[alike[window[:, 1], window[:, 0]]], window[inside]
    assert len(meant) > 30
    assert np.abs(painted.mean(axis=0) - meant.mean(axis=0)).max() < 1
    assert abs((painted @ way).max() - (meant @ way).max()) < 1


def test_a_part_whose_symbols_are_a_fraction_is_named_by_its_word():
    comparison = vg.Comparison(
        "Adam",
        "x**2 + 3*y**2",
        [vg.Run(vg.Adam(learning_rate=1.0), start=(5, 3))],
        domain=[(-6, 6), (-5, 5)],
        steps=8,
        views=[vg.Contour(arrows="parts")],
    )
    board = planned(comparison)
    marks = [mark for panel in board.panels for mark in panel.marks + panel.notes]
    said = {mark.text for mark in marks if isinstance(mark, Text)}
    assert {r"\(\mathrm{carried}\)", r"\(\mathrm{pulled}\)"} <= said
    assert not any("dfrac" in str(text) for text in said)
