"""Maps: each cell is what a recorded run of its own does, in the pixels as in the numbers."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from tests.gallery_films import in_pixels, planned
from vizgd.base.errors import UsageError
from vizgd.base.progress import listening
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.drawing.marks import Mesh
from vizgd.drawing.theme import DARK, LIGHT, THEMES
from vizgd.objectives.lookup import objective_from
from vizgd.recording.sweeps import sweep
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.views import maps
from vizgd.views.basins import FADED, reached, region_colors

COUNT = 9
HEAVY_BALL = vg.Momentum(learning_rate=0.01, beta=0.8)


def mapped(view, objective="himmelblau", run=None, steps=120, theme="light"):
    """Return the storyboard of one map, and the panel that shows it."""
    run = run or vg.Run(vg.GradientDescent(learning_rate=0.001), start=(1.0, 1.0))
    comparison = vg.Comparison(title="map", objective=objective, runs=[run], steps=steps, views=[view])
    board = planned(comparison, theme=THEMES[theme])
    return board, next(panel for panel in board.panels if panel.axes)


def middles(panel, count=COUNT):
    """Return the data coordinates of the cells' middles, x and y."""
    fractions = (np.arange(count) + 0.5) / count
    return tuple(np.array([a.value(f) for f in fractions]) for a in (panel.axes.x, panel.axes.y))


def colors_of_cells(board, panel, number, count=COUNT):
    """Return what the pixels show of each cell, a little off its middle, ``(rows, columns, 3)``."""
    frame = AggCompositor(board).frame(number)[..., :3]
    xs, ys = middles(panel, count)
    places = in_pixels(board, panel.to_frame(np.stack(np.meshgrid(xs, ys), axis=-1)))
    columns, rows = (np.floor(places[..., axis]).astype(int) for axis in (0, 1))
    return frame[rows, columns].astype(int)


def pixel(color):
    return np.round(255 * np.asarray(color)[:3]).astype(int)


def clear_of(panel, kinds=("star",), reach=0.06, count=COUNT):
    """Return which cells no marker lies on."""
    xs, ys = middles(panel, count)
    cells = panel.to_frame(np.stack(np.meshgrid(xs, ys), axis=-1))
    clear = np.ones(cells.shape[:-1], bool)
    for mark in panel.layers[2].marks:
        if getattr(mark, "marker", None) in kinds:
            for place in np.atleast_2d(mark.xy):
                clear &= np.abs(cells - place).max(axis=-1) > reach * panel.box.height
    return clear


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


def test_heavy_ball_diverges_beyond_its_edge_and_nowhere_else():
    """The edge is 2(1 + β)/L: Polyak (1964), section 3. The picture knows nothing of it."""
    count = 25
    view = vg.Sensitivity(x_limits=(0.02, 0.6), y_limits=(0.0, 0.9), points=count)
    run = vg.Run(vg.Momentum(learning_rate=0.03, beta=0.5), start=(5, 2))
    board, panel = mapped(view, "x**2 + 10*y**2", run, steps=1500)
    rates, betas = middles(panel, count)
    edge = 2 * (1 + betas[:, None]) / 20
    seen = colors_of_cells(board, panel, board.clock.frames - 1, count)
    clear = clear_of(panel, ("circle",), 0.1, count)
    dark = np.abs(seen - pixel(LIGHT.text)).max(axis=-1) <= 2
    far = np.abs(rates / edge - 1) > 0.02
    assert (clear & far).sum() > 500
    assert np.array_equal(dark[clear & far], np.broadcast_to(rates > edge, dark.shape)[clear & far])


def test_a_cell_of_the_sensitivity_takes_the_steps_that_are_recorded():
    view = vg.Sensitivity(x_limits=(0.005, 0.5), points=COUNT)
    run = vg.Run(vg.Adam(learning_rate=0.1, beta2=0.9), start=(2, 1))
    _, panel = mapped(view, "x**2 + 10*y**2", run, steps=150)
    assert panel.axes.x.scale == "log"
    assert panel.axes.x.label == "learning rate α"
    assert panel.axes.y.label == "beta1 β₁"
    filling = mesh_of(panel).fills.values
    rates, betas = middles(panel)
    for row, column in np.ndindex(COUNT, COUNT):
        optimizer = vg.Adam(learning_rate=rates[column], beta1=betas[row], beta2=0.9)
        status = vg.record("x**2 + 10*y**2", optimizer, (2, 1), steps=150).status
        blank = [np.isnan(filling[k][row, column]).any() for k in range(151)]
        assert blank == [status.iteration is None or k < status.iteration for k in range(151)]


