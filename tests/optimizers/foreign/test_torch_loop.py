"""What optimizers of torch do around a step is kept: each path is that of the usual loop, in torch alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim import lr_scheduler as schedulers

import vizgd as vg

START = (-1.5, 2.0)
STEPS = 12


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def in_torch(make, style="plain", schedule=None, cut=False):
    """The loop that a user of torch would write, in one of the ways that optimizers ask for."""
    values = torch.tensor(START, dtype=torch.float64)
    params = [torch.nn.Parameter(part.clone()) for part in (values.split(1) if cut else [values])]
    optimizer = make(list(params))
    scheduler = schedule(optimizer) if schedule else None
    iterates = [torch.cat(params).detach().numpy().copy()]

    def closure():
        optimizer.zero_grad()
        loss = rosenbrock(*torch.cat(params))
        loss.backward()
        return loss

    for _ in range(STEPS):
        if style == "closure":
            optimizer.step(closure)
        else:
            closure()
            if style == "plain":
                optimizer.step()
            elif style == "sharpness":
                optimizer.step(closure)
            else:
                optimizer.first_step()
                closure()
                optimizer.second_step()
        if scheduler:
            scheduler.step()
        iterates.append(torch.cat(params).detach().numpy().copy())
    return np.array(iterates)


def hooked(kind, before=None, after=None, **settings):
    def make(params):
        optimizer = kind(params, **settings)
        if before:
            optimizer.register_step_pre_hook(lambda *_: before(params))
        if after:
            optimizer.register_step_post_hook(lambda *_: after(params))
        return optimizer

    return make


def on_tensors(params):
    for param in params:
        param.register_hook(lambda gradient: gradient.clamp(-1, 1))
    return torch.optim.SGD(params, lr=0.01)


def on_accumulation(params):
    def scaled(param):
        param.grad.mul_(1e-3)

    for param in params:
        param.register_post_accumulate_grad_hook(scaled)
    return torch.optim.Adam(params, lr=0.05)


@torch.no_grad()
def into_the_box(params):
    for param in params:
        param.clamp_(-1.2, 1.2)


class Clipped(torch.optim.SGD):
    def step(self, closure=None):
        clip_grad_norm_([p for group in self.param_groups for p in group["params"]], 1.0)
        return super().step(closure)


class Clearing(Clipped):
    def step(self, closure=None):
        loss = super().step(closure)
        self.zero_grad()
        return loss


class Preconditioned(torch.optim.Adam):
    def step(self, closure=None):
        for group in self.param_groups:
            for param in group["params"]:
                param.grad.sign_().add_(param.detach(), alpha=0.1)
        return super().step(closure)


class Searching(torch.optim.LBFGS):
    """It says that the closure may be left out, and cannot do without."""

    def step(self, closure=None):
        return super().step(closure)


class Occasional(torch.optim.SGD):
    """Evaluates anew in each fourth step, where it halves its rate if that is no better."""

    def __init__(self, params, lr=1e-4):
        super().__init__(params, lr=lr)
        self.taken, self.best = 0, float("inf")

    def step(self, closure=None):
        self.taken += 1
        if self.taken % 4 == 0:
            loss = float(closure().detach())
            if loss > self.best:
                self.param_groups[0]["lr"] /= 2
            self.best = min(self.best, loss)
        clip_grad_value_(self.param_groups[0]["params"], 5.0)
        super().step()


class Sharpness(torch.optim.Optimizer):
    """Sharpness-aware minimization: a gradient here, a step up, a gradient there, a step from here."""

    def __init__(self, params, base=torch.optim.SGD, rho=0.05, **settings):
        super().__init__(params, dict(rho=rho, **settings))
        self.base_optimizer = base(self.param_groups, **settings)
        self.param_groups = self.base_optimizer.param_groups

    @torch.no_grad()
    def first_step(self, zero_grad=False):
        for group in self.param_groups:
            for param in group["params"]:
                self.state[param]["old_p"] = param.clone()
                param.add_(param.grad, alpha=group["rho"] / float(param.grad.norm()))
        if zero_grad:
            self.zero_grad()

    @torch.no_grad()
    def second_step(self, zero_grad=False):
        for group in self.param_groups:
            for param in group["params"]:
                param.copy_(self.state[param]["old_p"])
        self.base_optimizer.step()
        if zero_grad:
            self.zero_grad()


class SharpnessByClosure(Sharpness):
    @torch.no_grad()
    def step(self, closure=None):
        assert closure is not None, "it needs a closure"
        self.first_step(zero_grad=True)
        torch.enable_grad()(closure)()
        self.second_step()


class SharpnessOrNot(Sharpness):
    @torch.no_grad()
    def step(self, closure=None):
        if closure is None:
            return self.base_optimizer.step()
        self.first_step(zero_grad=True)
        with torch.enable_grad():
            loss = closure()
        self.second_step()
        return loss


def clip(params):
    clip_grad_norm_(params, 1.0)


def with_rate(kind, lr):
    return lambda params: kind(params, lr=lr)


CASES = {
    "clipped in the step": (with_rate(Clipped, 0.01), "plain"),
    "clipped in a hook": (hooked(torch.optim.SGD, clip, lr=0.01), "plain"),
    "clipped in a hook, momentum": (hooked(torch.optim.SGD, clip, lr=0.01, momentum=0.9), "plain"),
    "clipped in a hook, Adam": (hooked(torch.optim.Adam, clip, lr=0.1), "plain"),
    "clipped by hooks on tensors": (on_tensors, "plain"),
    "scaled as it accumulates": (on_accumulation, "plain"),
    "projected in a hook": (hooked(torch.optim.Adam, None, into_the_box, lr=0.1), "plain"),
    "cleared in the step": (with_rate(Clearing, 0.01), "plain"),
    "preconditioned": (with_rate(Preconditioned, 0.01), "plain"),
    "a closure, clipped before": (hooked(torch.optim.LBFGS, clip, lr=0.5, max_iter=2), "closure"),
    "a closure that says it is optional": (lambda params: Searching(params, lr=0.5, max_iter=2), "closure"),
    "a closure now and then": (with_rate(Occasional, 1e-3), "sharpness"),
    "sharpness by closure": (with_rate(SharpnessByClosure, 1e-4), "sharpness"),
    "sharpness or not": (with_rate(SharpnessOrNot, 1e-4), "sharpness"),
    "sharpness in two steps": (with_rate(Sharpness, 1e-4), "in two"),
    "sharpness, clipped in the base": (
        lambda params: Sharpness(params, Clipped, lr=0.01),
        "in two",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_path_is_that_of_the_loop(case):
    make, style = CASES[case]
    run = vg.record(rosenbrock, vg.Torch(make), start=START, steps=STEPS)
    np.testing.assert_allclose(run.iterates, in_torch(make, style), rtol=1e-11, atol=1e-13)
    assert len(np.unique(run.iterates, axis=0)) > 2


def test_schedulers_go_on_beside_clipping():
    make = hooked(torch.optim.SGD, clip, lr=0.05)
    run = vg.record(
        rosenbrock, vg.Torch(make, scheduler=lambda o: schedulers.StepLR(o, 3)), start=START, steps=STEPS
    )
    expected = in_torch(make, schedule=lambda optimizer: schedulers.StepLR(optimizer, 3))
    np.testing.assert_allclose(run.iterates, expected, rtol=1e-11)


def groups(params):
    return torch.optim.Adam([{"params": params[:1], "lr": 0.5}, {"params": params[1:]}], lr=0.01)


def added(params):
    optimizer = torch.optim.SGD(params[:1], lr=1e-4, momentum=0.9)
    optimizer.add_param_group({"params": params[1:], "lr": 1e-3})
    return optimizer


@pytest.mark.parametrize("make", [groups, added])
def test_groups_have_settings_of_their_own(make):
    run = vg.record(rosenbrock, vg.Torch(make, shapes=[(1,), (1,)]), start=START, steps=STEPS)
    np.testing.assert_allclose(run.iterates, in_torch(make, cut=True), rtol=1e-11)
    rates = [group["lr"] for group in make([torch.zeros(1, requires_grad=True) for _ in "xy"]).param_groups]
    np.testing.assert_allclose(run.terms["learning_rate"], [rates] * STEPS)
    np.testing.assert_allclose(run.learning_rates, np.mean(rates))
    shown = {"groups": "exp_avg", "added": "momentum_buffer"}[make.__name__]
    assert run.terms[shown].shape == (STEPS, 2)


def test_an_optimizer_of_matrices_has_its_matrix():
    weights = vg.objective_from(lambda p: p @ p - p[0] * p[3], domain=[(-3, 3)] * 4)
    run = vg.record(
        weights, vg.Torch(torch.optim.Muon, lr=0.1, shapes=[(2, 2)]), start=(1, 2, 3, -1), steps=5
    )
    matrix = torch.nn.Parameter(torch.tensor([[1.0, 2.0], [3.0, -1.0]], dtype=torch.float64))
    optimizer = torch.optim.Muon([matrix], lr=0.1)
    for _ in range(5):
        optimizer.zero_grad()
        ((matrix**2).sum() - matrix[0, 0] * matrix[1, 1]).backward()
        optimizer.step()
    np.testing.assert_allclose(run.iterates[-1], matrix.detach().numpy().ravel(), rtol=1e-11)


def test_batches_and_noise_are_the_same_in_the_loop_that_is_tried_second():
    noisy = {"start": (3.0, 2.0), "steps": 6, "noise": 0.5, "seed": 3}
    kinds = (SharpnessByClosure, Sharpness)
    runs = [vg.record("x**2 + y**2", vg.Torch(kind, lr=0.1), **noisy).iterates for kind in kinds]
    np.testing.assert_allclose(runs[0], runs[1], rtol=1e-12)


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        ([(3,)], "3 numbers, and the objective has 2"),
        ([(1,), 1], "expected the shape of each"),
        ([], "expected the shape of each"),
        ([(0,), (2,)], "expected the shape of each"),
    ],
)
def test_shapes_fit_the_objective(shapes, words):
    with pytest.raises(vg.UsageError, match=words):
        vg.record(rosenbrock, vg.Torch(torch.optim.SGD, lr=0.1, shapes=shapes), start=START, steps=1)
