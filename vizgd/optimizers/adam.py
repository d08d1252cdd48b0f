"""Adam, AMSGrad and AdamW: a step as long as the gradient's mean is steady against its spread."""
# ruff: noqa: ARG002 - every rule has the signature of the interface, used or not

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from vizgd.objectives.objective import Array
from vizgd.optimizers.formula import Beat, Formula, Part, Quantity
from vizgd.optimizers.interface import Rule, Terms, rate_at
from vizgd.optimizers.parameters import Beta1, Beta2, Epsilon, Rate, WeightDecay

AVERAGE = Beat("average", "m = beta1*m + (1 - beta1)*g", "v = beta2*v + (1 - beta2)*g**2")
CORRECT = Beat("correct", "m_hat = m/(1 - beta1**t)", "v_hat = v/(1 - beta2**t)")
SCALE = Beat("scale", shows="m_hat/(sqrt(v_hat) + epsilon)")
STEP = Beat("step", "theta = theta - alpha*m_hat/(sqrt(v_hat) + epsilon)")
RATE = "alpha/(sqrt(v_hat) + epsilon)"
MOMENTS = {
    "m": Quantity("first_moment", "m", "vector", "momentum"),
    "v": Quantity("second_moment", "v", "square", "second moment"),
    "m_hat": Quantity("corrected_first_moment", "m̂", "vector", "momentum"),
    "v_hat": Quantity("corrected_second_moment", "v̂", "square", "second moment"),
}
CARRIED = Part("carried", "-eta*beta1*m_before/(1 - beta1**t)", "momentum")
PULLED = Part("pulled", "-eta*(1 - beta1)*g/(1 - beta1**t)", "gradient")
DECAYED = Part("decayed", "-alpha*weight_decay*theta_before", "decay")


class MomentState(NamedTuple):
    """The count of steps taken, and the running means of the gradient (m) and of its square (v)."""

    iteration: int
    first_moment: Array
    second_moment: Array


class AMSGradState(NamedTuple):
    """`MomentState`, and the largest second moment so far."""

    iteration: int
    first_moment: Array
    second_moment: Array
    largest_second_moment: Array


@dataclass(frozen=True)
class Adam(Rule):
    """Divide a running mean of the gradient by a running root mean square of it, component by component.

    With params θ, gradient g, moments m and v (zero at first), learning rate α, decays β₁ and β₂, and
    t = 1, 2, … the count of steps::

        {formula}

    The hats undo the pull of the moments towards their start at zero (bias correction).

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 0.001
        About the length of a step in each component, α > 0.
    beta1, beta2 : float or array, default 0.9 and 0.999
        How much of the moments a step keeps, each 0 ≤ β < 1.
    epsilon : float or array, default 1e-8
        Keeps the quotient finite where the gradient vanishes, ε ≥ 0.

    Notes
    -----
    ε stands outside the root and behind the bias correction, as in ``torch.optim.Adam`` and ``optax.adam``.

    References
    ----------
    D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1.

    Examples
    --------
    The first step has the length of the learning rate, whatever the gradient's:

    >>> import numpy as np
    >>> rule, params = Adam(learning_rate=0.5), np.array([5.0, -5.0])
    >>> params, state = rule.update(np.array([1e-3, -1e3]), rule.init(params), params)
    >>> print(params.round(4))
    [ 4.5 -4.5]
    """

    learning_rate: Rate = 0.001
    beta1: Beta1 = 0.9
    beta2: Beta2 = 0.999
    epsilon: Epsilon = 1e-8

    name: ClassVar[str] = "Adam"
    formula: ClassVar[Formula] = Formula(
        (AVERAGE, CORRECT, SCALE, STEP), symbols=MOMENTS, parts=(CARRIED, PULLED), rate=RATE
    )

    def init(self, params: Array) -> MomentState:
        """Return the state before the first step: moments of zero."""
        return MomentState(0, np.zeros_like(params), np.zeros_like(params))

    def terms(
        self, gradient: Array, state: MomentState, params: Array, *, hessian: Array | None = None
    ) -> Terms:
        """Return the quantities of one step."""
        terms = moments(gradient, state, self.beta1, self.beta2)
        rate = rate_at(self.learning_rate, state.iteration)
        ratio = terms["corrected_first_moment"] / (np.sqrt(terms["corrected_second_moment"]) + self.epsilon)
        terms["learning_rate"] = rate
        terms["step"] = -rate * ratio
        return terms


