"""Functions with randomness of their own: evaluated at each call, or refused with the way out."""

from __future__ import annotations

import itertools
import random
import secrets
import time
import warnings

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

import vizgd as vg
from vizgd.objectives.callables.randomness import MORE, has_gradient
from vizgd.objectives.lookup import objective_from
from vizgd.objectives.minima import with_minima

RNG = np.random.default_rng(0)
BOX = [(-3, 3), (-3, 3)]


def of_numpy(x):
    return (x**2).sum() + 0.1 * np.random.randn()  # noqa: NPY002 - as people write


def of_the_coordinates(x, y):
    return x**2 + y**2 + 0.1 * random.gauss(0, 1)


def of_a_generator(x):
    return np.sum(x**2) + 1e-6 * RNG.standard_normal()


def of_a_mini_batch(w):
    batch = RNG.integers(0, 200, 8)
    return np.mean((DATA[batch] @ w - TARGETS[batch]) ** 2)


DATA = np.random.default_rng(1).normal(size=(200, 2))
TARGETS = DATA @ np.array([1.0, -2.0]) + np.random.default_rng(2).normal(size=200)


def seldom(x, y):
    return x**2 + y**2 + (1.0 if RNG.random() < 0.05 else 0.0)


def rarely(x, y):
    return x**2 + y**2 + (1.0 if RNG.random() < 0.02 else 0.0)


class Sampler:
    def __init__(self):
        self.settings = {"rng": [np.random.default_rng(0)]}

    def draw(self):
        return self.settings["rng"][0].random()


SAMPLER = Sampler()


def rarely_of_a_helper(x, y):
    return x**2 + y**2 + (1.0 if SAMPLER.draw() < 0.02 else 0.0)


def rarely_of_the_system(x, y):
    return x**2 + y**2 + (1.0 if secrets.randbelow(50) == 0 else 0.0)


def rarely_through_another(x, y):
    return rarely_of_the_system(x, y)


def of_torch(p):
    return (p**2).sum() + 0.1 * torch.rand(())


def with_dropout(p):
    return torch.nn.functional.dropout(p**2, 0.5).sum()


COUNT = itertools.count()


def of_a_counter(x, y):
    return x**2 + y**2 + 0.01 * next(COUNT)


def of_the_time(x, y):
    return x**2 + y**2 + 1e-3 * (time.perf_counter_ns() % 1_000_003)


class Noise:
    def __init__(self):
        self.rng = np.random.default_rng(0)

    def __call__(self, x):
        return x @ x + self.rng.normal(scale=0.1)

    def loss(self, x):
        return x @ x + self.rng.normal(scale=0.1)


NOISY = {
    "np.random": of_numpy,
    "random": of_the_coordinates,
    "a generator": of_a_generator,
    "a mini-batch": of_a_mini_batch,
    "seldom": seldom,
    "rarely": rarely,
    "rarely, of a helper": rarely_of_a_helper,
    "rarely, of the system": rarely_of_the_system,
    "rarely, through another": rarely_through_another,
    "torch.rand": of_torch,
    "dropout": with_dropout,
    "a counter": of_a_counter,
    "the time": of_the_time,
    "an object": Noise(),
    "a method": Noise().loss,
}


