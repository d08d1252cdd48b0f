"""AdaGrad, RMSprop and Adadelta: a learning rate for each component, from the squares of its gradients."""
# ruff: noqa: ARG002 - every rule has the signature of the interface, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from vizgd.objectives.objective import Array
from vizgd.optimizers.formula import Beat, Formula, Part, Quantity
from vizgd.optimizers.interface import Rule, Terms, rate_at
from vizgd.optimizers.parameters import Beta, Epsilon, Rate

SECOND_MOMENT = Quantity("second_moment", "v", "square", "second moment")
PULLED = Part("pulled", "-eta*g", "gradient")


class AdaGradState(NamedTuple):
    """The count of steps taken and the sum of the squared gradients."""

    iteration: int
    squared_sum: Array


class RMSpropState(NamedTuple):
    """The count of steps taken and the running mean of the squared gradient."""

    iteration: int
    second_moment: Array


class AdadeltaState(NamedTuple):
    """The count of steps taken, and the running means of the squared gradient and of the squared change."""

    iteration: int
    second_moment: Array
    squared_change: Array


@dataclass(frozen=True)
class AdaGrad(Rule):
    """Divide each component's rate by the root of all its squared gradients: rare slopes count for more.

    With params θ, gradient g, sum of squares s (zero at first) and learning rate α, component by component::

        {formula}

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 0.01
        The length of the first step in each component, α > 0; later ones shrink.
    epsilon : float or array, default 1e-10
        Keeps the quotient finite where the gradient vanishes, ε ≥ 0.

    Notes
    -----
    The sum starts at 0 and ε stands outside the root, as in ``torch.optim.Adagrad``, whose defaults these
    are; ``optax.adagrad`` starts the sum at 0.1 and has ε inside.

    References
    ----------
    J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", 2011.

    Examples
    --------
    >>> import numpy as np
    >>> rule, params = AdaGrad(learning_rate=0.5), np.array([5.0, -5.0])
    >>> params, state = rule.update(np.array([1e-3, -1e3]), rule.init(params), params)
    >>> print(params.round(4))
    [ 4.5 -4.5]
    """

    learning_rate: Rate = 0.01
    epsilon: Epsilon = 1e-10

    name: ClassVar[str] = "AdaGrad"
    formula: ClassVar[Formula] = Formula(
        (
            Beat("add up squares", "s = s + g**2"),
            Beat("scale", shows="g/(sqrt(s) + epsilon)"),
            Beat("step", "theta = theta - alpha*g/(sqrt(s) + epsilon)"),
        ),
        symbols={"s": Quantity("squared_sum", "s", "square", "second moment")},
        parts=(PULLED,),
        rate="alpha/(sqrt(s) + epsilon)",
    )

    def init(self, params: Array) -> AdaGradState:
        """Return the state before the first step: a sum of zero."""
        return AdaGradState(0, np.zeros_like(params))

    def terms(
        self, gradient: Array, state: AdaGradState, params: Array, *, hessian: Array | None = None
    ) -> Terms:
        """Return the quantities of one step."""
        rate = rate_at(self.learning_rate, state.iteration)
        squared_sum = state.squared_sum + gradient**2
        return {
            "iteration": state.iteration + 1,
            "squared_sum": squared_sum,
            "learning_rate": rate,
            "step": -rate * gradient / (np.sqrt(squared_sum) + self.epsilon),
        }


