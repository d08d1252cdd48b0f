"""The contours of a batch: its loss has one value along each, and the step is perpendicular to its own."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.comparisons.resolving import resolved, tasks_of
from vizgd.drawing.marks import Line, Track
from vizgd.drawing.region import Region
from vizgd.objectives.datasets.dataset import logistic
from vizgd.objectives.datasets.samplers import FullBatch, Replay, ShuffledEpochs, WithReplacement
from vizgd.recording.draws import draws_at
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor

from ...gallery_films import first_middle_last, in_pixels, planned

RNG = np.random.default_rng(5)
INPUTS = RNG.normal(size=25)
ANSWERS = 1.5 * INPUTS + 0.5 + RNG.normal(size=25)
LINE = vg.least_squares(INPUTS, ANSWERS)
WIDE = [(-1.0, 3.0), (-1.5, 2.0)]
RULE = vg.GradientDescent(learning_rate=0.2)
CELL = np.array([4.0, 3.5]) / 48


def comparison_of(*runs, objective=LINE, domain=WIDE, steps=8, **view):
    shown = vg.Contour(**{"batch_contours": True} | view)
    return vg.Comparison("t", objective, list(runs), steps=steps, domain=domain, views=[shown])


def panel_of(board):
    return next(panel for panel in board.panels if panel.name == "contour")


def contours_in(board):
    """Return the fainter contours and those through the points, a pair for each run."""
    lines = [m for m in panel_of(board).marks if isinstance(m, Line) and isinstance(m.xy, Track)]
    return list(zip(lines[::2], lines[1::2], strict=True))


def known(rows):
    return rows[np.isfinite(rows).all(axis=1)]


def batch_value(points, batch):
    """Return the mean squared error over a batch in plain NumPy."""
    w, b = points.T
    return np.square(w[:, None] * INPUTS[batch] + b[:, None] - ANSWERS[batch]).mean(axis=1)


@settings(max_examples=12, deadline=None)
@given(
    st.one_of(
        st.builds(WithReplacement, st.integers(1, 20)),
        st.builds(ShuffledEpochs, st.integers(1, 20)),
        st.just(Replay([[0, 3], [5, 5, 1]] * 10)),
    ),
    st.integers(0, 1000),
)
def test_along_each_contour_the_loss_of_the_batch_is_the_same(sampler, seed):
    comparison = comparison_of(vg.Run(RULE, (-0.5, -1.0), sampler=sampler, seed=seed))
    found = resolved(comparison)
    (path,), (task,) = found.trajectories, tasks_of(found)
    draws = draws_at(task, path, np.arange(8))
    ((others, through),) = contours_in(planned(comparison))
    for step in range(8):
        batch, place = draws[step].batch, path.iterates[step]
        line = known(through.xy.at(step + 0.5))
        height = batch_value(place[None], batch)[0]
        if not len(line):  # the point is at the least value of the batch, or outside
            continue
        # Between the points of the grid the loss is taken for straight: by how much it is not, h² f''/8.
        curvature = 2.0 * np.mean(np.square(np.column_stack([INPUTS[batch], np.ones(len(batch))])), axis=0)
        bent = (curvature * np.square(CELL)).sum() / 4 + 1e-9
        assert np.abs(batch_value(line, batch) - height).max() <= bent
        # It goes through the point.
        low, high = np.array(WIDE).T
        if ((place > low + CELL) & (place < high - CELL)).all():
            assert np.abs(line - place).max(axis=1).min() <= 2 * CELL.max()
        xs, ys = np.linspace(-1, 3, 49), np.linspace(-1.5, 2, 49)
        least = batch_value(np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2), batch).min()
        levels = least + np.square([1 / 3, 2 / 3, 4 / 3]) * (height - least)
        rest = known(others.xy.at(step))
        if len(rest):
            apart = np.abs(batch_value(rest, batch)[:, None] - levels).min(axis=1)
            assert apart.max() <= bent


def test_the_step_is_perpendicular_to_the_contour_through_its_point():
    comparison = comparison_of(vg.Run(RULE, (-0.5, -1.0), sampler=WithReplacement(2), seed=3))
    (path,) = resolved(comparison).trajectories
    ((_, through),) = contours_in(planned(comparison))
    for step in range(3):
        line = known(through.xy.at(step))
        near = np.argsort(np.linalg.norm(line - path.iterates[step], axis=1))[:2]
        along = line[near[1]] - line[near[0]]
        taken = path.iterates[step + 1] - path.iterates[step]
        cosine = along @ taken / np.linalg.norm(along) / np.linalg.norm(taken)
        assert abs(cosine) < 0.1


def test_under_noise_contours_are_those_of_the_tilted_objective():
    run = vg.Run(vg.GradientDescent(learning_rate=0.1), (3.0, 2.0), noise=4.0, seed=2)
    comparison = comparison_of(run, objective="x**2 + 2*y**2", domain=[(-4, 4), (-4, 4)])
    found = resolved(comparison)
    (path,), (task,) = found.trajectories, tasks_of(found)
    draws = draws_at(task, path, np.arange(8))
    ((_, through),) = contours_in(planned(comparison))

    def tilted(points, noise):
        return points[:, 0] ** 2 + 2 * points[:, 1] ** 2 + points @ noise

    for step in range(8):
        line, noise = known(through.xy.at(step)), draws[step].noise
        assert len(line)
        height = tilted(path.iterates[step][None], noise)[0]
        assert np.abs(tilted(line, noise) - height).max() <= 0.05


def test_runs_that_see_the_objective_itself_have_none_and_alone_are_refused():
    runs = [
        vg.Run(RULE, (-0.5, -1.0), label="exact"),
        vg.Run(RULE, (-0.5, -1.0), sampler=WithReplacement(3), label="drawn"),
    ]
    board = planned(comparison_of(*runs))
    ((others, through),) = contours_in(board)
    assert others.xy.run == through.xy.run == 1
    assert others.color[3] < through.color[3] < 1.0
    assert others.width < through.width
    for sampler in (None, FullBatch(), ShuffledEpochs(25)):
        with pytest.raises(UsageError, match="a contour of a batch needs a sampler or noise"):
            planned(comparison_of(vg.Run(RULE, (-0.5, -1.0), sampler=sampler)))


def test_nobody_gets_them_unasked():
    run = vg.Run(RULE, (-0.5, -1.0), sampler=WithReplacement(3))
    assert not contours_in(planned(comparison_of(run, batch_contours=False)))


def test_of_many_parameters_they_are_those_on_the_plane():
    inputs = RNG.normal(size=(40, 5))
    targets = (inputs @ np.arange(5.0) > 0).astype(float)
    odds = logistic(inputs, targets)
    run = vg.Run(vg.GradientDescent(learning_rate=0.5), (0.5,) * 6, sampler=ShuffledEpochs(5))
    plane = vg.Plane(np.zeros(6), np.eye(6)[[1, 4]])
    comparison = comparison_of(run, objective=odds, domain=None, steps=5, plane=plane)
    found = resolved(comparison)
    (path,), (task,) = found.trajectories, tasks_of(found)
    draws = draws_at(task, path, np.arange(5))
    ((_, through),) = contours_in(planned(comparison))

    def value(places, batch):
        weights = np.zeros((len(places), 6))
        weights[:, [1, 4]] = places
        margins = weights @ np.column_stack([inputs, np.ones(40)])[batch].T
        return np.mean(np.logaddexp(0.0, margins) - targets[batch] * margins, axis=1)

    drawn = 0
    for step in range(5):
        line = known(through.xy.at(step))
        if len(line):
            drawn += 1
            height = value(path.iterates[step][None, [1, 4]], draws[step].batch)[0]
            np.testing.assert_allclose(value(line, draws[step].batch), height, atol=0.01)
    assert drawn >= 3


def test_of_a_network_they_are_drawn_and_of_a_huge_one_refused():
    def comparison_for(width):
        inputs = RNG.normal(size=(20, 2))
        answers = (inputs[:, 0] > 0).astype(float)
        loss = vg.nn.network_loss(vg.nn.Network((2, *width, 1)), inputs, answers, "logistic")
        run = vg.Run(vg.GradientDescent(learning_rate=0.5), sampler=ShuffledEpochs(5))
        return comparison_of(run, objective=loss, domain=None, steps=6)

    ((_, through),) = contours_in(planned(comparison_for([3])))
    assert len(known(through.xy.at(0)))
    with pytest.raises(UsageError, match="would take too long"):
        planned(comparison_for([300, 300]))


def test_memory_stays_flat_however_long_the_run():
    run = vg.Run(vg.GradientDescent(learning_rate=0.02), (-0.5, -1.0), sampler=WithReplacement(2))
    pairs = [contours_in(planned(comparison_of(run, steps=steps)))[0] for steps in (2_000, 20_000)]
    sizes = [sum(line.xy.values.rows.nbytes for line in pair) for pair in pairs]
    assert max(sizes) < 30_000_000
    assert sizes[1] < 1.5 * sizes[0]


def test_where_there_is_no_value_and_where_all_are_equal_nothing_is_drawn():
    for text, domain in (("0*x*y + 1", [(-2, 2), (-2, 2)]), ("log(x) + y**2", [(-2, 2), (-2, 2)])):
        run = vg.Run(vg.GradientDescent(learning_rate=0.1), (1.0, 1.0), noise=1e-300 if "0*" in text else 0.5)
        board = planned(comparison_of(run, objective=text, domain=domain))
        for frame in first_middle_last(board):
            AggCompositor(board).frame(frame)


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contours_are_where_the_plan_puts_them(compositor, theme):
    board = planned(comparison_of(vg.Run(RULE, (-0.5, -1.0), sampler=ShuffledEpochs(4))), theme=theme)
    panel = panel_of(board)
    lines = [line for pair in contours_in(board) for line in pair]
    kept = tuple(m for m in panel.marks if m not in lines)
    bare = dataclasses.replace(
        board,
        panels=tuple(dataclasses.replace(p, marks=kept) if p is panel else p for p in board.panels),
    )
    through = lines[1]
    inner = Region(*np.array([0, 0, *board.size]))
    for frame in first_middle_last(board):
        seen = (compositor(board).frame(frame) != compositor(bare).frame(frame)).any(axis=-1)
        now = known(through.xy.at(board.clock.position(0, frame)))
        spots = np.round(in_pixels(board, panel.to_frame(now)) - 0.5).astype(int)
        near = [seen[max(y - 4, 0) : y + 5, max(x - 4, 0) : x + 5].any() for x, y in spots.tolist()]
        # Within a dash's gap of each vertex there is some of it.
        assert np.mean(near) > 0.9
        assert seen.sum() < 0.1 * inner.area


def test_a_file_asks_for_them():
    text = """
title = "t"
objective = { loss = "least-squares", data = "line" }
steps = 6
views = [{ view = "contour", batch_contours = true, cloud = true }]

[[runs]]
optimizer = "gradient-descent"
learning_rate = 0.1
sampler = { sampler = "shuffled-epochs", batch_size = 10 }
"""
    assert len(contours_in(planned(comparison_from_text(text, "t.toml")))) == 1
