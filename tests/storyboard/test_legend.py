"""The legend: its readouts tell of the iterate that the markers are nearest to."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.formatting import readout
from vizgd.drawing.marks import Points, Text, Track, resolved
from vizgd.drawing.typeset import measured, placed
from vizgd.storyboard import legend
from vizgd.storyboard.legend import kept_whole

from ..gallery_films import planned


def _board(*rates):
    runs = [vg.Run(vg.GradientDescent(learning_rate=rate), 3) for rate in rates]
    return planned(vg.Comparison("t", "x**2", runs, steps=24, views=["curve"]))


def _legend(board, frame):
    panel = next(panel for panel in board.panels if panel.name == "legend")
    layers = [layer for layer in board.frame(frame) for m in layer.marks if isinstance(m, Text)]
    texts = [m for layer in dict.fromkeys(layers) for m in layer.marks if isinstance(m, Text)]
    box = panel.box
    return [m.text for m in texts if box.left <= m.xy[0] <= box.right and box.bottom <= m.xy[1] <= box.top]


@pytest.mark.parametrize("part", [0.2, 0.45, 0.55, 0.8])
def test_count_and_loss_are_those_of_the_nearest_iterate(part):
    board = _board(0.1)
    losses = vg.record("x**2", vg.GradientDescent(learning_rate=0.1), 3, 24).losses
    frame = min(range(board.clock.frames), key=lambda k: abs(board.clock.position(0, k) - 5 - part))
    nearest = round(board.clock.position(0, frame))
    said = _legend(board, frame)
    assert f"iteration {nearest} of 24" in said
    assert readout(float(losses[nearest])) in said


def test_a_diverged_run_has_no_loss_any_more():
    board = _board(0.1, 1.5)
    diverged = vg.record("x**2", vg.GradientDescent(learning_rate=1.5), 3, 24).status.iteration
    at = next(k for k in range(board.clock.frames) if board.clock.position(1, k) >= diverged)
    before = next(k for k in range(board.clock.frames) if board.clock.position(1, k) >= diverged - 1)
    assert "diverged" not in _legend(board, before)
    assert "diverged" in _legend(board, at)
    assert "diverged" in _legend(board, board.clock.frames - 1)


def test_a_caption_breaks_no_label_and_says_it_with_common_spaces():
    labels = [f"Momentum α=0.{k} β=0.9" for k in range(1, 7)]
    runs = [vg.Run(vg.GradientDescent(learning_rate=0.01 * k), 3, label=labels[k - 1]) for k in range(1, 7)]
    board = planned(vg.Comparison("t", "bowl_1d", runs, steps=24, views=["curve"]))
    panel = next(panel for panel in board.panels if panel.name == "caption")
    lines = [mark.text for mark in panel.marks if "Momentum" in mark.text]
    assert len(lines) == 2
    assert sum(line.count(label) for line in lines for label in labels) == len(labels)


def test_a_last_sentence_with_no_room_for_all_runs_is_legible_and_says_how_many_are_left_out():
    rates = [0.01 * k for k in range(1, 11)]
    runs = [vg.Run(vg.Momentum(rate, 0.05), 3, label=f"Run of rate {rate:.2f} and mass") for rate in rates]
    board = planned(vg.Comparison("t", "bowl_1d", runs, steps=5, views=["curve"]))
    panel = next(panel for panel in board.panels if panel.name == "caption")
    lines = [mark for mark in panel.marks if "mass" in mark.text or "more in" in mark.text]
    said = " ".join(mark.text for mark in lines)
    assert {mark.size >= 26.0 for mark in lines} == {True}
    told = [float(rate) for rate in re.findall(r"rate (0\.\d+)", said)]
    left = [abs(vg.record("bowl_1d", vg.Momentum(rate, 0.05), 3, 5).iterates[-1, 0]) for rate in rates]
    nearest = [round(rates[index], 2) for index in np.argsort(left)]
    assert told == nearest[: len(told)]
    assert said.endswith(f"more in {len(rates) - len(told)} others.")
    assert len(lines) <= 2


def test_numbers_of_two_columns_are_apart():
    runs = [vg.Run("BFGS", (-1.2, 1)), vg.Run(vg.Adam(0.2), (-1.2, 1))]
    board = planned(vg.Comparison("t", "rosenbrock", runs, steps=60, pace="evaluations", views=["contour"]))
    panel = next(panel for panel in board.panels if panel.name == "legend")
    last = board.clock.frames - 1
    marks = [resolved(mark, lambda run: board.clock.position(run, last)) for mark in panel.marks]
    numbers = [mark for mark in marks if isinstance(mark, Text) and mark.horizontal == "right"]
    rows = {}
    for mark in numbers:
        rows.setdefault(round(float(mark.xy[1])), []).append(mark)
    for row in rows.values():
        row = sorted(row, key=lambda mark: mark.xy[0])
        for left, right in itertools.pairwise(row):
            assert right.xy[0] - measured(right.text, right.size)[0] - left.xy[0] >= 0.5 * right.size


def test_a_label_is_legible_and_ends_before_the_longest_loss():
    runs = [
        vg.Run("BFGS", (-1.2, 1), label=f"A line search that is called by a long name {k}") for k in (1, 2)
    ]
    board = planned(vg.Comparison("t", "rosenbrock", runs, steps=40, views=["contour"]))
    panel = next(panel for panel in board.panels if panel.name == "legend")
    marks = [mark for mark in panel.marks if isinstance(mark, Text)]
    labels = [mark for mark in marks if mark.horizontal == "left" and not mark.bold]
    losses = [mark for mark in marks if isinstance(mark.text, Track) and mark.horizontal == "right"]
    assert len(labels) == len(losses) == 2
    for label, loss in zip(labels, losses, strict=True):
        assert label.size >= 26.0
        longest = max(measured(text, loss.size)[0] for text in loss.text.values)
        assert label.xy[0] + measured(label.text, label.size)[0] + 0.3 * loss.size <= loss.xy[0] - longest


def test_a_label_too_long_to_keep_whole_may_be_broken():
    assert kept_whole(["a b", "word " * 9]) == ["a\u00a0b", "word " * 9]


def _title(title, size=(960, 540)):
    run = vg.Run(vg.GradientDescent(learning_rate=0.1), 3)
    board = planned(vg.Comparison(title, "bowl_1d", [run], steps=4, views=["curve"]), size)
    panel = next(panel for panel in board.panels if panel.name == "title")
    return panel, [mark for mark in panel.marks if mark.bold]


def test_a_title_that_is_too_long_for_a_line_takes_two():
    words = "How far plain gradient descent comes in a ravine whose curvatures differ by a factor of fifty"
    panel, lines = _title(words)
    assert " ".join(line.text for line in lines) == words
    assert len(lines) == 2
    for line in lines:
        vertices, _ = placed(line)
        assert panel.box.left <= vertices[:, 0].min()
        assert vertices[:, 0].max() <= panel.box.right
        assert panel.box.bottom <= vertices[:, 1].min()
        assert vertices[:, 1].max() <= panel.box.top


def test_a_title_that_is_too_long_for_two_lines_is_cut_at_its_end():
    _, lines = _title("One word after another " * 8, (540, 960))
    assert [line.text.endswith("…") for line in lines] == [False, True]


def test_a_word_that_is_too_long_for_a_line_is_cut():
    _, (line,) = _title("x" * 150, (540, 960))
    assert line.text.endswith("…")


def test_few_of_the_losses_of_many_long_runs_are_made_texts(monkeypatch):
    made: list[float] = []
    monkeypatch.setattr(legend, "MOST_MEASURED", 100)
    monkeypatch.setattr(legend, "readout", lambda loss: made.append(loss) or readout(loss))
    runs = [vg.Run(vg.GradientDescent(1e-3 * (1 + k)), 3) for k in range(9)]
    board = planned(vg.Comparison("t", "x**2", runs, steps=2000, views=["curve"]))
    shown = len(runs) * (board.clock.run + 1)  # in each frame that moves, whatever the steps
    assert 100 <= len(made) <= 2 * (100 + 2 * len(runs)) + shown


def test_markers_of_many_runs_do_not_lie_on_one_another():
    runs = [vg.Run(vg.GradientDescent(1e-3 * (1 + k)), 3) for k in range(36)]
    board = planned(vg.Comparison("t", "x**2", runs, steps=4))
    panel = next(panel for panel in board.panels if panel.name == "legend")
    markers = sorted((tuple(mark.xy), mark.size) for mark in panel.marks if isinstance(mark, Points))
    assert len({place[0] for place, _ in markers}) > 1
    for (place, size), (above, _) in itertools.pairwise(markers):
        assert place[0] != above[0] or above[1] - place[1] > size
