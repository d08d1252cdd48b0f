"""Adamax, NAdam and RAdam: Adam with one part of it exchanged."""
# ruff: noqa: ARG002 - every rule has the signature of the interface, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from vizgd.objectives.objective import Array
from vizgd.optimizers.adam import (
    AVERAGE,
    CARRIED,
    CORRECT,
    MOMENTS,
    PULLED,
    RATE,
    SCALE,
    STEP,
    MomentState,
    moments,
)
from vizgd.optimizers.formula import Beat, Formula, Part, Quantity
from vizgd.optimizers.interface import Rule, Terms, rate_at
from vizgd.optimizers.parameters import Beta1, Beta2, Epsilon, Rate


class AdamaxState(NamedTuple):
    """The count of steps taken, the running mean of the gradient and the fading maximum of its size."""

    iteration: int
    first_moment: Array
    largest_gradient: Array


@dataclass(frozen=True)
class Adamax(Rule):
    """Adam that divides by a fading maximum of the gradient's size instead of its root mean square.

    With the symbols of `Adam` and the maximum u (zero at first)::

        {formula}

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 0.002
        The greatest length of a step in each component, roughly, α > 0.
    beta1, beta2 : float or array, default 0.9 and 0.999
        How much of mean and maximum a step keeps, each 0 ≤ β < 1.
    epsilon : float or array, default 1e-8
        Keeps the quotient finite where the gradient vanishes, ε ≥ 0.

    Notes
    -----
    ε is added to the gradient's size inside the maximum, as in ``torch.optim.Adamax`` and ``optax.adamax``;
    the paper has none.

    References
    ----------
    D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015, algorithm 2.

    Examples
    --------
    >>> import numpy as np
    >>> rule, params = Adamax(learning_rate=0.5), np.array([5.0])
    >>> params, state = rule.update(2 * params, rule.init(params), params)
    >>> print(params.round(4))
    [4.5]
    """

    learning_rate: Rate = 0.002
    beta1: Beta1 = 0.9
    beta2: Beta2 = 0.999
    epsilon: Epsilon = 1e-8

    name: ClassVar[str] = "Adamax"
    formula: ClassVar[Formula] = Formula(
        (
            Beat("average", "m = beta1*m + (1 - beta1)*g", "u = max(beta2*u, abs(g) + epsilon)"),
            Beat("correct", "m_hat = m/(1 - beta1**t)"),
            Beat("scale", shows="m_hat/u"),
            Beat("step", "theta = theta - alpha*m_hat/u"),
        ),
        symbols={
            "m": MOMENTS["m"],
            "m_hat": MOMENTS["m_hat"],
            "u": Quantity("largest_gradient", "u", "scaling", "second moment"),
        },
        parts=(CARRIED, PULLED),
        rate="alpha/u",
    )

    def init(self, params: Array) -> AdamaxState:
        """Return the state before the first step: mean and maximum of zero."""
        return AdamaxState(0, np.zeros_like(params), np.zeros_like(params))

    def terms(
        self, gradient: Array, state: AdamaxState, params: Array, *, hessian: Array | None = None
    ) -> Terms:
        """Return the quantities of one step."""
        rate = rate_at(self.learning_rate, state.iteration)
        iteration = state.iteration + 1
        first = self.beta1 * state.first_moment + (1 - self.beta1) * gradient
        largest = np.maximum(self.beta2 * state.largest_gradient, np.abs(gradient) + self.epsilon)
        corrected = first / (1 - self.beta1**iteration)
        return {
            "iteration": iteration,
            "first_moment": first,
            "largest_gradient": largest,
            "corrected_first_moment": corrected,
            "learning_rate": rate,
            "step": -rate * corrected / largest,
        }


@dataclass(frozen=True)
class NAdam(Rule):
    """Adam with Nesterov's look ahead: the gradient at hand enters the mean once more.

    With the symbols of `Adam`::

        {formula}

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 0.002
        About the length of a step in each component, α > 0.
    beta1, beta2 : float or array, default 0.9 and 0.999
        How much of the moments a step keeps, each 0 ≤ β < 1.
    epsilon : float or array, default 1e-8
        Keeps the quotient finite where the gradient vanishes, ε ≥ 0.

    Notes
    -----
    β₁ is the same in every step, as in ``optax.nadam``; ``torch.optim.NAdam`` lets it rise from 0.45 towards
    0.9 by the paper's schedule, and its first steps are shorter.

    References
    ----------
    T. Dozat, "Incorporating Nesterov momentum into Adam", 2016.

    Examples
    --------
    >>> import numpy as np
    >>> rule, params = NAdam(learning_rate=0.1), np.array([5.0])
    >>> params, state = rule.update(2 * params, rule.init(params), params)
    >>> print(params.round(6))
    [4.852632]
    """

    learning_rate: Rate = 0.002
    beta1: Beta1 = 0.9
    beta2: Beta2 = 0.999
    epsilon: Epsilon = 1e-8

    name: ClassVar[str] = "NAdam"
    formula: ClassVar[Formula] = Formula(
        (
            AVERAGE,
            Beat(
                "look ahead",
                "m_hat = beta1*m/(1 - beta1**(t + 1)) + (1 - beta1)*g/(1 - beta1**t)",
                "v_hat = v/(1 - beta2**t)",
            ),
            SCALE,
            STEP,
        ),
        symbols=MOMENTS,
        parts=(
            Part("carried", "-eta*beta1**2*m_before/(1 - beta1**(t + 1))", "momentum"),
            Part(
                "pulled",
                "-eta*(1 - beta1)*(beta1/(1 - beta1**(t + 1)) + 1/(1 - beta1**t))*g",
                "gradient",
            ),
        ),
        rate=RATE,
    )

    def init(self, params: Array) -> MomentState:
        """Return the state before the first step: moments of zero."""
        return MomentState(0, np.zeros_like(params), np.zeros_like(params))

    def terms(
        self, gradient: Array, state: MomentState, params: Array, *, hessian: Array | None = None
    ) -> Terms:
        """Return the quantities of one step."""
        terms = moments(gradient, state, self.beta1, self.beta2)
        iteration, rate = terms["iteration"], rate_at(self.learning_rate, state.iteration)
        mean = self.beta1 * terms["first_moment"] / (1 - self.beta1 ** (iteration + 1))
        ahead = mean + (1 - self.beta1) * gradient / (1 - self.beta1**iteration)
        terms["corrected_first_moment"] = ahead
        terms["learning_rate"] = rate
        terms["step"] = -rate * ahead / (np.sqrt(terms["corrected_second_moment"]) + self.epsilon)
        return terms


