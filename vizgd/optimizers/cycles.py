"""Schedules made of arcs and ramps: the cosine with its restarts, the warm-up, the single cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.base.settings import Between
from vizgd.optimizers.formula import Formula
from vizgd.optimizers.interface import rate_at
from vizgd.optimizers.parameters import NOT_NEGATIVE, POSITIVE, ConstantRate, Count, Parameter, Rate, Symbol
from vizgd.optimizers.schedules import DeclaredSchedule, FirstRate, rate_formula


def _falling(since: str) -> Formula:
    """Return the formula of half a cosine wave, by the count of steps since it began."""
    return rate_formula(f"alpha = minimum + (learning_rate - minimum)*(1 + cos(pi*{since}/steps))/2")


@dataclass(frozen=True)
class Cosine(DeclaredSchedule):
    """Let the rate fall along half a cosine wave: slowly, then fast, then slowly, to where it stays.

    With k the steps taken so far::

        {formula}

    With restarts, k counts from the last one.

    Parameters
    ----------
    learning_rate : float
        The first rate α₀ > 0.
    steps : int
        The steps n ≥ 1 of a fall.
    minimum : float, default 0
        The last rate α_min ≥ 0.
    restarts : bool, default False
        Whether it starts again at α every n steps instead of staying at the minimum.

    Notes
    -----
    Without restarts it stays at the minimum, as ``optax.cosine_decay_schedule`` does;
    ``torch.optim.lr_scheduler.CosineAnnealingLR`` climbs back up the wave. With restarts it is
    ``CosineAnnealingWarmRestarts`` with periods of one length.

    References
    ----------
    I. Loshchilov and F. Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.

    Examples
    --------
    >>> import numpy as np
    >>> print(Cosine(1.0, steps=4)(np.arange(6)).round(3))
    [1.    0.854 0.5   0.146 0.    0.   ]
    >>> print(Cosine(1.0, steps=4, restarts=True)(np.arange(6)).round(3))
    [1.    0.854 0.5   0.146 1.    0.854]
    """

    learning_rate: FirstRate
    steps: Annotated[Count, Symbol("n")]
    minimum: Annotated[Parameter, Symbol("α_min"), NOT_NEGATIVE] = 0.0
    restarts: bool = False

    name: ClassVar[str] = "cosine"
    formula = _falling("min(k, steps)")

    @property
    def own_formula(self) -> Formula | None:
        """The formula, with restarts or without."""
        return _falling("(k - steps*floor(k/steps))") if self.restarts else self.formula

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        since = count % self.steps if self.restarts else np.minimum(count, self.steps)
        return arc(self.learning_rate, self.minimum, since / self.steps)


@dataclass(frozen=True)
class LinearWarmup(DeclaredSchedule):
    """Rise in a straight line to another rate, which then takes over from its own start.

    With k the steps taken so far::

        {formula}

    Where that rate is a schedule, α₀ is its first rate, and after m steps it is asked for that of k − m.

    Parameters
    ----------
    learning_rate : float or Schedule
        The rate α₀ that is warmed up to.
    steps : int
        The steps m ≥ 1 of the rise.
    initial : float, default 0
        The first rate α_w ≥ 0; with 0 the first step stands still.

    Notes
    -----
    The same as ``optax.join_schedules`` of a ``linear_schedule`` and the other one, and as torch's
    ``SequentialLR`` of a ``LinearLR`` and the other one.

    References
    ----------
    P. Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017.

    Examples
    --------
    >>> import numpy as np
    >>> print(LinearWarmup(1.0, steps=4)(np.arange(6)))
    [0.   0.25 0.5  0.75 1.   1.  ]
    """

    learning_rate: Annotated[Rate, Symbol("α₀", always=True)]
    steps: Annotated[Count, Symbol("m")]
    initial: Annotated[Parameter, Symbol("α_w"), NOT_NEGATIVE] = 0.0

    name: ClassVar[str] = "warm-up"
    formula = rate_formula("alpha = initial + (learning_rate - initial)*min(k, steps)/steps")

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        peak = rate_at(self.learning_rate, 0)
        rise = self.initial + (peak - self.initial) * np.minimum(count, self.steps) / self.steps
        after = rate_at(self.learning_rate, np.maximum(count - self.steps, 0))
        return np.where(np.less(count, self.steps), rise, after)[()]


@dataclass(frozen=True)
class OneCycle(DeclaredSchedule):
    """Rise along an arc to a peak, then fall along another far below the start.

    Both are halves of a cosine wave. With k the steps taken so far, the peak at k = w n − 1 and the last step
    at k = n − 1::

        {formula}

    Parameters
    ----------
    learning_rate : float
        The peak α_max > 0.
    steps : int
        The steps n of the whole cycle; the rise must have more than one of them, w n > 1.
    warmup : float, default 0.3
        The part w of the steps that rises, 0 < w < 1.
    initial_divisor : float, default 25
        How many times smaller than the peak the first rate is, d_0 > 0.
    final_divisor : float, default 1e4
        How many times smaller than the first rate the last one is, d_n > 0.

    Notes
    -----
    The same as ``torch.optim.lr_scheduler.OneCycleLR``, whose defaults these are;
    ``optax.cosine_onecycle_schedule`` turns one step later and ends one step later.

    References
    ----------
    L. N. Smith and N. Topin, "Super-convergence: very fast training of neural networks using large learning
    rates", 2019.

    Examples
    --------
    >>> import numpy as np
    >>> print(OneCycle(1.0, steps=10)(np.arange(10)).round(3))
    [0.04  0.52  1.    0.95  0.812 0.611 0.389 0.188 0.05  0.   ]
    """

    learning_rate: Annotated[ConstantRate, Symbol("α_max", always=True)]
    steps: Annotated[Count, Symbol("n")]
    warmup: Annotated[Parameter, Symbol("w"), Between(0, 1, "()")] = 0.3
    initial_divisor: Annotated[Parameter, Symbol("d_0"), POSITIVE] = 25.0
    final_divisor: Annotated[Parameter, Symbol("d_n"), POSITIVE] = 1e4

    name: ClassVar[str] = "one-cycle"
    formula = rate_formula(
        "first = learning_rate/initial_divisor",
        "last = first/final_divisor",
        "alpha = learning_rate + (first - learning_rate)*(1 + cos(pi*k/(warmup*steps - 1)))/2"
        " where k < warmup*steps - 1",
        "alpha = last + (learning_rate - last)"
        "*(1 + cos(pi*(min(k, steps - 1) - warmup*steps + 1)/(steps - warmup*steps)))/2"
        " where k >= warmup*steps - 1",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.warmup * self.steps <= 1:
            raise UsageError(
                f"OneCycle: a warmup of {self.warmup} of {self.steps} steps is at most one step",
                why="the rise needs more than one",
                hint="raise steps or warmup",
            )

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        first = self.learning_rate / self.initial_divisor
        peak = self.warmup * self.steps - 1
        last = self.steps - 1
        rise = arc(first, self.learning_rate, np.minimum(count, peak) / peak)
        fallen = (np.clip(count, peak, last) - peak) / (last - peak)
        fall = arc(self.learning_rate, first / self.final_divisor, fallen)
        return np.where(np.less(count, peak), rise, fall)[()]


def arc(start: Any, end: Any, position: Any) -> Any:
    """Return the value at a position between 0 and 1 on half a cosine wave from start to end."""
    return end + (start - end) * (1 + np.cos(np.pi * position)) / 2
