"""The mean loss of a network over examples, as an objective over its flat vector of parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vizgd.base.errors import UsageError, unknown
from vizgd.nn.network import Network
from vizgd.objectives.datasets.dataset import checked_examples
from vizgd.objectives.datasets.models import LEAST_SQUARES, LOGISTIC
from vizgd.objectives.objective import Array, Objective, Samples

BLOCK = 1 << 16
"""The number of activations of a layer that are computed at once: it limits memory, and fits the cache."""
SPAN = 5.0
"""The domain of each parameter is from minus this to this."""


@dataclass(frozen=True)
class Head:
    """The loss of a network's outputs z ``(m, n, k)``, given targets y ``(n,)``, and its predictions.

    Parameters
    ----------
    value : callable
        The loss of each example, ``(m, n)``.
    slope : callable
        Its derivative by the outputs, ``(m, n, k)``.
    predict : callable
        The predictions for outputs z.
    """

    value: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]
    predict: Callable[[Array], Array]


def _squared(z: Array, y: Array) -> Array:
    return LEAST_SQUARES.value(z[..., 0], y)


def _squared_slope(z: Array, y: Array) -> Array:
    return LEAST_SQUARES.slope(z[..., 0], y)[..., None]


def _logistic(z: Array, y: Array) -> Array:
    return LOGISTIC.value(z[..., 0], y)


def _logistic_slope(z: Array, y: Array) -> Array:
    return LOGISTIC.slope(z[..., 0], y)[..., None]


def _first(z: Array) -> Array:
    return z[..., 0]


def _probability(z: Array) -> Array:
    return LOGISTIC.predict(z[..., 0])


def _log_softmax(z: Array) -> Array:
    shifted = z - z.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def _cross_entropy(z: Array, y: Array) -> Array:
    return np.asarray(-_log_softmax(z)[:, np.arange(len(y)), y.astype(np.intp)])


def _cross_entropy_slope(z: Array, y: Array) -> Array:
    slope = np.exp(_log_softmax(z))
    slope[:, np.arange(len(y)), y.astype(np.intp)] -= 1.0
    return slope


def _softmax(z: Array) -> Array:
    return np.exp(_log_softmax(z))


HEADS: dict[str, Head] = {
    "squared": Head(_squared, _squared_slope, _first),
    "logistic": Head(_logistic, _logistic_slope, _probability),
    "cross-entropy": Head(_cross_entropy, _cross_entropy_slope, _softmax),
}


@dataclass(frozen=True, eq=False)
class NetworkLoss:
    """The mean loss of a network over examples; parameters are ``(..., d)``."""

    network: Network
    head: Head
    inputs: Array
    targets: Array

    def value(self, params: Array) -> Array:
        """Return the mean loss over all examples, shape ``(...)``."""
        return self.batch_value(params, self._everything)

    def gradient(self, params: Array) -> Array:
        """Return its gradient, shape ``(..., d)``."""
        return self.batch_gradient(params, self._everything)

    def batch_value(self, params: Array, indices: NDArray[np.intp]) -> Array:
        """Return the mean loss over some examples, whose statistics are also used for normalization."""
        inputs, targets = self.inputs[indices], self.targets[indices]

        def mean_loss(rows: Array) -> Array:
            losses = self.head.value(self.network.forward(rows, inputs)[0], targets)
            return np.asarray(losses.mean(axis=1))

        return self._by_blocks(params, len(targets), mean_loss)

    def batch_gradient(self, params: Array, indices: NDArray[np.intp]) -> Array:
        """Return the gradient of the mean loss over some examples."""
        inputs, targets = self.inputs[indices], self.targets[indices]

        def mean_gradient(rows: Array) -> Array:
            outputs, passed = self.network.forward(rows, inputs)
            slope = self.head.slope(outputs, targets) / len(targets)
            return self.network.gradient(rows, inputs, slope, passed)

        return self._by_blocks(params, len(targets), mean_gradient)

    def predict(self, params: Array, inputs: Array) -> Array:
        """Return the network's predictions for inputs ``(n,)`` or ``(n, p)``.

        The shape is ``(..., n)`` for numbers or probabilities of class 1, and ``(..., n, k)`` for
        cross-entropy, with the probability of each class. Normalization uses the statistics of the data set.
        """
        inputs = inputs[:, None] if inputs.ndim == 1 else inputs

        def predictions(rows: Array) -> Array:
            statistics = None
            if self.network.batch_norm:
                statistics = self.network.forward(rows, self.inputs)[1].statistics
            return self.head.predict(self.network.forward(rows, inputs, statistics)[0])

        return self._by_blocks(params, len(inputs), predictions)

    @cached_property
    def _everything(self) -> NDArray[np.intp]:
        return np.arange(len(self.targets), dtype=np.intp)

    def _by_blocks(self, params: Array, examples: int, function: Callable[[Array], Array]) -> Array:
        """Evaluate a function of parameters ``(m, d)`` over any leading axes, a block of rows at a time."""
        params = np.asarray(params, dtype=np.float64)
        dimension = self.network.dimension
        if params.ndim == 0 or params.shape[-1] != dimension:
            raise UsageError(
                f"parameters of shape {params.shape} do not fit a network of {dimension} parameters",
                why=f"the last axis holds those of layers {' '.join(map(str, self.network.sizes))}",
            )
        rows = params.reshape(-1, dimension)
        block = max(1, BLOCK // (examples * max(self.network.sizes)))
        with np.errstate(all="ignore"):
            if len(rows) <= block:
                parts = function(rows)
            else:
                parts = np.concatenate([function(rows[i : i + block]) for i in range(0, len(rows), block)])
        return parts.reshape(params.shape[:-1] + parts.shape[1:])


def network_loss(
    network: Network,
    inputs: ArrayLike,
    targets: ArrayLike,
    loss: Literal["squared", "logistic", "cross-entropy"] = "logistic",
    *,
    seed: int = 0,
    name: str = "network",
) -> Objective:
    """Return the mean loss of a network over examples, as an objective of as many dimensions as parameters.

    Parameters
    ----------
    network : Network
    inputs : array, shape (n,) or (n, p)
    targets : array, shape (n,)
        Numbers; for ``"logistic"`` 0 or 1; for ``"cross-entropy"`` the number of the class from 0.
    loss : {"squared", "logistic", "cross-entropy"}, default "logistic"
        (z − y)², log(1 + exp(z)) − yz, or −log softmax(z)[y] of the outputs z; the mean over the examples.
    seed : int, default 0
        Seeds the parameters from which runs start.
    name : str, default "network"

    Returns
    -------
    Objective
        With samples, for mini-batches, and with the filters of the network.

    Raises
    ------
    UsageError
        When network, examples and loss do not fit each other.

    Examples
    --------
    >>> objective = network_loss(Network((1, 4, 1)), [0.0, 1.0, 2.0], [1.0, 0.0, 1.0], "squared")
    >>> objective.dimension, objective.gradient(np.zeros(13)).shape
    (13, (13,))
    """
    if loss not in HEADS:
        raise unknown("loss", loss, HEADS)
    features, answers = checked_examples(inputs, targets)
    features = features[:, None] if features.ndim == 1 else features
    classes = int(answers.max()) + 1 if loss == "cross-entropy" and (answers >= 0).all() else 0
    if (loss == "logistic" and not np.isin(answers, (0, 1)).all()) or (
        loss == "cross-entropy" and not (classes and (answers == answers.round()).all())
    ):
        expected = "each must be 0 or 1" if loss == "logistic" else "each must be a whole number from 0"
        raise UsageError(f"cannot fit these targets by {loss}", why=expected)
    fitting = features.shape[1], max(classes, network.sizes[-1]) if classes else 1
    if (network.sizes[0], network.sizes[-1]) != fitting:
        raise UsageError(
            f"a network of {network.sizes[0]} inputs and {network.sizes[-1]} outputs does not fit",
            why=f"the examples have {fitting[0]} inputs, and {loss} wants {fitting[1]} outputs",
        )
    made = NetworkLoss(network, HEADS[loss], features, answers)
    return Objective(
        name=name,
        value=made.value,
        gradient=made.gradient,
        domain=((-SPAN, SPAN),) * network.dimension,
        start=tuple(network.initial(np.random.default_rng(seed)).tolist()),
        title=f"network {'–'.join(map(str, network.sizes))}",
        description=f"the {loss} loss of a network of {network.dimension} parameters",
        variables=network.names,
        samples=Samples(features, answers, made.batch_value, made.batch_gradient, made.predict),
        filters=network.filters,
    )


def network_loss_of(objective: Objective) -> NetworkLoss | None:
    """Return the network whose loss an objective is; None for other objectives."""
    own = getattr(objective.value, "__self__", None)
    return own if isinstance(own, NetworkLoss) else None
