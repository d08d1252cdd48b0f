"""Optimizers of PyTorch, and of packages that build on it, recorded as they run."""

from __future__ import annotations

import functools
import inspect
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizgd.base.errors import MissingDependency, UsageError
from vizgd.base.values import is_whole
from vizgd.objectives.objective import Array, ArrayFunction
from vizgd.optimizers.foreign.steps import CountedLoss, follow_steps, reason_of, shown
from vizgd.optimizers.foreign.torch_loop import (
    advance_scheduler,
    clear_gradients,
    differentiable,
    flat,
    parameters,
    rates_of,
    state_of,
    step_of,
)
from vizgd.optimizers.interface import Keep, Method
from vizgd.optimizers.task import Task


@dataclass(frozen=True, init=False)
class Torch(Method):
    """An optimizer of PyTorch, with a learning-rate scheduler if need be.

    It is made anew for each run, on one float64 parameter of shape ``(d,)``, and run in the usual loop:
    ``optimizer.zero_grad()``, ``loss.backward()``, ``optimizer.step()``, ``scheduler.step()``. A closure is
    passed to ``step`` only where it is needed, as by ``LBFGS`` or where a step evaluates twice: it would
    write again the gradient that a step or a hook has clipped. What ``optimizer.state`` holds, such as
    ``exp_avg``, is among the trajectory's terms; its gradients are those of the loss, before any clipping.

    Parameters
    ----------
    make : class, callable or torch.optim.Optimizer
        A class such as ``torch.optim.Adam``, or any function that is given a list of parameters and
        returns an optimizer. Of an optimizer that is there already, class and settings are taken.
    scheduler : callable, optional
        Given the optimizer, it returns a scheduler from ``torch.optim.lr_scheduler``.
    shapes : sequence of shapes, optional
        Of the parameters into which the d numbers are cut, one after another, for groups of parameters with
        settings of their own and for optimizers of matrices: ``shapes=[(2, 3), (3,)]``. By default there is
        one parameter, ``[(d,)]``.
    **settings
        The class's own: ``lr=0.1``.

    Raises
    ------
    UsageError
        When the settings of an optimizer cannot be read back, or it has a scheduler already, or the shapes
        do not fit the objective.

    Notes
    -----
    ``torch.optim.LBFGS(max_iter=1, line_search_fn="strong_wolfe")`` never moves: leave ``max_iter`` at 2 or
    more. torch keeps some scalars of its state (NAdam's ``mu_product``) in its default type, float32.

    Examples
    --------
    >>> import torch
    >>> print(Torch(torch.optim.SGD, lr=0.1, momentum=0.9).label)
    torch SGD lr=0.1 momentum=0.9
    >>> two = Torch(
    ...     lambda params: torch.optim.SGD([{"params": params[0], "lr": 0.5}, {"params": params[1]}], lr=0.1),
    ...     shapes=[(1,), (1,)],
    ... )
    """

    make: Callable[..., Any]
    settings: Mapping[str, Any]
    scheduler: Callable[[Any], Any] | None
    shapes: tuple[tuple[int, ...], ...] | None

    def __init__(
        self,
        make: Any,
        /,
        *,
        scheduler: Callable[[Any], Any] | None = None,
        shapes: Sequence[Sequence[int]] | None = None,
        **settings: Any,
    ) -> None:
        while isinstance(make, functools.partial) and not make.args:
            make, settings = make.func, {**make.keywords, **settings}
        if not isinstance(make, type) and is_of_torch(type(make)):
            make, settings = type(make), {**settings_of(make), **settings}
        for name, given in (("optimizer", make), ("scheduler", scheduler)):
            if (not callable(given) and given is not None) or make is None:
                raise UsageError(
                    f"the {name} is {given!r:.60}",
                    why="expected a class or a function that makes one",
                    hint="write Torch(torch.optim.SGD, lr=0.1, scheduler=lambda optimizer: …)",
                )
        object.__setattr__(self, "make", make)
        object.__setattr__(self, "settings", settings)
        object.__setattr__(self, "scheduler", scheduler)
        object.__setattr__(self, "shapes", None if shapes is None else _shapes(shapes))

    @property
    def called(self) -> str:
        """The class's name, with torch's before it where it is torch's own."""
        name = getattr(self.make, "__name__", type(self.make).__name__).replace("<lambda>", "optimizer")
        return f"torch {name}" if name == "optimizer" or self.make.__module__.startswith("torch.") else name

    @property
    def label(self) -> str:
        """The name and those settings that are not the class's defaults, and the scheduler's name."""
        defaults = _defaults(self.make)
        changed = {
            name: value
            for name, value in self.settings.items()
            if name == "lr" or name not in defaults or not _same(value, defaults[name])
        }
        scheduler = getattr(self.scheduler, "func", self.scheduler)
        named = getattr(scheduler, "__name__", "").replace("<lambda>", "scheduled") if scheduler else ""
        return " ".join(part for part in (self.called, shown(changed), named) if part)

    def follow(self, task: Task, keep: Keep) -> None:
        """Run the optimizer on parameters of its own, in the loop that it is made for.

        That is the usual one; where the optimizer fails in it, the one that passes a closure.
        """
        for closure in (False, True):
            try:
                self._loop(task, keep, closure=closure)
            except UsageError as error:
                if closure or error.__cause__ is None:  # it did not fail, but is refused
                    raise
            else:
                return

    def _loop(self, task: Task, keep: Keep, *, closure: bool) -> None:
        # Some optimizers differentiate the gradient once more, as after backward(create_graph=True).
        known = task.objective.hessian if task.exact else None
        for hessian in (None, known):
            try:
                self._take_steps(task, keep, hessian, closure=closure)
            except UsageError as error:
                if hessian is known or "does not have a grad_fn" not in str(error.__cause__):
                    raise
            else:
                return

    def _take_steps(self, task: Task, keep: Keep, hessian: ArrayFunction | None, *, closure: bool) -> None:
        torch = imported()
        with torch.random.fork_rng(devices=[]), torch.enable_grad():
            torch.manual_seed(task.seed)
            params = parameters(
                torch.tensor(task.start, dtype=torch.float64), self._checked_shapes(len(task.start))
            )
            optimizer, scheduler = self._made(params)
            step = step_of(optimizer, closure=closure)
            differentiated = differentiable(hessian)

            def advance(
                _params: Array, _gradient: Array, loss: CountedLoss
            ) -> tuple[Array, Mapping[str, Any]]:
                def backward() -> Any:
                    clear_gradients(optimizer, params)
                    return differentiated(params, loss)

                rates = rates_of(optimizer, params)
                value = backward()
                step(backward)
                if scheduler is not None:
                    advance_scheduler(scheduler, value)
                return flat(params), {**state_of(optimizer, params), "learning_rate": rates}

            follow_steps(task, keep, self.called, advance)

    def _checked_shapes(self, dimension: int) -> tuple[tuple[int, ...], ...]:
        shapes = ((dimension,),) if self.shapes is None else self.shapes
        total = sum(map(math.prod, shapes))
        if total != dimension:
            raise UsageError(
                f"shapes is {list(shapes)!r:.60}",
                why=f"that makes {total} numbers, and the objective has {dimension} parameters",
            )
        return shapes

    def _made(self, params: list[Any]) -> tuple[Any, Any]:
        try:
            optimizer = self.make(list(params), **self.settings)
            scheduler = self.scheduler(optimizer) if self.scheduler else None
        except Exception as error:
            raise UsageError(
                f"{self.called} cannot be made: {reason_of(error)}",
                why="it is given a list of parameters, and the settings",
                hint="where it wants something else, write Torch(lambda params: …)",
            ) from error
        if not callable(getattr(optimizer, "step", None)):
            raise UsageError(
                f"{self.called} is no optimizer of torch: it made {optimizer!r:.60}",
                why="expected something with a method step",
            )
        if callable(getattr(optimizer, "train", None)):
            optimizer.train()  # schedule-free methods step in one mode and are judged in another
        return optimizer, scheduler


