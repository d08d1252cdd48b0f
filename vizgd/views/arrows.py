"""Arrows at a run's current point: the step that leaves it, its parts or components, or the gradient there.

While a run goes from one iterate to the next, the arrows stay at the first, and those of the steps before are
ghosts. Their tails and heads are exact, in the coordinates of the panel: parts add up to the step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Arrow, Line, Mark, Text, Track, faded
from vizgd.drawing.panel import Axes, Box
from vizgd.drawing.theme import RoleStyle, Theme
from vizgd.drawing.typeset import outline
from vizgd.objectives.expressions.notation import as_tex
from vizgd.objectives.objective import Array
from vizgd.recording.quantities import STEP, quantities_of
from vizgd.views.departure import fractions
from vizgd.views.paths import Path
from vizgd.views.view import Subject

Arrows: TypeAlias = Literal["step", "gradient", "parts", "components"]
"""What arrows show: see `acting`."""

SHORTEST = 8.0
"""In thousandths of the frame's height: shorter arrows would be specks beneath the marker."""
NAMED = 30.0
"""Shorter arrows have no name: it would be larger than they are."""
LONGEST, USUAL = 0.4, 0.2
"""How long a gradient's longest arrow is, at most, and half of them, as parts of the box's shorter side."""
FARTHEST = 3.0
"""In lengths of the axes: what reaches farther is drawn so long, for it is cut off at their edge."""
HEAD = 3.4
"""The length of a head, in widths of its shaft, and at least `SMALLEST_HEAD`."""
SMALLEST_HEAD = 22.0
GHOSTS = (0.34, 0.22, 0.12)
"""The opacities of the arrows of the steps before, the last one first."""
LANE = 30.0
"""How far apart the arrows of a curve are drawn, which all lie along its axis."""
GAP = 14.0
"""Between an arrow and its name."""
MARKER = 20.0
"""The half side of the square around a run's current point that names keep free."""
PLACES = tuple(
    (share, side, far) for far in (0.0, 26.0) for share in (0.5, 0.8, 0.25, 1.1) for side in (1, -1)
)
"""Where a name may stand: how far along its arrow, on which side of it, and how much farther away."""


@dataclass(frozen=True, eq=False)
class Acting:
    """A vector at each of a run's n steps, which begins where those before it end.

    Parameters
    ----------
    symbol : str
        As TeX writes it.
    role : str or None
        See `vizgd.optimizers.formula.Role`.
    begins, vectors : arrays, shape (n, d)
        Where it begins, as seen from the iterate, and what it is.
    scaled : bool, default False
        Whether its length is free: a gradient is no way in the space of the parameters.
    whole : bool, default False
        Whether it is what the others add up to.
    """

    symbol: str
    role: str | None
    begins: Array
    vectors: Array
    scaled: bool = False
    whole: bool = False

    def by(self, factor: float) -> Acting:
        """Return it in another length where that is free, with the factor in its name, and downhill."""
        if not self.scaled:
            return self
        return replace(self, symbol=f"-{_factor(factor)}{self.symbol}", vectors=-factor * self.vectors)


@dataclass(frozen=True, eq=False)
class Placed:
    """The arrows of a vector in the coordinates of a panel, one for each iterate, the last step's twice."""

    run: int
    acting: Acting
    tails: Array
    heads: Array


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
    if arrows == "gradient":
        series = found.series.get("gradient")
        if series is None:
            return ()
        vectors = seen(series.values)
        return (Acting(series.tex, series.role, np.zeros_like(vectors), vectors, scaled=True),)
    if "step" not in found.series:
        return ()
    step = seen(found.series["step"].values)
    whole = Acting(as_tex_step(), STEP.role, np.zeros_like(step), step, whole=True)
    parts: list[tuple[str, str | None, Array]] = []
    if arrows == "parts":
        parts = [(part.tex, part.role, seen(part.values)) for part in found.parts]
    elif arrows == "components" and len(names) > 1:
        along = np.eye(len(names))
        parts = [(_change(name), STEP.role, step * along[k]) for k, name in enumerate(names)]
    if not parts:
        return (whole,)
    begins = np.cumsum([np.zeros_like(step), *(values for _, _, values in parts[:-1])], axis=0)
    chained = tuple(Acting(*part[:2], begin, part[2]) for part, begin in zip(parts, begins, strict=True))
    return (*chained, whole) if len(parts) > 1 else chained


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


