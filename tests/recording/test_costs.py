"""What runs have cost, counted as somebody else would count it: by watching the objective, or scipy's own."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

import vizgd as vg
from tests.optimizers.problems import RAVINE, ROSENBROCK
from vizgd.base.errors import UsageError
from vizgd.comparisons.resolving import record_comparison
from vizgd.objectives.datasets.samplers import WithReplacement
from vizgd.optimizers.foreign.scipy_methods import METHODS, NO_GRADIENT
from vizgd.recording.costs import amount, costs_so_far
from vizgd.recording.loop import record_within


class Counted:
    """An objective that counts how often it is asked for each of its answers."""

    def __init__(self, objective):
        self.calls = {"value": 0, "gradient": 0, "hessian": 0}
        self.objective = dataclasses.replace(
            objective, **{name: self._counting(name, getattr(objective, name)) for name in self.calls}
        )

    def _counting(self, name, function):
        def asked(points):
            self.calls[name] += 1
            return function(points)

        return asked


@pytest.mark.parametrize("method", METHODS)
def test_evaluations_of_a_method_of_scipy_are_what_scipy_asked_for_up_to_each_callback(method):
    seen = []
    counted = Counted(ROSENBROCK)
    own = counted.objective
    needs = method not in NO_GRADIENT
    hessian = own.hessian if method.startswith(("trust", "dogleg", "Newton")) else None

    def iterated(_point, *_state):
        calls = counted.calls
        seen.append(max(calls["value"], calls["gradient"]) + 2 * calls["hessian"])

    limit = {} if method in {"TNC", "COBYLA"} else {"maxiter": 7}
    scipy.optimize.minimize(
        own.value,
        np.array(own.start),
        method=method,
        jac=own.gradient if needs else None,
        hess=hessian,
        callback=iterated,
        options=limit,
    )
    run = vg.record(ROSENBROCK, method, steps=6)
    assert run.evaluations[0] == 0
    np.testing.assert_array_equal(run.evaluations[1:], seen[: run.steps])


def test_a_rule_takes_one_gradient_a_step_and_newton_a_hessian_of_d_columns_more():
    assert vg.record(RAVINE, vg.Adam(0.1), steps=5).evaluations.tolist() == [0, 1, 2, 3, 4, 5]
    assert vg.record(RAVINE, vg.Newton(), steps=3).evaluations.tolist() == [0, 3, 6, 9]
    batches = vg.record("line", vg.GradientDescent(0.01), steps=3, sampler=WithReplacement(8))
    assert batches.evaluations.tolist() == [0, 1, 2, 3]
    assert batches.examples.tolist() == [0, 8, 16, 24]


def test_runs_recorded_side_by_side_count_as_those_recorded_alone():
    runs = [vg.Run(vg.Adam(rate)) for rate in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)]
    found = record_comparison(vg.Comparison("t", "booth", runs, steps=9))
    assert [one.evaluations.tolist() for one in found.trajectories] == [[*range(10)]] * 6


def test_an_optimizer_of_torch_that_looks_again_counts_each_look():
    torch = pytest.importorskip("torch")
    counted = Counted(ROSENBROCK)
    run = vg.record(counted.objective, vg.Torch(torch.optim.LBFGS, lr=0.5, max_iter=4), steps=3)
    assert run.evaluations[-1] > 3
    np.testing.assert_array_equal(np.diff(run.evaluations), run.terms["evaluations"])


@given(steps=st.integers(1, 400), room=st.integers(1, 9))
def test_counts_of_a_run_that_was_thinned_out_are_those_of_the_iterates_it_kept(steps, room):
    run = record_within(room * 400.0, RAVINE, vg.Newton(0.01), None, steps)
    np.testing.assert_array_equal(run.evaluations, 3 * run.iterations)


def test_what_was_not_recorded_is_refused_with_what_to_do():
    run = vg.record(RAVINE, vg.Adam(0.1), steps=3)
    with pytest.raises(UsageError, match="nobody measured") as caught:
        costs_so_far(run, "seconds")
    assert "timed=True" in str(caught.value)
    with pytest.raises(UsageError, match="nobody counted"):
        costs_so_far(dataclasses.replace(run, evaluations=None), "evaluations")
    with pytest.raises(UsageError, match=r"\$\.runs\[0\]"):
        vg.render(vg.Comparison("t", RAVINE, [vg.Run(run)], pace="seconds"), "never.gif")


@pytest.mark.parametrize(
    ("value", "cost", "words"),
    [
        (1, "iterations", "1 step"),
        (52, "iterations", "52 steps"),
        (12300, "examples", "12,300 examples"),
        (31, "evaluations", "31 evaluations"),
        (2.5, "seconds", "2.5 s"),
        (0.0004, "seconds", "0.4 ms"),
        (3e-6, "seconds", "3 µs"),
        (0.0, "seconds", "0 µs"),
    ],
)
def test_a_cost_is_said_with_its_unit(value, cost, words):
    assert amount(value, cost) == words
