"""What counts as a number or a line of text in users' input: NumPy's numbers too, but no booleans."""

from __future__ import annotations

import math
import unicodedata
from numbers import Integral, Real
from typing import Any

from vizgd.base.errors import UsageError

LONGEST_FILM = 3600.0
"""In seconds."""
LONGEST_TEXT = 200
"""In characters: what is readable above a picture."""


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
    import numpy as np  # only here: help is shown without it, in half the time

    try:
        numbers = np.asarray(value)
    except ValueError:  # nested lists of different lengths
        return None
    return numbers.astype(np.float64) if numbers.dtype.kind in "iuf" and numbers.size else None


def on_one_line(value: Any) -> str:
    """Return the representation of a value as one short line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:59] + "…"


def check_line(name: str, text: Any) -> None:
    """Check that a value is a line of text that can be shown.

    Raises
    ------
    UsageError
    """
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        given = f"has {len(text)} characters" if isinstance(text, str) else f"is {text!r}"
        raise UsageError(f"the {name} {given}", why=f"expected text, at most {LONGEST_TEXT} characters")
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text):
        raise UsageError(f"the {name} is {text!r}", why="expected one line of text")


def check_seconds(seconds: Any) -> None:
    """Check how long a film is to last.

    Raises
    ------
    UsageError
    """
    if not (is_number(seconds) and 0 < seconds <= LONGEST_FILM):
        raise UsageError(
            f"seconds is {seconds!r}", why=f"expected a number above 0, at most {LONGEST_FILM:g}"
        )
