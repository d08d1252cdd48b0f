"""What arrows show of a run: the vectors at each of its steps, and how long they are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np

from vizgd.drawing.clock import STANDING, Played
from vizgd.objectives.expressions.notation import as_tex
from vizgd.objectives.objective import Array
from vizgd.recording.quantities import STEP, Quantities, Series, quantities_of
from vizgd.views.overlays.acts import Acting, Showing
from vizgd.views.overlays.beat_vectors import GROWING, step_beat, vectors_by_beat
from vizgd.views.view import Subject

Arrows: TypeAlias = Literal["step", "gradient", "parts", "components"]
"""What arrows show: see `acting`."""

LONGEST, USUAL = 0.4, 0.2
"""How long a gradient's longest arrow is, at most, and half of them, as parts of the box's shorter side."""


def acting(
    arrows: Arrows, subject: Subject, run: int, seen: Callable[[Array], Array], names: Sequence[str]
) -> tuple[Acting, ...]:
    """Return what arrows show of a run.

    Parameters
    ----------
    arrows : {"step", "gradient", "parts", "components"}
        The step; the negative gradient; the vectors that add up to the step and, where they are several, the
        step, or only the step where the rule does not tell its parts; or what the step is along each axis.
    subject : Subject
        With the runs as they were recorded.
    run : int
    seen : callable
        Vectors ``(n, d)`` to what is seen of them.
    names : sequence of str
        What the axes along which there are components are called.
    """
    if len(subject.trajectories[run].iterates) < 2:
        return ()
    found = quantities_of(subject.optimizers[run], subject.trajectories[run])
    played = subject.clock.played_of(run)
    if arrows == "gradient":
        series = found.series.get("gradient")
        if series is None:
            return ()
        vectors = seen(series.values)
        showing = Showing(0.0, GROWING) if played else None
        return (
            Acting(series.tex, series.role, np.zeros_like(vectors), vectors, scaled=True, showing=showing),
        )
    if "step" not in found.series:
        return ()
    step = seen(found.series["step"].values)
    whole = Acting(as_tex_step(), STEP.role, np.zeros_like(step), step, whole=True)
    parts: list[tuple[str, str | None, Array]] = []
    if arrows == "parts":
        parts = [(_name(part), part.role, seen(part.values)) for part in found.parts]
    elif arrows == "components" and len(names) > 1:
        along = np.eye(len(names))
        parts = [(_change(name), STEP.role, step * along[k]) for k, name in enumerate(names)]
    if not parts:
        return _in_beats((whole,), found, played, seen, arrows)
    begins = np.cumsum([np.zeros_like(step), *(values for _, _, values in parts[:-1])], axis=0)
    chained = tuple(Acting(*part[:2], begin, part[2]) for part, begin in zip(parts, begins, strict=True))
    chained = (*chained, whole) if len(parts) > 1 else chained
    return _in_beats(chained, found, played, seen, arrows)


def _name(part: Series) -> str:
    """Return how a part is called at its arrow: by its word where its symbols would be a tall fraction."""
    return rf"\mathrm{{{part.name}}}" if r"\dfrac" in part.tex else part.tex


def _in_beats(
    acts: tuple[Acting, ...],
    found: Quantities,
    played: Played | None,
    seen: Callable[[Array], Array],
    arrows: Arrows,
) -> tuple[Acting, ...]:
    """Return what a step is put together from with the beats that come before it, where some are played."""
    if played is None:
        return acts
    before = vectors_by_beat(found, played.steps, seen) if arrows == "parts" else ()
    begin = step_beat(found)
    # Parts have been seen growing where a beat added them up: then only the step grows.
    known = {one.symbol for one in before if one.showing and one.showing.until == begin}
    shown = []
    late = [one for one in acts if one.symbol not in known]
    slot = STANDING / max(len(late), 1)
    for one in acts:
        first = begin + slot * late.index(one) if one in late else float(begin)
        grown = first + slot if one in late else float(begin)
        shown.append(replace(one, showing=Showing(first, grown)))
    return (*before, *shown)


def as_tex_step() -> str:
    """Return how a step is written."""
    return rf"\Delta {as_tex(STEP.symbol.removeprefix('Δ'))}"


def _change(name: str) -> str:
    return rf"\Delta {as_tex(name)}" if len(name) <= 3 else rf"\Delta\,\mathrm{{{name.split()[0]}}}"


def _rounded(factor: float) -> float:
    """Return the next number below of 1, 2 and 5 times a power of ten."""
    power = math.floor(math.log10(factor))
    digit = max(digit for digit in (1, 2, 5) if digit * 10.0**power <= factor or digit == 1)
    return float(f"{digit}e{power}")


def fitted(
    paths: Sequence[tuple[Sequence[Acting], Array]], limits: Array, sides: Array
) -> list[tuple[Acting, ...]]:
    """Return what acts in each of some runs, with paths ``(n + 1, d)``, as long as a panel shows it well.

    ``limits`` ``(d, 2)`` are those of its axes and ``sides`` ``(d,)`` their lengths in it.
    """
    factor = free_factor(paths, limits, sides)
    return [tuple(one.by(factor) for one in acts if factor or not one.scaled) for acts, _ in paths]


def free_factor(paths: Sequence[tuple[Sequence[Acting], Array]], limits: Array, sides: Array) -> float:
    """Return by which round factor those are seen well whose length is free; 0 where it is none."""
    low, high = limits.T
    inside = [((path >= low) & (path <= high)).all(axis=1)[:-1] for _, path in paths]
    with np.errstate(over="ignore", invalid="ignore"):  # a length beyond all numbers is left out
        sizes = [
            np.linalg.norm(one.vectors[rows] * (sides / (high - low)), axis=1)
            for (acts, _), rows in zip(paths, inside, strict=True)
            for one in acts
            if one.scaled
        ]
    return _common_factor(np.concatenate([np.empty(0), *sizes]) / sides.min())


def _common_factor(lengths: Array) -> float:
    """Return the round factor by which lengths are seen well, in parts of a side; 0 where it is none."""
    lengths = lengths[np.isfinite(lengths) & (lengths > 0.0)]
    if len(lengths) == 0:
        return 0.0
    with np.errstate(over="ignore"):
        factor = float(min(LONGEST / lengths.max(), USUAL / np.median(lengths)))
    return _rounded(factor) if 0.0 < factor < math.inf else 0.0
