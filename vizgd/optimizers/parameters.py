"""The hyper-parameters by name: their symbols, the values they may have, and how a legend shows them.

A dataclass of hyper-parameters, be it an optimizer or a schedule, is checked and labeled by walking over its
fields with this one table; fields that are not in it are left alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from vizgd.base.errors import UsageError

Parameter: TypeAlias = Any
"""A hyper-parameter: a float, or an array that broadcasts against ``(..., d)``."""


class Known(NamedTuple):
    """What is known of a hyper-parameter: its symbol, what it may be in words, and as a test."""

    symbol: str
    words: str
    allows: Callable[[Any], Any]


POSITIVE = ("a number above 0", lambda value: value > 0)
NOT_NEGATIVE = ("a number not below 0", lambda value: value >= 0)
DECAY = ("a number from 0 up to, but not including, 1", lambda value: (value >= 0) & (value < 1))
COUNT = ("a whole number above 0", lambda value: (value >= 1) & (value == np.floor(value)))

KNOWN: dict[str, Known] = {
    "learning_rate": Known("α", *POSITIVE),
    "beta": Known("β", *DECAY),
    "beta1": Known("β₁", *DECAY),
    "beta2": Known("β₂", *DECAY),
    "epsilon": Known("ε", *NOT_NEGATIVE),
    "weight_decay": Known("λ", *NOT_NEGATIVE),
    "damping": Known("μ", *NOT_NEGATIVE),
    "radius": Known("r", *POSITIVE),
    "memory": Known("m", *COUNT),
    "steps": Known("n", *COUNT),
    "every": Known("n", *COUNT),
    "factor": Known("γ", "a number above 0, at most 1", lambda value: (value > 0) & (value <= 1)),
    "decay": Known("k", *NOT_NEGATIVE),
    "minimum": Known("α_min", *NOT_NEGATIVE),
    "initial": Known("α_0", *NOT_NEGATIVE),
    "power": Known("p", *POSITIVE),
    "warmup": Known("w", "a number between 0 and 1", lambda value: (value > 0) & (value < 1)),
    "initial_divisor": Known("d_0", *POSITIVE),
    "final_divisor": Known("d_n", *POSITIVE),
}


def check_parameters(owner: Any, *, schedules: bool) -> None:
    """Check each known field of a frozen dataclass, and turn lists of numbers into arrays.

    Parameters
    ----------
    owner : dataclass instance
        Whose fields are checked.
    schedules : bool
        Whether its learning rate may be a callable of the step count.

    Raises
    ------
    UsageError
        When a value is not a number, not finite or outside what its hyper-parameter may be.
    """
    unset = {field.name for field in dataclasses.fields(owner) if field.default is None}
    for name, value in known_fields(owner):
        if value is None and name in unset:
            continue
        if schedules and name == "learning_rate" and callable(value) and not isinstance(value, type):
            continue
        words = KNOWN[name].words + (" or a schedule" if schedules and name == "learning_rate" else "")
        numbers = as_numbers(value)
        if numbers is None or not np.all(np.isfinite(numbers)) or not np.all(KNOWN[name].allows(numbers)):
            raise UsageError(
                f"{type(owner).__name__}: {name} is {on_one_line(value)}", why=f"{name} must be {words}"
            )
        if isinstance(value, (list, tuple)):
            object.__setattr__(owner, name, numbers)


def on_one_line(value: Any) -> str:
    """Return what was given as one short line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:59] + "…"


def as_numbers(value: Any) -> Any:
    """Return a number or a nest of numbers as a float64 array; None when it is neither."""
    try:
        numbers = np.asarray(value)
    except ValueError:  # a nest of lists of different lengths
        return None
    return numbers.astype(np.float64) if numbers.dtype.kind in "iuf" and numbers.size else None


def label(owner: Any) -> str:
    """Return an optimizer's name and hyper-parameters as a legend shows them.

    The learning rate is always shown, as is what the class names in ``always_shown``; the others where they
    differ from their defaults. A schedule is shown by its short name.

    >>> from vizgd.optimizers.adam import Adam
    >>> label(Adam(learning_rate=0.5, beta1=0.8))
    'Adam α=0.5 β₁=0.8'
    """
    defaults: dict[str, Any] = {field.name: field.default for field in dataclasses.fields(owner)}
    shown = [
        f"{KNOWN[name].symbol}={shown_value(value)}"
        for name, value in known_fields(owner)
        if name in owner.always_shown or not np.array_equal(value, defaults[name])
    ]
    return " ".join([owner.called, *shown])


def shown_value(value: Any) -> str:
    """Return a hyper-parameter's value in a few characters: a number, a range, or a schedule's name."""
    if callable(value):
        return getattr(value, "name", "") or "schedule"
    if np.size(value) == 1:
        return f"{np.asarray(value).item():g}"
    return f"{np.min(value):g}…{np.max(value):g}"


def known_fields(owner: Any) -> Iterator[tuple[str, Any]]:
    """Yield name and value of each field that is a known hyper-parameter, in the order of the fields."""
    fields = dataclasses.fields(owner) if dataclasses.is_dataclass(owner) else ()
    return ((field.name, getattr(owner, field.name)) for field in fields if field.name in KNOWN)
