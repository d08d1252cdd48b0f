"""Linear and logistic regression: models of examples, and their mean loss.

Parameters are the weights of the inputs, then the intercept: (w, b) for one input.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vizgd.base.errors import UsageError
from vizgd.objectives.datasets.fitting import fitted_line, fitted_logistic
from vizgd.objectives.objective import Array

BLOCK = 1 << 16  # products of points and examples at once: it limits memory, and fits the cache


@dataclass(frozen=True)
class Model:
    """A loss of one example as a function of z = w·x + b and the target y, elementwise.

    Parameters
    ----------
    value, slope, curvature : callable
        The loss ``(z, y)`` and its first and second derivative by z.
    predict : callable
        The prediction for z.
    fit : callable
        The best parameters for a design matrix and targets, None where there are none.
    bowl : bool, default False
        Whether the mean loss is a quadratic function of the parameters, with its minimum at the fit.
    """

    value: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]
    curvature: Callable[[Array, Array], Array]
    predict: Callable[[Array], Array]
    fit: Callable[[Array, Array], Array | None]
    bowl: bool = False


@dataclass(frozen=True, eq=False)
class Bowl:
    """A mean squared error without its examples: mean((Xθ − y)²) = least + ‖root·(θ − center)‖².

    That is Pythagoras' theorem, because the residuals of the fit are orthogonal to X. It loses no digits near
    the fit, and costs the same for a hundred examples as for a million.
    """

    center: Array
    least: float
    root: Array

    def value(self, params: Array) -> Array:
        """Return the loss at points ``(..., d)``."""
        with np.errstate(all="ignore"):
            return np.asarray(self.least + np.square(_linear(params - self.center, self.root)).sum(axis=-1))

    def gradient(self, params: Array) -> Array:
        """Return its gradient."""
        with np.errstate(all="ignore"):
            return 2.0 * _linear(_linear(params - self.center, self.root), self.root.T)

    @property
    def hessian(self) -> Array:
        """Its Hessian, the same everywhere."""
        return 2.0 * self.root.T @ self.root


@dataclass(frozen=True, eq=False)
class DataLoss:
    """The mean loss of a model over examples; ``design`` is the inputs with a last column of ones, (n, d)."""

    model: Model
    design: Array
    targets: Array

    def value(self, params: Array) -> Array:
        """Return the mean loss over all examples."""
        return self.batch_value(params, self._everything)

    def gradient(self, params: Array) -> Array:
        """Return its gradient."""
        return self.batch_gradient(params, self._everything)

    def hessian(self, params: Array) -> Array:
        """Return its Hessian."""
        if self._bowl:
            params = self._checked(params)
            return np.broadcast_to(self._bowl.hessian, (*params.shape, params.shape[-1])).copy()
        axes = range(self.design.shape[1])
        products = np.stack([self.design[:, i] * self.design[:, j] for i in axes for j in axes], axis=1)
        means = self._means(self.model.curvature, params, self.design, self.targets, products)
        return means.reshape(*means.shape[:-1], len(axes), len(axes))

    def batch_value(self, params: Array, indices: NDArray[np.intp]) -> Array:
        """Return the mean loss over some examples."""
        if self._bowl and self._is_everything(indices):
            return self._bowl.value(self._checked(params))
        design, targets = self.design[indices], self.targets[indices]
        means: Array = self._means(self.model.value, params, design, targets, design[:, -1:])[..., 0]
        return means

    def batch_gradient(self, params: Array, indices: NDArray[np.intp]) -> Array:
        """Return the gradient of the mean loss over some examples."""
        if self._bowl and self._is_everything(indices):
            return self._bowl.gradient(self._checked(params))
        design, targets = self.design[indices], self.targets[indices]
        return self._means(self.model.slope, params, design, targets, design)

    def batch_gradients(self, params: Array, indices: NDArray[np.intp]) -> Array:
        """Return the gradients at points ``(k, d)``, each over examples of its own, ``(k, b)``."""
        design, targets = self.design[indices], self.targets[indices]
        with np.errstate(all="ignore"):
            slopes = self.model.slope(_linear(self._checked(params), design), targets)
            return np.asarray((slopes[..., None] * design).mean(axis=-2))

    def predict(self, params: Array, inputs: Array) -> Array:
        """Return the model's output for inputs ``(n,)`` or ``(n, p)``, shape ``(..., n)``."""
        with np.errstate(all="ignore"):
            return self.model.predict(_linear(self._checked(params), design_matrix(inputs)))

    @cached_property
    def _everything(self) -> NDArray[np.intp]:
        return np.arange(len(self.targets), dtype=np.intp)

    def _is_everything(self, indices: NDArray[np.intp]) -> bool:
        return indices is self._everything or np.array_equal(indices, self._everything)

    @cached_property
    def _bowl(self) -> Bowl | None:
        fit = self.model.fit(self.design, self.targets) if self.model.bowl else None
        if fit is None:
            return None
        least = float(np.mean(self.model.value(_linear(fit, self.design), self.targets)))
        root = np.asarray(np.linalg.qr(self.design / np.sqrt(len(self.targets)), mode="r"))
        return Bowl(fit, least, root)

    def _means(
        self,
        function: Callable[[Array, Array], Array],
        params: Array,
        design: Array,
        targets: Array,
        factors: Array,
    ) -> Array:
        """Return the mean of function(z, y) times each column of factors, shape ``(..., columns)``."""
        params = self._checked(params)
        shape = params.shape[:-1]
        rows = params.reshape(math.prod(shape), params.shape[-1])
        means = np.empty((len(rows), factors.shape[1]))
        block = max(1, BLOCK // max(1, len(targets)))
        with np.errstate(all="ignore"):
            for low in range(0, len(rows), block):
                terms = function(_linear(rows[low : low + block], design), targets)
                for column, factor in enumerate(factors.T):
                    means[low : low + block, column] = (terms * factor).sum(axis=-1) / np.float64(
                        len(targets)
                    )
        return means.reshape(*shape, factors.shape[1])

    def _checked(self, params: Array) -> Array:
        params = np.asarray(params, dtype=np.float64)
        if params.ndim == 0 or params.shape[-1] != self.design.shape[1]:
            raise UsageError(
                f"parameters of shape {params.shape} do not fit a model of {self.design.shape[1]} parameters",
                why="the last axis holds the weights, then the intercept",
            )
        return params


def _linear(params: Array, design: Array) -> Array:
    # Term by term, because the last bits of a matrix product depend on the number of rows.
    total = params[..., 0, None] * design[..., 0]
    for column in range(1, design.shape[-1]):
        total = total + params[..., column, None] * design[..., column]
    return total


def _squared(z: Array, y: Array) -> Array:
    return np.square(z - y)


def _squared_slope(z: Array, y: Array) -> Array:
    return 2.0 * (z - y)


def _squared_curvature(z: Array, y: Array) -> Array:
    return np.full(np.broadcast_shapes(z.shape, y.shape), 2.0)


def _identity(z: Array) -> Array:
    return z


def _sigmoid(z: Array) -> Array:
    return np.exp(-np.logaddexp(0.0, -z))


# With s = 1 − 2y, −1 or 1, no digits are lost however confident the model is.
def _cross_entropy(z: Array, y: Array) -> Array:
    margin = (1.0 - 2.0 * y) * z
    # log(1 + exp(m)), as exact as np.logaddexp and twice as fast: it takes most of the time of a fine grid.
    return np.maximum(margin, 0.0) + np.log1p(np.exp(-np.abs(margin)))


def _cross_entropy_slope(z: Array, y: Array) -> Array:
    return (1.0 - 2.0 * y) * _sigmoid((1.0 - 2.0 * y) * z)


def _cross_entropy_curvature(z: Array, y: Array) -> Array:
    return _sigmoid(z) * _sigmoid(-z) + 0.0 * y


LEAST_SQUARES = Model(_squared, _squared_slope, _squared_curvature, _identity, fitted_line, bowl=True)
LOGISTIC = Model(_cross_entropy, _cross_entropy_slope, _cross_entropy_curvature, _sigmoid, fitted_logistic)


def design_matrix(inputs: ArrayLike) -> Array:
    """Return inputs ``(n,)`` or ``(n, p)`` with a last column of ones, ``(n, p + 1)``."""
    columns = np.asarray(inputs, dtype=np.float64)
    columns = columns[:, None] if columns.ndim == 1 else columns
    return np.column_stack([columns, np.ones(len(columns))])
