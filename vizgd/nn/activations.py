"""What the hidden layers of a network make of examples: the signals before and after their activation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vizgd.nn.losses import NetworkLoss
from vizgd.objectives.objective import Array


@dataclass(frozen=True, eq=False)
class HiddenLayer:
    """A hidden layer over examples.

    Parameters
    ----------
    below : array, shape (n, inputs)
        The activations of the layer below it, or the inputs.
    weights : array, shape (units, inputs)
    scale : array, shape (units,), or None
        That of normalization, None where there is none.
    shift : array, shape (units,)
        That of normalization, or the biases.
    normal : array, shape (n, units), or None
        The normalized signals before scale and shift.
    activations : array, shape (n, units)
    """

    below: Array
    weights: Array
    scale: Array | None
    shift: Array
    normal: Array | None
    activations: Array

    @cached_property
    def before(self) -> Array:
        """What the affine map returns, ``(n, units)``: before normalization, where there is one."""
        with np.errstate(all="ignore"):
            linear = self.below @ self.weights.T
            return linear if self.normal is not None else linear + self.shift

    @cached_property
    def entering(self) -> Array:
        """What enters the activation: after normalization, scale and shift; without, the same."""
        if self.normal is None or self.scale is None:
            return self.before
        with np.errstate(all="ignore"):
            return self.normal * self.scale + self.shift


def hidden_layers(loss: NetworkLoss, params: Array, inputs: Array | None = None) -> Iterator[HiddenLayer]:
    """Yield the hidden layers of a network with parameters ``(d,)`` over examples, by default its own.

    Batch normalization uses the statistics of all its own examples, as its predictions do.
    """
    network = loss.network
    row = params[None]
    with np.errstate(all="ignore"):
        passed = network.forward(row, loss.inputs)[1] if network.batch_norm or inputs is None else None
        if inputs is not None:
            passed = network.forward(row, inputs, passed.statistics if passed else None)[1]
    assert passed is not None
    below = loss.inputs if inputs is None else inputs
    blocks = [block[0] for block in network.split(row)]
    for layer, active in enumerate(passed.activations):
        weights = blocks.pop(0)
        scale = blocks.pop(0) if network.batch_norm else None
        normal = passed.units[layer][0] if network.batch_norm else None
        yield HiddenLayer(below, weights, scale, blocks.pop(0), normal, active[0])
        below = active[0]
