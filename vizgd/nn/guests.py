"""What may be given to the recorder: models and optimizers of PyTorch, bare or wrapped by others."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from vizgd.base.errors import UsageError

WRAPPERS = ("accelerate", "lightning", "lightning_fabric", "pytorch_lightning")
"""Packages whose optimizers stand before torch's and step only now and then."""
ELSEWHERE = {
    "flax": "vg.record(loss, vg.Optax(optax.adam(0.01)), start): of the flat vector of jax's ravel_pytree",
    "keras": "flatten the weights after each step and give them as a vg.Trajectory: vg.Run(trajectory)",
}
"""How the networks of other libraries are recorded."""
SISTERS = {
    "flax": ("flax", "jax", "jaxlib", "optax", "haiku", "equinox"),
    "keras": ("keras", "tf_keras", "tensorflow"),
}
"""Packages whose models and optimizers are recorded the same way."""


class Calls:
    """Whether a model was called since its last step, with gradients: a hook, copied with the model."""

    def __init__(self) -> None:
        self.seen = self.ever = False

    def __call__(self, *_: Any) -> None:
        """Take note of a call."""
        import torch

        if torch.is_grad_enabled():
            self.seen = self.ever = True


def check_model(model: Any) -> None:
    """Raise a UsageError for what is no module of torch, or is not complete yet."""
    if isinstance(model, type) or not hasattr(model, "named_parameters"):
        raise _no("Module", model)
    for name, parameter in model.named_parameters():
        if type(parameter).__name__ == "UninitializedParameter":
            raise UsageError(
                f"{name} has no shape yet",
                hint="call the model once, then make the Recorder and the optimizer",
            )
        if parameter.is_complex():
            raise UsageError(f"{name} holds complex numbers", why="a landscape is one of real parameters")


def check_optimizer(optimizer: Any) -> None:
    """Raise a UsageError for what is no optimizer of torch."""
    if isinstance(optimizer, type) or not hasattr(optimizer, "param_groups"):
        raise _no("Optimizer", optimizer)


def _no(kind: str, given: Any) -> UsageError:
    origins = {
        base.__module__.partition(".")[0]
        for base in (given if isinstance(given, type) else type(given)).__mro__
    }
    for library, packages in SISTERS.items():
        if origins & set(packages):
            return UsageError(
                f"{given!r:.60} is no torch {kind}",
                why=f"the recorder hangs on PyTorch's optimizers, and this is {library.capitalize()}'s",
                hint=ELSEWHERE[library],
            )
    return UsageError(f"{given!r:.60} is no torch {kind}", hint="Recorder(model, optimizer)")


def unwrapped(optimizer: Any) -> Any:
    """Return torch's optimizer from within one of Accelerate or Lightning, whose calls need not be steps."""
    while type(optimizer).__module__.partition(".")[0] in WRAPPERS and hasattr(optimizer, "optimizer"):
        optimizer = optimizer.optimizer
    return optimizer


def followed_steps(
    optimizer: Any, before: Callable[..., None], after: Callable[..., None]
) -> Callable[[], None]:
    """Have two functions called around each step; return a function that ends it."""
    try:
        hooks = optimizer.register_step_pre_hook(before), optimizer.register_step_post_hook(after)
    except AttributeError:
        return _around(optimizer, before, after)

    def end() -> None:
        for hook in hooks:
            hook.remove()

    return end


def _around(optimizer: Any, before: Callable[..., None], after: Callable[..., None]) -> Callable[[], None]:
    """Do the same for an optimizer that wraps another and has no hooks, as some lookaheads do."""
    original = optimizer.step

    @functools.wraps(original)
    def step(*arguments: Any, **named: Any) -> Any:
        before()
        answer = original(*arguments, **named)
        after()
        return answer

    optimizer.step = step

    def end() -> None:
        optimizer.step = original

    return end
