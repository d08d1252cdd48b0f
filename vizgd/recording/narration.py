"""What happens in a beat of a step, as half a sentence computed from what was recorded.

Of a line that adds up it says what is carried on and what comes in, of a quotient by what it divides, of the
step how long it is and whether it goes downhill: of any rule that tells its formula, and of gradient and step
of any other. A beat may have words of its own, declared beside its formula.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from vizgd.base.formatting import number
from vizgd.objectives.objective import Array
from vizgd.optimizers.equations import terms_of
from vizgd.optimizers.formula import BEFORE, Line, evaluated, names_of
from vizgd.recording.quantities import Quantities, Series, ShownBeat

LONGEST = 80
"""In characters, the verb included: what is read while an arrow grows."""
DIGITS = 2
CLEARLY = 1.1
"""By which factor one slope is to be the larger one that is called the steepest."""
STRAIGHT = 1.0
"""In degrees: a step that is no farther from the steepest way down goes straight."""
SLIGHT = 1e-3
"""The part of a step's longest coordinate below which another one has no direction."""
NAMED = re.compile(r"\{(\w+)\}")


def half_sentence(told: Quantities, beat: int, step: int, names: Sequence[str], room: int = LONGEST) -> str:
    """Return what a beat of a step does, such as ``"0.9 of the velocity is carried on"``.

    Parameters
    ----------
    told : Quantities
    beat : int
        Its number, from 0 on, the gradient first.
    step : int
        Which row of the recording: from which iterate the step goes.
    names : sequence of str
        How the coordinates are called.
    room : int, default 80
        How many characters it may have together with the beat's verb, which stands before it.

    Returns
    -------
    str
        "" where there is nothing to be said.
    """
    shown = told.beats[beat]
    said = ""
    for clause in _clauses(told, shown, step, names):
        longer = f"{said}, {clause}" if said else clause
        if len(f"{shown.verb}: {longer}") > room:
            break
        said = longer
    return said


def _clauses(told: Quantities, shown: ShownBeat, step: int, names: Sequence[str]) -> list[str]:
    known = {name: np.asarray(values)[step] for name, values in told.values.items()}
    if shown.says:
        wanted = NAMED.findall(shown.says)
        if any(name not in known for name in wanted):
            return []
        return [NAMED.sub(lambda found: _value(known[found[1]], names), shown.says)]
    if not shown.series:
        return []
    last = shown.series[-1]
    value = np.asarray(last.values[step], dtype=float)
    if last.name == "gradient":
        return _gradient(np.atleast_1d(value), names)
    if any(one.name == "step" for one in shown.series):
        going = next(one for one in shown.series if one.name == "step")
        return _step(np.atleast_1d(going.values[step]), told.series["gradient"].values[step], names)
    vectors = [one for one in shown.series if one.kind == "vector"]
    if not vectors:
        return [f"the {_called(last)} is {_value(value, names)}"]
    return _vector(_Told(told, shown, known), vectors[-1], step, names)


class _Told(NamedTuple):
    """A beat, what is told of its run, and what the formula's names stand for in the step."""

    told: Quantities
    shown: ShownBeat
    known: Mapping[str, Any]

    def called(self, symbol: str) -> str | None:
        """Return the name of a vector that a symbol stands for; None for what is no vector."""
        plain = symbol.removesuffix(BEFORE)
        name = self.told.names.get(plain)
        one = self.told.series.get(name) if name else None
        if one is None or one.kind != "vector" or symbol not in self.known:
            return None
        return _called(one)

    def vectors(self, text: str) -> list[str]:
        """Return the symbols of vectors in an expression."""
        return [symbol for symbol in names_of(text) if self.called(symbol)]


def _vector(beat: _Told, vector: Series, step: int, names: Sequence[str]) -> list[str]:
    """Return what is said of a vector: what it is put together from, or by what it was divided."""
    line = next((one for one in beat.shown.lines if beat.told.names.get(one.target) == vector.name), None)
    text = line.expression if line else beat.shown.shows
    value = np.atleast_1d(np.asarray(vector.values[step], dtype=float))
    if text and (line is None or line.condition is None):
        said = _added_up(beat, line, text) or _divided(beat, text, value, names)
        if said:
            return said
    return [_value(value, names)]


def _added_up(beat: _Told, line: Line | None, text: str) -> list[str]:
    """Return what is said of a sum of vectors times numbers; nothing of what is no such sum."""
    shares: list[tuple[str, float]] = []
    for sign, term in terms_of(text):
        inside = beat.vectors(term)
        share = _share(beat.known, term, inside[0]) if len(inside) == 1 else None
        if share is None:
            return []
        shares.append((inside[0], sign * share))
    own = line.target + BEFORE if line else ""
    carried = [share for symbol, share in shares if symbol == own]
    others = [_times(share, beat.called(symbol)) for symbol, share in shares if symbol != own]
    if not carried:
        if len(shares) == 1:
            symbol, share = shares[0]
            times = "as it is" if share == 1.0 else f"times {number(share, DIGITS)}"
            return [f"the {beat.called(symbol)} {times}"]
        return [" plus ".join(others)]
    plain = beat.called(own) or ""
    if not np.any(beat.known[own]):
        return [f"{' plus '.join(others)} comes in", f"there is no {plain} yet"]
    return [f"{_times(carried[0], plain)} is carried on", f"{' plus '.join(others)} comes in"]


