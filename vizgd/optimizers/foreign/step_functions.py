"""A plain function ``step(params, gradient) -> params`` as an optimizer."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vizgd.base.errors import UsageError
from vizgd.objectives.objective import Array
from vizgd.optimizers.foreign.steps import CountedLoss, follow_steps
from vizgd.optimizers.interface import Keep, Method
from vizgd.optimizers.task import Task


@dataclass(frozen=True)
class StepFunction(Method):
    """A function from params and gradient, arrays of shape ``(d,)``, to the next params.

    It gets copies and may change them. An object with ``__call__`` is copied for each run, so that a state it
    keeps starts afresh; what a function keeps in variables around it does not.

    Parameters
    ----------
    function : callable

    Raises
    ------
    UsageError
        When it cannot be called with two arguments.

    Examples
    --------
    >>> def signs(params, gradient):
    ...     return params - 0.1 * (gradient > 0) + 0.1 * (gradient < 0)
    >>> print(StepFunction(signs).label)
    signs
    """

    function: Callable[[Array, Array], Any]

    def __post_init__(self) -> None:
        try:
            inspect.signature(self.function).bind(None, None)
        except TypeError as error:
            raise UsageError(
                f"{self.called} cannot be called as step(params, gradient): {error}",
                hint="a function that makes an optimizer of torch goes into vg.Torch(function)",
            ) from None
        except ValueError:  # written in C, it does not say what it takes
            return
        if str(getattr(self.function, "__module__", "")).partition(".")[0] == "optax":
            raise UsageError(
                f"{self.called} makes an optimizer of optax and is none",
                hint=f"call it with its settings: optax.{self.called}(…)",
            )

    @property
    def called(self) -> str:
        """The function's name."""
        named = getattr(self.function, "func", self.function)  # of a partial
        return str(getattr(named, "__name__", type(named).__name__)).replace("<lambda>", "step function")

    @property
    def label(self) -> str:
        """The function's name."""
        return self.called

    def follow(self, task: Task, keep: Keep) -> None:
        """Call the function once a step."""
        function = copy.deepcopy(self.function)

        def advance(params: Array, gradient: Array, _loss: CountedLoss) -> tuple[Any, Mapping[str, Any]]:
            return function(params, gradient), {}

        follow_steps(task, keep, self.called, advance)
