"""The batch lit among the examples is the one that the step's gradient was taken over."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.comparisons.resolving import resolved
from vizgd.drawing.marks import Points
from vizgd.drawing.panel import pixels_per_unit
from vizgd.objectives.datasets.dataset import logistic
from vizgd.objectives.datasets.samplers import FullBatch, Replay, ShuffledEpochs, WithReplacement
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor

from ...gallery_films import first_middle_last, in_pixels, planned

RNG = np.random.default_rng(11)
INPUTS = RNG.normal(size=25)
LINE = vg.least_squares(INPUTS, 2.0 * INPUTS - 1.0 + RNG.normal(size=25))
PLANE = RNG.normal(size=(30, 2))
CLASSES = (PLANE.sum(axis=1) + 0.5 * RNG.normal(size=30) > 0).astype(float)
ODDS = logistic(PLANE, CLASSES)
RULE = vg.GradientDescent(learning_rate=0.05)

samplers = st.one_of(
    st.builds(WithReplacement, st.integers(1, 30)),
    st.builds(ShuffledEpochs, st.integers(1, 24)),
    st.just(Replay([[0, 3], [5, 5, 1]] * 10)),
)


def comparison_of(*runs, objective=LINE, view=None, steps=9):
    return vg.Comparison("t", objective, list(runs), steps=steps, views=[view or vg.Data(batch=True)])


def lit_in(board, name="data"):
    panel = next(panel for panel in board.panels if panel.name == name)
    return [m for m in panel.marks if isinstance(m, Points) and m.name.startswith("batch")]


def known(rows):
    return rows[np.isfinite(rows).all(axis=1)]


@settings(max_examples=30, deadline=None)
@given(samplers, st.integers(0, 2**32))
def test_the_gradient_over_the_examples_that_are_lit_is_the_one_recorded(sampler, seed):
    comparison = comparison_of(vg.Run(RULE, (0.5, 0.5), sampler=sampler, seed=seed))
    (path,) = resolved(comparison).trajectories
    (lit,) = lit_in(planned(comparison))
    for step in range(9):
        for position in (step, step + 0.99):
            x, y = known(lit.xy.at(position)).T
            w, b = path.iterates[step]
            error = 2.0 * (w * x + b - y)
            own = np.array([(error * x).mean(), error.mean()])
            np.testing.assert_allclose(own, path.gradients[step], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(lit.xy.at(9), lit.xy.at(8))


@settings(max_examples=20, deadline=None)
@given(samplers, st.integers(0, 1000))
def test_of_classes_each_lit_example_keeps_its_own(sampler, seed):
    run = vg.Run(RULE, (0.1, -0.2, 0.3), sampler=sampler, seed=seed)
    comparison = comparison_of(run, objective=ODDS, view=vg.Decision(batch=True, points=11))
    (path,) = resolved(comparison).trajectories
    hollow, full = lit_in(planned(comparison), "decision")
    assert hollow.fill != full.fill == hollow.edge
    for step in range(9):
        zeros, ones = (known(mark.xy.at(step)) for mark in (hollow, full))
        design = np.column_stack([np.concatenate([zeros, ones]), np.ones(len(zeros) + len(ones))])
        answers = np.repeat([0.0, 1.0], [len(zeros), len(ones)])
        own = design.T @ (1.0 / (1.0 + np.exp(-design @ path.iterates[step])) - answers) / len(answers)
        np.testing.assert_allclose(own, path.gradients[step], rtol=0, atol=1e-12)


def test_each_run_lights_its_own_batch_in_its_color_and_exact_runs_none():
    runs = [
        vg.Run(RULE, (0.0, 0.0), label="exact"),
        vg.Run(RULE, (0.0, 0.0), sampler=WithReplacement(1), label="one"),
        vg.Run(RULE, (0.0, 0.0), sampler=ShuffledEpochs(5), label="five"),
    ]
    board = planned(comparison_of(*runs))
    one, five = lit_in(board)
    assert (one.name, five.name) == ("batch 1", "batch 2")
    assert one.fill != five.fill
    assert one.marker != five.marker
    assert one.size > five.size
    assert one.xy.at(0).shape == (1, 2)
    assert five.xy.at(0).shape == (5, 2)


@pytest.mark.parametrize("view", [vg.Data(), vg.Decision(points=11)])
def test_nothing_is_lit_unasked(view):
    data = LINE if isinstance(view, vg.Data) else ODDS
    start = (0.0,) * data.dimension
    run = vg.Run(RULE, start, sampler=WithReplacement(2))
    board = planned(comparison_of(run, objective=data, view=view))
    assert not lit_in(board, type(view).__name__.lower())


@pytest.mark.parametrize("sampler", [None, FullBatch(), ShuffledEpochs(25)])
def test_where_every_step_sees_all_examples_a_lit_batch_is_refused(sampler):
    run = vg.Run(RULE, (0.0, 0.0), sampler=sampler, noise=0.5)
    with pytest.raises(UsageError) as caught:
        planned(comparison_of(run))
    assert "a lit batch needs a sampler" in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 4


def test_of_a_long_run_only_what_frames_show_is_kept():
    run = vg.Run(RULE, (0.0, 0.0), sampler=WithReplacement(20))
    board = planned(comparison_of(run, steps=30_000))
    (lit,) = lit_in(board)
    assert lit.xy.values.rows.nbytes < 1_000_000
    (path,) = resolved(comparison_of(run, steps=30_000)).trajectories
    for frame in np.linspace(0, board.clock.frames - 1, 7).astype(int):
        position = board.clock.position(0, frame)
        step = min(int(position), path.steps - 1)
        x, y = known(lit.xy.at(position)).T
        error = 2.0 * (path.iterates[step] @ [x, np.ones(20)] - y)
        np.testing.assert_allclose([(error * x).mean(), error.mean()], path.gradients[step], atol=1e-12)


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lit_examples_have_the_color_of_their_run(compositor, theme):
    run = vg.Run(RULE, (0.0, 0.0), sampler=ShuffledEpochs(4))
    board = planned(comparison_of(run), theme=theme)
    panel = next(panel for panel in board.panels if panel.name == "data")
    (lit,) = lit_in(board)
    color = np.round(255 * np.array(lit.fill[:3]))
    for frame in first_middle_last(board):
        pixels = compositor(board).frame(frame)[..., :3].astype(int)
        places = panel.to_frame(lit.xy.at(board.clock.position(0, frame)))
        spots = np.round(in_pixels(board, known(places)) - 0.5).astype(int)
        found = np.abs(pixels[spots[:, 1], spots[:, 0]] - color).max(axis=-1)
        assert (found <= 3).all()
        # As large as planned: from the middle to the rim it is the same color.
        reach = int(0.5 * lit.size * pixels_per_unit(board.size)) - 1
        assert (np.abs(pixels[spots[:, 1] + reach, spots[:, 0]] - color).max(axis=-1) <= 3).mean() >= 0.75


def test_a_file_asks_for_lit_batches():
    text = """
title = "t"
objective = { loss = "least-squares", data = "line" }
steps = 6
views = [{ view = "data", batch = true }]

[[runs]]
optimizer = "gradient-descent"
learning_rate = 0.1
sampler = { sampler = "shuffled-epochs", batch_size = 10 }
"""
    (lit,) = lit_in(planned(comparison_from_text(text, "t.toml")))
    assert lit.xy.at(0).shape == (10, 2)
