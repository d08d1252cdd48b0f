"""The cloud of gradients that a step might have been given: each dot is where that gradient leads."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.comparisons.resolving import resolved, tasks_of
from vizgd.drawing.marks import Arrow, Points, Text
from vizgd.drawing.marks import resolved as resolved_mark
from vizgd.drawing.panel import pixels_per_unit
from vizgd.drawing.theme import LIGHT
from vizgd.objectives.datasets.dataset import logistic
from vizgd.objectives.datasets.samplers import FullBatch, Replay, ShuffledEpochs, WithReplacement
from vizgd.recording.draws import cloud_of, draws_at
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.storyboard.storyboard import Storyboard
from vizgd.views.overlays.cloud import cloud_chances, clouds_of, raised_clouds
from vizgd.views.view import Subject

from ...gallery_films import first_middle_last, in_pixels, planned

RNG = np.random.default_rng(3)
INPUTS = RNG.normal(size=40)
ANSWERS = 1.5 * INPUTS + 0.5 + RNG.normal(size=40)
DESIGN = np.column_stack([INPUTS, np.ones(40)])
LINE = vg.least_squares(INPUTS, ANSWERS)
WIDE = [(-1.0, 3.0), (-1.5, 2.0)]
RULE = vg.GradientDescent(learning_rate=0.3)


def gradient(place, batch):
    design = DESIGN[batch]
    return 2.0 * design.T @ (design @ place - ANSWERS[batch]) / len(batch)


def comparison_of(*runs, objective=LINE, domain=WIDE, steps=12, **view):
    return vg.Comparison(
        "t", objective, list(runs), steps=steps, domain=domain, views=[vg.Contour(**{"cloud": True} | view)]
    )


def run_of(sampler=None, rule=RULE, start=(-0.5, -1.0), **settings):
    return vg.Run(rule, start, sampler=sampler, **settings)


def panel_of(board):
    return next(panel for panel in board.panels if panel.name == "contour")


def clouds_in(board):
    return [m for m in panel_of(board).marks if isinstance(m, Points) and m.name.startswith("cloud")]


def arrows_in(board):
    return [m for m in panel_of(board).marks if isinstance(m, Arrow)]


def names_in(board):
    return [m.text for m in panel_of(board).notes if isinstance(m, Text) and "\\(" in str(m.text)]


def factor_of(name):
    return float(re.match(r"\\\(-([0-9.e-]*)\\,", name)[1] or 1)


@settings(max_examples=15, deadline=None)
@given(
    st.one_of(st.builds(WithReplacement, st.integers(1, 20)), st.builds(ShuffledEpochs, st.integers(1, 20))),
    st.integers(0, 1000),
)
def test_of_plain_gradient_descent_each_dot_is_where_it_would_have_gone(sampler, seed):
    comparison = comparison_of(run_of(sampler, seed=seed))
    found = resolved(comparison)
    (task,), (path,) = tasks_of(found), found.trajectories
    draws = draws_at(task, path, np.arange(12))
    batches = cloud_of(task, draws, 200).batches
    board = planned(comparison)
    (cloud,) = clouds_in(board)
    factor = 0.3 if r"\alpha" in names_in(board)[0] else factor_of(names_in(board)[0])
    for step in range(12):
        place = path.iterates[step]
        size = len(draws[step].batch)
        own = np.array([place - factor * gradient(place, batch[:size]) for batch in batches])
        for position in (step, step + 0.9):
            np.testing.assert_allclose(cloud.xy.at(position), own, rtol=0, atol=1e-9)


def test_wide_and_gray_is_the_exact_gradient_and_the_drawn_one_is_the_step_that_is_taken():
    comparison = comparison_of(run_of(ShuffledEpochs(4)))
    board = planned(comparison)
    (path,) = resolved(comparison).trajectories
    exact, drawn = arrows_in(board)
    assert names_in(board) == [r"\(-\alpha\,\nabla f\)", r"\(-\alpha\,g\)"]
    assert exact.width > 1.5 * drawn.width
    assert exact.color != drawn.color
    for step in range(12):
        if np.isfinite(drawn.head.at(step)).all():
            np.testing.assert_allclose(drawn.tail.at(step), path.iterates[step], atol=1e-9)
            np.testing.assert_allclose(drawn.head.at(step), path.iterates[step + 1], atol=1e-9)
        if np.isfinite(exact.head.at(step)).all():
            own = path.iterates[step] - 0.3 * gradient(path.iterates[step], np.arange(40))
            np.testing.assert_allclose(exact.head.at(step), own, atol=1e-9)
    assert np.isfinite(drawn.head.at(0)).all()
    assert np.isfinite(exact.head.at(0)).all()


@pytest.mark.parametrize("rule", [vg.Adam(learning_rate=0.2), vg.GradientDescent(learning_rate=0.001)])
def test_of_other_rules_and_where_steps_are_too_short_gradients_are_as_long_as_their_names_say(rule):
    comparison = comparison_of(run_of(WithReplacement(3), rule))
    board = planned(comparison)
    (path,) = resolved(comparison).trajectories
    exact, drawn = names_in(board)
    factor = factor_of(drawn)
    assert factor_of(exact) == factor
    _, arrow = arrows_in(board)
    np.testing.assert_allclose(arrow.head.at(0), path.iterates[0] - factor * path.gradients[0], atol=1e-9)
    (cloud,) = clouds_in(board)
    middle = cloud.xy.at(0).mean(axis=0)
    apart = np.abs(middle - (path.iterates[0] - factor * gradient(path.iterates[0], np.arange(40))))
    assert (apart < 5.5 * cloud.xy.at(0).std(axis=0) / np.sqrt(200)).all()


def test_noise_has_a_cloud_on_any_objective():
    runs = [vg.Run(vg.GradientDescent(learning_rate=0.1), (3.0, 2.0), noise=4.0, seed=2)]
    comparison = vg.Comparison("t", "x**2 + 2*y**2", runs, steps=8, views=[vg.Contour(cloud=True)])
    board = planned(comparison)
    (path,) = resolved(comparison).trajectories
    (cloud,) = clouds_in(board)
    away = cloud.xy.at(3) - path.iterates[3] * (1 - 0.1 * np.array([2.0, 4.0]))
    assert away.shape == (200, 2)
    np.testing.assert_allclose(away.std(axis=0), 0.4, rtol=0.2)
    np.testing.assert_allclose(
        cloud.xy.at(4) - cloud.xy.at(3),
        np.broadcast_to((path.iterates[4] - path.iterates[3]) * (1 - 0.1 * np.array([2.0, 4.0])), (200, 2)),
        atol=1e-9,
    )


def test_a_cloud_changes_nothing_of_what_a_run_draws():
    run = run_of(WithReplacement(2), noise=0.5, seed=8)
    with_cloud = resolved(comparison_of(run)).trajectories[0]
    planned(comparison_of(run))
    without = resolved(comparison_of(run, cloud=False)).trajectories[0]
    np.testing.assert_array_equal(with_cloud.iterates, without.iterates)
    np.testing.assert_array_equal(with_cloud.gradients, without.gradients)


@pytest.mark.parametrize("sampler", [None, FullBatch(), Replay([[0, 1]] * 12), ShuffledEpochs(40)])
def test_a_cloud_of_exact_gradients_is_refused_in_a_sentence(sampler):
    with pytest.raises(UsageError) as caught:
        planned(comparison_of(run_of(sampler)))
    assert "a cloud needs a sampler or noise" in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 4


def test_among_noisy_runs_exact_ones_have_no_cloud():
    runs = [
        run_of(label="exact"),
        run_of(WithReplacement(3), label="drawn"),
        run_of(noise=1.0, label="noise"),
    ]
    assert [m.name for m in clouds_in(planned(comparison_of(*runs)))] == ["cloud 1", "cloud 2"]
    one, two = clouds_in(planned(comparison_of(*runs)))
    assert one.fill != two.fill
    boards = planned(comparison_of(*runs, side_by_side=True))
    panels = [panel for panel in boards.panels if panel.name == "contour"]
    assert [sum("cloud" in getattr(m, "name", "") for m in p.marks) for p in panels] == [0, 1, 1]


def test_arrows_beside_a_cloud_are_refused():
    with pytest.raises(UsageError, match="a cloud has arrows of its own"):
        planned(comparison_of(run_of(WithReplacement(2)), arrows="step"))


def test_a_run_that_drew_otherwise_is_not_told_of():
    sampler = WithReplacement(3)
    path = vg.record(LINE, RULE, (-0.5, -1.0), 12, sampler=sampler, seed=1)
    runs = [vg.Run(RULE, (-0.5, -1.0), sampler=sampler, seed=seed, trajectory=path) for seed in (1, 2)]
    assert len(clouds_in(planned(comparison_of(runs[0])))) == 1
    with pytest.raises(UsageError, match="a cloud cannot be shown"):
        planned(comparison_of(runs[1]))


def test_of_many_parameters_a_cloud_is_projected_as_paths_are():
    inputs = RNG.normal(size=(60, 8))
    odds = logistic(inputs, (inputs @ np.arange(8.0) > 0).astype(float))
    run = vg.Run(vg.GradientDescent(learning_rate=0.5), (0.0,) * 9, sampler=ShuffledEpochs(6))
    board = planned(comparison_of(run, objective=odds, domain=None, steps=10))
    (cloud,) = clouds_in(board)
    exact, drawn = arrows_in(board)
    assert cloud.xy.at(0).shape == (200, 2)
    seen = np.isfinite(exact.head.values).all(axis=1)
    assert seen.any()
    first = int(np.flatnonzero(seen)[0])
    apart = np.abs(cloud.xy.at(first).mean(axis=0) - exact.head.at(first))
    assert (apart < 6 * cloud.xy.at(first).std(axis=0) / np.sqrt(200)).all()
    assert drawn is not exact


def test_of_a_long_run_only_what_frames_show_is_kept():
    steps = 20_000
    rule = vg.GradientDescent(learning_rate=0.02)
    comparison = comparison_of(run_of(WithReplacement(2), rule), steps=steps)
    board = planned(comparison)
    (cloud,) = clouds_in(board)
    kept = cloud.xy.values
    assert len(kept) == steps + 1
    assert kept.rows.nbytes <= 2 * 601 * 200 * 2 * 8
    path = resolved(comparison).trajectories[0].iterates
    (task,) = tasks_of(resolved(comparison))
    batches = cloud_of(task, draws_at(task, resolved(comparison).trajectories[0], np.arange(2)), 200).batches
    factor = factor_of(names_in(board)[1]) if r"\alpha" not in names_in(board)[1] else 0.02
    for frame in np.linspace(0, board.clock.frames - 1, 9).astype(int):
        position = board.clock.position(0, frame)
        place = path[min(int(position), steps - 1)]
        own = np.array([place - factor * gradient(place, batch) for batch in batches])
        np.testing.assert_allclose(cloud.xy.at(position), own, atol=1e-9)


def test_a_diverging_run_has_a_cloud_while_it_is_there():
    board = planned(
        comparison_of(run_of(WithReplacement(2), vg.GradientDescent(learning_rate=3.0)), steps=400)
    )
    for frame in first_middle_last(board):
        AggCompositor(board).frame(frame)
    assert len(clouds_in(board)) == 1


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_dots_are_where_the_plan_puts_them(compositor, theme):
    board = planned(comparison_of(run_of(ShuffledEpochs(4))), theme=theme)
    bare = Storyboard(
        board.title,
        board.size,
        board.clock,
        board.background,
        tuple(
            panel
            if panel.name != "contour"
            else type(panel)(
                panel.name,
                panel.box,
                tuple(m for m in panel.marks if not getattr(m, "name", "").startswith("cloud")),
                panel.axes,
                panel.notes,
            )
            for panel in board.panels
        ),
    )
    panel = panel_of(board)
    (cloud,) = clouds_in(board)
    for frame in first_middle_last(board):
        seen = (compositor(board).frame(frame) != compositor(bare).frame(frame)).any(axis=-1)
        now = resolved_mark(cloud, lambda run, at=frame: board.clock.position(run, at))
        places = panel.to_frame(now.xy)
        box = panel.box
        margin = 4.0
        inside = (
            (places[:, 0] > box.left + margin)
            & (places[:, 0] < box.right - margin)
            & (places[:, 1] > box.bottom + margin)
            & (places[:, 1] < box.top - margin)
        )
        spots = np.round(in_pixels(board, places[inside]) - 0.5).astype(int)
        assert len(spots) > 30
        # All but those beneath markers and arrows.
        assert seen[spots[:, 1], spots[:, 0]].mean() > 0.8
        # And nothing else has changed.
        radius = 0.5 * cloud.size * pixels_per_unit(board.size)
        rows, columns = np.nonzero(seen)
        pixels = np.column_stack([columns, rows]) + 0.5
        away = np.abs(pixels[:, None] - in_pixels(board, places)[None]).max(axis=-1).min(axis=1)
        assert (away <= radius + 1.0).all()


def test_a_file_asks_for_a_cloud():
    text = """