def test_runs_stand_where_their_hyper_parameters_are():
    comparison = vg.Comparison(
        title="map",
        objective="sphere",
        runs=[
            vg.Run(vg.Momentum(learning_rate=0.1, beta=0.5)),
            vg.Run(vg.GradientDescent(learning_rate=0.1)),
            vg.Run(vg.Momentum(learning_rate=0.01, beta=0.9)),
        ],
        steps=20,
        views=[vg.Sensitivity(points=4)],
    )
    (panel,) = (panel for panel in planned(comparison).panels if panel.axes)
    places = {mark.name: mark.xy.tolist() for mark in panel.marks if getattr(mark, "name", "")}
    assert places == {"run 0": [0.1, 0.5], "run 2": [0.01, 0.9]}
    assert panel.axes.x.limits == pytest.approx((1e-3, 1.0))


def test_optimizers_and_starts_have_maps_of_their_own():
    runs = [
        vg.Run(vg.Momentum(learning_rate=0.1), start=(1, 1)),
        vg.Run(vg.Momentum(learning_rate=0.1), start=(2, 1)),
        vg.Run(vg.Adam(learning_rate=0.1), start=(1, 1)),
    ]
    for view, count in ((vg.Basins(points=3), 2), (vg.Sensitivity(points=3), 3)):
        comparison = vg.Comparison(title="m", objective="sphere", runs=runs, steps=5, views=[view])
        assert sum(panel.axes is not None for panel in planned(comparison).panels) == count


def mesh_of(panel) -> Mesh:
    return next(mark for mark in panel.marks if isinstance(mark, Mesh))


def test_a_grid_is_swept_once_and_tells_how_far_it_is(monkeypatch):
    calls, told = [], []
    monkeypatch.setattr(maps, "sweep", lambda *given, **more: calls.append(given) or sweep(*given, **more))
    with listening(told.append):
        mapped(vg.Basins(points=60))
    assert len(calls) == 1
    assert told == sorted(told)
    assert told[-1] == 1.0


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


REFUSED = [
    ('{ view = "basins", optimizer = 5 }', "expected Optimizer", "$.views[0].optimizer"),
    ('{ view = "basins", optimizer = { learning_rate = 1 } }', "which optimizer", "$.views[0].optimizer"),
    ('{ view = "basins", points = 1 }', "from 2 to 400", "$.views[0].points"),
    ('{ view = "basins", optimizer = "l-bfgs" }', "many starts at once", "$.views[0]"),
    (
        '{ view = "sensitivity", optimizer = "adam", y = "beta3" }',
        "unknown hyper-parameter of Adam",
        "$.views[0]",
    ),
    ('{ view = "sensitivity", optimizer = "adagrad" }', "no momentum to vary", "$.views[0]"),
    ('"sensitivity"', "Gradient descent has no two hyper-parameters to vary", "$.views[0]"),
    ('{ view = "sensitivity", optimizer = "adam", y_limits = [1, 2] }', "beta1", "$.views[0]"),
    ('{ view = "sensitivity", optimizer = "adam", x_limits = [1, 0.5] }', "lower one first", "$.views[0]"),
    (
        '{ view = "sensitivity", optimizer = { optimizer = "adam", '
        'learning_rate = { schedule = "cosine", learning_rate = 0.1, steps = 5 } } }',
        "give x_limits",
        "$.views[0]",
    ),
]


@pytest.mark.parametrize(("view", "said", "where"), REFUSED, ids=[row[1] for row in REFUSED])
def test_what_a_map_cannot_show_is_refused_in_four_lines(view, said, where):
    text = f"""
    title = "t"
    objective = "sphere"
    views = [{view}]
    steps = 5
    [[runs]]
    optimizer = "gradient-descent"
    """
    with pytest.raises(UsageError, match=said) as caught:
        planned(comparison_from_text(text, "f.toml"))
    assert where in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 4


def test_basins_are_those_of_two_parameters():
    with pytest.raises(UsageError, match="map of basins shows 2 parameters"):
        mapped("basins", "bowl_1d", vg.Run(vg.Adam()))


def test_a_map_is_of_the_runs_on_the_objective_that_it_shows():
    solid = vg.Objective("solid", lambda p: (p**2).sum(axis=-1), lambda p: 2 * p, ((-1, 1),) * 3)
    runs = [
        vg.Run(vg.Momentum(learning_rate=0.1), start=(1, 1)),
        vg.Run(vg.Adam(learning_rate=0.1), start=(1, 1, 1), objective=solid),
    ]
    for view in (vg.Basins(points=3), vg.Sensitivity(points=3)):
        comparison = vg.Comparison("m", "sphere", runs, steps=5, views=[view])
        assert sum(panel.axes is not None for panel in planned(comparison).panels) == 1
        with pytest.raises(UsageError, match="no run descends sphere"):
            planned(vg.Comparison("m", "sphere", runs[1:], steps=5, views=[view]))


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
