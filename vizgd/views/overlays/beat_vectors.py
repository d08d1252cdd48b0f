"""What arrows show in a step that is played in parts, beat by beat, before the step itself.

Each beat has the vector that it comes to; where a line adds it up, its terms grow tip to tail and then the
sum. Vectors of the gradient's unit are drawn times the learning rate where that makes one of them the step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.expressions.notation import written
from vizgd.objectives.objective import Array
from vizgd.optimizers.equations import terms_of
from vizgd.optimizers.formula import BEFORE, Role, evaluated, names_of
from vizgd.recording.quantities import Quantities, Series, ShownBeat
from vizgd.views.overlays.acts import Acting, Showing

GROWING = 0.6
"""The part of a beat in which its arrows grow; then they stand."""
SUMMED: tuple[Role | None, ...] = ("gradient", "momentum")
"""The roles of vectors in the gradient's unit."""
MOST_TERMS = 3


def step_beat(told: Quantities) -> int:
    """Return the number of the beat in which the step is made, the last one where none says so."""
    making = [k for k, beat in enumerate(told.beats) if any(one.name == "step" for one in beat.series)]
    return making[0] if making else max(len(told.beats) - 1, 0)


def vectors_by_beat(
    told: Quantities, steps: NDArray[np.intp], seen: Callable[[Array], Array]
) -> tuple[Acting, ...]:
    """Return the vectors of the beats before the step, nan but at the steps that are played in parts.

    Parameters
    ----------
    told : Quantities
        What is known of a run.
    steps : array of int, shape (m,)
        Which of its steps are played in parts.
    seen : callable
        Vectors ``(n, d)`` to what is seen of them.
    """
    making = step_beat(told)
    shown = {k: vector for k, beat in enumerate(told.beats[:making]) if (vector := _vector(beat))}
    drawing = _Drawing(told, steps, seen, _is_step(told, [*shown.values()]))
    begins = [*shown, making]
    return tuple(
        one for k, until in pairwise(begins) for one in drawing.arrows(told.beats[k], shown[k], k, until)
    )


def _vector(beat: ShownBeat) -> Series | None:
    """Return the vector that a beat comes to, None where it comes to none."""
    vectors = [one for one in beat.series if one.kind == "vector" and one.values.ndim == 2]
    return vectors[-1] if vectors else None


def _is_step(told: Quantities, vectors: list[Series]) -> bool:
    """Return whether one of some vectors, times the learning rate, is the step."""
    rates, step = told.series.get("learning_rate"), told.series.get("step")
    if rates is None or step is None or rates.values.ndim != 1:
        return False
    return any(
        one.role in SUMMED
        and np.allclose(
            np.abs(rates.values[:, None] * one.values), np.abs(step.values), rtol=1e-9, atol=0, equal_nan=True
        )
        for one in vectors
    )


@dataclass(frozen=True, eq=False)
class _Drawing:
    """How the vectors of a run are drawn: at which steps, seen how, and whether times the learning rate."""

    told: Quantities
    steps: NDArray[np.intp]
    seen: Callable[[Array], Array]
    rated: bool

    def arrows(self, beat: ShownBeat, vector: Series, begin: int, until: int) -> list[Acting]:
        """Return the terms of a beat's vector and the vector, in the order in which they grow."""
        terms = self._terms(beat, vector)
        pieces = [*terms, (vector.tex, vector.role, vector.values)]
        slot = GROWING / len(pieces)
        sign, whole = self._sign(vector), len(pieces) > 1
        reached = np.zeros_like(self.seen(vector.values[:1]))
        arrows = []
        for number, (tex, role, values) in enumerate(pieces):
            last = number == len(terms)
            vectors, name, free = self._drawn(values, tex, vector, sign)
            begins = np.zeros_like(vectors) if last else reached + np.zeros_like(vectors)
            reached = begins + vectors
            showing = Showing(begin + number * slot, begin + (number + 1) * slot, until)
            arrows.append(
                Acting(name, role, begins, vectors, free, whole and last, showing, sign if free else -1)
            )
        return arrows

    def _drawn(self, values: Array, tex: str, vector: Series, sign: int) -> tuple[Array, str, bool]:
        """Return a vector as it is seen, nan at other steps, its name, and whether its length is free."""
        seen = self.seen(values)
        here = np.full_like(seen, np.nan)
        here[self.steps] = seen[self.steps]
        rates = self.told.series.get("learning_rate")
        known = rates is not None and rates.values.ndim == 1
        if rates is None or not known or (vector.role in SUMMED and not self.rated):
            return here, tex, True
        begun = "-" if sign < 0 else ""
        return sign * rates.values[:, None] * here, rf"{begun}\alpha {tex}", False

    def _sign(self, vector: Series) -> int:
        """Return 1 for a vector that points where the step goes, -1 for one that points against it."""
        step = self.told.series.get("step")
        if vector.name == "gradient" or step is None:
            return -1
        with np.errstate(all="ignore"):
            along = float(np.nansum(np.sign(vector.values) * np.sign(step.values)))
        return 1 if along > 0 else -1

    def _terms(self, beat: ShownBeat, vector: Series) -> list[tuple[str, Role | None, Array]]:
        """Return what a line adds up to a vector, or nothing where it adds up no vectors."""
        told = self.told
        line = next((one for one in beat.lines if told.names.get(one.target) == vector.name), None)
        if line is None or line.condition is not None:
            return []
        terms = terms_of(line.expression)
        if not 1 < len(terms) <= MOST_TERMS:
            return []
        known = {name: one[:, None] if one.ndim == 1 else one for name, one in told.values.items()}
        found = [self._term(known, sign, text, vector.values.shape) for sign, text in terms]
        return [one for one in found if one] if all(found) else []

    def _term(
        self, known: Mapping[str, Any], sign: int, text: str, shape: tuple[int, ...]
    ) -> tuple[str, Role | None, Array] | None:
        inside = [told for name in names_of(text) if (told := self._named(name))]
        values = evaluated(text, known)
        if len(inside) != 1 or inside[0].kind != "vector" or values is None or np.shape(values) != shape:
            return None
        tex = written(text, self.told.symbols, tex=True)
        return (tex if sign > 0 else f"(-{tex})"), inside[0].role, sign * values

    def _named(self, symbol: str) -> Series | None:
        """Return the quantity that is no number and that a symbol stands for."""
        one = self.told.series.get(self.told.names.get(symbol.removesuffix(BEFORE), ""))
        return one if one is not None and one.kind != "number" else None
