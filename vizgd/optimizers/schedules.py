"""Learning rates that change with the count of steps, and those among them that only fall.

A schedule is a frozen dataclass that is called with the count k of steps taken so far, 0 for the first step,
or an array of counts, and returns the rate or an array of rates. It stands where a learning rate may stand.
Its formula stands beside it, as a rule's does: docstrings and the equation on the screen are made from it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeAlias

import numpy as np

from vizgd.base.settings import Between
from vizgd.optimizers.equations import documented
from vizgd.optimizers.formula import Beat, Formula, Quantity
from vizgd.optimizers.parameters import (
    NOT_NEGATIVE,
    POSITIVE,
    ConstantRate,
    Count,
    Parameter,
    Symbol,
    check_hyperparameters,
)

FirstRate: TypeAlias = Annotated[ConstantRate, Symbol("α₀", always=True)]
"""The rate of the first step."""


SYMBOLS = {
    "k": Quantity("count", "k", "number"),
    "pi": Quantity("pi", "π", "number"),
    "first": Quantity("first_rate", "α₀", "number", "learning rate"),
    "last": Quantity("last_rate", "α_end", "number", "learning rate"),
}


def rate_formula(*lines: str) -> Formula:
    """Return the formula of a learning rate ``alpha`` by lines in the count ``k`` and the schedule's fields.

    Lines before may assign the ``first`` rate and the ``last``.
    """
    return Formula((Beat("schedule", *lines),), SYMBOLS)


class DeclaredSchedule(ABC):
    """What vizgd's own schedules have in common: a name, checked settings, and a formula."""

    name: ClassVar[str] = ""
    """How a legend calls it."""

    formula: ClassVar[Formula | None] = None
    """What its equation and its docstring are made from, see `rate_formula`; None where it tells none."""

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        if "__call__" in vars(cls) and "formula" not in vars(cls):
            cls.formula = None  # what it inherits is said of another schedule
        if cls.formula and cls.__doc__:
            cls.__doc__ = documented(cls, cls.formula, cls.__doc__)

    @property
    def own_formula(self) -> Formula | None:
        """The formula with its settings: the class's, where they change nothing of it."""
        return self.formula

    def __post_init__(self) -> None:
        check_hyperparameters(self)

    @abstractmethod
    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""


@dataclass(frozen=True)
class Constant(DeclaredSchedule):
    """The same rate in every step.

    With k the steps taken so far::

        {formula}

    Parameters
    ----------
    learning_rate : float
        The rate α₀ > 0.

    Notes
    -----
    The same as ``optax.constant_schedule``.

    Examples
    --------
    >>> import numpy as np
    >>> print(Constant(0.5)(np.arange(3)))
    [0.5 0.5 0.5]
    """

    learning_rate: FirstRate

    name: ClassVar[str] = "constant"
    formula = rate_formula("alpha = learning_rate")

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        return self.learning_rate + 0.0 * count


@dataclass(frozen=True)
class StepDecay(DeclaredSchedule):
    """Multiply the rate by a factor every so many steps.

    With k the steps taken so far::

        {formula}

    Parameters
    ----------
    learning_rate : float
        The first rate α₀ > 0.
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

    learning_rate: FirstRate
    every: Annotated[Count, Symbol("n")]
    factor: Annotated[Parameter, Symbol("γ"), Between(0, 1, "(]")] = 0.1

    name: ClassVar[str] = "step decay"
    formula = rate_formula("alpha = learning_rate*factor**floor(k/every)")

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        return self.learning_rate * self.factor ** (count // self.every)


@dataclass(frozen=True)
class Exponential(DeclaredSchedule):
    """Multiply the rate by a factor every step.

    With k the steps taken so far::

        {formula}

    Parameters
    ----------
    learning_rate : float
        The first rate α₀ > 0.
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

    learning_rate: FirstRate
    factor: Annotated[Parameter, Symbol("γ"), Between(0, 1, "(]")] = 0.99

    name: ClassVar[str] = "exponential"
    formula = rate_formula("alpha = learning_rate*factor**k")

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        return self.learning_rate * self.factor ** (1.0 * count)


@dataclass(frozen=True)
class InverseTime(DeclaredSchedule):
    """Let the rate fall like one over the count of steps.

    With k the steps taken so far::

        {formula}

    The rates add up to infinity and their squares do not, which is what stochastic gradients need to
    converge.

    Parameters
    ----------
    learning_rate : float
        The first rate α₀ > 0.
    decay : float, default 0.1
        How fast it falls, c ≥ 0: after 1/c steps it is half.

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

    learning_rate: FirstRate
    decay: Annotated[Parameter, Symbol("c"), NOT_NEGATIVE] = 0.1

    name: ClassVar[str] = "inverse time"
    formula = rate_formula("alpha = learning_rate/(1 + decay*k)")

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        return self.learning_rate / (1 + self.decay * count)


@dataclass(frozen=True)
class Polynomial(DeclaredSchedule):
    """Let the rate fall along a power of what is left, to where it stays.

    With k the steps taken so far::

        {formula}

    Parameters
    ----------
    learning_rate : float
        The first rate α₀ > 0.
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

    learning_rate: FirstRate
    steps: Annotated[Count, Symbol("n")]
    power: Annotated[Parameter, Symbol("p"), POSITIVE] = 1.0
    minimum: Annotated[Parameter, Symbol("α_min"), NOT_NEGATIVE] = 0.0

    name: ClassVar[str] = "polynomial"
    formula = rate_formula("alpha = minimum + (learning_rate - minimum)*(1 - min(k, steps)/steps)**power")

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        left = 1 - np.minimum(count, self.steps) / self.steps
        return self.minimum + (self.learning_rate - self.minimum) * left**self.power
