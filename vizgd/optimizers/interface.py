"""What an optimizer is: a method that follows a task, and mostly a rule, whose every term can be seen."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, TypeAlias

import numpy as np

from vizgd.base.errors import UsageError, VizgdError
from vizgd.base.values import as_numbers, on_one_line
from vizgd.objectives.callables.user_code import function_error
from vizgd.objectives.objective import Array
from vizgd.optimizers.equations import documented
from vizgd.optimizers.formula import Formula
from vizgd.optimizers.parameters import Rate, check_hyperparameters, label
from vizgd.optimizers.task import Task

Schedule: TypeAlias = Callable[[Any], Any]
"""A learning rate as a function of the count of steps taken so far (0 for the first step)."""

Terms: TypeAlias = dict[str, Any]


class Step(NamedTuple):
    """A step as a method took it.

    Parameters
    ----------
    number : int
        Counted from 0: a method that begins anew starts again from there.
    params : array
        Those after the step.
    gradient : array or None
        The one that the step was given; None where nobody knows but the objective.
    terms : mapping of str to number or array
        Every named quantity of the step.
    examples : int, default 0
        Over how many examples gradients were taken in it.
    losses : pair of float, optional
        Before and after the step, where the objective would answer otherwise if it were asked again.
    evaluations : int, default 1
        At how many points gradients were taken in it, or values where there are no gradients; a Hessian
        counts as d of them, one for each of its columns.
    """

    number: int
    params: Array
    gradient: Array | None
    terms: Terms
    examples: int = 0
    losses: tuple[float, float] | None = None
    evaluations: int = 1


Keep: TypeAlias = Callable[[Step], Array | None]
"""What a method hands each step to: it returns the params from which to go on, or None for the end."""


class Method(ABC):
    """What follows a task step by step; a leaf is a frozen dataclass of settings.

    Hyper-parameters are declared on its fields and checked when one is made:
    `vizgd.base.errors.UsageError` says which is wrong and what it may be.
    """

    noun: ClassVar[str] = "an optimizer"
    """What messages call anything of this kind."""

    name: ClassVar[str] = ""
    """How a legend calls it; the name of the class where it is empty."""

    needs_hessian: ClassVar[bool] = False
    """Whether each step is to be given the Hessian."""

    ends_itself: ClassVar[bool] = False
    """Whether it takes its steps as it sees fit, by values of the function, and is left to end by itself."""

    formula: ClassVar[Formula | None] = None
    """What its equation, its arrows and its docstring are made from, where it tells; see `own_formula`."""

    def __post_init__(self) -> None:
        check_hyperparameters(self)

    @property
    def own_formula(self) -> Formula | None:
        """The formula with its settings: the class's, where they change nothing of it."""
        return self.formula

    @property
    def called(self) -> str:
        """How messages and legends call it, without its hyper-parameters."""
        return self.name or type(self).__name__

    @property
    def label(self) -> str:
        """Name and hyper-parameters as a legend shows them, such as ``Adam α=0.5``."""
        return label(self)

    @property
    def needs_gradient(self) -> bool:
        """Whether it follows gradients."""
        return True

    @abstractmethod
    def follow(self, task: Task, keep: Keep) -> None:
        """Take the steps of a task and hand each on, until there are no more or `keep` returns None.

        Raises
        ------
        UsageError
            When it cannot do what is asked for.
        """

    def init(self, params: Array) -> Any:  # noqa: ARG002 - for rules
        """Raise a UsageError: only a rule has a state that is handed on from step to step."""
        raise self._no_rule()

    def update(
        self,
        gradient: Array,  # noqa: ARG002
        state: Any,  # noqa: ARG002
        params: Array,  # noqa: ARG002
        *,
        hessian: Array | None = None,  # noqa: ARG002
    ) -> tuple[Array, Any]:
        """Raise a UsageError: only a rule can be applied to a gradient."""
        raise self._no_rule()

    def _no_rule(self) -> UsageError:
        return UsageError(
            f"{self.called} is not a rule that can be applied step by step",
            why="it evaluates the objective, or keeps its state, as it sees fit",
            hint="run it as a whole: record(objective, optimizer, start)",
        )


class Rule(Method):
    """An update rule; a leaf is a frozen dataclass of hyper-parameters.

    It is written once, in `terms`, which returns every named quantity of its formula. `update` picks the step
    and the next state from them and the recorder keeps them all, so what is drawn is what was computed.
    Beside it stands what the rule tells of itself, its `formula`. Rules are elementwise and broadcast over
    leading axes: params may be ``(d,)`` or ``(..., d)``, and a hyper-parameter may be an array, such as
    learning rates ``(k, 1)`` for params ``(k, d)``.
    """

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        if "terms" in vars(cls) and "formula" not in vars(cls):
            cls.formula = None  # what it inherits is said of another rule
        if cls.formula and cls.__doc__:
            cls.__doc__ = documented(cls, cls.formula, cls.__doc__)

    @abstractmethod
    def init(self, params: Array) -> Any:
        """Return the state before the first step, a named tuple of arrays named as terms of the formula."""

    @abstractmethod
    def terms(self, gradient: Array, state: Any, params: Array, *, hessian: Array | None = None) -> Terms:
        """Return every named quantity of the formula for one step.

        Among them are ``learning_rate``, ``step`` (what is added to the params) and one entry for each field
        of the state, holding its next value.
        """

    def update(
        self, gradient: Array, state: Any, params: Array, *, hessian: Array | None = None
    ) -> tuple[Array, Any]:
        """Return the params and the state after one step."""
        terms = self.terms(gradient, state, params, hessian=hessian)
        return params + terms["step"], picked(state, terms)

    def follow(self, task: Task, keep: Keep) -> None:
        """Apply the rule step by step, to one run or to several at once."""
        hessian_at = task.objective.hessian if self.needs_hessian else None
        evaluations = 1 + task.objective.dimension * self.needs_hessian
        params, state = task.start, self.init(task.start)
        for index, loss in enumerate(itertools.islice(task.losses(), task.steps)):
            gradient = loss.gradient(params)
            hessian = hessian_at(params) if hessian_at else None
            terms = self.terms(gradient, state, params, hessian=hessian)
            state = picked(state, terms)
            moved = params + terms["step"]
            reached = keep(Step(index, moved, gradient, terms, loss.examples, None, evaluations))
            if reached is None:
                return
            params = reached


Optimizer = Rule
"""The public name of a rule, from which those of others derive."""


def picked(state: Any, terms: Terms) -> Any:
    """Return the next state: the terms that carry the names of the state's fields."""
    return type(state)(*[terms[name] for name in state._fields])


def rate_at(learning_rate: Rate, count: Any) -> Any:
    """Return a learning rate's value at a step count, whether it is a constant or a schedule.

    Raises
    ------
    UsageError
        When a schedule fails, with its own error and its place, or returns what is no number.
    """
    if not callable(learning_rate):
        return learning_rate
    try:
        rate = learning_rate(count)
    except VizgdError:
        raise
    except Exception as error:
        raise function_error(error, f"the schedule cannot be computed at step {count}") from error
    if isinstance(rate, float | np.ndarray) or as_numbers(rate) is not None:
        return rate
    raise UsageError(
        f"the schedule returned {on_one_line(rate)} at step {count}",
        why="expected the learning rate of that step, a number",
    )
