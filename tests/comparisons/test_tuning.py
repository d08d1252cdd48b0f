"""A tuned comparison has the rates that were found, says how, and keeps both in its file."""

from __future__ import annotations

import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.comparisons.resolving import record_comparison, resolved, tasks_of
from vizgd.comparisons.tuning import how_tuned
from vizgd.objectives.datasets.samplers import WithReplacement
from vizgd.recording.many.tuning import Tuning

from ..gallery_films import planned

FILE = """
title = "t"
objective = "x**2 + 10*y**2"
start = [4, 2]
steps = 20
tune = TUNE
[[runs]]
optimizer = "gradient-descent"
learning_rate = 0.5
[[runs]]
optimizer = "adam"
label = "Adam"
[[runs]]
optimizer = "newton"
"""


def compared(tune):
    return comparison_from_text(FILE.replace("TUNE", tune), "my.toml")


def said(comparison):
    found = resolved(comparison)
    return how_tuned(found.comparison, tasks_of(found))


def test_the_runs_the_labels_and_the_sentence_have_what_was_found():
    comparison = compared("{ learning_rate = [1e-3, 1.0], trials = 13 }")
    found = record_comparison(comparison)
    rates = Tuning((1e-3, 1.0), 13).rates
    best = [
        min(rates, key=lambda rate: vg.record("x**2 + 10*y**2", rule(rate), (4, 2), 20).losses[-1])
        for rule in (vg.GradientDescent, vg.Adam)
    ]
    descent, adam, newton = found.comparison.runs
    assert [descent.optimizer.learning_rate, adam.optimizer.learning_rate] == best
    assert newton == comparison.runs[2]
    assert found.labels[:2] == (f"Gradient descent α={best[0]:g}", f"Adam, α={best[1]:g}")
    assert said(comparison) == (
        "Each α is the best of 13 from 0.001 to 1 by the last loss: 260 gradient evaluations a run."
        " Not tuned: Newton."
    )


def test_a_rate_at_an_end_of_the_range_is_said_to_be_there():
    assert said(compared("{ learning_rate = [1e-4, 1e-3], trials = 3 }")).endswith(
        "At an end of that range: Gradient descent, Adam."
    )


def test_seeds_count_where_runs_are_random():
    runs = [vg.Run(vg.GradientDescent(0.1), (0, 0), sampler=WithReplacement(4)), vg.Run(vg.Adam(), (0, 0))]
    comparison = vg.Comparison("t", "line", runs, steps=10, tune={"trials": 4, "seeds": 5})
    assert "by the median loss of 5 seeds: up to 200 gradient evaluations a run" in said(comparison)


@pytest.mark.parametrize("tune", ["true", "{ trials = 5 }", "false"])
def test_a_file_of_runs_keeps_what_was_found_and_says_the_same(tmp_path, tune):
    comparison = compared(tune)
    before = record_comparison(comparison)
    again = vg.load(vg.save(comparison, tmp_path / "runs.npz"))
    assert again.tune == comparison.tune
    assert [run.optimizer for run in again.runs] == [run.optimizer for run in before.comparison.runs]
    assert record_comparison(again).labels == before.labels
    assert said(again) == said(comparison)
    assert (said(again) == "") == (tune == "false")


def test_the_sentence_stands_under_the_picture_while_the_runs_move():
    board = planned(compared("{ trials = 5 }"), size=(960, 540))
    caption = next(panel for panel in board.panels if panel.name == "caption")
    words = " ".join(mark.text for mark in caption.marks)
    assert "Each α is the best of 5 from 0.0001 to 10" in words


@pytest.mark.parametrize(
    ("tune", "where", "what"),
    [
        ("3", "$.tune", "got `int`"),
        ("{ trial = 3 }", "$.tune", "did you mean 'trials'"),
        ("{ trials = 1 }", "$.tune", "trials"),
    ],
)
def test_another_search_is_refused_with_its_place(tune, where, what):
    with pytest.raises(UsageError) as caught:
        compared(tune)
    assert where in str(caught.value)
    assert what in str(caught.value)


def test_an_optimizer_that_hides_its_rate_is_refused_with_its_run():
    runs = [vg.Run(vg.Adam(), (1, 1)), vg.Run(lambda params, gradient: params - 0.1 * gradient, (1, 1))]
    with pytest.raises(UsageError, match=r"\$\.runs\[1\]"):
        record_comparison(vg.Comparison("t", "booth", runs, tune=True))
