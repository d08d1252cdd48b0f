"""While steps are played in parts, the caption says what each beat does, of one run at a time."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Text
from vizgd.drawing.typeset import measured

from ..gallery_films import planned

RAVINE = "x**2/2 + 5*y**2"
DOMAIN = ((-10, 10), (-4, 4))
MOMENTUM = vg.Momentum(learning_rate=0.05, beta=0.8)


def board_of(*rules, parts=2, steps=20, views=("contour",), **options):
    runs = [vg.Run(rule, (-8.0, 2.5)) for rule in rules]
    return planned(
        vg.Comparison("t", RAVINE, runs, steps=steps, domain=DOMAIN, views=views, parts=parts, **options)
    )


def texts_at(board, frame, panel):
    box = next(one.box for one in board.panels if one.name == panel)
    layers = board.frame(frame)
    found = [m for layer in layers for m in layer.marks if isinstance(m, Text) and np.isfinite(m.xy).all()]
    inside = [m for m in found if box.left <= m.xy[0] <= box.right and box.bottom <= m.xy[1] <= box.top]
    return [m.text for m in inside]


def frames_of(board, run, step):
    """Return the middle frame of each beat of a step, and one before the marker arrives."""
    played = board.clock.played_of(run)
    begins = played.begins[played.steps.tolist().index(step)] * board.clock.run + board.clock.intro - 1
    return np.round((begins[:-1] + begins[1:]) / 2).astype(int).tolist()


def test_each_beat_has_its_half_sentence_and_the_counter_says_that_the_step_is_in_parts():
    board = board_of(MOMENTUM)
    for step, words in ((0, "there is no velocity yet"), (1, "0.8 of the velocity is carried on")):
        gradient, adding, going = (" ".join(texts_at(board, f, "caption")) for f in frames_of(board, 0, step))
        assert gradient.startswith("gradient: (−")
        assert adding.startswith("add up: ")
        assert words in adding
        assert going.startswith("step: 1.")
        for frame in frames_of(board, 0, step):
            assert f"step {step + 1} of 20, in parts" in texts_at(board, frame, "legend")
    assert " ".join(texts_at(board, 0, "caption")).startswith("gradient: (−8, 25)")


def test_the_pace_after_the_parts_is_told_and_then_what_else_there_is_to_say():
    board, plain = board_of(MOMENTUM), board_of(MOMENTUM, parts=0)
    clock = board.clock
    after = clock.intro + int(clock.played_of(0).begins[-1, -1] * clock.run) + 5
    lasting = (clock.reached[0][-1] - clock.reached[0][2]) * clock.run / float(clock.rate)
    rate = 18 / lasting
    told = f"{rate:.0f}" if rate >= 9.5 else f"{rate:.1f}"
    assert texts_at(board, after, "caption") == [f"From here on {told} steps a second."]
    counted = int(clock.position(0, after) + 0.5)
    assert f"iteration {counted} of 20" in texts_at(board, after, "legend")
    last = board.clock.frames - 1
    assert texts_at(board, last, "caption") == texts_at(plain, plain.clock.frames - 1, "caption")
    late = last - board.clock.hold - 2
    usual = texts_at(plain, plain.clock.intro, "caption")
    assert texts_at(board, late, "caption") in (usual, [f"From here on {told} steps a second."])


def test_of_several_runs_one_is_told_of_at_a_time_that_with_the_most_beats_first():
    board = board_of(vg.GradientDescent(learning_rate=0.05), vg.Adam(learning_rate=0.5))
    first, second = (
        {texts_at(board, frame, "caption")[0] for frame in frames_of(board, 1, step)} for step in (0, 1)
    )
    assert all(label.startswith("Adam") for label in first)
    assert all(label.startswith("Gradient descent") for label in second)
    assert len(first) == len(second) == 1


def test_sentences_stay_within_the_frame_and_can_be_read():
    board = board_of(vg.AdamW(learning_rate=0.5), vg.AMSGrad(learning_rate=0.5), vg.Lion(learning_rate=0.1))
    box = next(one.box for one in board.panels if one.name == "caption")
    caption = next(one for one in board.panels if one.name == "caption")
    for mark in caption.marks:
        assert mark.size >= 26.0 * 0.74
        place = mark.xy.values[np.isfinite(mark.xy.values).all(axis=1)][:1]
        if len(place):
            assert place[0, 0] + measured(mark.text, mark.size, mark.bold)[0] <= box.right + 1.0


def test_nothing_changes_where_no_step_is_in_parts():
    board = board_of(MOMENTUM, parts=0)
    assert board.clock.played == ()
    caption = next(one for one in board.panels if one.name == "caption")
    assert all(mark.xy.run is None and len(mark.xy.values) == 2 for mark in caption.marks)


@pytest.mark.parametrize(
    ("parts", "words"),
    [(-1, "parts is -1"), ("two", "parts is 'two'"), ([0], "parts is"), (101, "parts is 101"), ([], "parts")],
)
def test_what_is_no_step_is_refused(parts, words):
    with pytest.raises(UsageError, match=words):
        board_of(MOMENTUM, parts=parts)


def test_a_step_that_no_run_takes_and_another_pace_are_refused():
    with pytest.raises(UsageError, match="there is no step 30") as refused:
        board_of(MOMENTUM, parts=[30])
    assert "$.parts" in str(refused.value)
    with pytest.raises(UsageError, match="only at the pace of iterations"):
        board_of(MOMENTUM, parts=2, pace="together")


def test_runs_that_end_before_their_parts_and_films_that_are_all_parts_are_played():
    diverging = vg.GradientDescent(learning_rate=1e3)
    assert board_of(diverging, MOMENTUM, parts=20, steps=20).clock.frames > 0
    board = board_of(MOMENTUM, parts=5, steps=3)
    assert board.clock.played_of(0).steps.tolist() == [0, 1, 2]
    assert not any("From here on" in str(m.text) for p in board.panels for m in p.marks if hasattr(m, "text"))