def _factor(factor: float) -> str:
    if factor == 1.0:
        return ""
    digit, power = f"{factor:.0e}".split("e")
    if -3 <= int(power) <= 3:
        return rf"{factor:g}\,"
    return (rf"{digit} \cdot " if digit != "1" else "") + rf"10^{{{int(power)}}}\,"


def level_arrows(run: int, acts: Sequence[Acting], places: Array, axes: Axes, box: Box) -> tuple[Placed, ...]:
    """Return arrows along the axis of a curve: the last at the height of the run's point, others in lanes.

    The lanes are below the point in the upper half of the axes, and above it in the lower.
    """
    middle = axes.y.value(0.5)
    lane = LANE / box.height * (axes.y.limits[1] - axes.y.limits[0])
    lanes = np.where(places[:-1, 1] > middle, -lane, lane)
    found = []
    for number, one in enumerate(reversed(acts)):
        height = (places[:-1, 1] + number * lanes)[:, None]
        tails = np.column_stack([places[:-1, :1] + one.begins, height])
        heads = np.column_stack([places[:-1, :1] + one.begins + one.vectors, height])
        found.append(Placed(run, one, _to_the_end(tails), _to_the_end(heads)))
    return tuple(reversed(found))


def drop_mark(theme: Theme, run: int, places: Array, step: Placed) -> Line:
    """Return the line from the head of a step along the axis of a curve down to the point that it reaches."""
    drops = np.stack([step.heads, _to_the_end(places[1:])], axis=1)
    return Line(Track(run, drops, held=True), faded(theme.muted, 0.9), 3.0, (2.5, 1.8))


def flat_arrows(run: int, acts: Sequence[Acting], places: Array) -> tuple[Placed, ...]:
    """Return arrows in a plane from a run's iterates ``(n + 1, 2)`` on."""
    return tuple(
        Placed(
            run,
            one,
            _to_the_end(places[:-1] + one.begins),
            _to_the_end(places[:-1] + (one.begins + one.vectors)),
        )
        for one in acts
    )


def _to_the_end(rows: Array) -> Array:
    """Return what is seen at each iterate: at the last one what is seen at the one before."""
    return np.concatenate([rows, rows[-1:]])


def fitted(
    paths: Sequence[tuple[Sequence[Acting], Array]], limits: Array, sides: Array
) -> list[tuple[Acting, ...]]:
    """Return what acts in each of some runs, with paths ``(n + 1, d)``, as long as a panel shows it well.

    ``limits`` ``(d, 2)`` are those of its axes and ``sides`` ``(d,)`` their lengths in it.
    """
    low, high = limits.T
    inside = [((path >= low) & (path <= high)).all(axis=1)[:-1] for _, path in paths]
    sizes = [
        np.linalg.norm(one.vectors[rows] * (sides / (high - low)), axis=1)
        for (acts, _), rows in zip(paths, inside, strict=True)
        for one in acts
        if one.scaled
    ]
    factor = _common_factor(np.concatenate([np.empty(0), *sizes]) / sides.min())
    return [tuple(one.by(factor) for one in acts if factor or not one.scaled) for acts, _ in paths]


def _common_factor(lengths: Array) -> float:
    """Return the round factor by which lengths are seen well, in parts of a side; 0 where it is none."""
    lengths = lengths[np.isfinite(lengths) & (lengths > 0.0)]
    if len(lengths) == 0:
        return 0.0
    with np.errstate(over="ignore"):
        factor = float(min(LONGEST / lengths.max(), USUAL / np.median(lengths)))
    return _rounded(factor) if 0.0 < factor < math.inf else 0.0


