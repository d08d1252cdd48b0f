"""Newton's method: divide the gradient by the curvature, as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.objective import Array
from vizgd.optimizers.formula import Beat, Formula, Part, Quantity
from vizgd.optimizers.interface import Rule, Terms, rate_at
from vizgd.optimizers.parameters import NOT_NEGATIVE, POSITIVE, Parameter, Rate, Symbol

EPSILON = float(np.finfo(np.float64).eps)
ROUNDING = EPSILON**0.5
"""The part of a gradient that rounding may have left along a direction in which there is none."""


class NewtonState(NamedTuple):
    """The count of steps taken."""

    iteration: int


def _formula(*model: str) -> Formula:
    """Return the formula with the lines that compute the direction, none where no short one says it."""
    says = "its flat point is {d} from here" if model else "within the radius it leads {d} from here"
    return Formula(
        (Beat("fit a parabola", *model, says=says), Beat("jump", "theta = theta + alpha*d")),
        symbols={"d": Quantity("direction", "d", "vector", "model")},
        parts=(Part("jumped", "alpha*d", "model"),),
    )


DAMPED = _formula("d = -solve(H + damping*I, g)")
SADDLE_FREE = _formula("d = -solve(absolute(H), g)")
DAMPED_SADDLE_FREE = _formula("d = -solve(absolute(H + damping*I), g)")
WITHIN_RADIUS = _formula()


@dataclass(frozen=True)
class Newton(Rule):
    """Step to where the parabola that fits has no slope: a minimum, or just as well a saddle or a maximum.

    With params θ, gradient g, Hessian H, direction d, learning rate α::

        {formula}

    That solves every convex quadratic, least squares included, in one step. Where H is not positive definite
    the step may lead uphill: Newton's method is drawn to whatever stationary point is near. Three settings,
    off by default, change that, and a legend shows them. With damping μ, the eigenvalues λᵢ and eigenvectors
    qᵢ of H + μI, cᵢ = qᵢ · g and radius r::

        damping       d = −(H + μ I)⁻¹ g
        saddle_free   d = −Σᵢ cᵢ / |λᵢ| qᵢ = −|H + μ I|⁻¹ g
        radius        no part cᵢ / λᵢ of d is longer than r

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 1
        The part of the full step that is taken, α > 0.
    damping : float or array, default 0
        What is added to the curvatures, μ ≥ 0 (Levenberg and Marquardt): large, it is gradient descent with
        rate α / μ.
    radius : float or array, optional
        The longest full step along one eigenvector, in units of the params, r > 0.
    saddle_free : bool, default False
        Divide by absolute curvatures: where the surface curves down the step turns around, and leaves saddles
        and maxima instead of seeking them.

    Notes
    -----
    Where H is singular there are many solutions of H s = g, or none. Of many the shortest is taken, so that
    directions without curvature and without slope are left alone. Where there is none, on a slope that does
    not bend, the parabola has no such point: the step is not finite, and the run ends there. Where the
    gradient vanishes exactly, at a saddle or maximum too, the step is zero. Neither torch nor optax has it.

    References
    ----------
    J. Nocedal and S. J. Wright, "Numerical optimization", 2nd edition, 2006, section 3.3; for the settings
    K. Levenberg, "A method for the solution of certain non-linear problems in least squares", 1944, and
    Y. Dauphin et al., "Identifying and attacking the saddle point problem in high-dimensional non-convex
    optimization", 2014.

    Examples
    --------
    A quadratic is solved in one step:

    >>> import numpy as np
    >>> rule, params = Newton(), np.array([5.0, 2.0])
    >>> hessian = np.diag([2.0, 20.0])
    >>> params, state = rule.update(hessian @ params, rule.init(params), params, hessian=hessian)
    >>> print(params)
    [0. 0.]
    """

    learning_rate: Rate = 1.0
    damping: Annotated[Parameter, Symbol("μ"), NOT_NEGATIVE] = 0.0
    radius: Annotated[Parameter, Symbol("r"), POSITIVE] | None = None
    saddle_free: bool = False

    name: ClassVar[str] = "Newton"
    formula: ClassVar[Formula] = _formula("d = -solve(H, g)")
    needs_hessian: ClassVar[bool] = True

    @property
    def called(self) -> str:
        """Its name, and whether it is the variant that leaves saddles."""
        return "Saddle-free Newton" if self.saddle_free else self.name

    @property
    def own_formula(self) -> Formula | None:
        """The formula with its settings."""
        if self.formula is not Newton.formula:
            return self.formula
        if self.radius is not None:
            return WITHIN_RADIUS
        damped = bool(np.any(self.damping))
        if self.saddle_free:
            return DAMPED_SADDLE_FREE if damped else SADDLE_FREE
        return DAMPED if damped else self.formula

    def init(self, params: Array) -> NewtonState:  # noqa: ARG002 - the interface's signature
        """Return the state before the first step."""
        return NewtonState(0)

    def terms(
        self,
        gradient: Array,
        state: NewtonState,
        params: Array,
        *,
        hessian: Array | None = None,
    ) -> Terms:
        """Return the quantities of one step; a Hessian or gradient that is not finite makes it nan."""
        if hessian is None:
            raise UsageError("Newton was given no Hessian", hint="pass hessian= to update or terms")
        rate = rate_at(self.learning_rate, state.iteration)
        finite = np.asarray(np.isfinite(hessian).all(axis=(-2, -1), keepdims=True))
        # Decompositions raise on nan; what is not finite is put back below.
        matrix = np.where(finite, hessian, np.eye(hessian.shape[-1]))
        damped = matrix + np.asarray(self.damping)[..., None] * np.eye(hessian.shape[-1])
        if self.radius is None and not self.saddle_free:
            quotient = _solved(damped, gradient, params)
        else:
            quotient = self._along_eigenvectors(damped, gradient)
        direction = np.where(finite[..., 0], -quotient, np.nan)
        return {
            "iteration": state.iteration + 1,
            "eigenvalues": np.linalg.eigvalsh(matrix),
            "direction": direction,
            "learning_rate": rate,
            "step": rate * direction,
        }

    def modeled(self, hessian: Array) -> Array:
        """Return the matrix ``(..., d, d)`` of the quadratic to whose stationary point the full step leads.

        It is the Hessian with its settings: H + μI, or |H + μI|. With a radius the step may end before it.
        """
        damped = hessian + np.asarray(self.damping)[..., None] * np.eye(hessian.shape[-1])
        if not self.saddle_free:
            return damped
        eigenvalues, eigenvectors = np.linalg.eigh(damped)
        return np.asarray(
            np.einsum("...ij,...j,...kj->...ik", eigenvectors, np.abs(eigenvalues), eigenvectors)
        )

    def _along_eigenvectors(self, matrix: Array, gradient: Array) -> Array:
        eigenvalues, eigenvectors = np.linalg.eigh(matrix)
        along = np.einsum("...ji,...j->...i", eigenvectors, gradient)
        curvature = np.abs(eigenvalues) if self.saddle_free else eigenvalues
        with np.errstate(divide="ignore", over="ignore"):
            # Where both are zero there is nowhere to go along that eigenvector: 0/1.
            quotient = along / np.where((curvature == 0) & (along == 0), 1.0, curvature + 0.0)
        if self.radius is not None:
            quotient = np.clip(quotient, -self.radius, self.radius)
        return np.asarray(np.einsum("...ij,...j->...i", eigenvectors, quotient))


def _solved(matrices: Array, gradients: Array, params: Array) -> Array:
    """Return the solutions s ``(..., d)`` of H s = g, the shortest where there are many, nan where none is.

    Whether H is singular is asked in units in which its diagonal is 1: parameters in years and in dollars
    have curvatures that differ by more than rounding does.
    """
    d = matrices.shape[-1]
    diagonal = np.abs(np.diagonal(matrices, axis1=-2, axis2=-1))
    units = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = matrices * units[..., :, None] * units[..., None, :]
    usable = np.asarray(np.isfinite(scaled).all(axis=(-2, -1)))
    units = np.where(usable[..., None], units, 1.0)
    scaled = np.where(usable[..., None, None], scaled, matrices)
    sizes = np.abs(np.linalg.eigvalsh(scaled))
    singular = sizes.min(axis=-1) <= d * EPSILON * sizes.max(axis=-1)
    regular = np.where(singular[..., None, None], np.eye(d), matrices)
    try:
        solutions = np.linalg.solve(regular, gradients[..., None])[..., 0]
    except np.linalg.LinAlgError:  # in the course of it a last digit was lost
        solutions, singular = np.zeros_like(gradients), np.ones_like(singular)
    if singular.any():
        shortest = _shortest(scaled, units * gradients, params / units)
        solutions = np.where(singular[..., None], units * shortest, solutions)
    return np.asarray(solutions)


def _shortest(matrices: Array, gradients: Array, params: Array) -> Array:
    """Return the shortest solutions for matrices whose eigenvalues are about 1, as `_solved` returns them."""
    eigenvalues, eigenvectors = np.linalg.eigh(matrices)
    largest = np.abs(eigenvalues).max(axis=-1, keepdims=True)
    none = np.abs(eigenvalues) <= matrices.shape[-1] * EPSILON * largest
    along = np.einsum("...ji,...j->...i", eigenvectors, gradients)
    # A gradient is no more exact than the terms that it is a difference of.
    size = np.linalg.norm(along, axis=-1, keepdims=True)
    terms = largest * np.linalg.norm(params, axis=-1, keepdims=True)
    slope = np.abs(along) > ROUNDING * (size + ROUNDING * terms)
    quotient = np.where(none, np.where(slope, np.nan, 0.0), along / np.where(none, 1.0, eigenvalues))
    return np.asarray(np.einsum("...ij,...j->...i", eigenvectors, quotient))
