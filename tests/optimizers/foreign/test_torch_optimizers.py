"""Optimizers of torch are recorded as they are: each path is that of a loop written with torch alone."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler as schedulers

import vizgd as vg
from vizgd.objectives.datasets.samplers import WithReplacement
from vizgd.optimizers.adapters import optimizer_from

BOWL = "x**2 + y**2"
START = (-1.2, 1.0)
OPTIMIZERS = [
    (torch.optim.SGD, {"lr": 1e-3}),
    (torch.optim.SGD, {"lr": 1e-3, "momentum": 0.9}),
    (torch.optim.SGD, {"lr": 1e-3, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    (torch.optim.Adam, {"lr": 0.1}),
    (torch.optim.Adam, {"lr": 0.1, "amsgrad": True}),
    (torch.optim.AdamW, {"lr": 0.1, "betas": (0.8, 0.99)}),
    (torch.optim.RMSprop, {"lr": 0.01, "momentum": 0.5, "centered": True}),
    (torch.optim.Adagrad, {"lr": 0.5}),
    (torch.optim.Adadelta, {"lr": 1.0}),
    (torch.optim.Adamax, {"lr": 0.1}),
    (torch.optim.NAdam, {"lr": 0.1}),
    (torch.optim.RAdam, {"lr": 0.1}),
    (torch.optim.Rprop, {"lr": 0.01}),
    (torch.optim.ASGD, {"lr": 1e-3}),
    (torch.optim.Adafactor, {"lr": 0.1}),
    (torch.optim.LBFGS, {"lr": 0.5, "max_iter": 4}),
    (torch.optim.LBFGS, {"line_search_fn": "strong_wolfe"}),
]
SCHEDULES = [
    functools.partial(schedulers.StepLR, step_size=3, gamma=0.5),
    lambda optimizer: schedulers.CosineAnnealingLR(optimizer, 10),
    lambda optimizer: schedulers.OneCycleLR(optimizer, 0.01, total_steps=40),
    lambda optimizer: schedulers.ReduceLROnPlateau(optimizer, patience=0, threshold=0.5),
]


def valley(x, y):
    return (1 - x) ** 2 + 10 * (y - x**2) ** 2 + torch.sin(3 * x)


def loop(make, steps=30, schedule=None):
    """What a user of torch would write."""
    params = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    optimizer = make([params])
    scheduler = schedule(optimizer) if schedule else None
    iterates, rates, states = [params.detach().numpy().copy()], [], []

    def closure():
        optimizer.zero_grad()
        loss = valley(*params)
        loss.backward()
        return loss

    for _ in range(steps):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        loss = optimizer.step(closure)
        if isinstance(scheduler, schedulers.ReduceLROnPlateau):
            scheduler.step(loss.detach())
        elif scheduler:
            scheduler.step()
        iterates.append(params.detach().numpy().copy())
        states.append({k: v.clone() for k, v in optimizer.state[params].items() if torch.is_tensor(v)})
    return np.array(iterates), np.array(rates), states


def identity(value):
    return f"{value[0].__name__} {value[1]}"


@pytest.fixture(scope="module")
def objective():
    return vg.objective_from(valley)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=identity)
def test_the_path_and_the_state_are_those_of_torch(objective, optimizer):
    kind, settings = optimizer
    run = vg.record(objective, vg.Torch(kind, **settings), START, steps=30)
    iterates, rates, states = loop(lambda params: kind(params, **settings))
    np.testing.assert_allclose(run.iterates, iterates, rtol=1e-11, atol=1e-13)
    np.testing.assert_array_equal(run.learning_rates, rates)
    for name in {"exp_avg", "exp_avg_sq", "momentum_buffer", "sum", "square_avg", "prev"} & states[0].keys():
        expected = np.array([state[name].numpy() for state in states])
        np.testing.assert_allclose(run.terms[name], expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(run.gradients, objective.gradient(run.iterates), rtol=1e-12)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedulers_go_on_after_each_step(objective, schedule):
    run = vg.record(objective, vg.Torch(torch.optim.SGD, lr=0.01, scheduler=schedule), START, steps=30)
    iterates, rates, _ = loop(lambda params: torch.optim.SGD(params, lr=0.01), schedule=schedule)
    np.testing.assert_allclose(run.iterates, iterates, rtol=1e-11)
    np.testing.assert_allclose(run.learning_rates, rates, rtol=1e-15)
    assert len(set(rates)) > 1


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.NAdam, torch.optim.Rprop, torch.optim.ASGD])
def test_a_class_a_partial_and_an_object_are_the_same_optimizer(objective, kind):
    dummy = torch.zeros(3, requires_grad=True)
    given = [vg.Torch(kind, lr=0.05), functools.partial(kind, lr=0.05), kind([dummy], lr=0.05)]
    runs = [vg.record(objective, one, START, steps=10).iterates for one in (*given, given[2])]
    assert all(np.array_equal(runs[0], other) for other in runs)
    assert dummy.tolist() == [0, 0, 0]
    assert [optimizer_from(one).label for one in given] == [f"torch {kind.__name__} lr=0.05"] * 3


def test_settings_that_were_changed_on_an_object_are_its_settings(objective):
    changed = torch.optim.SGD([torch.zeros(1)], lr=0.05)
    changed.param_groups[0]["lr"] = 0.001
    expected = vg.record(objective, vg.Torch(torch.optim.SGD, lr=0.001), START, steps=5)
    np.testing.assert_array_equal(vg.record(objective, changed, START, steps=5).iterates, expected.iterates)


def test_a_class_stands_for_its_defaults(objective):
    run = vg.record(objective, torch.optim.Adam, START, steps=3)
    assert run.learning_rates.tolist() == [1e-3] * 3


def test_noise_and_batches_are_those_that_our_own_rules_see():
    noisy = {"start": (3, 2), "steps": 20, "noise": 0.5, "seed": 3}
    ours = vg.record(BOWL, vg.GradientDescent(0.1), **noisy)
    theirs = vg.record(BOWL, vg.Torch(torch.optim.SGD, lr=0.1), **noisy)
    np.testing.assert_allclose(theirs.iterates, ours.iterates, rtol=1e-12)
    inputs = np.linspace(-1, 1, 20)
    line = vg.least_squares(inputs, 2 * inputs + 1)
    drawn = {"start": (0, 0), "steps": 20, "sampler": WithReplacement(4), "seed": 5}
    ours = vg.record(line, vg.GradientDescent(0.1), **drawn)
    theirs = vg.record(line, vg.Torch(torch.optim.SGD, lr=0.1), **drawn)
    np.testing.assert_allclose(theirs.iterates, ours.iterates, rtol=1e-12)
    np.testing.assert_array_equal(theirs.examples, ours.examples)


def test_a_closure_sees_one_function_within_a_step():
    """L-BFGS converges on a tilted bowl to the tilted minimum only if the noise stays while it searches."""
    run = vg.record("x**2 + y**2", vg.Torch(torch.optim.LBFGS), (3, 2), steps=1, noise=1.0, seed=7)
    noise = np.random.default_rng(7).standard_normal(2)
    np.testing.assert_allclose(run.iterates[-1], -noise / 2, atol=1e-4)
    assert run.terms["evaluations"][0] > 1


def test_what_draws_random_numbers_does_so_from_the_seed():
    class Jitter(torch.optim.SGD):
        def step(self, closure=None):
            super().step(closure)
            with torch.no_grad():
                self.param_groups[0]["params"][0].add_(torch.randn(2, dtype=torch.float64))

    before = torch.random.get_rng_state()
    runs = [vg.record(BOWL, vg.Torch(Jitter, lr=0.01), (1, 1), 5, seed=seed).iterates for seed in (0, 0, 1)]
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])
    assert torch.equal(before, torch.random.get_rng_state())


def test_an_optimizer_may_differentiate_the_gradient_again():
    class Newton(torch.optim.Optimizer):
        def __init__(self, params):
            super().__init__(params, {})

        def step(self):
            (params,) = self.param_groups[0]["params"]
            (total,) = torch.autograd.grad(params.grad.sum(), params)
            with torch.no_grad():
                params -= params.grad / total

    run = vg.record("x**2 + 10*y**2", Newton, (3, 2), steps=1)
    np.testing.assert_allclose(run.iterates[-1], 0, atol=1e-12)


def test_a_function_may_make_the_optimizer(objective):
    run = vg.record(objective, vg.Torch(lambda params: torch.optim.Adam(params, lr=0.1)), START, steps=5)
    expected = vg.record(objective, vg.Torch(torch.optim.Adam, lr=0.1), START, steps=5)
    np.testing.assert_array_equal(run.iterates, expected.iterates)


class Hiding(torch.optim.SGD):
    def __init__(self, params, secret, lr=0.1):
        del secret
        super().__init__(params, lr=lr)


def scheduled():
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    schedulers.StepLR(optimizer, 3)
    return optimizer


def grouped():
    return torch.optim.SGD([{"params": [torch.zeros(1)]}, {"params": [torch.zeros(1)], "lr": 1}], lr=0.1)


class Widening(torch.optim.SGD):
    def step(self, closure=None):
        super().step(closure)
        self.param_groups[0]["params"][0].data = torch.zeros(3)


class Coarsening(torch.optim.SGD):
    def step(self, closure=None):
        super().step(closure)
        self.param_groups[0]["params"][0].data = torch.zeros(2)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (scheduled, r"has a scheduler.*\n.*scheduler=…"),
        (grouped, "2 groups of parameters"),
        (lambda: Hiding([torch.zeros(1)], secret=3), r"does not tell its secret\n.*give the class"),
        (lambda: vg.Torch(torch.optim.SGD, rate=0.1), "torch SGD cannot be made: .*'rate'"),
        (lambda: torch.optim.SparseAdam, "SparseAdam failed in step 1: .*dense gradients"),
        (lambda: torch.optim.Muon, "only supports 2D"),
        (lambda: vg.Torch(3), "the optimizer is 3"),
        (lambda: vg.Torch(torch.optim.SGD, scheduler=3), "the scheduler is 3"),
        (lambda: vg.Torch(lambda params: params), "no optimizer of torch"),
        (lambda: Widening, r"shape \(3,\) in step 1"),
        (lambda: Coarsening, "type float32 in step 1"),
    ],
)
def test_what_cannot_be_run_is_told(make, words):
    with pytest.raises(vg.UsageError, match=f"(?s){words}") as caught:
        vg.record(BOWL, make(), (1, 1), 3)
    assert len(str(caught.value).splitlines()) <= 4


def test_a_run_that_leaves_is_a_result():
    run = vg.record("x**2 + y**2", vg.Torch(torch.optim.SGD, lr=10.0), (1, 1), steps=50)
    assert (run.status.kind, run.status.reason) == ("diverged", "farther away with every step")
    assert len(run.terms["step"]) == run.steps == run.status.iteration