def quietly(function, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return objective_from(function, domain=BOX, **settings)


@pytest.mark.parametrize("function", NOISY.values(), ids=NOISY)
def test_a_function_with_randomness_of_its_own_is_told_and_evaluated_at_each_call(function):
    with pytest.warns(UserWarning, match=r"answers differently (?s:.*)noise=… or sampler=…"):
        objective = objective_from(function, domain=BOX)
    assert objective.noisy
    values = {float(objective.value(np.array([1.0, 2.0]))) for _ in range(1000)}
    assert len(values) > 1


@pytest.mark.parametrize("function", NOISY.values(), ids=NOISY)
@pytest.mark.parametrize("optimizer", [vg.GradientDescent(0.1), "BFGS", "SLSQP"], ids=str)
def test_what_follows_gradients_is_refused_with_the_ways_out(function, optimizer):
    with pytest.raises(vg.UsageError, match="answers differently") as caught:
        vg.record(quietly(function), optimizer, start=(-2.0, 2.0), steps=5)
    text = str(caught.value)
    assert len(text.splitlines()) <= 4
    for way in ("noise=", "sampler=", "grad=", "Nelder-Mead"):
        assert way in text


def counted(function, calls):
    def noisy(x):
        calls.append(np.array(x))
        return function(x)

    return noisy


@pytest.mark.parametrize("method", ["Nelder-Mead", "Powell", "COBYLA"])
def test_a_method_of_values_sees_what_it_sees_in_scipy(method):
    def seeded():
        rng = np.random.default_rng(3)
        return lambda x: (x**2).sum() + 0.1 * rng.standard_normal()

    calls, theirs = [], []
    function = seeded()
    objective = quietly(counted(function, calls))
    calls.clear()
    run = vg.record(objective, method, start=(-2.0, 2.0), steps=30)
    at_the_start = len(calls)
    minimize(counted(seeded(), theirs), (-2.0, 2.0), method=method)
    assert objective.noisy
    assert at_the_start >= run.terms["evaluations"].sum() > run.steps
    assert run.status.kind == "moving"
    assert np.isfinite(run.losses).all()
    assert np.isnan(run.gradients).all()


def test_the_path_and_the_losses_of_nelder_mead_are_scipys_own():
    np.random.seed(0)  # noqa: NPY002
    objective = quietly(of_numpy)
    run = vg.record(objective, "Nelder-Mead", start=(-2.0, 2.0), steps=60)
    np.random.seed(0)  # noqa: NPY002
    told, path = {}, []

    def told_of(x):
        told[x.tobytes()] = of_numpy(x)
        return told[x.tobytes()]

    found = minimize(
        told_of, [-2.0, 2.0], method="Nelder-Mead", callback=lambda x: path.append(x.copy()),
        options={"maxiter": 61},
    )  # fmt: skip
    assert len(path) > 10
    np.testing.assert_array_equal(run.iterates[1:], path[: run.steps])
    np.testing.assert_array_equal(run.losses[1:], [told[x.tobytes()] for x in path[: run.steps]])
    assert run.terms["evaluations"].sum() <= found.nfev


def test_a_gradient_that_is_given_is_followed():
    objective = quietly(of_numpy, grad=lambda x: 2 * x)
    assert objective.noisy
    assert has_gradient(objective)
    run = vg.record(objective, vg.GradientDescent(0.1), start=(-2.0, 2.0), steps=20)
    np.testing.assert_allclose(run.iterates[-1], np.array([-2.0, 2.0]) * 0.8**20)


def test_what_names_no_source_of_randomness_is_not_asked_again_and_again():
    calls = []

    def counted_in(x, y):
        calls.append((x, y))
        return x**2 + y**2

    def drawing_too(x, y):
        RNG.random()
        return counted_in(x, y)

    quietly(counted_in)
    few = len(calls)
    quietly(drawing_too)
    assert few < MORE < len(calls) - few


def test_no_minimum_is_claimed_of_draws():
    known = with_minima(quietly(of_numpy), BOX)
    assert known.minimum is None
    assert known.minimizers == ()


def test_trying_a_function_out_takes_no_draw_away():
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    torch.manual_seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # noqa: NPY002
    for function in (of_numpy, of_the_coordinates, of_torch):
        quietly(function)
    assert before == (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist())  # noqa: NPY002


def seeded_within(x):
    rng = np.random.default_rng(0)
    return np.sum(x**2) + rng.normal()


def seeded_globally(x, y):
    np.random.seed(0)  # noqa: NPY002
    return x**2 + y**2 + np.random.randn()  # noqa: NPY002


CALLS = [0]


def counting(x, y):
    CALLS[0] += 1
    return x**2 + y**2


def drawing_in_vain(x, y):
    RNG.random()
    return x**2 + y**2


@pytest.mark.parametrize("function", [seeded_within, seeded_globally, counting, drawing_in_vain])
def test_a_function_that_answers_alike_is_differentiated(function):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        objective = objective_from(function, domain=BOX)
    assert not objective.noisy
    np.testing.assert_allclose(objective.gradient(np.array([1.0, -2.0])), [2.0, -4.0])
    run = vg.record(objective, vg.GradientDescent(0.1), start=(-2.0, 2.0), steps=5)
    np.testing.assert_allclose(run.iterates[-1], np.array([-2.0, 2.0]) * 0.8**5)


def test_what_is_followed_point_by_point_follows_what_changes_around_it():
    scale = [1.0]

    def scaled(x):
        return scale[0] * np.sum(x**2)

    objective = objective_from(scaled, domain=BOX)
    scale[0] = 3.0
    assert objective.value(np.array([1.0, 1.0])) == 6.0
    np.testing.assert_allclose(objective.gradient(np.array([1.0, 1.0])), [6.0, 6.0])


def test_the_picture_says_that_its_values_are_draws():
    comparison = vg.Comparison(
        "Noise", quietly(of_numpy), [vg.Run("Nelder-Mead", start=(-2.0, 2.0))], steps=10
    )
    assert "random" in comparison.objective.description