@dataclass(frozen=True)
class RAdam(Rule):
    """Adam that trusts its second moment only as far as enough gradients have gone into it.

    With the symbols of `Adam`, the length ρ of the average behind v and the rate η of each component::

        {formula}

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 0.001
        About the length of a step in each component once ρ is large; before ρ = 5 the length of a step per
        unit of gradient, α > 0.
    beta1, beta2 : float or array, default 0.9 and 0.999
        How much of the moments a step keeps, each 0 ≤ β < 1. With β₂ ≤ 2/3 it is always the second case.
    epsilon : float or array, default 1e-8
        Keeps the quotient finite where the gradient vanishes, ε ≥ 0.

    Notes
    -----
    ε is added to the bias-corrected root and the threshold is ρ ≥ 5, as in ``optax.radam``;
    ``torch.optim.RAdam`` adds ε before the correction and asks for ρ > 5; the paper for ρ > 4.

    References
    ----------
    L. Liu et al., "On the variance of the adaptive learning rate and beyond", 2020.

    Examples
    --------
    The first five steps are momentum's, then the division sets in:

    >>> import numpy as np
    >>> rule, params = RAdam(learning_rate=0.1), np.array([5.0])
    >>> state = rule.init(params)
    >>> for _ in range(6):
    ...     terms = rule.terms(np.array([2.0]), state, params)
    ...     params, state = rule.update(np.array([2.0]), state, params)
    ...     print(round(float(terms["rectification"]), 4), terms["step"].round(5))
    0.0 [-0.2]
    0.0 [-0.2]
    0.0 [-0.2]
    0.0 [-0.2]
    0.0 [-0.2]
    0.0258 [-0.00258]
    """

    learning_rate: Rate = 0.001
    beta1: Beta1 = 0.9
    beta2: Beta2 = 0.999
    epsilon: Epsilon = 1e-8

    name: ClassVar[str] = "RAdam"
    formula: ClassVar[Formula] = Formula(
        (
            AVERAGE,
            CORRECT,
            Beat(
                "trust",
                "rho_inf = 2/(1 - beta2) - 1",
                "rho = rho_inf - 2*t*beta2**t/(1 - beta2**t)",
                "r = sqrt((rho - 4)*(rho - 2)*rho_inf/((rho_inf - 4)*(rho_inf - 2)*rho)) where rho >= 5",
                "eta = alpha where rho < 5",
                "eta = alpha*r/(sqrt(v_hat) + epsilon) where rho >= 5",
            ),
            Beat("step", "theta = theta - eta*m_hat"),
        ),
        symbols=MOMENTS
        | {
            "rho_inf": Quantity("longest_memory", "ρ_∞", "number"),
            "rho": Quantity("memory", "ρ", "number"),
            "r": Quantity("rectification", "r", "number"),
        },
        parts=(CARRIED, PULLED),
        rate="eta",
    )

    def init(self, params: Array) -> MomentState:
        """Return the state before the first step: moments of zero."""
        return MomentState(0, np.zeros_like(params), np.zeros_like(params))

    def terms(
        self, gradient: Array, state: MomentState, params: Array, *, hessian: Array | None = None
    ) -> Terms:
        """Return the quantities of one step; the rectification r is 0 where there is none."""
        terms = moments(gradient, state, self.beta1, self.beta2)
        iteration, rate = terms["iteration"], rate_at(self.learning_rate, state.iteration)
        limit = 2 / (1 - self.beta2) - 1
        fading = self.beta2**iteration
        length = limit - 2 * iteration * fading / (1 - fading)
        # Clipped to 5 where the rule does not divide, so that the root there is of a positive number.
        usable = np.maximum(length, 5.0)
        longest = np.maximum(limit, 5.0)
        factor = (usable - 4) * (usable - 2) * longest / ((longest - 4) * (longest - 2) * usable)
        rectification = np.where(length >= 5, np.sqrt(factor), 0.0)
        mean = terms["corrected_first_moment"]
        divided = rectification * mean / (np.sqrt(terms["corrected_second_moment"]) + self.epsilon)
        terms["rectification"] = rectification
        terms["learning_rate"] = rate
        terms["step"] = -rate * np.where(length >= 5, divided, mean)
        return terms
