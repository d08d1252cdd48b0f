"""Each rule follows the real torch or optax: the convention that its docstring states, held step by step."""

import jax
import numpy as np
import optax
import pytest
import torch

from tests.optimizers.problems import HIMMELBLAU, RAVINE, ROSENBROCK
from vizgd.optimizers.adam import Adam, AdamW, AMSGrad
from vizgd.optimizers.adam_variants import Adamax, NAdam, RAdam
from vizgd.optimizers.adaptive import Adadelta, AdaGrad, RMSprop
from vizgd.optimizers.catalogue import OPTIMIZERS
from vizgd.optimizers.descent import GradientDescent, Momentum, Nesterov
from vizgd.optimizers.line_search import LineSearch
from vizgd.optimizers.lion import Lion
from vizgd.recording.loop import record

STEPS = 200
OBJECTIVES = [RAVINE, ROSENBROCK, HIMMELBLAU]
# It exposes an epsilon in the wrong place, which no smooth descent does.
HARSH = [np.full(2, gradient) for gradient in (0.0, 1e-9, 1e6, -1e-3, 0.0, 1e-9)]

TORCH = {
    "gradient descent": (GradientDescent(0.0005), lambda p: torch.optim.SGD(p, lr=0.0005)),
    "momentum": (Momentum(0.0005, 0.8), lambda p: torch.optim.SGD(p, lr=0.0005, momentum=0.8)),
    "nesterov": (Nesterov(0.0005, 0.8), lambda p: torch.optim.SGD(p, lr=0.0005, momentum=0.8, nesterov=True)),
    "adagrad": (AdaGrad(0.1), lambda p: torch.optim.Adagrad(p, lr=0.1)),
    "rmsprop": (RMSprop(0.01), lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9)),
    "rmsprop β=0.99": (RMSprop(beta=0.99), lambda p: torch.optim.RMSprop(p, lr=0.001)),
    "adadelta": (Adadelta(), lambda p: torch.optim.Adadelta(p)),
    "adam": (Adam(0.05), lambda p: torch.optim.Adam(p, lr=0.05)),
    "adam by default": (Adam(), lambda p: torch.optim.Adam(p)),
    "adam, all set": (
        Adam(0.02, beta1=0.7, beta2=0.95, epsilon=1e-3),
        lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.7, 0.95), eps=1e-3),
    ),
    "amsgrad": (AMSGrad(0.05, beta2=0.9), lambda p: torch.optim.Adam(p, 0.05, (0.9, 0.9), amsgrad=True)),
    "adamw": (AdamW(0.05, weight_decay=0.1), lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.1)),
    "adamw by default": (AdamW(), lambda p: torch.optim.AdamW(p)),
    "adamax": (Adamax(0.05, epsilon=1e-3), lambda p: torch.optim.Adamax(p, lr=0.05, eps=1e-3)),
    "adamax by default": (Adamax(), lambda p: torch.optim.Adamax(p)),
}

OPTAX = {
    "gradient descent": (GradientDescent(0.0005), lambda: optax.sgd(0.0005)),
    "momentum": (Momentum(0.0005, 0.8), lambda: optax.sgd(0.0005, momentum=0.8)),
    "nesterov": (Nesterov(0.0005, 0.8), lambda: optax.sgd(0.0005, momentum=0.8, nesterov=True)),
    "rmsprop": (RMSprop(0.01), lambda: optax.rmsprop(0.01, decay=0.9, eps_in_sqrt=False)),
    "adadelta": (Adadelta(), lambda: optax.adadelta(1.0)),
    "adam": (Adam(0.05), lambda: optax.adam(0.05)),
    "adamw": (AdamW(0.05, weight_decay=0.1), lambda: optax.adamw(0.05, weight_decay=0.1)),
    "adamax": (Adamax(0.05), lambda: optax.adamax(0.05)),
    "nadam": (NAdam(0.05, beta1=0.8), lambda: optax.nadam(0.05, b1=0.8)),
    "nadam by default": (NAdam(), lambda: optax.nadam(0.002)),
    "radam": (RAdam(0.005), lambda: optax.radam(0.005)),
    "radam, all set": (
        RAdam(0.005, beta1=0.8, beta2=0.95, epsilon=1e-3),
        lambda: optax.radam(0.005, b1=0.8, b2=0.95, eps=1e-3),
    ),
    "radam that never divides": (RAdam(0.0005, beta2=0.6), lambda: optax.radam(0.0005, b2=0.6)),
    "lion": (Lion(0.01), lambda: optax.lion(0.01, weight_decay=0.0)),
    "lion with decay": (Lion(0.01, weight_decay=0.1), lambda: optax.lion(0.01, weight_decay=0.1)),
}


