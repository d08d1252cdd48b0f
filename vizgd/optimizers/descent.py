"""Gradient descent, with and without momentum: the rules that move along the gradient itself."""
# ruff: noqa: ARG002 - every rule has the signature of the interface, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple, TypeAlias

import numpy as np

from vizgd.objectives.objective import Array
from vizgd.optimizers.formula import Beat, Formula, Part, Quantity
from vizgd.optimizers.interface import Rule, Terms, rate_at
from vizgd.optimizers.parameters import DECAY, Parameter, Rate, Symbol


class CountState(NamedTuple):
    """The count of steps taken."""

    iteration: int


class VelocityState(NamedTuple):
    """The count of steps taken and the velocity v, a sum of past gradients."""

    iteration: int
    velocity: Array


VELOCITY = Quantity("velocity", "v", "vector", "momentum")

MomentumDecay: TypeAlias = Annotated[Parameter, Symbol("β", always=True), DECAY]
"""What of a velocity is kept in a step: what tells one momentum from another, and so always shown."""


@dataclass(frozen=True)
class GradientDescent(Rule):
    """Step against the gradient, in proportion to its length.

    With params θ, gradient g and learning rate α::

        {formula}

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 0.01
        The length of a step per unit of gradient, α > 0.

    Notes
    -----
    The same as ``torch.optim.SGD`` and ``optax.sgd`` without momentum. It is called stochastic when it is
    given the gradient of a part of the data; the rule is the same.

    References
    ----------
    A. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", 1847.

    Examples
    --------
    >>> import numpy as np
    >>> rule, params = GradientDescent(learning_rate=0.1), np.array([8.0])
    >>> params, state = rule.update(2 * params, rule.init(params), params)
    >>> print(params)
    [6.4]
    """

    learning_rate: Rate = 0.01

    name: ClassVar[str] = "Gradient descent"
    formula: ClassVar[Formula] = Formula(
        (Beat("step", "theta = theta - alpha*g"),),
        parts=(Part("pulled", "-alpha*g", "gradient"),),
    )

    def init(self, params: Array) -> CountState:
        """Return the state before the first step."""
        return CountState(0)

    def terms(
        self,
        gradient: Array,
        state: CountState,
        params: Array,
        *,
        hessian: Array | None = None,
    ) -> Terms:
        """Return the quantities of one step."""
        rate = rate_at(self.learning_rate, state.iteration)
        return {"iteration": state.iteration + 1, "learning_rate": rate, "step": -rate * gradient}


@dataclass(frozen=True)
class Momentum(Rule):
    """Let gradients add up to a velocity, and move by it: fast along a valley, with overshoot at its end.

    With params θ, gradient g, velocity v (zero at first), learning rate α and momentum β::

        {formula}

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 0.01
        The length of a step per unit of velocity, α > 0.
    beta : float or array, default 0.9
        The part of the velocity that a step leaves over, 0 ≤ β < 1. On a constant slope the steps grow to
        1/(1 − β) times those of gradient descent.

    Notes
    -----
    The gradient is added in full, as in ``torch.optim.SGD(momentum=β)`` and ``optax.sgd(momentum=β)``; the
    other convention averages, v ← β v + (1 − β) g, and needs a learning rate 1/(1 − β) times as large.

    References
    ----------
    B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.

    Examples
    --------
    >>> import numpy as np
    >>> rule, params = Momentum(learning_rate=0.1, beta=0.5), np.array([8.0])
    >>> state = rule.init(params)
    >>> for _ in range(2):
    ...     params, state = rule.update(2 * params, state, params)
    ...     print(state.velocity, params)
    [16.] [6.4]
    [20.8] [4.32]
    """

    learning_rate: Rate = 0.01
    beta: MomentumDecay = 0.9

    name: ClassVar[str] = "Momentum"
    formula: ClassVar[Formula] = Formula(
        (Beat("add up", "v = beta*v + g"), Beat("step", "theta = theta - alpha*v")),
        symbols={"v": VELOCITY},
        parts=(
            Part("carried", "-alpha*beta*v_before", "momentum"),
            Part("pulled", "-alpha*g", "gradient"),
        ),
    )

    def init(self, params: Array) -> VelocityState:
        """Return the state before the first step: no velocity."""
        return VelocityState(0, np.zeros_like(params))

    def terms(
        self,
        gradient: Array,
        state: VelocityState,
        params: Array,
        *,
        hessian: Array | None = None,
    ) -> Terms:
        """Return the quantities of one step."""
        rate = rate_at(self.learning_rate, state.iteration)
        velocity = self.beta * state.velocity + gradient
        return {
            "iteration": state.iteration + 1,
            "velocity": velocity,
            "learning_rate": rate,
            "step": -rate * velocity,
        }


@dataclass(frozen=True)
class Nesterov(Rule):
    """Momentum that corrects itself: the step adds the gradient once more to the velocity it leads to.

    With params θ, gradient g, velocity v (zero at first), direction d, learning rate α and momentum β::

        {formula}

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 0.01
        The length of a step per unit of velocity, α > 0.
    beta : float or array, default 0.9
        The part of the velocity that a step leaves over, 0 ≤ β < 1.

    Notes
    -----
    This is Nesterov's method written in the point where the gradient is taken, as in
    ``torch.optim.SGD(momentum=β, nesterov=True)`` and ``optax.sgd(momentum=β, nesterov=True)``.

    References
    ----------
    Y. Nesterov, "A method for solving a convex programming problem with convergence rate O(1/k²)", 1983; in
    this form, I. Sutskever et al., "On the importance of initialization and momentum in deep learning",
    2013.

    Examples
    --------
    >>> import numpy as np
    >>> rule, params = Nesterov(learning_rate=0.1, beta=0.5), np.array([8.0])
    >>> params, state = rule.update(2 * params, rule.init(params), params)
    >>> print(state.velocity, params)
    [16.] [5.6]
    """

    learning_rate: Rate = 0.01
    beta: MomentumDecay = 0.9

    name: ClassVar[str] = "Nesterov"
    formula: ClassVar[Formula] = Formula(
        (
            Beat("add up", "v = beta*v + g"),
            Beat("look ahead", "d = g + beta*v"),
            Beat("step", "theta = theta - alpha*d"),
        ),
        symbols={"v": VELOCITY, "d": Quantity("lookahead", "d", "vector", "momentum")},
        parts=(
            Part("carried", "-alpha*beta**2*v_before", "momentum"),
            Part("pulled", "-alpha*(1 + beta)*g", "gradient"),
        ),
    )

    def init(self, params: Array) -> VelocityState:
        """Return the state before the first step: no velocity."""
        return VelocityState(0, np.zeros_like(params))

    def terms(
        self,
        gradient: Array,
        state: VelocityState,
        params: Array,
        *,
        hessian: Array | None = None,
    ) -> Terms:
        """Return the quantities of one step."""
        rate = rate_at(self.learning_rate, state.iteration)
        velocity = self.beta * state.velocity + gradient
        lookahead = gradient + self.beta * velocity
        return {
            "iteration": state.iteration + 1,
            "velocity": velocity,
            "lookahead": lookahead,
            "learning_rate": rate,
            "step": -rate * lookahead,
        }
