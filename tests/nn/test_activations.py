"""Hidden layers have the signals that torch gives a network with the same weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vizgd.nn import Network, network_loss
from vizgd.nn.activations import hidden_layers
from vizgd.nn.examples import moons
from vizgd.nn.losses import network_loss_of

INPUTS, LABELS = moons(np.random.default_rng(3), 30)
functional = torch.nn.functional


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("some", [False, True])
def test_they_are_those_of_torch(batch_norm, activation, some):
    network = Network((2, 6, 4, 1), activation, batch_norm)
    loss = network_loss_of(network_loss(network, INPUTS, LABELS))
    params = np.random.default_rng(1).normal(size=network.dimension)
    blocks = [torch.from_numpy(one[0].copy()) for one in network.split(params[None])]
    chosen = slice(None, None, 3 if some else 1)
    signal = torch.from_numpy(INPUTS)
    layers = list(hidden_layers(loss, params, INPUTS[chosen] if some else None))
    assert len(layers) == 2
    for layer in layers:
        weights = blocks.pop(0)
        linear = functional.linear(signal, weights, None if batch_norm else blocks.pop(0))
        entering = linear
        if batch_norm:
            # In training mode, over all examples, of which some are looked at.
            entering = functional.batch_norm(
                linear, None, None, blocks.pop(0), blocks.pop(0), training=True, eps=network.epsilon
            )
        signal = getattr(torch, activation)(entering)
        for mine, theirs in (
            (layer.before, linear),
            (layer.entering, entering),
            (layer.activations, signal),
        ):
            np.testing.assert_allclose(mine, theirs.numpy()[chosen], atol=1e-12)


def test_a_network_without_hidden_layers_has_none():
    network = Network((2, 1))
    loss = network_loss_of(network_loss(network, INPUTS, LABELS))
    assert list(hidden_layers(loss, np.zeros(3))) == []
