"""What counts as a number in users' input: Python's and NumPy's numbers, but no booleans."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import numpy as np


def is_whole(value: Any) -> bool:
    """Return whether a value is a whole number."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Return whether a value is a real number, finite in float64."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:  # a whole number of a thousand digits
        return False


def as_numbers(value: Any) -> Any:
    """Return a number, or nested lists of numbers, as a float64 array; None for anything else."""
    try:
        numbers = np.asarray(value)
    except ValueError:  # nested lists of different lengths
        return None
    return numbers.astype(np.float64) if numbers.dtype.kind in "iuf" and numbers.size else None


def on_one_line(value: Any) -> str:
    """Return the representation of a value as one short line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:59] + "…"
