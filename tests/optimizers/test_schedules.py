"""Each schedule follows torch's or optax's, count by count."""

import jax
import numpy as np
import optax
import pytest
import torch
from torch.optim import lr_scheduler

from vizgd.base.errors import UsageError
from vizgd.optimizers.adam import Adam
from vizgd.optimizers.catalogue import SCHEDULES
from vizgd.optimizers.cycles import Cosine, LinearWarmup, OneCycle
from vizgd.optimizers.schedules import Constant, Exponential, InverseTime, Polynomial, StepDecay

COUNTS = 60


def warmed_up(optimizer):
    parts = [
        lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=10),
        lr_scheduler.ExponentialLR(optimizer, gamma=0.9),
    ]
    # torch warns of a rate that it lets SequentialLR set back itself; the rates are what counts here.
    return lr_scheduler.SequentialLR(optimizer, parts, milestones=[10])


TORCH = {
    "constant": (Constant(0.2), lambda o: lr_scheduler.ConstantLR(o, factor=1.0)),
    "step decay": (StepDecay(0.2, every=7, factor=0.5), lambda o: lr_scheduler.StepLR(o, 7, gamma=0.5)),
    "step decay by default": (StepDecay(0.2, every=25), lambda o: lr_scheduler.StepLR(o, 25)),
    "exponential": (Exponential(0.2, factor=0.9), lambda o: lr_scheduler.ExponentialLR(o, gamma=0.9)),
    "inverse time": (InverseTime(0.2, 0.3), lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + 0.3 * t))),
    "polynomial": (Polynomial(0.2, 40, power=2.0), lambda o: lr_scheduler.PolynomialLR(o, 40, power=2.0)),
    "cosine": (
        Cosine(0.2, steps=COUNTS, minimum=0.01),
        lambda o: lr_scheduler.CosineAnnealingLR(o, COUNTS, eta_min=0.01),
    ),
    "cosine with restarts": (
        Cosine(0.2, steps=25, minimum=0.01, restarts=True),
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 25, eta_min=0.01),
    ),
    "warm-up": (LinearWarmup(Exponential(0.2, 0.9), steps=10, initial=0.02), warmed_up),
    "one-cycle": (OneCycle(0.2, steps=COUNTS), lambda o: lr_scheduler.OneCycleLR(o, 0.2, COUNTS)),
    "one-cycle, all set": (
        OneCycle(0.2, steps=COUNTS, warmup=0.45, initial_divisor=10.0, final_divisor=100.0),
        lambda o: lr_scheduler.OneCycleLR(
            o, 0.2, COUNTS, pct_start=0.45, div_factor=10.0, final_div_factor=100.0
        ),
    ),
}

OPTAX = {
    "constant": (Constant(0.2), lambda: optax.constant_schedule(0.2)),
    "step decay": (
        StepDecay(0.2, every=7, factor=0.5),
        lambda: optax.exponential_decay(0.2, 7, 0.5, staircase=True),
    ),
    "exponential": (Exponential(0.2, factor=0.9), lambda: optax.exponential_decay(0.2, 1, 0.9)),
    "polynomial": (Polynomial(0.2, 40, 2.0, 0.01), lambda: optax.polynomial_schedule(0.2, 0.01, 2.0, 40)),
    "cosine": (Cosine(0.2, 40, minimum=0.05), lambda: optax.cosine_decay_schedule(0.2, 40, alpha=0.25)),
    "warm-up": (
        LinearWarmup(Cosine(0.2, 30), steps=10),
        lambda: optax.join_schedules(
            [optax.linear_schedule(0.0, 0.2, 10), optax.cosine_decay_schedule(0.2, 30)], [10]
        ),
    ),
}


@pytest.fixture(autouse=True)
def double_precision():
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


@pytest.mark.parametrize("name", TORCH)
@pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step:UserWarning")
def test_schedule_follows_torch(name):
    schedule, make = TORCH[name]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.2)
    scheduler = make(optimizer)
    rates = []
    for _ in range(COUNTS - 1):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    np.testing.assert_allclose(schedule(np.arange(COUNTS - 1)), rates, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", OPTAX)
def test_schedule_follows_optax(name):
    schedule, make = OPTAX[name]
    theirs = make()
    rates = [float(theirs(jax.numpy.asarray(count, dtype=float))) for count in range(COUNTS)]
    np.testing.assert_allclose(schedule(np.arange(COUNTS)), rates, rtol=1e-12, atol=1e-15)


def test_every_schedule_is_held_against_a_library():
    held = {type(schedule) for schedule, _ in [*TORCH.values(), *OPTAX.values()]}
    assert held == {SCHEDULES[name] for name in SCHEDULES}


@pytest.mark.parametrize("name", TORCH)
def test_an_array_of_counts_gives_the_rates_one_by_one(name):
    schedule, _ = TORCH[name]
    counts = np.arange(2 * COUNTS)
    one_by_one = [schedule(int(count)) for count in counts]
    np.testing.assert_allclose(schedule(counts), one_by_one, rtol=1e-14, atol=1e-18)
    assert np.ndim(schedule(3)) == 0


@pytest.mark.parametrize("name", TORCH)
def test_no_schedule_ever_gives_a_negative_rate(name):
    schedule, _ = TORCH[name]
    assert (schedule(np.arange(10 * COUNTS)) >= 0).all()


def test_a_warm_up_takes_numbers_and_other_warm_ups():
    twice = LinearWarmup(LinearWarmup(1.0, steps=4, initial=0.5), steps=2)
    np.testing.assert_allclose(twice(np.arange(8)), [0, 0.25, 0.5, 0.625, 0.75, 0.875, 1, 1])


def test_a_warm_up_of_nonsense_is_refused():
    with pytest.raises(UsageError, match="or a schedule"):
        LinearWarmup("fast", steps=3)


def test_the_rate_of_an_optimizer_is_the_schedules():
    rule, params = Adam(OneCycle(0.2, steps=20)), np.ones(2)
    state = rule.init(params)
    for count in range(20):
        terms = rule.terms(params, state, params)
        assert terms["learning_rate"] == rule.learning_rate(count)
        params, state = rule.update(params, state, params)
