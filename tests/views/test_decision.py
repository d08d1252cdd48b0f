"""Decision boundaries: lines where classes are equally probable, at each moment of the film."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Line, Points, Text, resolved
from vizgd.views import moments

from ..gallery_films import planned

INPUTS, LABELS = vg.nn.moons(np.random.default_rng(0), 40)
NETWORK = vg.nn.network_loss(vg.nn.Network((2, 4, 1)), INPUTS, LABELS)


def film(objective=NETWORK, count=1, steps=12, **settings):
    runs = [vg.Run(vg.Adam(learning_rate=0.05 * (k + 1))) for k in range(count)]
    views = [vg.Decision(**settings), "convergence"]
    return planned(vg.Comparison("t", objective, runs, steps=steps, views=views), (480, 270))


def panel(board):
    return next(one for one in board.panels if one.name == "decision")


def boundary(board, frame, run=0):
    lines = [mark for mark in panel(board).marks if isinstance(mark, Line)]
    shown = resolved(lines[run], lambda own: board.clock.position(own, frame))
    return shown.xy[np.isfinite(shown.xy).all(axis=1)]


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.37, 1.0])
def test_on_the_line_both_classes_are_equally_probable(share, batch_norm):
    objective = vg.nn.network_loss(vg.nn.Network((2, 4, 1), batch_norm=batch_norm), INPUTS, LABELS)
    board = film(objective, points=201)
    frame = board.clock.intro - 1 + round(share * board.clock.run)
    position = board.clock.position(0, frame)
    iterates = vg.record(objective, vg.Adam(learning_rate=0.05), steps=12).iterates
    before = iterates[int(position)]
    after = iterates[min(int(position) + 1, 12)]
    params = before + (position - int(position)) * (after - before)
    line = boundary(board, frame)
    assert len(line) > 20
    np.testing.assert_allclose(objective.samples.predict(params, line), 0.5, atol=2e-3)


def test_each_run_has_a_line_in_its_style_and_each_class_its_marker():
    shown = panel(film(count=2))
    lines = [mark for mark in shown.marks if isinstance(mark, Line)]
    assert len({line.color for line in lines}) == 2
    ring, dot = (mark for mark in shown.marks if isinstance(mark, Points))
    assert len(ring.xy) == len(dot.xy) == 20
    assert ring.fill != dot.fill


def test_three_classes_are_parted_by_lines_between_all_of_them():
    rng = np.random.default_rng(0)
    centers = np.array([(0, 1.5), (-1.5, -1), (1.5, -1)])
    targets = np.repeat([0.0, 1.0, 2.0], 20)
    inputs = centers[targets.astype(int)] + 0.3 * rng.standard_normal((60, 2))
    objective = vg.nn.network_loss(vg.nn.Network((2, 8, 3)), inputs, targets, "cross-entropy")
    board = film(objective, steps=80)
    line = boundary(board, board.clock.frames - 1)
    trajectory = vg.record(objective, vg.Adam(learning_rate=0.05), steps=80)
    said = np.sort(objective.samples.predict(trajectory.iterates[-1], line), axis=1)
    close = said[:, 2] - said[:, 1] < 0.1
    assert close.mean() > 0.9
    assert {mark.marker for mark in panel(board).marks if isinstance(mark, Points)} == {"circle", "square"}


def test_a_boundary_may_be_nowhere():
    flat = dataclasses.replace(
        NETWORK,
        samples=dataclasses.replace(
            NETWORK.samples, predict=lambda p, x: np.full((*p.shape[:-1], len(x)), 0.9)
        ),
    )
    assert len(boundary(film(flat), 0)) == 0


def test_a_long_film_finds_so_many_boundaries_at_most(monkeypatch):
    monkeypatch.setattr(moments, "MOST_MOMENTS", 7)
    (line,) = [mark for mark in panel(film()).marks if isinstance(mark, Line)]
    assert len(line.xy.values) == 8


@pytest.mark.parametrize("objective", ["sphere", "line", "study-hours"])
def test_what_has_no_classes_of_two_inputs_is_refused(objective):
    with pytest.raises(UsageError, match="classes of two inputs") as caught:
        film(objective)
    assert "$.views[0]" in str(caught.value)


def _outside(board, name, frame):
    texts = [m for layer in board.frame(frame) for m in layer.marks if isinstance(m, Text)]
    return [m.text for m in texts if np.isfinite(m.xy).all() and name in m.text]


def test_a_boundary_that_is_not_in_the_panel_is_said_to_be_outside():
    rng = np.random.default_rng(0)
    inputs = np.column_stack([rng.uniform(0, 10, 60), rng.uniform(2e4, 9e4, 60)])
    targets = (inputs[:, 0] > 5).astype(float)
    objective = vg.logistic(inputs, targets)
    run = vg.Run(vg.GradientDescent(learning_rate=1e-3), start=(0.0, 0.0, 0.0))
    board = planned(vg.Comparison("t", objective, [run], steps=8, views=["decision"]))
    assert _outside(board, "no boundary", 0) == ["no boundary: even odds"]
    shown = next(one for one in board.panels if one.name == "decision")
    low, high = inputs.min(axis=0), inputs.max(axis=0)
    for axis, least, most in zip((shown.axes.x, shown.axes.y), low, high, strict=True):
        assert axis.limits[0] < least
        assert axis.limits[1] > most
        assert axis.limits[1] - axis.limits[0] < 1.2 * (most - least)
    (line,) = [mark for mark in shown.marks if isinstance(mark, Line)]
    iterates = vg.record(objective, run.optimizer, run.start, 8).iterates
    corners = np.stack(np.meshgrid(shown.axes.x.limits, shown.axes.y.limits), axis=-1).reshape(-1, 2)
    seen = objective.samples.predict(iterates[-1], corners)
    expected = [] if seen.min() < 0.5 < seen.max() else [f"boundary outside: all {int(seen.min() > 0.5)}"]
    assert _outside(board, "boundary outside", board.clock.frames - 1) == expected
    assert expected
    assert not np.isfinite(line.xy.values[-1]).any()
