"""The methods of ``scipy.optimize.minimize``, recorded through their callback."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vizgd.base.errors import UsageError, VizgdError
from vizgd.objectives.objective import Array
from vizgd.recording.foreign import Foreign, Task, reason_of, shown
from vizgd.recording.outcome import NOT_FINITE, Path, reach_of

METHODS = (
    *("Nelder-Mead", "Powell", "CG", "BFGS", "Newton-CG", "L-BFGS-B", "TNC", "COBYLA", "COBYQA", "SLSQP"),
    *("trust-constr", "dogleg", "trust-ncg", "trust-exact", "trust-krylov"),
)
SPELLINGS = {name.lower(): name for name in METHODS}
NO_GRADIENT = {"Nelder-Mead", "Powell", "COBYLA", "COBYQA"}
TAKES_HESSIAN = {"Newton-CG", "trust-constr", "dogleg", "trust-ncg", "trust-exact", "trust-krylov"}
NEEDS_HESSIAN = {"dogleg", "trust-ncg", "trust-exact", "trust-krylov"}
COUNTS_EVALUATIONS = {"TNC", "COBYLA"}
"""Their limit is one of evaluations of the function, not of iterations."""

HUGE = 1e100
"""Of numbers beyond, products of a few overflow."""


class _EnoughError(Exception):
    """Raised in the callback to end a method, whichever way it handles StopIteration."""


@dataclass(frozen=True)
class Scipy(Foreign):
    """A method of ``scipy.optimize.minimize``; a plain string such as ``"BFGS"`` stands for it, too.

    scipy runs it as a whole, with its own options, the objective's gradient where the method takes one and
    its Hessian where it is known. An iterate is what scipy hands to its callback after each iteration, before
    them the start. Methods end by themselves where they cannot improve, and only there: how far they go from
    the domain is their own affair.

    Parameters
    ----------
    method : str
        As scipy spells it, in any case.
    options : mapping, default {}
        The method's options, as in scipy: ``{"gtol": 1e-8}``. ``maxiter`` is the number of steps.

    Raises
    ------
    UsageError
        For an unknown method, with the known ones.

    Examples
    --------
    >>> print(Scipy("nelder-mead").label)
    scipy Nelder-Mead
    """

    method: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if str(self.method).lower() not in SPELLINGS:
            raise UsageError(
                f"unknown method of scipy {self.method!r}",
                why=f"known: {', '.join(METHODS[:10])} and the trust-region methods",
                hint="only they are given as text; others with hyper-parameters: Adam(learning_rate=0.1)",
            )
        object.__setattr__(self, "method", SPELLINGS[self.method.lower()])

    @property
    def called(self) -> str:
        """The method's name, with scipy's before it."""
        return f"scipy {self.method}"

    @property
    def label(self) -> str:
        """The method's name and its options."""
        return f"{self.called} {shown(self.options)}".strip()

    @property
    def by_values(self) -> bool:
        """Whether the method asks for values only, never for a gradient."""
        return self.method in NO_GRADIENT

    def followed(self, task: Task) -> Path:
        """Hand the whole run to scipy."""
        from scipy.optimize import OptimizeWarning, minimize

        self._check(task)
        objective = task.objective
        iterates, counts, reason = [task.start], [(0, 0)], ""
        values = gradients = 0
        answers: dict[bytes, float] = {}
        sound = True

        def looked_at(answer: Array) -> Array:
            nonlocal sound
            sound = sound and bool((np.abs(answer) < HUGE).all())  # which a nan is not
            return answer

        def value(point: Array) -> float:
            nonlocal values
            values += 1
            answer = float(looked_at(objective.value(point)))
            if objective.noisy:  # asked again it would answer differently
                answers[point.tobytes()] = answer
            return answer

        def gradient(point: Array) -> Array:
            nonlocal gradients
            gradients += 1
            return looked_at(objective.gradient(point))

        def hessian(point: Array) -> Array:
            known: Any = objective.hessian
            return looked_at(known(point))

        # Some methods hand over the same array every time, and trust-constr a second argument.
        def keep(point: Array, *_state: Any) -> None:
            nonlocal reason
            point = np.array(point, dtype=np.float64)
            if not np.isfinite(point).all():
                reason = NOT_FINITE
                raise _EnoughError
            iterates.append(point)
            counts.append((values, gradients))
            if len(iterates) > task.steps:
                raise _EnoughError

        # One more than is wanted: Nelder-Mead and COBYQA count the start, and the callback ends the others.
        limit = {} if self.method in COUNTS_EVALUATIONS else {"maxiter": task.steps + 1}
        with warnings.catch_warnings():
            # A search that gives up says so in warnings; here its path says it.
            warnings.simplefilter("ignore")
            warnings.filterwarnings("error", "Unknown solver options", OptimizeWarning)
            try:
                minimize(
                    value,
                    task.start.copy(),
                    method=self.method,
                    jac=None if self.by_values else gradient,
                    hess=hessian if objective.hessian and self.method in TAKES_HESSIAN else None,
                    callback=keep,
                    options={**limit, **self.options},
                )
            except _EnoughError:
                pass
            except VizgdError:
                raise
            except Exception as error:
                if sound:
                    raise UsageError(f"{self.called} failed: {reason_of(error)}") from error
                reason = NOT_FINITE  # in scipy's arithmetic, or before: that is why it gave up
        visited = np.array(iterates)
        evaluations, seen = np.diff(counts, axis=0).T if len(counts) > 1 else np.zeros((2, 0), dtype=int)
        samples = objective.samples.count if objective.samples else 0
        return Path(
            iterates=visited,
            gradients=objective.gradient(visited)[:-1],
            terms={
                "learning_rate": np.full(len(visited) - 1, np.nan),
                "step": np.diff(visited, axis=0),
                "evaluations": evaluations.astype(np.float64),
                "gradient_evaluations": seen.astype(np.float64),
            },
            examples=np.array(counts, dtype=np.int64).max(axis=1) * samples,
            reason=reason or reach_of(objective, task.start).strayed(iterates),
            losses=np.array([answers.get(point.tobytes(), np.nan) for point in visited]) if answers else None,
            by_values=True,
        )

    def _check(self, task: Task) -> None:
        if not task.exact:
            raise UsageError(
                f"{self.called} cannot work with a sampler or noise",
                why="it compares values, which must be those of one and the same function",
                hint="leave that out, or use an optimizer such as Adam",
            )
        if self.method in NEEDS_HESSIAN and task.objective.hessian is None:
            raise UsageError(
                f"{self.called} needs second derivatives",
                why=f"the Hessian of {task.objective.name!r} is not known",
                hint='use a method that does without, such as "BFGS"',
            )
        if "maxiter" in self.options and self.method not in COUNTS_EVALUATIONS:
            raise UsageError("maxiter is the number of steps", hint="give steps=… instead")
