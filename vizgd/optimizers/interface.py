"""What an optimizer is: hyper-parameters, a small state, and one formula whose every term can be seen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, TypeAlias

from vizgd.objectives.objective import Array
from vizgd.optimizers.equations import documented
from vizgd.optimizers.formula import Formula
from vizgd.optimizers.parameters import Rate, check_hyperparameters, label

Schedule: TypeAlias = Callable[[Any], Any]
"""A learning rate as a function of the count of steps taken so far (0 for the first step)."""

State: TypeAlias = NamedTuple  # a named tuple of arrays, its fields named as terms of the formula
Terms: TypeAlias = dict[str, Any]


class Optimizer(ABC):
    """An update rule; a leaf is a frozen dataclass of hyper-parameters.

    The rule is written once, in `terms`, which returns every named quantity of its formula. `update` picks
    the step and the next state from them and the recorder keeps them all, so what is drawn is what was
    computed. Beside it stands what the rule tells of itself, its `formula`. Rules are elementwise and
    broadcast over leading axes: params may be ``(d,)`` or ``(..., d)``, and a hyper-parameter may be an
    array, such as learning rates ``(k, 1)`` for params ``(k, d)``.

    Hyper-parameters with names known to `vizgd.optimizers.parameters` are checked when one is made:
    `vizgd.base.errors.UsageError` says which is wrong and what it may be.
    """

    name: ClassVar[str] = ""
    """How a legend calls it; the name of the class where it is empty."""

    needs_hessian: ClassVar[bool] = False
    """Whether each step is to be given the Hessian."""

    formula: ClassVar[Formula | None] = None
    """What its equation, its arrows and its docstring are made from, where it tells; see `own_formula`."""

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        if "terms" in vars(cls) and "formula" not in vars(cls):
            cls.formula = None  # what it inherits is said of another rule
        if cls.formula and cls.__doc__:
            cls.__doc__ = documented(cls, cls.formula, cls.__doc__)

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

    @abstractmethod
    def init(self, params: Array) -> Any:
        """Return the state before the first step, a named tuple of arrays."""

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


def picked(state: Any, terms: Terms) -> Any:
    """Return the next state: the terms that carry the names of the state's fields."""
    return type(state)(*[terms[name] for name in state._fields])


def rate_at(learning_rate: Rate, count: Any) -> Any:
    """Return a learning rate's value at a step count, whether it is a constant or a schedule."""
    return learning_rate(count) if callable(learning_rate) else learning_rate
