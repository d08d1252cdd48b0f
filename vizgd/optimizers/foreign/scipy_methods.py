"""The methods of ``scipy.optimize.minimize``, recorded through their callback."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from vizgd.base.errors import UsageError, VizgdError
from vizgd.objectives.objective import Array
from vizgd.optimizers.foreign.steps import reason_of, shown
from vizgd.optimizers.interface import Keep, Method, Step, Terms
from vizgd.optimizers.task import Task

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

HIDES_TRIALS = {"TNC", "SLSQP"}
"""What they try cannot be told: TNC asks for values next to a point, too, for the curvature there, and SLSQP
does not call back between one search and the next."""

TRIALS = 16
"""Points of one step that are kept, of those at which a method asked for the function's value."""
FEW = 10
"""Coordinates, of so many points to be kept a step."""

HUGE = 1e100
"""Of numbers beyond, products of a few overflow."""
MOST_ANSWERS = 10_000
"""Of so many of the last evaluations the answers are remembered, where asking again gives others."""


class _EnoughError(Exception):
    """Raised in the callback to end a method, whichever way it handles StopIteration."""


class ScipyMethod(Method):
    """A method of ``scipy.optimize.minimize``, run as a whole by scipy.

    An iterate is what scipy hands to its callback after each iteration, before them the start. What is not
    finite on the way ends nothing by itself: scipy may go on from there. Among the terms of a step are the
    points at which it asked for the function's value, the first of them, as ``trials``; and of a method that
    follows gradients the ``direction`` from the iterate to the first.
    """

    ends_itself: ClassVar[bool] = True

    @property
    def takes_hessian(self) -> bool:
        """Whether it asks for Hessians where they are known."""
        return self.minimizer in TAKES_HESSIAN

    @property
    @abstractmethod
    def minimizer(self) -> str:
        """What scipy calls it."""

    @abstractmethod
    def settings(self, task: Task) -> dict[str, Any]:
        """Return the options that scipy is given, besides the number of steps."""

    @property
    def needs_gradient(self) -> bool:
        """Whether it asks for gradients, and not for values only."""
        return self.minimizer not in NO_GRADIENT

    def follow(self, task: Task, keep: Keep) -> None:
        """Hand the whole run to scipy, and each of its iterations on."""
        from scipy.optimize import OptimizeWarning, minimize

        self._check(task)
        watched = _Watched(task, keep, trials=self.minimizer not in HIDES_TRIALS, aims=self.needs_gradient)
        # One more than is wanted: Nelder-Mead and COBYQA count the start, and the callback ends the others.
        limit = {} if self.minimizer in COUNTS_EVALUATIONS else {"maxiter": task.steps + 1}
        with warnings.catch_warnings():
            # A search that gives up says so in warnings; here its path says it.
            warnings.simplefilter("ignore")
            warnings.filterwarnings("error", "Unknown solver options", OptimizeWarning)
            try:
                minimize(
                    watched.value,
                    task.start.copy(),
                    method=self.minimizer,
                    jac=watched.gradient if self.needs_gradient else None,
                    hess=watched.hessian if self._takes_hessian(task) else None,
                    callback=watched.iterated,
                    options={**limit, **self.settings(task)},
                )
            except _EnoughError:
                pass
            except VizgdError:
                raise
            except Exception as error:
                if watched.sound:
                    raise UsageError(f"{self.called} failed: {reason_of(error)}") from error
                # In scipy's arithmetic, or before: that is why it gave up.
                watched.keep_step(np.full_like(task.start, np.nan))

    def _takes_hessian(self, task: Task) -> bool:
        return task.objective.hessian is not None and self.takes_hessian

    def _check(self, task: Task) -> None:
        if not task.exact:
            raise UsageError(
                f"{self.called} cannot work with a sampler or noise",
                why="it compares values, which must be those of one and the same function",
                hint="leave that out, or use an optimizer such as Adam",
            )
        if self.minimizer in NEEDS_HESSIAN and task.objective.hessian is None:
            raise UsageError(
                f"{self.called} needs second derivatives",
                why=f"the Hessian of {task.objective.name!r} is not known",
                hint='use a method that does without, such as "BFGS"',
            )


