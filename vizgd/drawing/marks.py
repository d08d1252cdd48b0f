"""What is drawn, as plain data: a closed set of six kinds that every renderer knows how to draw.

A mark's positions are in the coordinates of its panel until `mapped` moves them to the frame. Every field is
constant or a `Track`, a table of values at iterations that the clock reads at a real-valued position, so any
frame can be made without the one before it. Sizes are in thousandths of the height of a 16:9 frame.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from vizgd.objectives.objective import Array

Color: TypeAlias = tuple[float, float, float, float]
"""Red, green, blue and opacity, each from 0 to 1."""


def faded(color: Color, opacity: float) -> Color:
    """Return a color with another opacity."""
    return (*color[:3], opacity)


Marker: TypeAlias = Literal["circle", "square", "triangle", "diamond", "pentagon", "down", "star", "cross"]


@dataclass(frozen=True, eq=False)
class Track:
    """A value that changes along a run.

    Parameters
    ----------
    run : int or None
        Whose iterations the values are at; None for the whole film, whose values are spread evenly over it.
    values : array or tuple
        One value (of any shape; text as well) for each iteration, or ``density`` values for each step.
    held : bool, default False
        Keep each value until the next iteration instead of passing smoothly to it.
    nearest : bool, default False
        Take the value of the nearest iteration: what a readout says beside a marker that glides from one
        iterate to the next.
    density : int, default 1
        How many values there are to a step.
    """

    run: int | None
    values: Any
    held: bool = False
    density: int = 1
    nearest: bool = False

    def at(self, position: float) -> Any:
        """Return the value at a real-valued position in iterations."""
        moment = self.moment(position)
        return self.values[moment] if isinstance(moment, int) else between(self.values, moment)

    def moment(self, position: float) -> float:
        """Return which of its values it has at a position: where that is the same, so is the value."""
        place = min(position * self.density, len(self.values) - 1)
        if self.nearest:
            return int(place + 0.5)
        return int(place) if self.held else float(place)


@dataclass(frozen=True, eq=False)
class Line:
    """A polyline, broken where a coordinate is nan.

    ``reveal`` is a vertex number, or a track of them: the line is shown up to there, in the midst of a
    segment too. `revealed` gives what is shown.
    ``dash`` alternates drawn and open lengths in units of the line's width; ``casing`` is a wider line drawn
    beneath so that the line stands out from what is under it. A ``crisp`` line, upright or level, is moved to
    whole pixels.
    """

    xy: Array | Track
    color: Color
    width: float
    dash: tuple[float, ...] = ()
    casing: Color | None = None
    casing_width: float = 0.0
    reveal: Track | float | None = None
    crisp: bool = False


@dataclass(frozen=True, eq=False)
class Points:
    """Markers of one kind at points ``(m, 2)`` or ``(2,)``; a point with a nan is not drawn."""

    xy: Array | Track
    marker: Marker
    size: float
    fill: Color
    edge: Color = (0.0, 0.0, 0.0, 0.0)
    edge_width: float = 0.0
    reveal: Track | None = None
    name: str = ""


@dataclass(frozen=True, eq=False)
class Polygons:
    """Filled polygons in drawing order, each of one or more rings (a hole runs the other way round).

    ``vertices`` holds all rings end to end, ``starts`` where each ring begins and ``owners`` the polygon that
    each ring belongs to; ``fills`` has one colour a polygon. An edge of the polygon's own colour closes the
    hairlines that antialiasing leaves between neighbours.
    """

    vertices: Array | Track
    starts: NDArray[np.intp]
    owners: NDArray[np.intp]
    fills: Array
    edge_width: float = 0.0


@dataclass(frozen=True, eq=False)
class Mesh:
    """Filled quadrilaterals between the points of a grid, painted row by row from the first to the last.

    ``vertices`` is ``(rows, columns, 2)``, ``fills`` has a color for each quadrilateral, ``(rows - 1, columns
    - 1, 4)``; one with a nan is left out. The edge is as in `Polygons`; without one, whole pixels are filled.
    """

    vertices: Array
    fills: Array | Track
    edge_width: float = 0.0


@dataclass(frozen=True, eq=False)
class Filling:
    """The fills of a mesh whose cells get theirs one by one: values of a track, nan while a cell is blank.

    They are made when they are asked for: a table of all would outgrow the film.

    Parameters
    ----------
    when : array of int, shape (rows, columns)
        From which iteration on a cell has its color; after the last one for a cell that stays blank.
    fills : array, shape (rows, columns, 4)
    steps : int
        The last iteration.
    """

    when: NDArray[np.int64]
    fills: Array
    steps: int

    def __len__(self) -> int:
        return self.steps + 1

    def __getitem__(self, iteration: int) -> Array:
        return np.where((self.when <= iteration)[..., None], self.fills, np.nan)


@dataclass(frozen=True, eq=False)
class Shared:
    """Values of a track at iterations of which several share one, in place of a table with a copy for each.

    Parameters
    ----------
    rows : array, shape (m, ...)
    which : array of int, shape (n + 1,)
        The row at each iteration.
    """

    rows: Array
    which: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, iteration: int) -> Array:
        return np.asarray(self.rows[self.which[iteration]])


@dataclass(frozen=True, eq=False)
class Arrow:
    """A straight arrow from tail to head; the head is ``head_size`` long and drawn filled.

    Its ``barbs`` are so far behind its tip, in its lengths: 1 makes a triangle, more a swept head and half of
    it a diamond.
    """

    tail: Array | Track
    head: Array | Track
    color: Color
    width: float
    head_size: float
    casing: Color | None = None
    casing_width: float = 0.0
    barbs: float = 1.0


@dataclass(frozen=True, eq=False)
class Text:
    r"""A line of text, placed by its anchor; ``offset`` moves it in thousandths of the frame's height.

    What stands between ``\(`` and ``\)`` is mathematics. A position with a nan is not drawn. Of ``signs``, if
    they are given, only those are drawn, by their numbers, in the places that they have in the whole text.
    """

    xy: Array | Track
    text: str | Track
    size: float
    color: Color
    horizontal: Literal["left", "center", "right"] = "left"
    vertical: Literal["baseline", "center", "top", "bottom"] = "baseline"
    bold: bool = False
    rotation: float = 0.0
    offset: tuple[float, float] = (0.0, 0.0)
    casing: Color | None = None
    casing_width: float = 0.0
    signs: tuple[int, ...] | None = None


Mark: TypeAlias = Line | Points | Polygons | Mesh | Arrow | Text

_NAMES = {kind: [field.name for field in fields(kind)] for kind in get_args(Mark)}
UNRESOLVED = "a mark with tracks has to be resolved before it is drawn"
_PLACES = {"xy", "vertices", "tail", "head"}


def tracks(mark: Mark) -> list[Track]:
    """Return the tracks of a mark; none means that it never changes."""
    values = (getattr(mark, name) for name in _NAMES[type(mark)])
    return [value for value in values if isinstance(value, Track)]


def settled(value: Array | Track) -> Array:
    """Return a field's constant value.

    Raises
    ------
    TypeError
        When it is a track: a mark is measured and drawn only after `resolved`.
    """
    if isinstance(value, Track):
        raise TypeError(UNRESOLVED)
    return np.asarray(value)


def is_static(mark: Mark) -> bool:
    """Say whether a mark looks the same in every frame."""
    return not tracks(mark)


def mapped(mark: Mark, transform: Callable[[Array], Array]) -> Mark:
    """Return a mark with all its positions, in tracks too, taken through a transform of ``(..., 2)``."""

    def through(value: Any) -> Any:
        if isinstance(value, Track) and isinstance(value.values, Shared):
            return replace(value, values=replace(value.values, rows=transform(value.values.rows)))
        if isinstance(value, Track):
            return replace(value, values=transform(np.asarray(value.values, dtype=float)))
        return transform(np.asarray(value, dtype=float))

    places = {f.name: through(getattr(mark, f.name)) for f in fields(mark) if f.name in _PLACES}
    return replace(mark, **places)


def resolved(mark: Mark, position: Callable[[int | None], float]) -> Mark:
    """Return a mark without tracks: how it stands when each run is at ``position(run)``."""
    now = {
        name: value.at(position(value.run))
        for name in _NAMES[type(mark)]
        if isinstance(value := getattr(mark, name), Track)
    }
    if not now:
        return mark
    if isinstance(mark, Points) and mark.reveal is not None:
        now |= {"xy": now.get("xy", mark.xy)[: int(now["reveal"]) + 1], "reveal": None}
    # What `dataclasses.replace` does, without its checks: a film asks for this some ten thousand times.
    copy = object.__new__(type(mark))
    copy.__dict__.update(mark.__dict__, **now)
    return copy


def reached(line: Line) -> float:
    """Return the vertex number up to which a resolved line is shown."""
    if isinstance(line.reveal, Track):
        raise TypeError(UNRESOLVED)
    last = len(settled(line.xy)) - 1.0
    return last if line.reveal is None else min(max(float(line.reveal), 0.0), last)


def revealed(line: Line, after: float = 0.0) -> Array:
    """Return the vertices of a resolved line that are shown, from a vertex number on.

    Parameters
    ----------
    line : Line
    after : float, default 0
    """
    xy, until = settled(line.xy), reached(line)
    if line.reveal is None and after == 0.0:
        return xy
    first = min(int(after), len(xy) - 1)
    shown = [xy[math.ceil(after) : int(until) + 1]]
    if after > first:
        shown.insert(0, between(xy, after)[None])
    if until > int(until):
        shown.append(between(xy, until)[None])
    return np.concatenate(shown) if len(shown) > 1 else shown[0]


def between(values: Array, position: float) -> Array:
    """Return rows of values, such as the vertices of a polyline, interpolated at a real-valued index."""
    index = min(int(position), len(values) - 1)
    weight = position - index
    if weight <= 0.0 or index + 1 >= len(values):
        return np.asarray(values[index])
    return np.asarray((1.0 - weight) * values[index] + weight * values[index + 1])
