"""Learning rates that change with the count of steps, and those among them that only fall.

A schedule is a frozen dataclass that is called with the count of steps taken so far, 0 for the first step, or
an array of counts, and returns the rate or an array of rates. It stands where a learning rate may stand.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from vizgd.base.settings import Between
from vizgd.optimizers.parameters import (
    NOT_NEGATIVE,
    POSITIVE,
    ConstantRate,
    Count,
    Parameter,
    Symbol,
    check_hyperparameters,
)


class DeclaredSchedule(ABC):
    """What vizgd's own schedules have in common: a name, and checked settings."""

    name: ClassVar[str] = ""
    """How a legend calls it."""

    def __post_init__(self) -> None:
        check_hyperparameters(self)

    @abstractmethod
    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""


@dataclass(frozen=True)
class Constant(DeclaredSchedule):
    """The same rate in every step: α_t = α.

    Parameters
    ----------
    learning_rate : float
        The rate α > 0.

    Notes
    -----
    The same as ``optax.constant_schedule``.

    Examples
    --------
    >>> import numpy as np
    >>> print(Constant(0.5)(np.arange(3)))
    [0.5 0.5 0.5]
    """

    learning_rate: ConstantRate

    name: ClassVar[str] = "constant"

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        return self.learning_rate + 0.0 * count


@dataclass(frozen=True)
class StepDecay(DeclaredSchedule):
    """Multiply the rate by a factor every so many steps: α_t = α γ^⌊t / n⌋.

    Parameters
    ----------
    learning_rate : float
        The first rate α > 0.
    every : int
        The steps n ≥ 1 between two drops.
    factor : float, default 0.1
        What a drop leaves, 0 < γ ≤ 1.

    Notes
    -----
    The same as ``torch.optim.lr_scheduler.StepLR`` and ``optax.exponential_decay(staircase=True)``; the
    default is torch's.

    Examples
    --------
    >>> import numpy as np
    >>> print(StepDecay(1.0, every=2, factor=0.5)(np.arange(6)))
    [1.   1.   0.5  0.5  0.25 0.25]
    """

    learning_rate: ConstantRate
    every: Annotated[Count, Symbol("n")]
    factor: Annotated[Parameter, Symbol("γ"), Between(0, 1, "(]")] = 0.1

    name: ClassVar[str] = "step decay"

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        return self.learning_rate * self.factor ** (count // self.every)


@dataclass(frozen=True)
class Exponential(DeclaredSchedule):
    """Multiply the rate by a factor every step: α_t = α γᵗ.

    Parameters
    ----------
    learning_rate : float
        The first rate α > 0.
    factor : float, default 0.99
        What a step leaves, 0 < γ ≤ 1; the default halves the rate every 69 steps.

    Notes
    -----
    The same as ``torch.optim.lr_scheduler.ExponentialLR``, and as ``optax.exponential_decay`` with one
    transition step.

    Examples
    --------
    >>> import numpy as np
    >>> print(Exponential(1.0, factor=0.5)(np.arange(4)))
    [1.    0.5   0.25  0.125]
    """

    learning_rate: ConstantRate
    factor: Annotated[Parameter, Symbol("γ"), Between(0, 1, "(]")] = 0.99

    name: ClassVar[str] = "exponential"

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        return self.learning_rate * self.factor ** (1.0 * count)


@dataclass(frozen=True)
class InverseTime(DeclaredSchedule):
    """Let the rate fall like one over the count of steps: α_t = α / (1 + k t).

    The rates add up to infinity and their squares do not, which is what stochastic gradients need to
    converge.

    Parameters
    ----------
    learning_rate : float
        The first rate α > 0.
    decay : float, default 0.1
        How fast it falls, k ≥ 0: after 1/k steps it is half.

    Notes
    -----
    Keras calls it ``InverseTimeDecay``; in torch it is a ``LambdaLR``.

    References
    ----------
    H. Robbins and S. Monro, "A stochastic approximation method", 1951.

    Examples
    --------
    >>> import numpy as np
    >>> print(InverseTime(1.0, decay=1.0)(np.array([0, 1, 3])))
    [1.   0.5  0.25]
    """

    learning_rate: ConstantRate
    decay: Annotated[Parameter, Symbol("k"), NOT_NEGATIVE] = 0.1

    name: ClassVar[str] = "inverse time"

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        return self.learning_rate / (1 + self.decay * count)


@dataclass(frozen=True)
class Polynomial(DeclaredSchedule):
    """Let the rate fall along a power of what is left: α_t = α_min + (α − α_min) (1 − t/n)^p, then α_min.

    Parameters
    ----------
    learning_rate : float
        The first rate α > 0.
    steps : int
        The steps n ≥ 1 until it has reached the minimum, where it stays.
    power : float, default 1
        The exponent p > 0; 1 falls in a straight line.
    minimum : float, default 0
        The last rate α_min ≥ 0.

    Notes
    -----
    The same as ``optax.polynomial_schedule``, and as ``torch.optim.lr_scheduler.PolynomialLR``, whose minimum
    is 0.

    Examples
    --------
    >>> import numpy as np
    >>> print(Polynomial(1.0, steps=4)(np.arange(6)))
    [1.   0.75 0.5  0.25 0.   0.  ]
    """

    learning_rate: ConstantRate
    steps: Annotated[Count, Symbol("n")]
    power: Annotated[Parameter, Symbol("p"), POSITIVE] = 1.0
    minimum: Annotated[Parameter, Symbol("α_min"), NOT_NEGATIVE] = 0.0

    name: ClassVar[str] = "polynomial"

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        left = 1 - np.minimum(count, self.steps) / self.steps
        return self.minimum + (self.learning_rate - self.minimum) * left**self.power