@pytest.fixture(scope="module", autouse=True)
def double_precision():
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def followed_by_torch(make, start, gradient_at, steps):
    # Tensors share memory with arrays: without copies every recorded iterate would be the last.
    params = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = make([params])
    iterates = [params.detach().numpy().copy()]
    for index in range(steps):
        params.grad = torch.tensor(gradient_at(index, iterates[-1]), dtype=torch.float64)
        optimizer.step()
        iterates.append(params.detach().numpy().copy())
    return np.array(iterates)


def followed_by_optax(make, start, gradient_at, steps):
    transformation = make()
    update = jax.jit(transformation.update)
    params = jax.numpy.array(start, dtype=jax.numpy.float64)
    state = transformation.init(params)
    iterates = [np.array(params)]
    for index in range(steps):
        updates, state = update(jax.numpy.array(gradient_at(index, iterates[-1])), state, params)
        params = optax.apply_updates(params, updates)
        iterates.append(np.array(params))
    return np.array(iterates)


def followed_by_us(optimizer, start, gradients):
    params = np.array(start, dtype=float)
    state, iterates = optimizer.init(params), [params]
    for gradient in gradients:
        params, state = optimizer.update(gradient, state, params)
        iterates.append(params)
    return np.array(iterates)


def assert_follows(optimizer, reference, make, objective):
    ours = record(objective, optimizer, steps=STEPS)
    assert ours.steps == STEPS
    theirs = reference(make, objective.start, lambda _, point: objective.gradient(point), STEPS)
    np.testing.assert_allclose(ours.iterates, theirs, rtol=0, atol=1e-10)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.name)
@pytest.mark.parametrize("name", TORCH)
def test_rule_follows_torch(name, objective):
    optimizer, make = TORCH[name]
    assert_follows(optimizer, followed_by_torch, make, objective)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.name)
@pytest.mark.parametrize("name", OPTAX)
def test_rule_follows_optax(name, objective):
    optimizer, make = OPTAX[name]
    assert_follows(optimizer, followed_by_optax, make, objective)


@pytest.mark.parametrize("name", TORCH)
def test_rule_follows_torch_through_zero_tiny_and_huge_gradients(name):
    optimizer, make = TORCH[name]
    theirs = followed_by_torch(make, [1.0, -2.0], lambda index, _: HARSH[index], len(HARSH))
    ours = followed_by_us(optimizer, [1.0, -2.0], HARSH)
    np.testing.assert_allclose(np.diff(ours, axis=0), np.diff(theirs, axis=0), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", OPTAX)
def test_rule_follows_optax_through_zero_tiny_and_huge_gradients(name):
    optimizer, make = OPTAX[name]
    theirs = followed_by_optax(make, [1.0, -2.0], lambda index, _: HARSH[index], len(HARSH))
    ours = followed_by_us(optimizer, [1.0, -2.0], HARSH)
    np.testing.assert_allclose(np.diff(ours, axis=0), np.diff(theirs, axis=0), rtol=1e-10, atol=1e-13)


def test_every_elementwise_rule_is_held_against_a_library():
    held = {type(optimizer) for optimizer, _ in [*TORCH.values(), *OPTAX.values()]}
    rules = {OPTIMIZERS[name] for name in OPTIMIZERS}
    assert held == {rule for rule in rules if not rule.needs_hessian and not issubclass(rule, LineSearch)}
