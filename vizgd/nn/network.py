"""A multilayer perceptron over flat vectors of parameters: its outputs, and gradients by backpropagation.

The parameters of one layer follow those of the one before, in the order in which PyTorch has them for
``Sequential(Linear, BatchNorm1d, Tanh, …)``: weights ``(out, in)`` row by row, then biases; with batch
normalization scales and shifts in place of biases, which it would only cancel. Every function takes
parameters ``(m, d)``, m networks at once, because landscapes ask for thousands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizgd.base.errors import UsageError
from vizgd.base.values import is_number, is_whole
from vizgd.objectives.objective import Array

Statistics: TypeAlias = Sequence[tuple[Array, Array]]
"""Mean and variance of every hidden unit, each ``(m, 1, units)``, layer by layer."""

LARGEST = 4096
"""Units of a layer: more take NumPy too long to train interactively."""


@dataclass(frozen=True)
class Network:
    """A fully connected network: an affine map and an activation a hidden layer, an affine map at the end.

    Batch normalization (Ioffe and Szegedy 2015) stands before the activation and uses the statistics of the
    batch, as in training: z̃ = γ(z − mean)/√(var + ε) + β, with the biased variance.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, units of each hidden layer, outputs; at least inputs and outputs.
    activation : {"tanh", "relu"}, default "tanh"
    batch_norm : bool, default False
        Whether hidden layers are normalized.
    epsilon : float, default 1e-5
        Added to the variance, as in PyTorch.

    Raises
    ------
    UsageError
        For sizes or settings that make no network.

    Examples
    --------
    >>> network = Network((2, 8, 1))
    >>> network.dimension, network.names[:3], network.names[-1]
    (33, ('W1[0,0]', 'W1[0,1]', 'W1[1,0]'), 'b2[0]')
    """

    sizes: tuple[int, ...]
    activation: Literal["tanh", "relu"] = "tanh"
    batch_norm: bool = False
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        object.__setattr__(self, "sizes", tuple(self.sizes))
        if len(self.sizes) < 2 or not all(is_whole(size) and 1 <= size <= LARGEST for size in self.sizes):
            raise UsageError(
                f"the sizes of a network are {self.sizes!r:.60}",
                why=f"expected whole numbers from 1 to {LARGEST}: inputs, hidden units, outputs",
                hint="such as (2, 16, 16, 1)",
            )
        if self.activation not in ("tanh", "relu"):
            raise UsageError(f"activation is {self.activation!r:.60}", why="expected 'tanh' or 'relu'")
        if not isinstance(self.batch_norm, bool) or not is_number(self.epsilon) or self.epsilon <= 0:
            raise UsageError(
                f"batch_norm is {self.batch_norm!r:.40}, epsilon {self.epsilon!r:.40}",
                why="expected true or false, and a number above 0",
            )

    @property
    def dimension(self) -> int:
        """How many parameters it has, d."""
        return sum(math.prod(shape) for _, shape in self.blocks)

    @cached_property
    def blocks(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The name and the shape of each block of parameters, in their order in the vector."""
        blocks: list[tuple[str, tuple[int, ...]]] = []
        last = len(self.sizes) - 1
        for layer in range(1, last + 1):
            fan_in, out = self.sizes[layer - 1 : layer + 1]
            blocks.append((f"W{layer}", (out, fan_in)))
            normalized = self.batch_norm and layer < last
            blocks += [(f"{name}{layer}", (out,)) for name in (("γ", "β") if normalized else ("b",))]
        return tuple(blocks)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name of each parameter, such as ``W1[0,2]``."""
        return tuple(
            f"{name}[{','.join(map(str, index))}]"
            for name, shape in self.blocks
            for index in np.ndindex(shape)
        )

    @cached_property
    def filters(self) -> NDArray[np.intp]:
        """The number of the unit that each weight is an input of; -1 for biases, scales and shifts."""
        parts, count = [], 0
        for _, shape in self.blocks:
            if len(shape) == 2:
                parts.append(np.repeat(np.arange(count, count + shape[0]), shape[1]))
                count += shape[0]
            else:
                parts.append(np.full(shape, -1))
        return np.concatenate(parts).astype(np.intp)

    def initial(self, rng: np.random.Generator) -> Array:
        """Return parameters to start from.

        Weights are uniform with variance 2/(in + out) for tanh (Glorot and Bengio 2010) and 2/in for relu (He
        et al. 2015); scales are 1, shifts and biases 0.
        """
        parts: list[Array] = []
        for name, shape in self.blocks:
            if len(shape) == 2:
                variance = 2.0 / (sum(shape) if self.activation == "tanh" else shape[1])
                limit = math.sqrt(3.0 * variance)
                parts.append(rng.uniform(-limit, limit, shape).ravel())
            else:
                parts.append(np.full(shape, 1.0 if name.startswith("γ") else 0.0))
        return np.concatenate(parts)

    def split(self, params: Array) -> list[Array]:
        """Return the blocks of parameters ``(m, d)``, each ``(m, *shape)``, as views."""
        blocks, low = [], 0
        for _, shape in self.blocks:
            high = low + math.prod(shape)
            blocks.append(params[:, low:high].reshape(len(params), *shape))
            low = high
        return blocks

    def gradient(self, params: Array, inputs: Array, slope: Array, passed: ForwardPass) -> Array:
        """Return the gradients ``(m, d)`` of a loss whose slope by the outputs is ``(m, n, outputs)``.

        ``passed`` is what `forward` returned for the same parameters and inputs.
        """
        blocks = self.split(params)
        found: list[Array] = []
        back = slope
        for layer in reversed(range(len(self.sizes) - 1)):
            below = passed.activations[layer - 1] if layer else inputs[None]
            hidden = layer < len(self.sizes) - 2
            if hidden:
                back = back * self._activation_slope(passed.activations[layer])
            if hidden and self.batch_norm:
                weights, scale, _ = blocks[-3:]
                del blocks[-3:]
                unit = passed.units[layer]
                found += [back.sum(axis=1), (back * unit).sum(axis=1)]
                back = back * scale[:, None, :]
                _, variance = passed.statistics[layer]
                # Mean and variance depend on every example of the batch.
                back -= back.mean(axis=1, keepdims=True) + unit * (back * unit).mean(axis=1, keepdims=True)
                back /= np.sqrt(variance + self.epsilon)
            else:
                weights = blocks[-2]
                del blocks[-2:]
                found.append(back.sum(axis=1))
            found.append(np.matmul(back.swapaxes(1, 2), below).reshape(len(params), -1))
            if layer:
                back = np.matmul(back, weights)
        return np.concatenate(found[::-1], axis=1)

    def forward(
        self, params: Array, inputs: Array, statistics: Statistics | None = None
    ) -> tuple[Array, ForwardPass]:
        """Return the outputs ``(m, n, outputs)``, and what `gradient` needs of their computation.

        ``statistics`` normalize in place of those of the inputs ``(n, in)``.
        """
        blocks = self.split(params)
        passed = ForwardPass([], [], [])
        signal = inputs[None]
        for layer in range(len(self.sizes) - 2):
            signal = np.matmul(signal, blocks.pop(0).swapaxes(1, 2))
            if self.batch_norm:
                mean, variance = statistics[layer] if statistics else _moments(signal)
                scale, shift = blocks.pop(0), blocks.pop(0)
                signal -= mean
                signal /= np.sqrt(variance + self.epsilon)
                passed.units.append(signal)
                passed.statistics.append((mean, variance))
                signal = signal * scale[:, None, :] + shift[:, None, :]
            else:
                signal += blocks.pop(0)[:, None, :]
            signal = np.tanh(signal, out=signal) if self.activation == "tanh" else np.maximum(signal, 0.0)
            passed.activations.append(signal)
        weights, bias = blocks
        return np.matmul(signal, weights.swapaxes(1, 2)) + bias[:, None, :], passed

    def _activation_slope(self, activation: Array) -> Array:
        return 1.0 - np.square(activation) if self.activation == "tanh" else (activation > 0).astype(float)


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """What a forward pass stores for backpropagation, a list item for each hidden layer.

    ``units`` are normalized signals before scale and shift; without normalization they and ``statistics`` are
    empty.
    """

    activations: list[Array]
    units: list[Array]
    statistics: list[tuple[Array, Array]]


def _moments(signal: Array) -> tuple[Array, Array]:
    mean = signal.mean(axis=1, keepdims=True)
    return mean, np.square(signal - mean).mean(axis=1, keepdims=True)
