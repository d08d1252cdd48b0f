"""The units of a network's first layer as affine functions of the inputs, normalization included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizgd.nn.losses import NetworkLoss
from vizgd.objectives.objective import Array


@dataclass(frozen=True, eq=False)
class FirstLayer:
    """What enters the activation of each unit, w·x + b, and how much the next layer makes of it.

    Parameters
    ----------
    weights : array, shape (m, units, inputs)
    offsets : array, shape (m, units)
    strengths : array, shape (m, units)
        The Euclidean norm of each unit's outgoing weights.
    """

    weights: Array
    offsets: Array
    strengths: Array


def first_layers(loss: NetworkLoss, params: Array) -> FirstLayer:
    """Return the first layer of networks with parameters ``(m, d)``, which have at least one hidden layer.

    With batch normalization it is that of the normalized units, γ(w·x − mean)/√(var + ε) + β, with mean and
    variance over all examples: those of w·x are w·μ and wᵀΣw for the inputs' mean μ and covariance Σ.
    """
    network = loss.network
    blocks = network.split(params)
    weights, strengths = blocks[0], np.linalg.norm(blocks[3 if network.batch_norm else 2], axis=1)
    if not network.batch_norm:
        return FirstLayer(weights, blocks[1], strengths)
    scale, shift = blocks[1:3]
    mean = loss.inputs.mean(axis=0)
    centered = loss.inputs - mean
    covariance = centered.T @ centered / len(centered)
    variance = np.einsum("mui,ij,muj->mu", weights, covariance, weights)
    slopes = scale / np.sqrt(variance + network.epsilon)
    return FirstLayer(slopes[..., None] * weights, shift - slopes * (weights @ mean), strengths)
