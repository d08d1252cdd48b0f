"""Optimizers of PyTorch, and of packages that build on it, recorded as they run."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizgd.errors import MissingDependency, UsageError
from vizgd.objectives.objective import Array, ArrayFunction
from vizgd.recording.foreign import OWN, Foreign, Loss, Task, reason_of, shown, stepped
from vizgd.recording.outcome import Path

HOME = "torch.optim.optimizer"
"""The module of the class from which every optimizer of torch derives."""


@dataclass(frozen=True, init=False)
class Torch(Foreign):
    """An optimizer of PyTorch, with a learning-rate scheduler if need be.

    It is made anew for each run, on one float64 parameter of shape ``(d,)``. Each step sets the gradient,
    calls ``optimizer.step(closure)`` and then ``scheduler.step()``, as a training loop does; what
    ``optimizer.state`` holds, such as ``exp_avg``, is among the trajectory's terms.

    Parameters
    ----------
    make : class, callable or torch.optim.Optimizer
        A class such as ``torch.optim.Adam``, or any function that is given a list of one parameter and
        returns an optimizer. Of an optimizer that is there already, class and settings are taken.
    scheduler : callable, optional
        Given the optimizer, it returns a scheduler from ``torch.optim.lr_scheduler``.
    **settings
        The class's own: ``lr=0.1``.

    Raises
    ------
    UsageError
        When the settings of an optimizer cannot be read back, or it has a scheduler already.

    Notes
    -----
    ``torch.optim.LBFGS(max_iter=1, line_search_fn="strong_wolfe")`` never moves: leave ``max_iter`` at 2 or
    more. torch keeps some scalars of its state (NAdam's ``mu_product``) in its default type, float32.

    Examples
    --------
    >>> import torch
    >>> print(Torch(torch.optim.SGD, lr=0.1, momentum=0.9).label)
    torch SGD lr=0.1 momentum=0.9
    """

    make: Callable[..., Any]
    settings: Mapping[str, Any]
    scheduler: Callable[[Any], Any] | None

    def __init__(
        self, make: Any, /, *, scheduler: Callable[[Any], Any] | None = None, **settings: Any
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

    def followed(self, task: Task) -> Path:
        """Run the optimizer on a parameter of its own."""
        try:
            return self._followed(task, None)
        except UsageError as error:
            # Some optimizers differentiate the gradient once more, as after backward(create_graph=True).
            hessian = task.objective.hessian if task.exact else None
            if hessian is None or "does not have a grad_fn" not in str(error.__cause__):
                raise
        return self._followed(task, hessian)

    def _followed(self, task: Task, hessian: ArrayFunction | None) -> Path:
        torch = imported()
        with torch.random.fork_rng(devices=[]), torch.enable_grad():
            torch.manual_seed(task.seed)
            param = torch.nn.Parameter(torch.tensor(task.start, dtype=torch.float64))
            optimizer, scheduler = self._made(param)
            takes_closure = "closure" in inspect.signature(optimizer.step).parameters

            def advance(_params: Array, gradient: Array, loss: Loss) -> tuple[Array, Mapping[str, Any]]:
                def closure() -> Any:
                    point = param.detach().numpy().copy()
                    param.grad = gradient_tensor(torch, param, loss.gradient(point), hessian)
                    return torch.tensor(loss.value(point), dtype=param.dtype)

                param.grad = gradient_tensor(torch, param, gradient, hessian)
                rate = rate_of(optimizer)
                value = loss.value(_params) if scheduler is not None else None
                optimizer.step(closure) if takes_closure else optimizer.step()
                if scheduler is not None:
                    advance_scheduler(scheduler, value)
                return param.detach().numpy().copy(), {**state_of(optimizer, param), "learning_rate": rate}

            return stepped(task, self.called, advance)

    def _made(self, param: Any) -> tuple[Any, Any]:
        try:
            optimizer = self.make([param], **self.settings)
            scheduler = self.scheduler(optimizer) if self.scheduler else None
        except Exception as error:
            raise UsageError(
                f"{self.called} cannot be made: {reason_of(error)}",
                why="it is given a list of one parameter, and the settings",
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
    """Say whether a class is an optimizer of torch, without importing torch."""
    return any(base.__module__ == HOME and base.__name__ == "Optimizer" for base in kind.__mro__)


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
        raise UsageError(f"this {name} has {len(optimizer.param_groups)} groups of parameters", hint=hint)
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


def gradient_tensor(torch: Any, param: Any, gradient: Array, hessian: ArrayFunction | None) -> Any:
    """Return a gradient as a tensor; given the Hessian, as one that can be differentiated."""
    tensor = torch.tensor(gradient, dtype=param.dtype)
    if hessian is None:
        return tensor
    curvature = torch.tensor(hessian(param.detach().numpy()), dtype=param.dtype)
    return tensor + curvature @ (param - param.detach())


def rate_of(optimizer: Any) -> float:
    """Return an optimizer's present learning rate, nan where it has none."""
    groups = getattr(optimizer, "param_groups", None) or [{}]
    rate = groups[0].get("lr")
    return float("nan") if rate is None else float(rate)


def state_of(optimizer: Any, param: Any) -> dict[str, Any]:
    """Return copies of the numbers that an optimizer keeps for a parameter, by its own names."""
    state = getattr(optimizer, "state", {}).get(param, {})
    named = {
        name: value.detach().double().numpy().copy() if hasattr(value, "detach") else value
        for name, value in state.items()
        if isinstance(name, str) and name not in OWN
    }
    return {name: value for name, value in named.items() if not isinstance(value, list | tuple)}


def advance_scheduler(scheduler: Any, loss: Any) -> None:
    """Let a scheduler go on; those that watch the loss are told it."""
    parameters = inspect.signature(scheduler.step).parameters
    scheduler.step(loss) if "metrics" in parameters else scheduler.step()


def _defaults(make: Callable[..., Any]) -> dict[str, Any]:
    try:
        parameters = inspect.signature(make).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {parameter.name: parameter.default for parameter in parameters}


def _same(one: Any, other: Any) -> bool:
    return one is other or (isinstance(one, type(other)) and bool(np.all(one == other)))