@dataclass(frozen=True)
class RMSprop(Rule):
    """AdaGrad with a memory that fades: divide by a running root mean square of the gradient.

    With params θ, gradient g, second moment v (zero at first), learning rate α and decay β::

        {formula}

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 0.001
        About the length of a step in each component, α > 0; the first is 1/√(1 − β) times as long.
    beta : float or array, default 0.9
        How much of the second moment a step keeps, 0 ≤ β < 1.
    epsilon : float or array, default 1e-8
        Keeps the quotient finite where the gradient vanishes, ε ≥ 0.

    Notes
    -----
    ε stands outside the root as in ``torch.optim.RMSprop``; in ``optax.rmsprop`` it is inside unless
    ``eps_in_sqrt=False``. The defaults of β and α are the lecture's; torch has 0.99 and 0.01.

    References
    ----------
    G. Hinton, "Neural networks for machine learning", lecture 6e, 2012.

    Examples
    --------
    >>> import numpy as np
    >>> rule, params = RMSprop(learning_rate=0.1), np.array([5.0])
    >>> params, state = rule.update(2 * params, rule.init(params), params)
    >>> print(state.second_moment.round(6), params.round(4))
    [10.] [4.6838]
    """

    learning_rate: Rate = 0.001
    beta: Beta = 0.9
    epsilon: Epsilon = 1e-8

    name: ClassVar[str] = "RMSprop"
    formula: ClassVar[Formula] = Formula(
        (
            Beat("average squares", "v = beta*v + (1 - beta)*g**2"),
            Beat("scale", shows="g/(sqrt(v) + epsilon)"),
            Beat("step", "theta = theta - alpha*g/(sqrt(v) + epsilon)"),
        ),
        symbols={"v": SECOND_MOMENT},
        parts=(PULLED,),
        rate="alpha/(sqrt(v) + epsilon)",
    )

    def init(self, params: Array) -> RMSpropState:
        """Return the state before the first step: a moment of zero."""
        return RMSpropState(0, np.zeros_like(params))

    def terms(
        self, gradient: Array, state: RMSpropState, params: Array, *, hessian: Array | None = None
    ) -> Terms:
        """Return the quantities of one step."""
        rate = rate_at(self.learning_rate, state.iteration)
        second = self.beta * state.second_moment + (1 - self.beta) * gradient**2
        return {
            "iteration": state.iteration + 1,
            "second_moment": second,
            "learning_rate": rate,
            "step": -rate * gradient / (np.sqrt(second) + self.epsilon),
        }


@dataclass(frozen=True)
class Adadelta(Rule):
    """RMSprop with the usual length of past steps as its learning rate, so that units agree.

    With params θ, gradient g, second moment v and mean squared change u (both zero at first), decay β::

        {formula}

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 1
        A factor on each step, α > 0; the paper has none, which is 1.
    beta : float or array, default 0.9
        How much of the two means a step keeps, 0 ≤ β < 1; ρ in the paper.
    epsilon : float or array, default 1e-6
        Sets the length of the first steps, about √ε, ε ≥ 0; with 0 nothing ever moves.

    Notes
    -----
    The same as ``torch.optim.Adadelta`` and ``optax.adadelta``, which agree in rule and defaults.

    References
    ----------
    M. D. Zeiler, "ADADELTA: an adaptive learning rate method", 2012.

    Examples
    --------
    >>> import numpy as np
    >>> rule, params = Adadelta(), np.array([5.0])
    >>> params, state = rule.update(2 * params, rule.init(params), params)
    >>> print(params.round(6))
    [4.996838]
    """

    learning_rate: Rate = 1.0
    beta: Beta = 0.9
    epsilon: Epsilon = 1e-6

    name: ClassVar[str] = "Adadelta"
    formula: ClassVar[Formula] = Formula(
        (
            Beat("average squares", "v = beta*v + (1 - beta)*g**2"),
            Beat("scale", "Delta = g*sqrt(u + epsilon)/sqrt(v + epsilon)"),
            Beat("average changes", "u = beta*u + (1 - beta)*Delta**2"),
            Beat("step", "theta = theta - alpha*Delta"),
        ),
        symbols={
            "v": SECOND_MOMENT,
            "Delta": Quantity("change", "Δ", "vector", "step"),
            "u": Quantity("squared_change", "u", "square", "step"),
        },
        parts=(PULLED,),
        rate="alpha*sqrt(u_before + epsilon)/sqrt(v + epsilon)",
    )

    def init(self, params: Array) -> AdadeltaState:
        """Return the state before the first step: means of zero."""
        return AdadeltaState(0, np.zeros_like(params), np.zeros_like(params))

    def terms(
        self, gradient: Array, state: AdadeltaState, params: Array, *, hessian: Array | None = None
    ) -> Terms:
        """Return the quantities of one step."""
        rate = rate_at(self.learning_rate, state.iteration)
        second = self.beta * state.second_moment + (1 - self.beta) * gradient**2
        change = gradient * np.sqrt(state.squared_change + self.epsilon) / np.sqrt(second + self.epsilon)
        return {
            "iteration": state.iteration + 1,
            "second_moment": second,
            "change": change,
            "squared_change": self.beta * state.squared_change + (1 - self.beta) * change**2,
            "learning_rate": rate,
            "step": -rate * change,
        }
