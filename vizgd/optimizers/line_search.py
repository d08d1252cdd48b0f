"""BFGS, L-BFGS and nonlinear conjugate gradients: methods that choose the length of each step by trying.

They need the objective's values, not only its gradients, so they are no update rules: a recorded run hands
the whole search to scipy. Here are their settings; `vizgd.recording.searches` does the work.
"""
# ruff: noqa: ARG002 - the interface's signature, for methods that can only say no

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, NoReturn

from vizgd.base.errors import UsageError
from vizgd.objectives.objective import Array
from vizgd.optimizers.interface import Optimizer
from vizgd.optimizers.parameters import Count, Symbol


class LineSearch(Optimizer):
    """A method of ``scipy.optimize.minimize`` that is run as a whole."""

    method: ClassVar[str]
    """What scipy calls it."""

    def options(self) -> dict[str, Any]:
        """Return the options of scipy that the method has besides those for when to stop."""
        return {}

    def init(self, params: Array) -> NoReturn:
        """Raise a UsageError: there is no state that could be handed on from step to step."""
        raise self._no_rule()

    def terms(self, gradient: Array, state: Any, params: Array, *, hessian: Array | None = None) -> NoReturn:
        """Raise a UsageError: a gradient is not enough to choose a step."""
        raise self._no_rule()

    def _no_rule(self) -> UsageError:
        return UsageError(
            f"{self.name} is not a rule that can be applied step by step",
            why="it evaluates the objective to choose the length of each step",
            hint="run it as a whole: record(objective, optimizer)",
        )


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

    def options(self) -> dict[str, Any]:
        """Return scipy's name for the memory; its limit of evaluations and test of values are set aside."""
        return {"maxcor": int(self.memory), "maxfun": 10**9, "ftol": 0.0}


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
