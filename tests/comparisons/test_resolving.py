"""Resolving: names looked up, runs recorded, and what is known of both, without a look or a view."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.resolving import record_comparison, resolved

PLAIN = vg.Run(vg.GradientDescent(learning_rate=0.1), start=(3, 2))


def compared(*runs, objective="x**2 + y**2", steps=5, **settings):
    return vg.Comparison("t", objective, list(runs or [PLAIN]), steps=steps, **settings)


def test_a_run_is_what_is_recorded_of_it_by_itself():
    noisy = vg.Run(vg.Adam(learning_rate=0.2), start=(1, 1), noise=0.5, seed=3)
    found = resolved(compared(PLAIN, noisy))
    for run, trajectory in zip((PLAIN, noisy), found.trajectories, strict=True):
        alone = vg.record(
            "x**2 + y**2", run.optimizer, run.start, 5, noise=run.noise or 0.0, seed=run.seed or 0
        )
        np.testing.assert_array_equal(trajectory.iterates, alone.iterates)
    assert found.steps == 5


def test_runs_without_an_objective_of_their_own_descend_the_one_that_is_compared():
    own = vg.Run(vg.GradientDescent(learning_rate=0.1), start=(3, 2), objective="x**2 + 3*y**2")
    found = resolved(compared(PLAIN, own, PLAIN))
    assert found.objectives[0] is found.objectives[2] is found.objective
    assert found.objectives[1].value([1.0, 1.0]) == 4.0


def test_labels_say_what_runs_differ_in():
    slow = vg.Run(vg.GradientDescent(learning_rate=0.01), start=(3, 2))
    named = vg.Run(vg.Adam(), start=(3, 2), label="mine")
    assert record_comparison(compared(PLAIN, slow, named)).labels == (
        "Gradient descent α=0.1",
        "Gradient descent α=0.01",
        "mine",
    )


def test_the_domain_that_is_asked_for_is_drawn_and_without_one_every_start_is_in_it():
    asked = ((-6.0, 6.0), (-4.0, 4.0))
    assert resolved(compared(domain=asked)).domain == asked
    far = vg.Run(vg.GradientDescent(learning_rate=0.1), start=(30, 3))
    (left, right), height = resolved(compared(far)).domain
    assert left <= -5 < 30 < right
    assert height == (-5, 5)


def test_only_what_is_random_has_an_outlook():
    noisy = vg.Run(vg.GradientDescent(learning_rate=0.1), start=(3, 2), noise=1.0)
    outlooks = resolved(compared(PLAIN, noisy)).outlooks
    assert outlooks[0] is None
    assert outlooks[1] is not None


def test_before_each_run_is_recorded_it_is_told_how_many_are_done():
    told = []
    record_comparison(compared(PLAIN, PLAIN), lambda done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2)]


def test_what_is_resolved_goes_to_other_processes():
    found = resolved(compared())
    again = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(again.trajectories[0].iterates, found.trajectories[0].iterates)
    assert again.domain == found.domain
    assert again.objectives[0] is again.objective


@pytest.mark.parametrize(
    ("comparison", "where", "said"),
    [
        (lambda: compared(objective="rosenbrok"), "$.objective", "rosenbrok"),
        (
            lambda: compared(PLAIN, vg.Run(vg.Adam(), start=(1, 1), objective="rosenbrok")),
            "$.runs[1]",
            "rosenbrok",
        ),
        (lambda: compared(PLAIN, vg.Run(vg.Adam(), start=(1, 2, 3))), "$.runs[1]", "start is (1, 2, 3)"),
        (lambda: compared(domain=[(-1, 1)]), "$.domain", "domain has 1 axes"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(comparison, where, said):
    with pytest.raises(UsageError) as caught:
        resolved(comparison())
    assert where in str(caught.value)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 4
