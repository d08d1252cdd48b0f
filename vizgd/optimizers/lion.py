"""Lion: steps of one length, of which only the sign depends on the gradient."""
# ruff: noqa: ARG002 - every rule has the signature of the interface, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from vizgd.objectives.objective import Array
from vizgd.optimizers.adam import DECAYED, MOMENTS
from vizgd.optimizers.formula import Beat, Formula, Part, Quantity
from vizgd.optimizers.interface import Rule, Terms, rate_at
from vizgd.optimizers.parameters import Beta1, Beta2, Rate, WeightDecay


class LionState(NamedTuple):
    """The count of steps taken and the running mean of the gradient."""

    iteration: int
    first_moment: Array


@dataclass(frozen=True)
class Lion(Rule):
    """Step by the learning rate in each component, in the direction of the sign of a mean gradient.

    With params θ, gradient g, mean m (zero at first), learning rate α, decays β₁ and β₂, weight decay λ::

        {formula}

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 0.0001
        The length of a step in each component, α > 0; 3 to 10 times smaller than Adam's would be.
    beta1 : float or array, default 0.9
        The weight of the mean against the gradient at hand in the step, 0 ≤ β₁ < 1.
    beta2 : float or array, default 0.99
        How much of the mean a step keeps, 0 ≤ β₂ < 1.
    weight_decay : float or array, default 0
        The part of the params that a step takes away, per unit of learning rate, λ ≥ 0.

    Notes
    -----
    The rule is that of ``optax.lion``, whose weight decay is 1e-3 by default; torch has no Lion.

    References
    ----------
    X. Chen et al., "Symbolic discovery of optimization algorithms", 2023.

    Examples
    --------
    >>> import numpy as np
    >>> rule, params = Lion(learning_rate=0.5), np.array([5.0, -5.0])
    >>> params, state = rule.update(np.array([1e-3, -1e3]), rule.init(params), params)
    >>> print(params)
    [ 4.5 -4.5]
    """

    learning_rate: Rate = 0.0001
    beta1: Beta1 = 0.9
    beta2: Beta2 = 0.99
    weight_decay: WeightDecay = 0.0

    name: ClassVar[str] = "Lion"
    formula: ClassVar[Formula] = Formula(
        (
            Beat("blend", "c = beta1*m + (1 - beta1)*g"),
            Beat("take the sign", shows="sign(c)"),
            Beat("step", "theta = theta - alpha*(sign(c) + weight_decay*theta)"),
            Beat("average", "m = beta2*m + (1 - beta2)*g"),
        ),
        symbols={"c": Quantity("blend", "c", "vector", "momentum"), "m": MOMENTS["m"]},
        parts=(Part("signed", "-alpha*sign(c)", "momentum"), DECAYED),
    )

    def init(self, params: Array) -> LionState:
        """Return the state before the first step: a mean of zero."""
        return LionState(0, np.zeros_like(params))

    def terms(
        self, gradient: Array, state: LionState, params: Array, *, hessian: Array | None = None
    ) -> Terms:
        """Return the quantities of one step."""
        rate = rate_at(self.learning_rate, state.iteration)
        blend = self.beta1 * state.first_moment + (1 - self.beta1) * gradient
        return {
            "iteration": state.iteration + 1,
            "blend": blend,
            "first_moment": self.beta2 * state.first_moment + (1 - self.beta2) * gradient,
            "learning_rate": rate,
            "step": -rate * (np.sign(blend) + self.weight_decay * params),
        }
