"""While a step is played in parts, the line of the beat is lit and the others rest at a quarter."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import vizgd as vg
from vizgd.drawing.marks import Text, resolved
from vizgd.drawing.theme import LIGHT

from ...gallery_films import planned


def board_of(rule, views=("equation",), parts=2, **options):
    runs = [vg.Run(rule, (-8.0, 2.5))]
    comparison = vg.Comparison(
        "t", "x**2/2 + 5*y**2", runs, steps=6, views=["contour", *views], parts=parts, **options
    )
    return planned(comparison, seconds=20.0)


def equation_at(board, step, beat):
    """Return the texts of the equation in the middle of a beat, with their opacities."""
    played = board.clock.played_of(0)
    begins = played.begins[played.steps.tolist().index(step)] * board.clock.run
    frame = board.clock.intro - 1 + int((begins[beat] + begins[beat + 1]) / 2)
    panel = next(p for p in board.panels if p.name == "equation")
    marks = [resolved(m, lambda run: board.clock.position(run, frame)) for m in panel.marks]
    there = [m for m in marks if isinstance(m, Text) and np.isfinite(m.xy).all()]
    return [(m.xy[1], m.color) for m in there]


def test_each_beat_lights_its_line():
    board = board_of(vg.Momentum(learning_rate=0.05, beta=0.8))
    lit = {}
    for beat in range(3):
        found = equation_at(board, 1, beat)
        assert {round(color[3], 3) for _, color in found} == {0.25, 1.0}
        lit[beat] = {round(y) for y, color in found if color[3] == 1.0}
        if beat == 0:
            assert {color for _, color in found if color[3] == 1.0} == {LIGHT.role("gradient").color}
    assert max(lit[1]) > max(lit[2])
    assert not lit[1] & lit[2]
    assert lit[0] <= lit[1]


def test_a_beat_without_a_line_lights_the_one_that_it_is_done_for():
    board = board_of(vg.AdaGrad(learning_rate=0.5))
    scale, step = ({round(y) for y, c in equation_at(board, 1, k) if c[3] == 1.0} for k in (2, 3))
    assert scale == step
    adding = {round(y) for y, c in equation_at(board, 1, 1) if c[3] == 1.0}
    assert not adding & step


@pytest.mark.parametrize("rule", [vg.Torch(lambda p: torch.optim.SGD(p, lr=0.05)), vg.Newton(), vg.Lion()])
def test_of_any_rule_something_is_lit_in_every_beat(rule):
    board = board_of(rule)
    for beat in range(board.clock.played_of(0).begins.shape[1] - 1):
        found = equation_at(board, 0, beat)
        assert any(color[3] == 1.0 for _, color in found)


def test_at_other_times_all_is_as_it_is_without_parts():
    rule = vg.Momentum(learning_rate=0.05, beta=0.8)
    boards = board_of(rule), board_of(rule, parts=0)
    last = [equation_last(board) for board in boards]
    assert last[0] == last[1]


def equation_last(board):
    panel = next(p for p in board.panels if p.name == "equation")
    frame = board.clock.frames - 1
    marks = [resolved(m, lambda run: board.clock.position(run, frame)) for m in panel.marks]
    there = [m for m in marks if isinstance(m, Text) and np.isfinite(m.xy).all()]
    return [(m.text, tuple(m.xy), m.color) for m in there]


def test_bars_grow_in_their_beat():
    rule = vg.Momentum(learning_rate=0.05, beta=0.8)
    board = board_of(rule, views=("state",))
    played = board.clock.played_of(0)
    panel = next(p for p in board.panels if p.name == "state")
    bars = [m for m in panel.marks if type(m).__name__ == "Polygons" and hasattr(m.vertices, "values")]

    def heights(beat):
        progress = np.interp(beat, np.arange(4), played.begins[0])
        frame = board.clock.intro - 1 + int(np.ceil(progress * board.clock.run - 1e-9))
        marks = [resolved(m, lambda run: board.clock.position(run, frame)) for m in bars]
        return [np.ptp(m.vertices.reshape(-1, 4, 2)[..., 1], axis=1).max() for m in marks]

    gradient, velocity, step = heights(2.9)
    assert min(gradient, velocity, step) > 0
    assert heights(0.8) == pytest.approx([gradient, 0.0, 0.0])
    assert heights(1.8) == pytest.approx([gradient, velocity, 0.0])
    half = heights(0.3)
    assert 0.4 * gradient < half[0] < 0.65 * gradient
