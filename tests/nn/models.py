"""A small model, its data, and its training, to be recorded."""

from __future__ import annotations

import copy

import numpy as np
import torch

functional = torch.nn.functional


def data(count=24):
    """Return examples of two classes that no line parts."""
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(count, 3, generator=generator)
    return inputs, (inputs[:, 0] * inputs[:, 1] > 0).float()


def model(*, normalized=True):
    """Return a network with one hidden layer, the same each time."""
    torch.manual_seed(1)
    middle = [torch.nn.BatchNorm1d(5)] if normalized else []
    return torch.nn.Sequential(torch.nn.Linear(3, 5), *middle, torch.nn.Tanh(), torch.nn.Linear(5, 1))


def flat(module):
    """Return all parameters as one vector."""
    return torch.nn.utils.parameters_to_vector(module.parameters()).detach().double().numpy()


def trained(module, optimizer, steps, after=lambda: None):
    """Train on mini-batches and return the parameters before and after each step, and the gradients."""
    inputs, targets = data()
    iterates, gradients = [flat(module)], []
    for step in range(steps):
        batch = torch.arange(8) + 8 * (step % 3)
        optimizer.zero_grad()
        functional.binary_cross_entropy_with_logits(module(inputs[batch])[:, 0], targets[batch]).backward()
        gradients.append(np.concatenate([p.grad.double().numpy().ravel() for p in module.parameters()]))
        optimizer.step()
        iterates.append(flat(module))
        after()
    return np.array(iterates), np.array(gradients)


def full_loss(module):
    """Return the loss over all examples as a function without arguments."""
    inputs, targets = data()
    return lambda: functional.binary_cross_entropy_with_logits(module(inputs)[:, 0], targets)


def deep():
    """Return a network that keeps running averages."""
    torch.manual_seed(1)
    return torch.nn.Sequential(
        torch.nn.Linear(3, 6), torch.nn.BatchNorm1d(6), torch.nn.Tanh(), torch.nn.Linear(6, 1)
    )


def trained_losses(module, optimizer, steps=12, *, loss=None, before=int, after=int):
    """Train, and return the full loss before and after each step, asked in the way that is asked later."""
    inputs, targets = data()
    asked = full_loss(module) if loss is None else loss

    def true():
        held = copy.deepcopy(module.state_dict()), torch.get_rng_state()
        with torch.no_grad():
            value = float(asked())
        module.load_state_dict(held[0])
        torch.set_rng_state(held[1])
        return value

    losses = [true()]
    for step in range(steps):
        before(step)
        module.train()
        batch = torch.arange(8) + 8 * (step % 3)
        optimizer.zero_grad()
        functional.binary_cross_entropy_with_logits(module(inputs[batch])[:, 0], targets[batch]).backward()
        optimizer.step()
        after(step)
        losses.append(true())
    return np.array(losses)


def judged(module):
    """Return the loss over all examples while nothing is trained."""
    ask = full_loss(module)

    def loss():
        module.eval()
        return ask()

    return loss
