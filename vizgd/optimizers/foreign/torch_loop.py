"""The training loop of PyTorch around an optimizer: what each line of it does on an objective of numbers."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from vizgd.objectives.objective import Array, ArrayFunction
from vizgd.optimizers.foreign.steps import OWN, CountedLoss


def parameters(start: Any, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    """Return the parameters that an optimizer is given: a vector ``(d,)`` cut into tensors of some shapes."""
    import torch

    parts = torch.split(start, [math.prod(shape) for shape in shapes])
    return [
        torch.nn.Parameter(part.reshape(shape).clone()) for part, shape in zip(parts, shapes, strict=True)
    ]


def flat(params: Sequence[Any]) -> Array:
    """Return parameters as one vector, a copy; a lone one keeps its shape, which may have become wrong."""
    if len(params) == 1 and params[0].dim() == 1:
        return np.array(params[0].detach().numpy())
    return np.concatenate([param.detach().numpy().ravel() for param in params])


def clear_gradients(optimizer: Any, params: Sequence[Any]) -> None:
    """Clear the gradients by the optimizer's own method, where it has one."""
    clear = getattr(optimizer, "zero_grad", None)
    if clear is not None:
        clear()
        return
    for param in params:
        param.grad = None


def differentiable(hessian: ArrayFunction | None) -> Callable[[Sequence[Any], CountedLoss], Any]:
    """Return a function that evaluates a loss at parameters, goes back through it and returns its value.

    The gradient reaches ``.grad`` as that of any function does, through hooks on the parameters; given the
    Hessian, it can be differentiated once more.
    """
    import torch

    class Slope(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, point: Any, loss: CountedLoss) -> Any:
            ctx.save_for_backward(point)
            return torch.from_numpy(np.array(loss.gradient(point.detach().numpy())))

        @staticmethod
        def backward(ctx: Any, *pulled: Any) -> Any:
            (point,) = ctx.saved_tensors
            assert hessian is not None, "only then is it asked for"
            return torch.from_numpy(hessian(point.detach().numpy())) @ pulled[0], None

    class Value(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, point: Any, loss: CountedLoss) -> Any:
            ctx.save_for_backward(point)
            ctx.loss = loss
            return torch.tensor(loss.value(point.detach().numpy()), dtype=point.dtype)

        @staticmethod
        def backward(ctx: Any, *pulled: Any) -> Any:
            (point,) = ctx.saved_tensors
            return pulled[0] * Slope.apply(point, ctx.loss), None  # type: ignore[no-untyped-call]

    def differentiated(params: Sequence[Any], loss: CountedLoss) -> Any:
        with torch.enable_grad(), warnings.catch_warnings():
            # The cycle of which torch warns is broken when the gradients are cleared.
            warnings.filterwarnings("ignore", ".*create_graph=True")
            point = torch.cat([param.reshape(-1) for param in params])
            value = Value.apply(point, loss)  # type: ignore[no-untyped-call]
            value.backward(create_graph=hessian is not None)
        return value.detach()

    return differentiated


def step_of(optimizer: Any, *, closure: bool) -> Callable[[Callable[[], Any]], Any]:
    """Return how an optimizer takes a step, given a closure that evaluates the loss anew.

    It is passed on where the optimizer demands it, and where it is asked for: an optimizer that changes the
    gradient before it steps, by clipping or in a hook, would find it written again. Those that evaluate twice
    a step as ``first_step`` and ``second_step`` always get it.
    """
    import torch

    takes = inspect.signature(optimizer.step).parameters.values()
    positional = [
        each
        for each in takes
        # A scheduler wraps the method of the class, and with it its self.
        if each.kind not in (each.KEYWORD_ONLY, each.VAR_KEYWORD) and each.name != "self"
    ]
    first: Any = getattr(optimizer, "first_step", None)
    second: Any = getattr(optimizer, "second_step", None)
    twice = callable(first) and callable(second)
    if twice and inspect.unwrap(type(optimizer).step) is inspect.unwrap(torch.optim.Optimizer.step):

        def in_two(backward: Callable[[], Any]) -> None:
            first()
            backward()
            second()

        return in_two
    demands = any(each.default is each.empty and each.kind != each.VAR_POSITIONAL for each in positional)
    if demands or ((closure or twice) and positional):
        return lambda backward: optimizer.step(backward)
    return lambda _backward: optimizer.step()


def rates_of(optimizer: Any, params: Sequence[Any]) -> float | Array:
    """Return the present learning rate, one for each number where there are several parameters.

    It is nan where there is none.
    """
    groups = getattr(optimizer, "param_groups", None) or [{}]
    rates = {id(param): _rate(group) for group in groups for param in group.get("params", ())}
    if len(params) == 1:
        return rates.get(id(params[0]), _rate(groups[0]))
    return np.concatenate([np.full(param.numel(), rates.get(id(param), np.nan)) for param in params])


def _rate(group: Any) -> float:
    rate = group.get("lr")
    return float("nan") if rate is None else float(rate)


def state_of(optimizer: Any, params: Sequence[Any]) -> dict[str, Any]:
    """Return copies of the numbers that an optimizer keeps for its parameters, by its own names."""
    every = getattr(optimizer, "state", {})
    states = [_numbers(every.get(param, {})) for param in params]
    if len(states) == 1:
        return states[0]
    shared = set.intersection(*map(set, states))
    return {name: np.concatenate([np.ravel(state[name]) for state in states]) for name in sorted(shared)}


def _numbers(state: Any) -> dict[str, Any]:
    named = {
        name: value.detach().double().numpy().copy() if hasattr(value, "detach") else value
        for name, value in state.items()
        if isinstance(name, str) and name not in OWN
    }
    return {name: value for name, value in named.items() if not isinstance(value, list | tuple)}


def advance_scheduler(scheduler: Any, loss: Any) -> None:
    """Let a scheduler go on; those that watch the loss are told it."""
    takes = inspect.signature(scheduler.step).parameters
    scheduler.step(loss) if "metrics" in takes else scheduler.step()
