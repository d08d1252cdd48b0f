"""What a user may give for an optimizer, turned into one."""

from __future__ import annotations

import functools
from typing import Any

from vizgd.optimizers.foreign.optax_transformations import Optax, is_transformation
from vizgd.optimizers.foreign.scipy_methods import Scipy
from vizgd.optimizers.foreign.step_functions import StepFunction
from vizgd.optimizers.foreign.torch_optimizers import Torch, is_of_torch
from vizgd.optimizers.interface import Method


def optimizer_from(thing: Any) -> Any:
    """Return the optimizer that something stands for; what stands for none is returned as it is.

    Neither torch nor optax is imported to find out.

    Parameters
    ----------
    thing : Optimizer or other
        An optimizer of vizgd; a ``torch.optim.Optimizer``, class or object; an
        ``optax.GradientTransformation``; the name of a method of ``scipy.optimize.minimize``; or a function
        ``step(params, gradient)`` that returns the next params.

    Raises
    ------
    UsageError
        When it is nearly one of these: an unknown method, a function of other arguments.

    Examples
    --------
    >>> print(optimizer_from("BFGS").label)
    scipy BFGS
    """
    if isinstance(thing, Method):
        return thing
    if isinstance(thing, str):
        return Scipy(thing)
    if not isinstance(thing, type) and hasattr(thing, "gradient_transformation"):
        thing = thing.gradient_transformation()  # of optax.MultiSteps
    if is_transformation(thing):
        return Optax(thing)
    made = thing
    while isinstance(made, functools.partial):
        made = made.func
    if is_of_torch(made if isinstance(made, type) else type(made)):
        return Torch(thing)
    return StepFunction(thing) if callable(thing) and not isinstance(made, type) else thing
