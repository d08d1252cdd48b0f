"""A race shows who leads at each moment, and at the goal what it has cost, as the recordings say."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Points, Polygons, Text, resolved
from vizgd.objectives.datasets.samplers import WithReplacement
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.views.charts.race import FLAG, glided, held

from ...gallery_films import in_pixels, planned

RULES = [vg.GradientDescent(0.05), vg.Momentum(0.05), vg.Nesterov(0.05), vg.AdaGrad(0.5), vg.Adam(0.2)]
BOTH = pytest.mark.parametrize("renderer", [AggCompositor, CairoCompositor], ids=["matplotlib", "manim"])
RAVINE = "x**2 + 10*y**2"


def race(*rules, objective=RAVINE, start=(4, 2), steps=100, pace="iterations", tolerance=None, **settings):
    runs = [vg.Run(rule, start=start, **settings) for rule in rules]
    return vg.Comparison(
        "t", objective, runs, steps=steps, views=[vg.Race(tolerance=tolerance)], pace=pace, seconds=8.0
    )


def marks_at(board, frame):
    panel = next(panel for panel in board.panels if panel.name == "race")
    return [resolved(mark, lambda run: board.clock.position(run, frame)) for mark in panel.marks]


def shown(board, frame, kind=Text):
    return [mark for mark in marks_at(board, frame) if isinstance(mark, kind) and np.isfinite(mark.xy).all()]


def order_at(board, frame):
    """Return the numbers of the runs from the top row down."""
    racers = [mark for mark in shown(board, frame, Points) if mark.name.startswith("racer")]
    return [int(mark.name.split()[1]) for mark in sorted(racers, key=lambda mark: -mark.xy[1])]


def finish_of(run, tolerance):
    low = np.flatnonzero(run.losses <= tolerance)
    return int(low[0]) if len(low) else None


def test_the_order_shown_is_that_of_the_lowest_losses_a_moment_ago_and_then_of_the_finish():
    board = planned(race(*RULES), size=(960, 540))
    paths = [vg.record(RAVINE, rule, (4, 2), 100) for rule in RULES]
    goal = 1e-3 * 56.0
    clock = board.clock

    def order(frame):
        at = [clock.position(run, frame) for run in range(len(paths))]

        def key(run):
            finish = finish_of(paths[run], goal)
            if finish is not None and at[run] >= finish:
                return (0, finish, run)
            lowest = np.log(np.maximum(np.minimum.accumulate(paths[run].losses), goal))
            return (1, float(np.interp(at[run], np.arange(len(lowest)), lowest)), run)

        return sorted(range(len(paths)), key=key)

    orders = [order(frame) for frame in range(clock.frames)]
    for frame in range(clock.frames):
        assert order_at(board, frame) in orders[max(frame - 10, 0) : frame + 1]
    assert order_at(board, clock.frames - 1) == orders[-1]


def test_rows_are_one_over_another_only_in_the_few_frames_in_which_they_switch():
    board = planned(race(*RULES), size=(960, 540))
    crossing = []
    for frame in range(board.clock.frames):
        racers = [mark for mark in shown(board, frame, Points) if mark.name.startswith("racer")]
        heights = np.sort([mark.xy[1] for mark in racers])
        crossing.append(np.ptp(np.diff(heights)) > 1e-6)
    runs = [len(streak) for streak in "".join("x" if one else " " for one in crossing).split()]
    assert len(runs) > 2
    assert max(runs) <= 3
    assert sum(crossing) < 0.5 * len(crossing)


@given(
    places=st.integers(2, 5).flatmap(
        lambda runs: st.lists(st.permutations(range(runs)), min_size=1, max_size=40)
    ),
    moments=st.integers(1, 12),
)
def test_an_order_stands_for_some_moments_and_is_never_older_than_they_are(places, moments):
    places = np.array(places)
    seen = held(places, moments)
    for moment, row in enumerate(seen):
        assert (places[max(moment - moments, 0) : moment + 1] == row).all(axis=1).any()
    changes = np.flatnonzero((np.diff(seen[:-1], axis=0) != 0).any(axis=1))
    assert (np.diff(changes) >= moments).all()
    np.testing.assert_array_equal(seen[-1], places[-1])


def test_flags_say_the_first_step_at_the_goal_and_go_up_when_the_run_is_there():
    board = planned(race(*RULES), size=(960, 540))
    clock = board.clock
    finishes = [finish_of(vg.record(RAVINE, rule, (4, 2), 100), 0.056) for rule in RULES]
    said = {mark.text for mark in shown(board, clock.frames - 1)}
    assert {f"{finish} steps" for finish in finishes} <= said
    assert "goal: loss − min ≤ 0.056, a thousandth of the first gap" in said
    for frame in range(0, clock.frames, 5):
        flags = sum(mark.text == FLAG for mark in shown(board, frame))
        there = sum(clock.position(run, frame) >= finish for run, finish in enumerate(finishes))
        assert flags == there


@pytest.mark.parametrize("pace", ["examples", "evaluations", "together"])
def test_what_is_counted_follows_the_pace(pace):
    rules = [vg.GradientDescent(0.2), vg.GradientDescent(0.1)]
    comparison = race(*rules, objective="line", start=(0, 0), pace=pace, sampler=WithReplacement(8))
    board = planned(comparison, size=(960, 540))
    said = {mark.text for mark in shown(board, board.clock.frames - 1)}
    noun = {"examples": "examples", "evaluations": "evaluations", "together": "steps"}[pace]
    assert sum(re.fullmatch(rf"[\d,]+ {noun}", text) is not None for text in said) == 2
    heading = {"examples": "examples seen", "evaluations": "gradient evaluations", "together": "steps"}[pace]
    assert f"Race by {heading}" in said


def test_a_line_search_that_wins_by_steps_is_charged_for_its_trials():
    board = planned(race("BFGS", vg.GradientDescent(0.09), pace="evaluations"), size=(960, 540))
    said = [mark.text for mark in shown(board, board.clock.frames - 1)]
    run = vg.record(RAVINE, "BFGS", (4, 2), 100)
    finish = finish_of(run, 0.056)
    assert f"{run.evaluations[finish]} evaluations" in said
    assert run.evaluations[finish] > finish


@pytest.mark.parametrize(
    ("others", "heading"),
    [
        (["Nelder-Mead"], "Race by evaluations of gradient or value"),
        ([vg.Newton()], "Race by gradient evaluations, a Hessian counts as 2"),
        (["trust-exact"], "Race by gradient evaluations, a Hessian counts as 2"),
    ],
)
def test_what_counts_as_an_evaluation_is_said_where_it_is_no_gradient(others, heading):
    board = planned(race(vg.GradientDescent(0.09), *others, pace="evaluations"), size=(960, 540))
    assert heading in {mark.text for mark in shown(board, 0)}


def test_seconds_are_said_to_be_measured():
    board = planned(race("BFGS", vg.GradientDescent(0.09), pace="seconds"), size=(960, 540))
    said = [mark.text for mark in shown(board, board.clock.frames - 1)]
    assert "Race by seconds, as measured" in said
    assert sum(text.endswith(("ms", "µs", " s")) for text in said) == 2


def test_who_diverges_is_out_and_last_and_who_never_comes_says_so():
    rules = [vg.GradientDescent(0.2), vg.GradientDescent(0.001), vg.GradientDescent(0.05)]
    board = planned(race(*rules), size=(960, 540))
    last = board.clock.frames - 1
    lost = vg.record(RAVINE, rules[0], (4, 2), 100).status
    said = [mark.text for mark in shown(board, last)]
    assert f"out at step {lost.iteration}" in said
    assert "not in 100 steps" in said
    assert order_at(board, last) == [2, 1, 0]


def test_a_thinned_run_says_that_it_may_have_been_there_before():
    path = vg.record(RAVINE, vg.GradientDescent(0.05), (4, 2), 99)
    kept = dataclasses.replace(
        path,
        every=9,
        taken=99,
        **{
            name: getattr(path, name)[::9]
            for name in ("iterates", "losses", "gradients", "examples", "evaluations")
        },
        learning_rates=path.learning_rates[::9],
        terms={name: values[::9] for name, values in path.terms.items()},
    )
    comparison = vg.Comparison("t", RAVINE, [vg.Run(kept), vg.Run(path)], views=["race"], seconds=4.0)
    board = planned(comparison, size=(960, 540))
    said = [mark.text for mark in shown(board, board.clock.frames - 1)]
    assert "27 steps" in said
    assert "≤ 27 steps" in said


def test_a_race_of_one_is_refused():
    with pytest.raises(UsageError, match="a race needs two runs"):
        planned(race(vg.Adam(0.2)), size=(480, 270))


@given(
    places=hnp.arrays(np.int64, st.tuples(st.integers(2, 60), st.just(4)), elements=st.integers(0, 3)),
    moments=st.integers(1, 20),
)
def test_rows_glide_between_their_places_and_have_arrived_at_the_end(places, moments):
    heights = glided(places, moments)
    assert heights.shape == places.shape
    np.testing.assert_allclose(heights[-1], places[-1])
    low, high = places.min(axis=0), places.max(axis=0)
    assert ((heights >= low - 1e-9) & (heights <= high + 1e-9)).all()


def test_of_more_runs_than_fit_those_that_lead_are_shown():
    rates = np.linspace(0.001, 0.095, 30)
    board = planned(race(*(vg.GradientDescent(rate) for rate in rates)), size=(480, 270))
    order = order_at(board, board.clock.frames - 1)
    assert 5 < len(order) < 30
    said = {mark.text for mark in shown(board, 0)}
    assert f"Race by steps, the first {len(order)} of 30" in said
    finishes = [finish_of(vg.record(RAVINE, vg.GradientDescent(rate), (4, 2), 100), 0.056) for rate in rates]
    best = sorted(range(30), key=lambda run: (finishes[run] is None, finishes[run] or 0, run))
    assert [finishes[run] for run in order] == [finishes[run] for run in best[: len(order)]]


@BOTH
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bars_are_as_long_in_the_pixels_as_progress_is(renderer, theme):
    board = planned(race(*RULES), size=(960, 540), theme=theme)
    compositor = renderer(board)
    for frame in (0, board.clock.intro + board.clock.run // 4, board.clock.frames - 1):
        pixels = np.asarray(compositor.frame(frame))[..., :3].astype(int)
        bars = [mark for mark in marks_at(board, frame) if isinstance(mark, Polygons)]
        whole, own = bars[0::2], bars[1::2]
        for ground, bar in zip(whole, own, strict=True):
            left, low = in_pixels(board, bar.vertices[0])
            right, high = in_pixels(board, bar.vertices[2])
            end, _ = in_pixels(board, ground.vertices[2])
            row = pixels[int((low + high) / 2)]
            color = np.round(255 * np.array(bar.fills[0][:3]))
            near = np.abs(row - color).max(axis=1) <= 3
            assert near[int(left) + 1 : int(right) - 1].all()
            assert not near[int(right) + 2 : int(end) - 1].any()
