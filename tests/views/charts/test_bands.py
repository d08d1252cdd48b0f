"""Bands in charts: the percentiles of separate recordings, growing with the film."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.comparisons.resolving import resolved
from vizgd.drawing.marks import Mesh
from vizgd.drawing.marks import resolved as resolved_mark
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.storyboard.look import Look
from vizgd.storyboard.planning import plan
from vizgd.views.charts.bands import MOST_COLUMNS, percentiles

from ...gallery_films import planned

OBJECTIVE = "x**2 + 10*y**2"
RULE = vg.Adam(0.3)
START = (-5.0, 3.0)
QUANTITIES = st.sampled_from(["loss", "excess", "distance"])


def compared(*runs, objective=OBJECTIVE, steps=20, views=("convergence",)):
    return vg.Comparison("t", objective, list(runs), steps=steps, views=list(views))


def noisy(seeds=7, noise=3.0, rule=RULE, **settings):
    return vg.Run(rule, settings.pop("start", START), noise=noise, seeds=seeds, **settings)


def panel_of(board, name="convergence"):
    return next(panel for panel in board.panels if panel.name == name)


def bands_in(board, name="convergence"):
    return [mark for mark in panel_of(board, name).marks if isinstance(mark, Mesh)]


def shown_cells(board, mesh, frame):
    fills = resolved_mark(mesh, lambda run: board.clock.position(run, frame)).fills
    return int(np.isfinite(fills[0, :, 0]).sum())


@settings(max_examples=12, deadline=None)
@given(
    st.integers(2, 12),
    st.integers(0, 30),
    st.floats(0.1, 9.0),
    st.sampled_from(["loss", "excess", "distance"]),
)
def test_its_edges_are_the_percentiles_of_separate_recordings(seeds, seed, noise, quantity):
    run = noisy(seeds=seeds, seed=seed, noise=noise)
    board = planned(compared(run, views=[vg.Convergence(quantity=quantity, scale="linear")]))
    alone = [vg.record(OBJECTIVE, RULE, START, 20, noise=noise, seed=seed + k) for k in range(seeds)]
    measured = {
        "loss": lambda one: one.losses,
        "excess": lambda one: one.losses,
        "distance": lambda one: np.linalg.norm(one.iterates, axis=1),
    }[quantity]
    low, high = np.percentile([measured(one) for one in alone], [10, 90], axis=0)
    (mesh,) = bands_in(board)
    np.testing.assert_allclose(
        mesh.vertices[0], np.column_stack([np.arange(21), low]), rtol=1e-12, atol=1e-12
    )
    np.testing.assert_allclose(
        mesh.vertices[1], np.column_stack([np.arange(21), high]), rtol=1e-12, atol=1e-12
    )


def test_any_recorded_quantity_has_one_and_what_is_the_same_for_all_seeds_has_none():
    views = [vg.Chart(quantity="velocity"), vg.Chart(quantity="x"), "learning-rate"]
    board = planned(compared(noisy(rule=vg.Momentum(0.05, 0.9)), views=views))
    paths = [vg.record(OBJECTIVE, vg.Momentum(0.05, 0.9), START, 20, noise=3.0, seed=k) for k in range(7)]
    lengths = [np.linalg.norm(one.terms["velocity"], axis=1) for one in paths]
    first, second = (p for p in board.panels if p.name == "chart")
    (mesh,) = (m for m in first.marks if isinstance(m, Mesh))
    np.testing.assert_allclose(mesh.vertices[1, :-1, 1], np.percentile(lengths, 90, axis=0))
    (mesh,) = (m for m in second.marks if isinstance(m, Mesh))
    xs = [one.iterates[:, 0] for one in paths]
    np.testing.assert_allclose(mesh.vertices[0, :, 1], np.percentile(xs, 10, axis=0))
    assert bands_in(board, "learning rate") == []
    assert panel_of(board, "learning rate").axes.title == ""
    assert first.axes.title == "median, 10 to 90 % of 7 seeds"


def test_it_grows_with_the_clock():
    board = planned(compared(noisy()))
    (mesh,) = bands_in(board)
    counts = [shown_cells(board, mesh, frame) for frame in range(board.clock.frames)]
    positions = [board.clock.position(0, frame) for frame in range(board.clock.frames)]
    assert counts == [int(position + 1e-6) for position in positions]


def test_a_seed_that_diverges_counts_as_infinitely_far():
    rule, noise = vg.GradientDescent(0.1), 6.0
    run = noisy(40, noise, rule, start=2.2)
    known = resolved(compared(run, objective="x**4", steps=60))
    lost = sum(one.status.kind == "diverged" for one in known.ensembles[0])
    board = plan(known, Look(size=(960, 540), seconds=3.0))
    (mesh,) = bands_in(board)
    assert 4 < lost < 36
    top = panel_of(board).axes.y.limits[1]
    assert mesh.vertices[1, -1, 1] >= top
    assert np.isfinite(mesh.vertices).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.floats(-9, 9), st.just(np.inf)), min_size=2, max_size=30))
def test_percentiles_of_infinite_values_are_infinite_or_those_below(values):
    found = percentiles(np.array(values)[:, None])[:, 0]
    for value, share in zip(found, (10, 50, 90), strict=True):
        place = share / 100 * (len(values) - 1)
        ordered = np.sort(values)
        low, high = ordered[int(place)], ordered[min(int(np.ceil(place - 1e-9)), len(values) - 1)]
        assert low - 1e-9 <= value <= high + 1e-9 or value == low == high
        if np.isfinite(values).all():
            assert value == pytest.approx(np.percentile(values, share))


def test_a_long_run_has_as_many_columns_as_can_be_seen():
    board = planned(compared(noisy(seeds=3, rule=vg.GradientDescent(0.01)), steps=5000))
    (mesh,) = bands_in(board)
    assert mesh.vertices.shape[1] <= MOST_COLUMNS
    assert mesh.vertices[0, -1, 0] == 5000


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
def test_it_is_shaded_between_its_edges_and_not_outside(compositor, theme):
    run = noisy(seeds=20, rule=vg.GradientDescent(0.02), noise=8.0)
    board = planned(compared(run, views=[vg.Chart(quantity="x")]), theme=theme)
    plain = planned(
        compared(vg.Run(run.optimizer, START, noise=8.0), views=[vg.Chart(quantity="x")]), theme=theme
    )
    panel = panel_of(board, "chart")
    last = board.clock.frames - 1
    pixels = compositor(board).frame(last)[..., :3].astype(int).copy()
    ground = compositor(plain).frame(last)[..., :3].astype(int).copy()
    (mesh,) = bands_in(board, "chart")
    middle = mesh.vertices.mean(axis=0)[10] + (0.5, 0.12 * np.ptp(mesh.vertices[:, 10, 1]))
    scale = board.size[1] / 1000

    def color(pixels, place):
        x = panel.box.left + panel.axes.x.fraction(np.array([place[0]]))[0] * panel.box.width
        y = panel.box.bottom + panel.axes.y.fraction(np.array([place[1]]))[0] * panel.box.height
        return pixels[int(board.size[1] - y * scale), int(x * scale)]

    empty = color(ground, (panel.axes.x.limits[1] * 0.52, panel.axes.y.limits[1] * 0.9))
    assert np.abs(color(pixels, middle) - empty).max() > 20
