"""Hyper-parameters, declared where they are: on the fields of an optimizer or a schedule.

``nu: Annotated[Parameter, Symbol("ν"), DECAY] = 0.9`` says how a legend writes it and what it may be; a
label, a map of its values and every check read it there, whoever's optimizer it is. The annotations here are
those that several rules share.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Annotated, Any, TypeAlias, get_args

import numpy as np

from vizgd.base.settings import Between, Numbers, annotations_of, check_value, declared
from vizgd.base.values import as_numbers, is_number


@dataclass(frozen=True)
class Symbol:
    """How a legend writes a hyper-parameter.

    Parameters
    ----------
    text : str
        Such as ``"β₁"``.
    always : bool, default False
        Whether it is shown even where it has its default.
    """

    text: str
    always: bool = False


POSITIVE = Between(0, ends="()")
NOT_NEGATIVE = Between(0)
DECAY = Between(0, 1, "[)")

Parameter: TypeAlias = Annotated[Any, Numbers()]
"""A hyper-parameter: a float, or an array that broadcasts against ``(..., d)``."""

Count: TypeAlias = Annotated[int, Numbers(), POSITIVE]
"""A whole number above 0."""

Rate: TypeAlias = Annotated[Any, Numbers(scheduled=True), Symbol("α", always=True), POSITIVE]
"""A learning rate: a float, an array that broadcasts against ``(..., d)``, or a schedule."""

ConstantRate: TypeAlias = Annotated[Parameter, Symbol("α", always=True), POSITIVE]
"""A learning rate that is no schedule: what a schedule itself is made from."""

Beta: TypeAlias = Annotated[Parameter, Symbol("β"), DECAY]
Beta1: TypeAlias = Annotated[Parameter, Symbol("β₁"), DECAY]
Beta2: TypeAlias = Annotated[Parameter, Symbol("β₂"), DECAY]
Epsilon: TypeAlias = Annotated[Parameter, Symbol("ε"), NOT_NEGATIVE]
WeightDecay: TypeAlias = Annotated[Parameter, Symbol("λ"), NOT_NEGATIVE]


def check_hyperparameters(owner: Any) -> None:
    """Check the fields of an optimizer or a schedule, and turn lists of numbers into arrays.

    A number of which nothing is declared may be anything: an array of them spans a map. The learning rate is
    declared by its name.

    Raises
    ------
    UsageError
        When a field does not hold what is declared of it.
    """
    kind: type = type(owner)
    for name, said in annotations_of(kind).items():
        value = getattr(owner, name)
        marks = _declared(owner, name)
        if name == "learning_rate" and not declared(kind, name):
            check_value(kind.__name__, name, value, Rate)
        elif marks or said not in (int, float):
            check_value(kind.__name__, name, value, said)
        if isinstance(value, list | tuple) and Numbers in map(type, marks):
            object.__setattr__(owner, name, as_numbers(value))


def symbol_of(owner: Any, name: str) -> Symbol:
    """Return how a hyper-parameter is written: as its name, where nothing else is declared."""
    found = (mark for mark in _declared(owner, name) if isinstance(mark, Symbol))
    return next(found, Symbol(name))


def bounds_of(owner: Any, name: str) -> Between:
    """Return what a hyper-parameter may be."""
    found = (mark for mark in _declared(owner, name) if isinstance(mark, Between))
    return next(found, Between(-np.inf))


def hyperparameters(owner: Any) -> Iterator[tuple[str, Any]]:
    """Yield name and value of each hyper-parameter, in the order of the fields.

    That is a field which is declared to hold numbers, unless it holds None; and where nothing is declared,
    one that holds a number.
    """
    kind: type = type(owner)
    for name in annotations_of(kind):
        value = getattr(owner, name)
        marks = _declared(owner, name)
        if value is None:
            continue
        if any(isinstance(mark, Numbers | Symbol) for mark in marks) or (not marks and is_number(value)):
            yield name, value


def _declared(owner: Any, name: str) -> tuple[Any, ...]:
    """Return what is declared of a field; the learning rate is one by its name, which every rule has."""
    marks = declared(type(owner), name)
    return marks or (get_args(Rate)[1:] if name == "learning_rate" else ())


def label(owner: Any) -> str:
    """Return an optimizer's name and hyper-parameters as a legend shows them.

    A hyper-parameter is shown where its `Symbol` says always, and the others where they differ from their
    defaults. A schedule is shown by its short name.

    >>> from vizgd.optimizers.adam import Adam
    >>> label(Adam(learning_rate=0.5, beta1=0.8))
    'Adam α=0.5 β₁=0.8'
    """
    defaults: dict[str, Any] = {field.name: field.default for field in fields(owner)}
    shown = [
        f"{symbol_of(owner, name).text}={shown_value(value)}"
        for name, value in hyperparameters(owner)
        if symbol_of(owner, name).always or not np.array_equal(value, defaults[name])
    ]
    return " ".join([owner.called, *shown])


def shown_value(value: Any) -> str:
    """Return a hyper-parameter's value in a few characters: a number, a range, or a schedule's name."""
    if callable(value):
        return getattr(value, "name", "") or "schedule"
    if np.size(value) == 1:
        return f"{np.asarray(value).item():g}"
    return f"{np.min(value):g}…{np.max(value):g}"
