"""A plain function is an optimizer: it takes params and gradient and returns the next params."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import vizgd as vg
from vizgd.optimizers.adapters import optimizer_from

RAVINE = "x**2 + 10*y**2"
START = (3.0, 2.0)


def descent(params, gradient, rate=0.02):
    return params - rate * gradient


def in_place(params, gradient):
    params -= 0.02 * gradient
    gradient[:] = 0
    return params


class Momentum:
    def __init__(self):
        self.velocity = np.zeros(2)

    def __call__(self, params, gradient):
        self.velocity = 0.9 * self.velocity - 0.01 * gradient
        return params + self.velocity


@pytest.mark.parametrize("function", [descent, in_place, functools.partial(descent, rate=0.02)])
def test_the_path_is_that_of_a_loop(function):
    start = np.array(START)
    run = vg.record(RAVINE, function, start, steps=20)
    np.testing.assert_array_equal(
        run.iterates, vg.record(RAVINE, vg.GradientDescent(0.02), START, 20).iterates
    )
    assert start.tolist() == list(START)
    np.testing.assert_array_equal(run.gradients, run.iterates * [2, 20])


def test_an_object_starts_each_run_afresh():
    momentum = Momentum()
    runs = [vg.record(RAVINE, momentum, START, steps=20).iterates for _ in range(2)]
    np.testing.assert_array_equal(*runs)
    assert not momentum.velocity.any()
    np.testing.assert_allclose(
        runs[0], vg.record(RAVINE, vg.Momentum(0.01, 0.9), START, 20).iterates, rtol=1e-12
    )


def test_a_function_is_called_by_its_name():
    named = [descent, functools.partial(descent, rate=1), Momentum(), lambda p, g: p - g]
    assert [optimizer_from(one).label for one in named] == ["descent", "descent", "Momentum", "step function"]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda p, g: None, r"returned nothing in step 1\n.*return"),  # noqa: ARG005
        (lambda p, g: (p - g).astype(np.float32), "type float32 in step 1"),
        (lambda p, g: p > g, "type bool in step 1"),
        (lambda p, g: p @ g, r"shape \(\) in step 1\n.*\(2,\)"),
        (lambda p, g: [p, g], r"shape \(2, 2\)"),
        (lambda p, g: [p, 1, g], "returned list"),
        (lambda p, g: p[5] - g, "failed in step 1: IndexError"),
        (lambda p, g: 1 / 0, "failed in step 1: ZeroDivisionError"),  # noqa: ARG005
        (lambda p: p, r"cannot be called as step\(params, gradient\)(?s:.*)vg.Torch"),
    ],
)
def test_what_is_no_step_is_told(function, words):
    with pytest.raises(vg.UsageError, match=words) as caught:
        vg.record(RAVINE, function, START, 3)
    assert len(str(caught.value).splitlines()) <= 4


def test_a_step_to_nowhere_ends_the_run():
    run = vg.record(RAVINE, lambda p, g: p / (0 * g), START, 3)
    assert (run.status.kind, run.status.iteration, run.status.reason) == ("diverged", 0, "not finite")
    assert run.terms["step"].shape == (0, 2)


def test_many_runs_at_once_are_for_our_own_rules():
    with pytest.raises(vg.UsageError, match="descent cannot run from many starts at once"):
        vg.sweep(RAVINE, descent, [START, START])


@pytest.mark.parametrize("ask", [lambda rule: rule.init(None), lambda rule: rule.update(None, None, None)])
def test_only_whole_runs_can_be_had(ask):
    with pytest.raises(vg.UsageError, match="run it as a whole"):
        ask(optimizer_from(descent))
