"""The map of starts: each cell is what a recorded run from its middle does, in pixels and in numbers."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from tests.gallery_films import planned
from tests.views.cells import COUNT, clear_of, colors_of_cells, mapped, mesh_of, middles, pixel
from vizgd.base.errors import UsageError
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.drawing.marks import Mesh
from vizgd.drawing.theme import DARK, LIGHT
from vizgd.objectives.lookup import objective_from
from vizgd.recording.many.sweeps import sweep
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.views.maps.basins import FADED, reached, region_colors

HEAVY_BALL = vg.Momentum(learning_rate=0.01, beta=0.8)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_pixels_of_a_cell_say_which_minimum_a_run_from_its_middle_reaches_and_how_fast(theme):
    board, panel = mapped(
        vg.Basins(points=COUNT, optimizer=HEAVY_BALL), "himmelblau", steps=200, theme=theme.name
    )
    objective = objective_from("himmelblau")
    xs, ys = middles(panel)
    runs = {
        (row, column): vg.record(objective, HEAVY_BALL, (x, y), steps=200)
        for row, y in enumerate(ys)
        for column, x in enumerate(xs)
    }
    steps = {at: run.status.iteration for at, run in runs.items() if run.status.kind == "converged"}
    low, high = np.log1p(min(steps.values())), np.log1p(max(steps.values()))
    minima = np.array(objective.minimizers)
    seen, clear = colors_of_cells(board, panel, board.clock.frames - 1), clear_of(panel)
    kinds = set()
    for at, run in runs.items():
        if not clear[at]:
            continue
        if run.status.kind == "converged":
            nearest = int(np.linalg.norm(minima - run.iterates[-1], axis=1).argmin())
            fade = FADED * (np.log1p(steps[at]) - low) / (high - low)
            expected = (1 - fade) * np.array(theme.regions[nearest]) + fade * np.array(theme.panel)
            kinds.add(nearest)
        else:
            expected = theme.text if run.status.kind == "diverged" else theme.panel
            kinds.add(run.status.kind)
        assert np.abs(seen[at] - pixel(expected)).max() <= 2, at
    assert kinds >= {0, 1, 2, 3}


def test_runs_that_diverge_and_runs_that_do_neither_are_told_apart():
    """On x⁴ the largest stable step shrinks with the distance: outside runs leave, inside they creep."""
    optimizer = vg.GradientDescent(learning_rate=0.1)
    board, panel = mapped(vg.Basins(points=COUNT, optimizer=optimizer), "x**4 + y**4", steps=60)
    seen, clear = colors_of_cells(board, panel, board.clock.frames - 1), clear_of(panel)
    xs, ys = middles(panel)
    kinds = set()
    for row, column in np.argwhere(clear):
        kind = vg.record("x**4 + y**4", optimizer, (xs[column], ys[row]), steps=60).status.kind
        expected = {"diverged": LIGHT.text, "moving": LIGHT.panel}[kind]
        assert np.abs(seen[row, column] - pixel(expected)).max() <= 2
        kinds.add(kind)
    assert kinds == {"diverged", "moving"}
    texts = [mark.text.values for mark in panel.notes if hasattr(mark, "text")]
    assert any("neither in 60 steps: " in text[-1] for text in texts)


def test_a_start_without_a_loss_is_blank_and_counts_for_nothing():
    run = vg.Run(vg.GradientDescent(learning_rate=0.05), start=(0.5, 0.4))
    view = vg.Basins(points=20)
    comparison = vg.Comparison(
        "map", "log(x)**2 + y**2", [run], steps=400, domain=[(-1, 3), (-1, 1)], views=[view]
    )
    board = planned(comparison)
    panel = next(panel for panel in board.panels if panel.axes)
    (cells,) = (mark for mark in panel.marks if isinstance(mark, Mesh))
    fills = np.asarray(cells.fills.values[len(cells.fills.values) - 1])
    xs, _ = middles(panel, 20)
    assert np.isnan(fills[:, xs < 0]).all()
    assert not np.isnan(fills[:, xs > 0.1]).any()
    texts = [mark.text.values[-1] for mark in panel.notes if hasattr(mark, "text")]
    assert "diverges: 0%" in texts


def test_a_cell_is_blank_until_its_run_has_converged():
    optimizer = vg.GradientDescent(learning_rate=0.01)
    board, panel = mapped(vg.Basins(points=COUNT, optimizer=optimizer), steps=100)
    clock, clear = board.clock, clear_of(panel)
    number = clock.intro + clock.run // 3
    iteration = int(clock.progress(number) * 100)
    seen = colors_of_cells(board, panel, number)
    xs, ys = middles(panel)
    blanks = 0
    for row, column in np.argwhere(clear):
        when = vg.record("himmelblau", optimizer, (xs[column], ys[row]), steps=100).status.iteration
        blank = np.abs(seen[row, column] - pixel(LIGHT.panel)).max() <= 2
        assert blank == (when is None or when > iteration)
        blanks += blank
    assert 0 < blanks < clear.sum()


@pytest.mark.parametrize(("rate", "share"), [(0.99, 1.0), (1.01, 0.0)])
def test_gradient_descent_on_a_quadratic_converges_below_two_over_its_largest_curvature(rate, share):
    """L is 20 here. Every start of an even number of them along an axis is off both, and tells the same."""
    optimizer = vg.GradientDescent(learning_rate=rate * 2 / 20)
    _, panel = mapped(vg.Basins(points=8, optimizer=optimizer), "x**2 + 10*y**2", steps=2000)
    filled = mesh_of(panel).fills.values
    dark = (filled[2000] == np.array(LIGHT.text)).all(axis=-1)
    assert dark.mean() == 1 - share
    assert np.isfinite(filled[2000]).all()


def test_a_saddle_is_no_minimum_and_known_minimizers_come_first():
    objective = objective_from("himmelblau")
    saddle = [0.08667750456, 2.88425470177]  # where its gradient vanishes, and one curvature is negative
    known = np.array(objective.minimizers)
    ends = sweep(objective, vg.GradientDescent(learning_rate=1e-4), [known[3], saddle, known[0], known[2]], 3)
    which, minima = reached(objective, ends)
    assert ends.converged.all()
    assert which.tolist() == [2, -1, 0, 1]
    np.testing.assert_allclose(minima, known[[0, 2, 3]])


def test_minima_that_share_a_color_are_far_apart():
    line = np.stack([np.arange(12.0), np.zeros(12)], axis=-1)
    colors = region_colors(LIGHT, line)
    assert len(np.unique(colors[:6], axis=0)) == 6
    same = (colors[:, None] == colors[None]).all(axis=-1)
    apart = np.abs(line[:, None, 0] - line[None, :, 0])
    assert apart[same & (apart > 0)].min() >= 6


def test_basins_are_those_of_two_parameters():
    with pytest.raises(UsageError, match="map of basins shows 2 parameters"):
        mapped("basins", "bowl_1d", vg.Run(vg.Adam()))


def test_a_file_may_say_whose_basins_are_shown():
    text = """
    title = "t"
    objective = "sphere"
    views = [{ view = "basins", points = 5, optimizer = { optimizer = "adam", learning_rate = 0.2 } }]
    [[runs]]
    optimizer = "gradient-descent"
    """
    comparison = comparison_from_text(text, "f.toml")
    assert comparison.views == (vg.Basins(points=5, optimizer=vg.Adam(learning_rate=0.2)),)


@pytest.mark.parametrize("name", ["constant_zero", "zettl", "rastrigin"])
def test_plateaus_and_many_minima_are_drawn(name):
    board, panel = mapped(vg.Basins(points=20), name, steps=30)
    AggCompositor(board).frame(board.clock.frames - 1)
    assert np.isfinite(panel.axes.x.limits).all()