def _share(known: Mapping[str, Any], term: str, symbol: str) -> float | None:
    """Return by which number a term multiplies a symbol; None where it does something else with it."""
    once, twice = (evaluated(term, {**known, symbol: np.float64(by)}) for by in (1.0, 2.0))
    if once is None or np.ndim(once) or not math.isfinite(once) or not np.isclose(twice, 2.0 * once):
        return None
    return float(once)


def _times(share: float, called: str | None) -> str:
    if share == 1.0:
        return f"the {called}"
    return f"{number(share, DIGITS)} {'of' if 0.0 < share < 1.0 else 'times'} the {called}"


def _divided(beat: _Told, text: str, value: Array, names: Sequence[str]) -> list[str]:
    """Return by what a vector is divided along each coordinate; nothing where that is not what is done."""
    inside = beat.vectors(text)
    if len(inside) != 1:
        return []
    base = np.atleast_1d(beat.known[inside[0]])
    twice = evaluated(text, {**beat.known, inside[0]: 2.0 * base})
    with np.errstate(all="ignore"):
        divisors = base / value
        if twice is None or not np.allclose(np.broadcast_to(twice, value.shape), 2.0 * value):
            return []
    there = np.flatnonzero(np.isfinite(divisors) & (divisors > 0.0))
    if len(there) == 0:
        return []
    largest = there[np.argsort(-divisors[there], kind="stable")]
    high, low = float(divisors[largest[0]]), float(divisors[largest[-1]])
    if number(high, DIGITS) == number(low, DIGITS):
        return [f"divided by {number(high, DIGITS)}"]
    if len(value) > 2:
        return [f"coordinates are divided by {number(low, DIGITS)} to {number(high, DIGITS)}"]
    first, second = (names[k] for k in largest)
    return [f"{first} is divided by {number(high, DIGITS)}", f"{second} by {number(low, DIGITS)}"]


def _gradient(value: Array, names: Sequence[str]) -> list[str]:
    said = _value(value, names)
    if not np.isfinite(value).all():
        return [said]
    if not value.any():
        return ["zero, nothing pulls"]
    if len(value) == 1:
        return [said, f"downhill is to the {'left' if value[0] > 0 else 'right'}"]
    if len(value) > 2:
        return [said]
    sizes = np.abs(value)
    steepest, other = (names[k] for k in np.argsort(-sizes, kind="stable"))
    if sizes.max() > CLEARLY * sizes.min():
        return [said, f"steepest along {steepest}"]
    return [said, f"about as steep along {steepest} as along {other}"]


def _step(value: Array, gradient: Array, names: Sequence[str]) -> list[str]:
    length = _length(value)
    if not math.isfinite(length):
        return [_value(value, names)]
    if length == 0.0:
        return ["none, the run stays where it is"]
    said = f"{number(length, DIGITS)} long"
    if not np.isfinite(gradient).all() or not gradient.any():
        return [said]
    up = (value * np.sign(gradient) > 0.0) & (np.abs(value) > SLIGHT * np.abs(value).max())
    way = value / np.abs(value).max() @ (gradient / np.abs(gradient).max())
    if len(value) == 1:
        return [said, "uphill" if up[0] else "downhill"]
    if len(value) == 2 and up.any():
        return [said, "uphill" if up.all() else f"uphill along {names[int(np.argmax(up))]}"]
    if way > 0.0:
        return [said, "uphill"]
    unit = _length(value / np.abs(value).max()) * _length(gradient / np.abs(gradient).max())
    angle = math.degrees(math.acos(min(-float(way) / unit, 1.0)))
    if angle <= STRAIGHT:
        return [said, "straight down the gradient"]
    return [said, f"{angle:.0f}° off the steepest way down"]


def _length(value: Array) -> float:
    """Return a vector's length, of very long ones too, whose square is no number."""
    largest = float(np.abs(value).max())
    if largest == 0.0 or not math.isfinite(largest):
        return largest
    with np.errstate(over="ignore"):
        return float(np.float64(largest) * np.linalg.norm(value / largest))


def _called(one: Series) -> str:
    return one.name.replace("_", " ")


def _value(value: Any, names: Sequence[str]) -> str:
    """Return a number, or a vector: of more than two coordinates its length and the largest of them."""
    numbers = np.atleast_1d(np.asarray(value, dtype=float))
    if not np.isfinite(numbers).all():
        return "undefined"
    if numbers.ndim > 1:
        return f"of shape {' × '.join(map(str, numbers.shape))}"
    if len(numbers) == 1:
        return number(float(numbers[0]), DIGITS)
    if len(numbers) == 2:
        return f"({', '.join(number(float(one), DIGITS) for one in numbers)})"
    largest = int(np.argmax(np.abs(numbers)))
    return f"{number(_length(numbers), DIGITS)} long, most along {names[largest]}"
