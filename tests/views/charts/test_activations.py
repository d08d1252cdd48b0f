"""Histograms of hidden layers: bars are the shares that NumPy counts, words what is so of torch's units."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.comparisons.resolving import resolved
from vizgd.drawing.marks import Line, Polygons, Text, Track
from vizgd.drawing.theme import THEMES
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.views.charts import histograms
from vizgd.views.charts.histogram_cells import HEAD

from ...gallery_films import in_pixels, planned

INPUTS, LABELS = vg.nn.moons(np.random.default_rng(0), 40)
RULE = vg.Adam(learning_rate=0.1)
STEPS = 8


def loss_of(*sizes, **settings):
    return vg.nn.network_loss(vg.nn.Network((2, *sizes, 1), **settings), INPUTS, LABELS)


def film(*objectives, runs=None, look=None, **settings):
    runs = runs or [vg.Run(RULE, objective=one) for one in objectives]
    view = vg.Activations(**settings)
    return planned(vg.Comparison("t", objectives[0], runs, steps=STEPS, views=[view]), **(look or {}))


def panel_of(board):
    return next(one for one in board.panels if one.name == "activations")


def bars_of(board):
    """Return for each cell the heights of its bars at each moment, in parts of the highest that is shown."""
    marks = panel_of(board).marks
    grounds = [m for m in marks if isinstance(m, Polygons) and not isinstance(m.vertices, Track)]
    bars = [m for m in marks if isinstance(m, Polygons) and isinstance(m.vertices, Track)]
    found = []
    for ground, bar in zip(grounds, bars, strict=True):
        height = np.ptp(ground.vertices[:, 1])
        found.append((bar.vertices.values[:, 1:-1:2, 1] - ground.vertices[:, 1].min()) / (HEAD * height))
    return found


def words_of(board, moment):
    return [
        m.text.values[moment]
        for m in panel_of(board).marks
        if isinstance(m, Text) and isinstance(m.text, Track)
    ]


def torch_activations(network, params, function):
    signal = torch.from_numpy(INPUTS)
    blocks = [torch.from_numpy(one[0].copy()) for one in network.split(params[None])]
    found = []
    for layer in range(len(network.sizes) - 2):
        signal = function(torch.nn.functional.linear(signal, blocks[2 * layer], blocks[2 * layer + 1]))
        found.append(signal.numpy())
    return found


def test_bars_are_the_shares_of_torchs_activations():
    network = vg.nn.Network((2, 6, 5, 1))
    objective = vg.nn.network_loss(network, INPUTS, LABELS)
    board = film(objective, bins=16)
    iterates = vg.record(objective, RULE, steps=STEPS).iterates
    cells = bars_of(board)
    assert len(cells) == 2
    for moment, params in ((0, iterates[0]), (-1, iterates[-1])):
        layers = torch_activations(network, params, torch.tanh)
        for heights, active in zip(cells, layers, strict=True):
            counts = np.histogram(active, bins=16, range=(-1, 1))[0]
            # The scale is the same over the film: cut at its upper end, and otherwise in proportion.
            whole = heights[moment] < 1 - 1e-9
            scale = (counts[whole] / heights[moment][whole].clip(1e-12))[counts[whole] > 0]
            assert np.ptp(scale) < 1e-6 * scale.max()
            assert (counts[~whole] >= scale.max() - 1e-6).all()
        saturated = [f"{round(100 * (np.abs(active) > 0.99).mean())} %" for active in layers]
        assert [text.split(" sat")[0].replace("<1", "0") for text in words_of(board, moment)] == saturated


def test_a_unit_is_dead_that_is_zero_for_all_examples():
    network = vg.nn.Network((2, 6, 1), "relu")
    objective = vg.nn.network_loss(network, INPUTS, LABELS)
    start = np.array(objective.start)
    start[12:15] = (-50.0, -50.0, 50.0)  # two that no example reaches, and one that is always on
    run = vg.Run(vg.GradientDescent(learning_rate=1e-6), tuple(start))
    board = film(objective, runs=[run])
    (active,) = torch_activations(network, start, torch.relu)
    zeros = f"{round(100 * (active == 0).mean())} % zero"
    assert sorted(words_of(board, 0)) == sorted([zeros, "2 of 6 dead"])
    assert (active == 0).all(axis=0).sum() == 2


def test_before_and_after_normalization_are_both_there():
    network = vg.nn.Network((2, 6, 1), batch_norm=True)
    objective = vg.nn.network_loss(network, INPUTS, LABELS)
    board = film(objective, loss_of(6), normalized="both")
    params = vg.record(objective, RULE, steps=STEPS).iterates[-1]
    weights, scale, shift = (one[0] for one in network.split(params[None])[:3])
    before = INPUTS @ weights.T
    after = scale * (before - before.mean(0)) / np.sqrt(before.var(0) + network.epsilon) + shift
    with_norm, without = words_of(board, -1)
    said = [float(word) for word in with_norm.split(",")[0].removeprefix("σ ").split(" → ")]
    assert said == pytest.approx([before.std(), after.std()], abs=0.05)
    assert "→" not in without
    outlines = [m for m in panel_of(board).marks if isinstance(m, Line) and isinstance(m.xy, Track)]
    assert len(outlines) == 1


def test_each_run_is_named_and_of_many_the_first_are_shown_or_the_one_asked_for():
    objective = loss_of(4)
    runs = [vg.Run(RULE, label=f"run {k}") for k in range(5)]
    texts = [m.text for m in panel_of(film(objective, runs=runs)).marks if isinstance(m, Text)]
    assert [text for text in texts if text in {f"run {k}" for k in range(5)}] == ["run 0", "run 1", "run 2"]
    assert "activations, 3 of 5 runs" in texts
    texts = [m.text for m in panel_of(film(objective, runs=runs, run=5)).marks if isinstance(m, Text)]
    assert "run 4" in texts
    assert "run 0" not in texts


def test_of_many_examples_some_are_looked_at_and_it_is_said(monkeypatch):
    monkeypatch.setattr(histograms, "MOST_EXAMPLES", 10)
    import vizgd.views.charts.activations as view

    monkeypatch.setattr(view, "MOST_EXAMPLES", 10)
    board = film(loss_of(4), normalized=None)
    texts = [m.text for m in panel_of(board).marks if isinstance(m, Text)]
    assert "activations, 10 of 40 examples" in texts


def test_a_network_that_takes_long_is_looked_at_at_fewer_moments(monkeypatch):
    objective = loss_of(4)
    monkeypatch.setattr(histograms, "MOST_WORK", 5.5 * objective.dimension * len(INPUTS))
    assert len(bars_of(film(objective))[0]) == 6


def test_of_many_layers_the_first_and_the_last_are_shown():
    board = film(loss_of(3, 3, 3, 3, 3))
    texts = [m.text for m in panel_of(board).marks if isinstance(m, Text)]
    assert [text for text in texts if text in {f"layer {k}" for k in range(1, 6)}] == [
        *("layer 1", "layer 2", "layer 3", "layer 5")
    ]
    assert "activations, 4 of 5 layers" in texts


@pytest.mark.parametrize("normalized", [None, "after"])
def test_a_run_that_diverges_has_a_histogram(normalized):
    objective = loss_of(4, activation="relu", batch_norm=normalized is not None)
    runs = [vg.Run(vg.GradientDescent(learning_rate=1e200))]
    board = film(objective, runs=runs, normalized=normalized)
    assert np.isfinite(bars_of(board)[0]).all()


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bars_are_as_high_in_the_pixels(compositor, theme):
    board = film(loss_of(5), bins=8, look={"theme": theme})
    marks = panel_of(board).marks
    (bar,) = (m for m in marks if isinstance(m, Polygons) and isinstance(m.vertices, Track))
    corners = in_pixels(board, bar.vertices.values[-1])
    pixels = np.array(compositor(board).frame(board.clock.frames - 1))[..., :3] / 255
    look = THEMES[theme]
    color = 0.75 * np.array(look.run(0).color)[:3] + 0.25 * np.array(look.panel)[:3]
    floor = corners[0, 1]
    checked = 0
    for left, right in zip(corners[1:-1:2], corners[2:-1:2], strict=True):
        column = int((left[0] + right[0]) / 2) - 2  # beside the grid
        if floor - left[1] < 8:
            continue
        painted = np.abs(pixels[:, column] - color).max(axis=-1) < 0.04
        top = np.flatnonzero(painted[: int(floor)])[0]
        assert abs(top - left[1]) <= 1.5
        checked += 1
    assert checked >= 3


def test_what_is_no_network_with_hidden_layers_is_refused():
    for objective, why in (("sphere", "no network"), (loss_of(), "no hidden layer")):
        with pytest.raises(UsageError, match=why):
            film(objective, runs=[vg.Run(RULE)])
    with pytest.raises(UsageError, match="batch normalization"):
        film(loss_of(4), normalized="both")
    with pytest.raises(UsageError, match="no run 3"):
        film(loss_of(4), run=3)


def test_of_a_recorded_model_it_is_said_what_is_not_kept():
    model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    recorder = vg.nn.Recorder(model, optimizer)
    inputs, targets = torch.from_numpy(INPUTS).float(), torch.from_numpy(LABELS).float()

    def loss():
        return torch.nn.functional.binary_cross_entropy_with_logits(model(inputs)[:, 0], targets)

    for _ in range(3):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    recorder.close()
    objective = recorder.objective(loss)
    run = vg.Run(recorder.trajectory(objective), label="sgd")
    with pytest.raises(UsageError, match="recorded model"):
        planned(vg.Comparison("t", objective, [run], views=["activations"]))


def test_it_is_a_view_in_a_file():
    text = """
    title = "t"
    objective = { network = [4], data = "moons", generate = 20, batch_norm = true }
    steps = 3
    views = [{ view = "activations", normalized = "both", bins = 12 }]

    [[runs]]
    optimizer = "adam"
    """
    comparison = comparison_from_text(text, "t.toml")
    assert list(comparison.views) == [vg.Activations(normalized="both", bins=12)]
    assert dataclasses.asdict(comparison.views[0])["run"] is None
    assert resolved(comparison).trajectories
