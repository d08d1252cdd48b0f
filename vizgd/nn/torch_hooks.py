"""Hooks on models and optimizers of PyTorch, also wrapped ones, and checks of what they are."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from vizgd.base.errors import UsageError

WRAPPERS = ("accelerate", "lightning", "lightning_fabric", "pytorch_lightning")
"""Packages whose optimizers wrap torch's, and do not step at each call."""
ELSEWHERE = {
    "flax": "vg.record(loss, vg.Optax(optax.adam(0.01)), start): of the flat vector of jax's ravel_pytree",
    "keras": "flatten the weights after each step and give them as a vg.Trajectory: vg.Run(trajectory)",
}
"""What to use for networks of other libraries."""
RELATED = {
    "flax": ("flax", "jax", "jaxlib", "optax", "haiku", "equinox"),
    "keras": ("keras", "tf_keras", "tensorflow"),
}
"""Packages that are recorded like the library they are used with."""


class CallHook:
    """A forward hook that notes whether a model was called, with gradients, since its last step."""

    def __init__(self) -> None:
        self.seen = self.ever = False

    def __call__(self, *_: Any) -> None:
        """Note a call."""
        import torch

        if torch.is_grad_enabled():
            self.seen = self.ever = True


def check_torch_model(model: Any) -> None:
    """Raise a UsageError for what is no module of torch, or has parameters without a shape."""
    if isinstance(model, type) or not hasattr(model, "named_parameters"):
        raise _not_torch("Module", model)
    from torch.nn.parameter import UninitializedParameter

    for name, parameter in model.named_parameters():
        if isinstance(parameter, UninitializedParameter):
            raise UsageError(
                f"{name} has no shape yet",
                hint="call the model once, then make the Recorder and the optimizer",
            )
        if parameter.is_complex():
            raise UsageError(f"{name} holds complex numbers", why="a landscape is one of real parameters")


def check_torch_optimizer(optimizer: Any) -> None:
    """Raise a UsageError for what is no optimizer of torch."""
    if isinstance(optimizer, type) or not hasattr(optimizer, "param_groups"):
        raise _not_torch("Optimizer", optimizer)


def _not_torch(kind: str, given: Any) -> UsageError:
    origins = {
        base.__module__.partition(".")[0]
        for base in (given if isinstance(given, type) else type(given)).__mro__
    }
    for library, packages in RELATED.items():
        if origins & set(packages):
            return UsageError(
                f"{given!r:.60} is no torch {kind}",
                why=f"the recorder hangs on PyTorch's optimizers, and this is {library.capitalize()}'s",
                hint=ELSEWHERE[library],
            )
    return UsageError(f"{given!r:.60} is no torch {kind}", hint="Recorder(model, optimizer)")


def unwrapped_optimizer(optimizer: Any) -> Any:
    """Return torch's optimizer inside one of Accelerate or Lightning, whose calls need not be steps."""
    while type(optimizer).__module__.partition(".")[0] in WRAPPERS and hasattr(optimizer, "optimizer"):
        optimizer = optimizer.optimizer
    return optimizer


def hook_steps(optimizer: Any, before: Callable[..., None], after: Callable[..., None]) -> Callable[[], None]:
    """Call two functions before and after each step; return a function that removes the hooks."""
    try:
        hooks = optimizer.register_step_pre_hook(before), optimizer.register_step_post_hook(after)
    except AttributeError:
        return _wrap_step(optimizer, before, after)

    def remove() -> None:
        for hook in hooks:
            hook.remove()

    return remove


def _wrap_step(optimizer: Any, before: Callable[..., None], after: Callable[..., None]) -> Callable[[], None]:
    """Do the same to an optimizer that wraps another and has no hooks, as some Lookahead optimizers do."""
    original = optimizer.step

    @functools.wraps(original)
    def step(*arguments: Any, **named: Any) -> Any:
        before()
        result = original(*arguments, **named)
        after()
        return result

    optimizer.step = step

    def remove() -> None:
        optimizer.step = original

    return remove
