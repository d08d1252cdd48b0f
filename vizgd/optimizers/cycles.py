"""Schedules made of arcs and ramps: the cosine with its restarts, the warm-up, the single cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.base.settings import Between
from vizgd.optimizers.interface import rate_at
from vizgd.optimizers.parameters import NOT_NEGATIVE, POSITIVE, ConstantRate, Count, Parameter, Rate, Symbol
from vizgd.optimizers.schedules import DeclaredSchedule


@dataclass(frozen=True)
class Cosine(DeclaredSchedule):
    """Let the rate fall along half a cosine wave: slowly, then fast, then slowly.

    With t the count of steps since the start, or since the last restart::

        α_t = α_min + (α − α_min) (1 + cos(π t / n)) / 2        for t < n, then α_min

    Parameters
    ----------
    learning_rate : float
        The first rate α > 0.
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

    learning_rate: ConstantRate
    steps: Annotated[Count, Symbol("n")]
    minimum: Annotated[Parameter, Symbol("α_min"), NOT_NEGATIVE] = 0.0
    restarts: bool = False

    name: ClassVar[str] = "cosine"

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        since = count % self.steps if self.restarts else np.minimum(count, self.steps)
        return arc(self.learning_rate, self.minimum, since / self.steps)


@dataclass(frozen=True)
class LinearWarmup(DeclaredSchedule):
    """Rise in a straight line to another rate, which then takes over from its own start.

    With that rate α(t)::

        α_t = α_0 + (α(0) − α_0) t / n      for t < n
        α_t = α(t − n)                      afterwards

    Parameters
    ----------
    learning_rate : float or Schedule
        The rate that is warmed up to.
    steps : int
        The steps n ≥ 1 of the rise.
    initial : float, default 0
        The first rate α_0 ≥ 0; with 0 the first step stands still.

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

    learning_rate: Rate
    steps: Annotated[Count, Symbol("n")]
    initial: Annotated[Parameter, Symbol("α_0"), NOT_NEGATIVE] = 0.0

    name: ClassVar[str] = "warm-up"

    def __call__(self, count: Any) -> Any:
        """Return the learning rate after so many steps."""
        peak = rate_at(self.learning_rate, 0)
        rise = self.initial + (peak - self.initial) * np.minimum(count, self.steps) / self.steps
        after = rate_at(self.learning_rate, np.maximum(count - self.steps, 0))
        return np.where(np.less(count, self.steps), rise, after)[()]


@dataclass(frozen=True)
class OneCycle(DeclaredSchedule):
    """Rise along an arc to a peak, then fall along another far below the start.

    With peak α, α_0 = α / d_0, the first step at t = 0, the peak at t = w n − 1 and the last step at t = n −
    1::

        α_t = arc from α_0 to α             up to the peak
        α_t = arc from α to α_0 / d_n       up to the last step, and that rate afterwards

    where an arc from a to b is b + (a − b)(1 + cos(π x)) / 2 for x from 0 to 1.

    Parameters
    ----------
    learning_rate : float
        The peak α > 0.
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

    learning_rate: ConstantRate
    steps: Annotated[Count, Symbol("n")]
    warmup: Annotated[Parameter, Symbol("w"), Between(0, 1, "()")] = 0.3
    initial_divisor: Annotated[Parameter, Symbol("d_0"), POSITIVE] = 25.0
    final_divisor: Annotated[Parameter, Symbol("d_n"), POSITIVE] = 1e4

    name: ClassVar[str] = "one-cycle"

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
