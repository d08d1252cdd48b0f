"""BFGS, L-BFGS and nonlinear conjugate gradients: methods that choose the length of each step by trying.

They need the objective's values, not only its gradients, so they are no update rules: they are methods of
scipy with settings for recorded runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from vizgd.optimizers.foreign.scipy_methods import ScipyMethod
from vizgd.optimizers.parameters import Count, Symbol
from vizgd.optimizers.task import Task


class LineSearch(ScipyMethod):
    """A method of ``scipy.optimize.minimize`` that ends where a run has converged."""

    method: ClassVar[str]
    """What scipy calls it."""

    @property
    def minimizer(self) -> str:
        """What scipy calls it."""
        return self.method

    def settings(self, task: Task) -> dict[str, Any]:
        """Return when to end: where no component of the gradient exceeds the tolerance."""
        return {"gtol": task.tolerance}


@dataclass(frozen=True)
class BFGS(LineSearch):
    """Newton's method with a Hessian learned from how the gradient changes along the way.

    With params θ, gradient g, the estimate B of the Hessian's inverse (the identity at first), s the last
    step and y the change of the gradient along it, ρ = 1 / (yᵀs)::

        θ ← θ − α B g       with α from a line search (strong Wolfe conditions)
        B ← (I − ρ s yᵀ) B (I − ρ y sᵀ) + ρ s sᵀ

    Notes
    -----
    It is scipy's ``minimize(method="BFGS")``, which has no learning rate to set; torch and optax have no
    BFGS.

    References
    ----------
    J. Nocedal and S. J. Wright, "Numerical optimization", 2nd edition, 2006, algorithm 6.1.

    Examples
    --------
    >>> print(BFGS().label)
    BFGS
    """

    name: ClassVar[str] = "BFGS"
    method: ClassVar[str] = "BFGS"


@dataclass(frozen=True)
class LBFGS(LineSearch):
    """BFGS that remembers only the last few steps, for problems of many dimensions.

    With the symbols of `BFGS`, B g is computed from the last m pairs (s, y) by two loops over them::

        θ ← θ − α B g       with α from a line search (strong Wolfe conditions)

    Parameters
    ----------
    memory : int, default 10
        How many past steps are remembered, m ≥ 1.

    Notes
    -----
    It is scipy's ``minimize(method="L-BFGS-B")`` without bounds, and the default is scipy's. Iterations
    differ from those of ``torch.optim.LBFGS`` and ``optax.lbfgs``, which have other line searches.

    References
    ----------
    D. C. Liu and J. Nocedal, "On the limited memory BFGS method for large scale optimization", 1989.

    Examples
    --------
    >>> print(LBFGS(memory=5).label)
    L-BFGS m=5
    """

    memory: Annotated[Count, Symbol("m")] = 10

    name: ClassVar[str] = "L-BFGS"
    method: ClassVar[str] = "L-BFGS-B"

    def settings(self, task: Task) -> dict[str, Any]:
        """Return scipy's name for the memory, too; its limit of evaluations and test of values are off."""
        return super().settings(task) | {"maxcor": int(self.memory), "maxfun": 10**9, "ftol": 0.0}


@dataclass(frozen=True)
class NonlinearCG(LineSearch):
    """Follow the gradient bent by the last direction, so that a step does not undo the one before it.

    With params θ, gradient g, direction d (−g at first) and y the change of the gradient in the last step::

        β = max(0, yᵀg / |g_before|²)       (Polak-Ribière)
        d ← −g + β d
        θ ← θ + α d                          with α from a line search (strong Wolfe conditions)

    Notes
    -----
    It is scipy's ``minimize(method="CG")``, which has no learning rate to set; torch and optax have none.

    References
    ----------
    J. Nocedal and S. J. Wright, "Numerical optimization", 2nd edition, 2006, pages 120-122.

    Examples
    --------
    >>> print(NonlinearCG().label)
    Nonlinear CG
    """

    name: ClassVar[str] = "Nonlinear CG"
    method: ClassVar[str] = "CG"