title = "t"
objective = { loss = "least-squares", data = "line" }
steps = 6
views = [{ view = "contour", cloud = true }]

[[runs]]
optimizer = "gradient-descent"
learning_rate = 0.1
sampler = { sampler = "shuffled-epochs", batch_size = 10 }
"""
    assert len(clouds_in(planned(comparison_from_text(text, "t.toml")))) == 1


def curve_comparison(**run):
    rule = run.pop("rule", vg.GradientDescent(learning_rate=0.05))
    runs = [vg.Run(rule, 1.7, noise=6.0, seed=4, **run)]
    return vg.Comparison(
        "t", "(x**2 - 1)**2 + 0.3*x", runs, steps=15, domain=[(-1.8, 1.8)], views=[vg.Curve(cloud=True)]
    )


def slope(x):
    return 4 * x * (x**2 - 1) + 0.3


def curve_panel(board):
    return next(panel for panel in board.panels if panel.name == "curve")


def test_on_a_curve_dots_stand_where_their_gradients_would_have_gone():
    comparison = curve_comparison()
    found = resolved(comparison)
    (path,), (task,) = found.trajectories, tasks_of(found)
    noise = cloud_of(task, draws_at(task, path, np.arange(15)), 200).noise[:, 0]
    board = planned(comparison)
    panel = curve_panel(board)
    (cloud,) = (m for m in panel.marks if getattr(m, "name", "") == "cloud 0")
    for step in range(15):
        x = path.iterates[step, 0]
        across, up = cloud.xy.at(step + 0.5).T
        np.testing.assert_allclose(across, x - 0.05 * (slope(x) + noise), rtol=0, atol=1e-12)
        # In frame units they stand on the curve, each as high as there are others beneath it.
        feet = panel.to_frame(np.column_stack([across, (across**2 - 1) ** 2 + 0.3 * across]))[:, 1]
        raised = (panel.to_frame(np.column_stack([across, up]))[:, 1] - feet) / cloud.size - 0.5
        columns = np.floor(panel.to_frame(cloud.xy.at(step))[:, 0] / cloud.size)
        assert raised.min() == pytest.approx(0, abs=1e-6)
        assert np.isclose(raised, np.round(raised), atol=1e-6).all()
        assert raised.max() < len(columns)
    names = [m.text for m in panel.notes if isinstance(m, Text) and "\\(" in str(m.text)]
    assert names == [r"\(-\alpha\,\nabla f\)", r"\(-\alpha\,g\)"]


def test_dots_of_other_rules_stand_at_the_height_of_the_point():
    comparison = curve_comparison(rule=vg.Adam(learning_rate=0.1))
    (path,) = resolved(comparison).trajectories
    board = planned(comparison)
    (cloud,) = (m for m in curve_panel(board).marks if getattr(m, "name", "") == "cloud 0")
    panel = curve_panel(board)
    for step in range(0, 15, 5):
        lowest = panel.to_frame(cloud.xy.at(step))[:, 1].min()
        height = panel.to_frame(np.array([path.iterates[step, 0], path.losses[step]]))[1]
        assert lowest - 0.5 * cloud.size == pytest.approx(height, abs=1e-6)


def test_stacks_stay_low_where_all_dots_are_in_one():
    rate = vg.Polynomial(learning_rate=0.05, steps=15)
    board = planned(curve_comparison(rule=vg.GradientDescent(learning_rate=rate)))
    panel = curve_panel(board)
    (cloud,) = (m for m in panel.marks if getattr(m, "name", "") == "cloud 0")
    for step in range(15):
        across, up = cloud.xy.at(step).T
        feet = panel.to_frame(np.column_stack([across, (across**2 - 1) ** 2 + 0.3 * across]))[:, 1]
        assert (panel.to_frame(np.column_stack([across, up]))[:, 1] - feet).max() <= 19 * cloud.size


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_dots_on_a_curve_are_where_the_plan_puts_them(compositor, theme):
    board = planned(curve_comparison(), theme=theme)
    panel = curve_panel(board)
    (cloud,) = (m for m in panel.marks if getattr(m, "name", "") == "cloud 0")
    for frame in first_middle_last(board):
        pixels = compositor(board).frame(frame)[..., :3].astype(int)
        now = cloud.xy.at(board.clock.position(0, frame))
        places = panel.to_frame(now)
        x = now[:, 0]
        feet = panel.to_frame(np.column_stack([x, (x**2 - 1) ** 2 + 0.3 * x]))
        high = places[np.argsort(places[:, 1] - feet[:, 1])[-10:]]  # clear of the curve and the path
        spots = np.round(in_pixels(board, high) - 0.5).astype(int)
        ground = np.array(panel.axes.style.background[:3])
        color, opacity = np.array(cloud.fill[:3]), cloud.fill[3]
        wanted = 255 * (opacity * color + (1 - opacity) * ground)
        apart = np.abs(pixels[spots[:, 1], spots[:, 0]] - wanted).max(axis=1)
        assert (apart < 25).mean() >= 0.6


def test_a_curve_of_exact_gradients_has_no_cloud():
    runs = [vg.Run(vg.GradientDescent(), 1.0)]
    comparison = vg.Comparison("t", "x**2", runs, steps=5, views=[vg.Curve(cloud=True)])
    with pytest.raises(UsageError, match="a cloud needs a sampler or noise"):
        planned(comparison)


def surface_dots(board):
    (panel,) = (panel for panel in board.panels if panel.name == "surface")
    return [
        m
        for layer in panel.layers_at(0.0)
        for m in layer.marks
        if isinstance(m, Points) and m.name.startswith("cloud")
    ]


@pytest.mark.parametrize("orbit", [False, True])
def test_on_a_surface_each_dot_is_before_it_or_faded_behind_it(orbit):
    view = vg.Surface(cloud=True, orbit=orbit, points=33)
    comparison = dataclasses.replace(comparison_of(run_of(ShuffledEpochs(4))), views=[view])
    board = planned(comparison)
    before, behind = surface_dots(board)
    assert before.fill[:3] == behind.fill[:3]
    assert behind.fill[3] < 0.5 * before.fill[3]
    flat = clouds_in(planned(comparison_of(run_of(ShuffledEpochs(4)))))[0]
    low, high = np.array(WIDE).T
    for step in range(12):
        shown = [np.isfinite(mark.xy.at(step)).all(axis=1) for mark in (before, behind)]
        inside = ((flat.xy.at(step) >= low) & (flat.xy.at(step) <= high)).all(axis=1)
        np.testing.assert_array_equal(shown[0] ^ shown[1], inside)
        assert not (shown[0] & shown[1]).any()


def test_dots_on_a_surface_have_its_height():
    found = resolved(comparison_of(run_of(ShuffledEpochs(4))))
    subject = Subject(
        LINE, found.trajectories, ("a",), None, LIGHT, tuple(WIDE), optimizers=(RULE,), tasks=tasks_of(found)
    )
    clouds = clouds_of(subject, [0], np.asarray, cloud_chances(subject, arrows=False))
    (dots,), (exact, drawn) = raised_clouds(
        subject, clouds, lambda places: np.column_stack([places, LINE.value(places)])
    )
    (path,) = found.trajectories
    raised = dots.xy.at(5)
    assert raised.shape == (200, 3)
    np.testing.assert_allclose(raised[:, 2], LINE.value(raised[:, :2]))
    np.testing.assert_allclose(drawn.heads[:12], path.iterates[1:], atol=1e-9)
    own = path.iterates[5] - 0.3 * gradient(path.iterates[5], np.arange(40))
    np.testing.assert_allclose(exact.heads[5], own, atol=1e-9)


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_dots_on_a_surface_are_where_the_plan_puts_them(compositor, theme):
    view = vg.Surface(cloud=True, points=33)
    comparison = dataclasses.replace(comparison_of(run_of(ShuffledEpochs(4))), views=[view])
    bare = dataclasses.replace(comparison, views=[vg.Surface(points=33)])
    board, other = planned(comparison, theme=theme), planned(bare, theme=theme)
    before, _ = surface_dots(board)
    for frame in first_middle_last(board):
        seen = (compositor(board).frame(frame) != compositor(other).frame(frame)).any(axis=-1)
        places = before.xy.at(board.clock.position(0, frame))
        places = places[np.isfinite(places).all(axis=1)]
        assert len(places) > 30
        spots = np.round(in_pixels(board, places) - 0.5).astype(int)
        assert seen[spots[:, 1], spots[:, 0]].mean() > 0.8
