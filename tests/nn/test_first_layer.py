"""The first layer as affine functions of the inputs, against torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vizgd.nn import Network
from vizgd.nn.examples import moons
from vizgd.nn.first_layer import first_layers
from vizgd.nn.losses import network_loss, network_loss_of
from vizgd.objectives.lookup import objective_from

INPUTS, LABELS = moons(np.random.default_rng(3), 30)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_it_is_what_torch_gives_the_activation(batch_norm):
    network = Network((2, 6, 4, 1), batch_norm=batch_norm)
    loss = network_loss_of(network_loss(network, INPUTS, LABELS))
    params = np.random.default_rng(1).normal(size=(2, network.dimension))
    layer = first_layers(loss, params)
    for row, weights, offsets, strengths in zip(
        params, layer.weights, layer.offsets, layer.strengths, strict=True
    ):
        blocks = [torch.from_numpy(block[0].copy()) for block in network.split(row[None])]
        linear = torch.nn.functional.linear(
            torch.from_numpy(INPUTS), blocks[0], None if batch_norm else blocks[1]
        )
        if batch_norm:
            linear = torch.nn.functional.batch_norm(
                linear, None, None, blocks[1], blocks[2], training=True, eps=network.epsilon
            )
        np.testing.assert_allclose(INPUTS @ weights.T + offsets, linear.numpy(), atol=1e-9)
        outgoing = blocks[3 if batch_norm else 2]
        np.testing.assert_allclose(strengths, torch.linalg.vector_norm(outgoing, dim=0).numpy())


def test_an_objective_that_is_no_networks_has_no_network():
    assert network_loss_of(objective_from("x**2 + y**2")) is None