@dataclass(frozen=True)
class AMSGrad(Rule):
    """Adam that divides by the largest second moment so far, so that its effective rate never grows.

    With the symbols of `Adam`, the largest second moment v_max (zero at first)::

        {formula}

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 0.001
        About the length of a step in each component, α > 0.
    beta1, beta2 : float or array, default 0.9 and 0.999
        How much of the moments a step keeps, each 0 ≤ β < 1.
    epsilon : float or array, default 1e-8
        Keeps the quotient finite where the gradient vanishes, ε ≥ 0.

    Notes
    -----
    The maximum is taken before the bias correction, as in ``torch.optim.Adam(amsgrad=True)``;
    ``optax.amsgrad`` takes it after, and the paper corrects no bias at all.

    References
    ----------
    S. J. Reddi, S. Kale and S. Kumar, "On the convergence of Adam and beyond", 2018.

    Examples
    --------
    >>> import numpy as np
    >>> rule, params = AMSGrad(learning_rate=0.5), np.array([5.0])
    >>> params, state = rule.update(2 * params, rule.init(params), params)
    >>> print(params.round(4))
    [4.5]
    """

    learning_rate: Rate = 0.001
    beta1: Beta1 = 0.9
    beta2: Beta2 = 0.999
    epsilon: Epsilon = 1e-8

    name: ClassVar[str] = "AMSGrad"
    formula: ClassVar[Formula] = Formula(
        (
            AVERAGE,
            Beat("keep the largest", "v_max = max(v_max, v)"),
            Beat("correct", "m_hat = m/(1 - beta1**t)", "v_hat = v_max/(1 - beta2**t)"),
            SCALE,
            STEP,
        ),
        symbols=MOMENTS | {"v_max": Quantity("largest_second_moment", "v_max", "square", "second moment")},
        parts=(CARRIED, PULLED),
        rate=RATE,
    )

    def init(self, params: Array) -> AMSGradState:
        """Return the state before the first step: moments of zero."""
        return AMSGradState(0, np.zeros_like(params), np.zeros_like(params), np.zeros_like(params))

    def terms(
        self, gradient: Array, state: AMSGradState, params: Array, *, hessian: Array | None = None
    ) -> Terms:
        """Return the quantities of one step."""
        terms = moments(gradient, state, self.beta1, self.beta2)
        largest = np.maximum(state.largest_second_moment, terms["second_moment"])
        corrected = largest / (1 - self.beta2 ** terms["iteration"])
        rate = rate_at(self.learning_rate, state.iteration)
        terms["largest_second_moment"] = largest
        terms["corrected_second_moment"] = corrected
        terms["learning_rate"] = rate
        terms["step"] = -rate * terms["corrected_first_moment"] / (np.sqrt(corrected) + self.epsilon)
        return terms


@dataclass(frozen=True)
class AdamW(Rule):
    """Adam, and each step also shrinks the params a little, apart from the gradient's moments.

    With the symbols of `Adam` and weight decay λ::

        {formula}

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 0.001
        About the length of a step in each component, α > 0.
    beta1, beta2 : float or array, default 0.9 and 0.999
        How much of the moments a step keeps, each 0 ≤ β < 1.
    epsilon : float or array, default 1e-8
        Keeps the quotient finite where the gradient vanishes, ε ≥ 0.
    weight_decay : float or array, default 0.01
        The part of the params that a step takes away, per unit of learning rate, λ ≥ 0.

    Notes
    -----
    The decay is multiplied by the learning rate, as in ``torch.optim.AdamW`` and ``optax.adamw``; in the
    paper it is not. The default is torch's; optax has 1e-4. AdamW does not come to rest at a
    minimizer away from the origin: it minimizes another function.

    References
    ----------
    I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", 2019.

    Examples
    --------
    >>> import numpy as np
    >>> rule, params = AdamW(learning_rate=0.5, weight_decay=0.1), np.array([5.0])
    >>> params, state = rule.update(2 * params, rule.init(params), params)
    >>> print(params.round(4))
    [4.25]
    """

    learning_rate: Rate = 0.001
    beta1: Beta1 = 0.9
    beta2: Beta2 = 0.999
    epsilon: Epsilon = 1e-8
    weight_decay: WeightDecay = 0.01

    name: ClassVar[str] = "AdamW"
    formula: ClassVar[Formula] = Formula(
        (
            AVERAGE,
            CORRECT,
            SCALE,
            Beat("step", "theta = theta - alpha*(m_hat/(sqrt(v_hat) + epsilon) + weight_decay*theta)"),
        ),
        symbols=MOMENTS,
        parts=(CARRIED, PULLED, DECAYED),
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
        rate = rate_at(self.learning_rate, state.iteration)
        ratio = terms["corrected_first_moment"] / (np.sqrt(terms["corrected_second_moment"]) + self.epsilon)
        terms["decay"] = -rate * self.weight_decay * params
        terms["learning_rate"] = rate
        terms["step"] = terms["decay"] - rate * ratio
        return terms


def moments(gradient: Array, state: MomentState | AMSGradState, beta1: Any, beta2: Any) -> Terms:
    """Return the next count and moments, raw and corrected for their start at zero."""
    iteration = state.iteration + 1
    first = beta1 * state.first_moment + (1 - beta1) * gradient
    second = beta2 * state.second_moment + (1 - beta2) * gradient**2
    return {
        "iteration": iteration,
        "first_moment": first,
        "second_moment": second,
        "corrected_first_moment": first / (1 - beta1**iteration),
        "corrected_second_moment": second / (1 - beta2**iteration),
    }