def arrow_marks(
    subject: Subject, placed: Sequence[Placed], paths: Sequence[Path], axes: Axes, box: Box
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Return arrows with their ghosts beneath, to be cut off at the axes, and their names, which are not.

    An arrow that is too short to be seen is not drawn. Of several runs, the first that shows a symbol has its
    name.
    """
    theme = subject.theme
    unit = np.array([box.width, box.height])
    seen = [_reaching(one, axes, unit) for one in placed]
    seen = [one for one in seen if np.isfinite(one.heads).any()]
    arrows = [mark for one in seen for mark in ghost_marks(subject, one)]
    # The sum lies beneath its parts: where they run along it, they are seen.
    arrows += [arrow_mark(theme, one) for one in sorted(seen, key=lambda one: not one.acting.whole)]
    return tuple(arrows), tuple(
        _names(theme, seen, [fractions(axes, path.places) * unit for path in paths], axes, unit)
    )


def ghost_marks(subject: Subject, one: Placed) -> list[Arrow]:
    """Return the arrows of the steps before; none where steps go by faster than frames."""
    if len(one.tails) - 1 > subject.clock.run:
        return []
    marks = []
    for back, opacity in reversed([*enumerate(GHOSTS, start=1)]):
        if back >= len(one.tails) - 1:
            continue
        # At the end the last step's own arrows stay, and the ghosts with them.
        before = [np.concatenate([np.full_like(v[:back], np.nan), v[:-back]]) for v in (one.tails, one.heads)]
        before = [np.concatenate([rows[:-1], rows[-2:-1]]) for rows in before]
        ghost = replace(one, tails=before[0], heads=before[1])
        mark = arrow_mark(subject.theme, ghost)
        marks.append(replace(mark, color=faded(mark.color, opacity), casing=None))
    return marks


def arrow_mark(theme: Theme, one: Placed) -> Arrow:
    """Return the arrows of a vector in the look of its role, each until the next iterate."""
    style = theme.role(one.acting.role)
    tail, head = (Track(one.run, ends, held=True) for ends in (one.tails, one.heads))
    return Arrow(tail, head, style.color, style.width, _head(style), theme.outline, 2.0, barbs=style.barbs)


def _head(style: RoleStyle) -> float:
    return max(SMALLEST_HEAD, HEAD * style.width)


def _reaching(one: Placed, axes: Axes, unit: Array) -> Placed:
    """Return arrows with nan for those that are too short or begin too far away, none longer than is seen."""
    tails, heads = fractions(axes, one.tails), fractions(axes, one.heads)
    with np.errstate(invalid="ignore"):
        along = heads - tails
        reach = np.abs(along).max(axis=1, keepdims=True)
        far = reach > FARTHEST
        limits = np.array([axes.x.limits, axes.y.limits])
        span = np.ptp(limits, axis=1)
        cut = one.tails + along * span * (FARTHEST / np.where(far, reach, FARTHEST))
        heads = np.where(far, cut, one.heads)
        short = np.hypot(*(along * unit).T) < SHORTEST
        out = short | (np.abs(tails - 0.5).max(axis=1) > FARTHEST)
    gone = out | ~np.isfinite(one.tails).all(axis=1) | ~np.isfinite(heads).all(axis=1)
    return replace(
        one,
        tails=np.where(gone[:, None], np.nan, one.tails),
        heads=np.where(gone[:, None], np.nan, heads),
    )


def _names(
    theme: Theme, seen: Sequence[Placed], ways: Sequence[Array], axes: Axes, unit: Array
) -> list[Text]:
    """Return the name of each symbol at its arrow, apart from arrows, the ways of markers and other names."""
    ends = [(fractions(axes, one.tails) * unit, fractions(axes, one.heads) * unit) for one in seen]
    named: set[str] = set()
    taken: list[tuple[NDArray[np.float64], Array]] = []
    marks = []
    for number, one in enumerate(seen):
        symbol = one.acting.symbol
        if symbol in named:
            continue
        own = [pair for pair, other in zip(ends, seen, strict=True) if other.run == one.run]
        shape = outline(rf"\({symbol}\)").vertices * theme.label_size
        low, high = shape.min(axis=0), shape.max(axis=0)
        half = (high - low) / 2
        places = _clear_places(ends[number], own, ways, half, taken, unit)
        if not np.isfinite(places).any():
            continue
        named.add(symbol)
        taken.append((places, half))
        limits = np.array([axes.x.limits, axes.y.limits])
        data = limits[:, 0] + places / unit * np.ptp(limits, axis=1)
        marks.append(name_mark(theme, one, data, tuple(-(low + high) / 2)))
    return marks


def name_mark(theme: Theme, one: Placed, places: Array, offset: tuple[float, float]) -> Text:
    """Return a vector's symbol at places in the panel, moved by an offset."""
    return Text(
        Track(one.run, places, held=True),
        rf"\({one.acting.symbol}\)",
        theme.label_size,
        theme.role(one.acting.role).color,
        offset=offset,
        casing=theme.outline,
        casing_width=5.0,
    )


def _clear_places(
    ends: tuple[Array, Array],
    own: Sequence[tuple[Array, Array]],
    ways: Sequence[Array],
    half: Array,
    taken: Sequence[tuple[Array, Array]],
    unit: Array,
) -> Array:
    """Return where the middle of a name of a half width and height stands at each iterate, nan for nowhere.

    Beside its arrow, where it covers least of the run's arrows and of where markers go, the ``ways`` of runs;
    never over other names.
    """
    tails, heads = ends
    along = heads - tails
    lengths = np.hypot(*along.T)
    with np.errstate(invalid="ignore", divide="ignore"):
        normals = np.column_stack([-along[:, 1], along[:, 0]]) / lengths[:, None]
        away = GAP + np.abs(normals) @ half
        best, least = np.full_like(tails, np.nan), np.full(len(tails), np.inf)
        for order, (share, side, far) in enumerate(PLACES):
            middle = tails + share * along + side * (away + far)[:, None] * normals
            cost = 0.3 * order + _covered(middle, half, own, ways)
            wrong = (lengths < NAMED) | ((middle - half < 4.0) | (middle + half > unit - 4.0)).any(axis=1)
            for other, reach in taken:
                wrong |= (np.abs(middle - _meanwhile(other, len(middle))) < half + reach + 4.0).all(axis=1)
            better = ~wrong & (cost < least)
            best[better], least[better] = middle[better], cost[better]
    return best


def _meanwhile(rows: Array, count: int) -> Array:
    """Return the rows of another run at so many iterations: at the end it stays where it is."""
    return rows[np.minimum(np.arange(count), len(rows) - 1)]


def _covered(middle: Array, half: Array, own: Sequence[tuple[Array, Array]], ways: Sequence[Array]) -> Array:
    """Return how much of a run's arrows, and of where markers go with this step, names would cover."""
    covered = np.zeros(len(middle))
    for tails, heads in own:
        for share in np.linspace(0.0, 1.0, 9):
            spot = tails + share * (heads - tails)
            covered += (np.abs(spot - middle) < half + 3.0).all(axis=1)
    for way in ways:
        begin, end = (
            _meanwhile(way, len(middle)),
            _meanwhile(np.append(way[1:], way[-1:], axis=0), len(middle)),
        )
        for share in np.linspace(0.0, 1.0, 5):
            spot = begin + share * (end - begin)
            covered += 2.0 * (np.abs(spot - middle) < half + MARKER).all(axis=1)
    return covered