def imported() -> Any:
    """Return torch.

    Raises
    ------
    MissingDependency
    """
    try:
        import torch
    except ImportError:
        raise MissingDependency("this needs PyTorch", hint="pip install 'vizgd[torch]'") from None
    return torch


def is_of_torch(kind: type) -> bool:
    """Say whether a class is an optimizer of torch; there is none before torch was imported."""
    optim: Any = sys.modules.get("torch.optim")
    return optim is not None and issubclass(kind, optim.Optimizer)


def settings_of(optimizer: Any) -> dict[str, Any]:
    """Return the settings that an optimizer was made with.

    Raises
    ------
    UsageError
        When they cannot be told: it has several groups of parameters, a scheduler, or hides one of them.
    """
    name = type(optimizer).__name__
    hint = f"give the class and its settings: Torch({name}, lr=…)"
    group = optimizer.param_groups[0]
    if len(optimizer.param_groups) > 1:
        raise UsageError(
            f"this {name} has {len(optimizer.param_groups)} groups of parameters",
            hint="say which are which: Torch(lambda params: …, shapes=[(1,), (1,)])",
        )
    if "initial_lr" in group:
        raise UsageError(
            f"this {name} has a scheduler, of which it does not know", hint=hint[:-1] + ", scheduler=…)"
        )
    settings = {}
    for parameter in list(inspect.signature(type(optimizer)).parameters.values())[1:]:
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        for source in (group, optimizer.defaults, vars(optimizer)):
            if parameter.name in source:
                settings[parameter.name] = source[parameter.name]
                break
        else:
            raise UsageError(f"this {name} does not tell its {parameter.name}", hint=hint)
    return settings


def _shapes(given: Any) -> tuple[tuple[int, ...], ...]:
    try:
        shapes = tuple(tuple(shape) for shape in given)
    except TypeError:
        shapes = ()
    if not shapes or not all(is_whole(size) and size > 0 for shape in shapes for size in shape):
        raise UsageError(
            f"shapes is {given!r:.60}", why="expected the shape of each parameter: [(2, 3), (3,)]"
        )
    return shapes


def _defaults(make: Callable[..., Any]) -> dict[str, Any]:
    try:
        parameters = inspect.signature(make).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {parameter.name: parameter.default for parameter in parameters}


def _same(one: Any, other: Any) -> bool:
    return one is other or (isinstance(one, type(other)) and bool(np.all(one == other)))
