"""Detects functions that are random, by calling them again.

A function that returns different values at one point is evaluated at each call. It is neither traced nor
differentiated.
"""

from __future__ import annotations

import functools
import inspect
import pickle
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizgd.objectives.objective import Array, Objective

CLOSE = 1e-12
"""Relative tolerance: the last digits of matrix products may differ from call to call."""
MORE = 64
"""The number of further calls of a function that draws random numbers without visible effect."""


@dataclass(frozen=True)
class NoGradient:
    """The gradient of a function that has none: nan everywhere."""

    def __call__(self, points: Array) -> Array:
        """Return nan for every coordinate."""
        return np.full(np.shape(points), np.nan)


def has_gradient(objective: Objective) -> bool:
    """Return whether an objective has a gradient."""
    return not isinstance(objective.gradient, NoGradient)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Restore the global random generators after the block.

    Trying a function out then does not change the random numbers of the run that follows.
    """
    torch = sys.modules.get("torch")
    states = random.getstate(), np.random.get_state()  # noqa: NPY002 - it is the user's
    drawn = torch.get_rng_state() if torch is not None else None
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002
        if torch is not None and drawn is not None:
            torch.set_rng_state(drawn)


@dataclass(frozen=True)
class Answers:
    """The result of calling a function twice.

    Parameters
    ----------
    values : array, shape (n,)
        The values of the first calls; nan where it is undefined.
    noisy : bool
        Whether it returned different values at one point.
    draws : bool
        Whether it drew random numbers, even without visible effect.
    """

    values: Array
    noisy: bool
    draws: bool


def asked_twice(ask: Callable[[Array], float], points: Array, function: Any) -> Answers:
    """Call a function twice at each of some points ``(n, d)``, in another order the second time."""
    sources = list(_generators(function))
    first = np.array([ask(point) for point in points])
    before = _states(sources)
    again = np.array([ask(point) for point in points[::-1]])[::-1]
    draws = _states(sources) != before
    if draws and _alike(first, again):
        more = np.array([ask(points[0]) for _ in range(MORE)])
        return Answers(first, not _alike(np.full(MORE, first[0]), more), draws)
    return Answers(first, not _alike(first, again), draws)


def _alike(first: Array, again: Array) -> bool:
    size = np.abs(first[np.isfinite(first)]).max(initial=0.0)
    return bool(np.allclose(first, again, rtol=CLOSE, atol=CLOSE * size, equal_nan=True))


def _states(sources: list[Any]) -> bytes:
    torch = sys.modules.get("torch")
    legacy = random.getstate(), np.random.get_state()  # noqa: NPY002 - it is the user's
    drawn = torch.get_rng_state().numpy().tobytes() if torch is not None else b""
    held = []
    for source in sources:
        try:
            held.append(pickle.dumps(source))
        except Exception:  # it cannot be inspected
            held.append(b"")
    return pickle.dumps((legacy, drawn, held))


def may_change(function: Any) -> bool:
    """Return whether a function refers to mutable objects, such as lists and arrays.

    Numbers that it refers to count with their current values.
    """
    return any(
        isinstance(one, list | dict | set | bytearray | np.ndarray)
        or (hasattr(one, "__dict__") and not callable(one) and not inspect.ismodule(one))
        for one in _surroundings(function)
    )


def _generators(function: Any) -> Iterator[Any]:
    """Yield the random generators that a function refers to."""
    for one in _surroundings(function):
        if isinstance(one, np.random.Generator | np.random.RandomState | random.Random):
            yield one


def _surroundings(function: Any) -> Iterator[Any]:
    """Yield what a function refers to besides its arguments: closures, globals, defaults, attributes."""
    while isinstance(function, functools.partial):
        yield from [*function.args, *function.keywords.values()]
        function = function.func
    if not inspect.isfunction(function):
        yield from getattr(getattr(function, "__self__", function), "__dict__", {}).values()
    plain = getattr(function, "__func__", function)
    if not inspect.isfunction(plain):
        plain = type(function).__dict__.get("__call__")
    if inspect.isfunction(plain):
        known = inspect.getclosurevars(plain)
        yield from [*known.nonlocals.values(), *known.globals.values()]
        yield from [*(plain.__defaults__ or ()), *(plain.__kwdefaults__ or {}).values()]