class _Watched:
    """An objective as scipy asks for it, and what scipy is seen to do."""

    def __init__(self, task: Task, keep: Keep, *, trials: bool, aims: bool) -> None:
        self._task, self._keep, self._aims = task, keep, trials and aims
        self._most = (TRIALS if len(task.start) <= FEW else 1) if trials else 0
        self._trials: list[Array] = []
        self._samples = task.objective.samples.count if task.objective.samples else 0
        self._place, self._index = task.start, 0
        self._answers: dict[bytes, float] = {}
        self._loss = np.nan
        self._values = self._gradients = self._hessians = 0
        self._before = 0, 0, 0
        self.sound = True
        """Whether all that scipy was told are numbers that it can compute with."""

    def value(self, point: Array) -> float:
        self._values += 1
        if len(self._trials) < self._most and not np.array_equal(point, self._place):
            self._trials.append(np.array(point))
        answer = float(self._looked_at(self._task.objective.value(point)))
        if self._task.objective.noisy:  # asked again it would answer differently
            self._answers[point.tobytes()] = answer
            if len(self._answers) > MOST_ANSWERS:
                del self._answers[next(iter(self._answers))]
        return answer

    def gradient(self, point: Array) -> Array:
        self._gradients += 1
        return self._looked_at(self._task.objective.gradient(point))

    def hessian(self, point: Array) -> Array:
        self._hessians += 1
        known: Any = self._task.objective.hessian
        return self._looked_at(known(point))

    def iterated(self, point: Array, *_state: Any) -> None:
        """Hand an iteration on; some methods give the same array again, and trust-constr a second one."""
        goes_on = self.keep_step(np.array(point, dtype=np.float64))
        if not goes_on or self._index == self._task.steps:
            raise _EnoughError

    def keep_step(self, params: Array) -> bool:
        """Hand on the step that leads to some params, and return whether the run goes on from there."""
        values, gradients = self._values - self._before[0], self._gradients - self._before[1]
        asked = max(self._values, self._gradients) - max(self._before[:2])
        hessians = self._hessians - self._before[2]
        terms = {
            "learning_rate": np.float64(np.nan),
            "step": params - self._place,
            "evaluations": np.float64(values),
            "gradient_evaluations": np.float64(gradients),
            **self._tried(),
        }
        told = None
        if self._answers:
            if self._index == 0:
                self._loss = self._answers.get(self._place.tobytes(), np.nan)
            stays = np.array_equal(params, self._place)
            loss = self._answers.get(params.tobytes(), self._loss if stays else np.nan)
            told, self._loss = (self._loss, loss), loss
        self._before = self._values, self._gradients, self._hessians
        evaluations = asked + hessians * len(params)
        reached = self._keep(Step(self._index, params, None, terms, asked * self._samples, told, evaluations))
        self._place, self._index = params, self._index + 1
        return reached is not None

    def _tried(self) -> Terms:
        """Return where the step tried the function, and the direction in which it began; nan for nothing."""
        terms: Terms = {}
        if self._aims:
            none = np.full_like(self._place, np.nan)
            terms["direction"] = self._trials[0] - self._place if self._trials else none
        if self._most > 1:
            terms["trials"] = np.full((TRIALS, len(self._place)), np.nan)
            terms["trials"][: len(self._trials)] = np.reshape(self._trials, (-1, len(self._place)))
        self._trials = []
        return terms

    def _looked_at(self, answer: Array) -> Array:
        self.sound = self.sound and bool((np.abs(answer) < HUGE).all())  # which a nan is not
        return answer


@dataclass(frozen=True)
class Scipy(ScipyMethod):
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
    def minimizer(self) -> str:
        """What scipy calls it."""
        return self.method

    def settings(self, task: Task) -> dict[str, Any]:  # noqa: ARG002 - they are the same for all
        """Return the options as they were given."""
        if "maxiter" in self.options and self.method not in COUNTS_EVALUATIONS:
            raise UsageError("maxiter is the number of steps", hint="give steps=… instead")
        return dict(self.options)
