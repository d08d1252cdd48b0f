"""Detects functions that are random, by calling them again.

A function that returns different values at one point is evaluated at each call. It is neither traced nor
differentiated.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import pickle
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from vizgd.objectives.objective import Array, Objective

CLOSE = 1e-12
"""Relative tolerance: the last digits of matrix products may differ from call to call."""
MORE, MOST, SECONDS = 64, 1024, 0.5
"""How many more calls test a function that may draw random numbers: `MORE`, and up to `MOST` in `SECONDS`.

If one value in fifty differs, the chance that none of 1024 does is one in a billion.
"""
SOURCES = frozenset({"random", "secrets", "urandom", "SystemRandom"})
"""Names of sources of random numbers; some of them have no state that could be compared."""
LIBRARIES = frozenset({"autograd", "jax", "jaxlib", "matplotlib", "numpy", "pandas", "scipy", "torch"})
"""Libraries whose own functions and objects are not searched for random generators."""
DEEP, MANY = 4, 1000
"""How many references deep, and among how many objects, random generators are searched for."""


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


def call_twice(ask: Callable[[Array], float], points: Array, function: Any) -> Answers:
    """Call a function twice at each of some points ``(n, d)``, in another order the second time."""
    reached = list(_reached(function))
    sources = [one for one in reached if isinstance(one, _kinds_of_generators())]
    first = np.array([ask(point) for point in points])
    before = _states(sources)
    again = np.array([ask(point) for point in points[::-1]])[::-1]
    draws = _states(sources) != before
    noisy = not _alike(first, again)
    if not noisy and (draws or any(map(_names_a_source, reached))):
        noisy = not _goes_on_alike(ask, points, first)
    return Answers(first, noisy, draws)


def _goes_on_alike(ask: Callable[[Array], float], points: Array, first: Array) -> bool:
    """Return whether further calls at the same points give the same values."""
    begun, asked = time.perf_counter(), 0
    while asked < MORE or (asked < MOST and time.perf_counter() - begun < SECONDS):
        if not _alike(first, np.array([ask(point) for point in points])):
            return False
        asked += len(points)
    return True


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


def _kinds_of_generators() -> tuple[type, ...]:
    torch = sys.modules.get("torch")
    kinds = (np.random.Generator, np.random.RandomState, random.Random)
    return kinds if torch is None else (*kinds, torch.Generator)


def _names_a_source(one: Any) -> bool:
    """Return whether an object is a module that draws random numbers, or a function that names one."""
    if inspect.ismodule(one):
        return one.__name__.rpartition(".")[2] in SOURCES
    return inspect.isfunction(one) and any(not SOURCES.isdisjoint(code.co_names) for code in _codes(one))


def _codes(function: FunctionType) -> Iterator[CodeType]:
    """Yield the code objects of a function and of the functions defined in it."""
    waiting = [function.__code__]
    for code in waiting:
        yield code
        waiting += [one for one in code.co_consts if isinstance(one, CodeType)]


def _reached(function: Any) -> Iterator[Any]:
    """Yield a function and the objects that it refers to, directly or through other objects."""
    seen: dict[int, Any] = {id(function): function}
    last = [function]
    yield from last
    for _ in range(DEEP):
        further: list[Any] = []
        for one in itertools.chain.from_iterable(map(_parts, last)):
            if id(one) not in seen and len(seen) < MANY:
                seen[id(one)] = one  # keeps it alive, so that its id stays its own
                further.append(one)
        yield from further
        last = further


def _parts(one: Any) -> Iterable[Any]:
    """Return what an object refers to by names, attributes or items; nothing for those of libraries."""
    if isinstance(one, dict):
        return itertools.islice(one.values(), MANY)
    if isinstance(one, list | tuple | set):
        return itertools.islice(one, MANY)
    home = str(getattr(one, "__module__", ""))
    if inspect.ismodule(one) or inspect.isclass(one) or home.partition(".")[0] in LIBRARIES:
        return ()
    try:
        return list(_surroundings(one))
    except Exception:  # an incomplete closure, for example, cannot be read
        return ()


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
