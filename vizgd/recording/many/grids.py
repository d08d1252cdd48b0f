"""Which runs a sweep is made of: starts and hyper-parameters broadcast to one grid, and any part of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.objectives.objective import Array
from vizgd.optimizers.interface import Method, rate_at
from vizgd.optimizers.parameters import hyperparameters
from vizgd.optimizers.schedules import DeclaredSchedule

Part = Callable[[Any], Array]


def grid_of(optimizer: Method, starts: Array) -> tuple[int, ...]:
    """Return the axes of a sweep from starts ``(..., d)``, with the optimizer's hyper-parameters broadcast.

    Raises
    ------
    UsageError
        When a hyper-parameter broadcasts neither against ``(..., 1)`` nor against ``(..., d)``.
    """
    whole = starts.shape
    for name, value in hyperparameters(optimizer):
        shape = np.shape(rate_at(value, 0))
        try:
            joint = np.broadcast_shapes(whole, shape)
        except ValueError:
            joint = ()
        if joint[-1:] != starts.shape[-1:]:
            raise UsageError(
                f"{type(optimizer).__name__}: a {name} of shape {shape} does not fit starts {whole}",
                why=f"it must broadcast against them: its last axis has length 1 or {starts.shape[-1]}",
                hint=f"give a grid of values a last axis of its own: {name}[..., None]",
            )
        whole = joint
    return whole[:-1]


def rows(values: Array, grid: tuple[int, ...], low: int, high: int) -> Array:
    """Return what runs low to high have of values that broadcast against ``(*grid, d)``: ``(n, 1 or d)``.

    Only these are copied: the whole grid of a few values may be far larger than they are. They lie coordinate
    by coordinate in memory, so that an operation runs along the runs and not along d numbers.
    """
    axes = grid or (1,)
    whole = np.broadcast_to(values, (*axes, np.shape(values)[-1]))
    return np.asfortranarray(whole[np.unravel_index(np.arange(low, high), axes)])


def restricted(owner: Any, part: Part) -> Any:
    """Return an optimizer or a schedule with only a part of what differs between runs."""
    changed: dict[str, Any] = {}
    for name, value in hyperparameters(owner):
        if np.ndim(rate_at(value, 0)) < 2:
            continue  # a number, or one for each component, is the same for all runs
        if isinstance(value, DeclaredSchedule):
            changed[name] = restricted(value, part)
        elif callable(value):
            changed[name] = _restricted_schedule(value, part)
        else:
            changed[name] = part(value)
    return dataclasses.replace(owner, **changed) if changed else owner


def _restricted_schedule(schedule: Callable[[Any], Any], part: Part) -> Callable[[Any], Array]:
    return lambda count: part(schedule(count))
