"""Newton's method, made safe where the Hessian is not positive definite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from vizgd.errors import UsageError
from vizgd.objectives.objective import Array
from vizgd.optimizers.interface import Optimizer, Rate, Terms, rate_at
from vizgd.optimizers.parameters import Parameter


class NewtonState(NamedTuple):
    """The count of steps taken."""

    iteration: int


@dataclass(frozen=True)
class Newton(Optimizer):
    """Divide the gradient by the curvature, direction by direction, and always go downhill.

    With params θ, gradient g, the Hessian's eigenvalues λᵢ and eigenvectors qᵢ, learning rate α, radius r::

        cᵢ = qᵢ · g
        θ ← θ − α Σᵢ cᵢ / max(|λᵢ|, |cᵢ| / r) qᵢ

    Where all curvatures are positive and no part of the step is longer than r this is Newton's own step
    −α H⁻¹ g. The absolute value turns the step around where the surface curves down, so that it leaves
    saddles and maxima instead of seeking them. The radius bounds it where the Hessian is singular or nearly
    so: no eigenvector is followed farther than α r.

    Parameters
    ----------
    learning_rate : float, array or Schedule, default 1
        The part of the full step that is taken, α > 0; below 1 the method is damped.
    radius : float or array, default 10
        The longest full step along one eigenvector, in units of the params, r > 0.

    Notes
    -----
    Neither torch nor optax has it. Where the gradient vanishes exactly, at a saddle or maximum too, the step
    is zero.

    References
    ----------
    Y. Dauphin et al., "Identifying and attacking the saddle point problem in high-dimensional non-convex
    optimization", 2014 (the absolute eigenvalues).

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
    radius: Parameter = 10.0

    name: ClassVar[str] = "Newton"
    needs_hessian: ClassVar[bool] = True

    def init(self, params: Array) -> NewtonState:  # noqa: ARG002 - the interface's signature
        """Return the state before the first step."""
        return NewtonState(0)

    def terms(
        self,
        gradient: Array,
        state: NewtonState,
        params: Array,  # noqa: ARG002 - the interface's signature
        *,
        hessian: Array | None = None,
    ) -> Terms:
        """Return the quantities of one step; a Hessian or gradient that is not finite makes it nan."""
        if hessian is None:
            raise UsageError("Newton was given no Hessian", hint="pass hessian= to update or terms")
        rate = rate_at(self.learning_rate, state.iteration)
        finite = np.asarray(np.isfinite(hessian).all(axis=(-2, -1), keepdims=True))
        # The decomposition raises on nan; what is not finite is put back below.
        eigenvalues, eigenvectors = np.linalg.eigh(np.where(finite, hessian, 0.0))
        along = np.einsum("...ji,...j->...i", eigenvectors, gradient)
        curvature = np.maximum(np.abs(eigenvalues), np.abs(along) / self.radius)
        # Where both are zero there is nowhere to go along that eigenvector: 0/1.
        quotient = along / np.where(curvature == 0, 1.0, curvature)
        direction = np.where(finite[..., 0], -np.einsum("...ij,...j->...i", eigenvectors, quotient), np.nan)
        return {
            "iteration": state.iteration + 1,
            "eigenvalues": eigenvalues,
            "direction": direction,
            "learning_rate": rate,
            "step": rate * direction,
        }
