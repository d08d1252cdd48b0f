"""A surface and what lies on it in three dimensions, as plain data, and what a camera sees of them.

Whatever is drawn has been decided: ticks, colors and texts stand in the plan. What is left to a frame is to
project it, to put it in painter's order, and to hide what lies behind the surface.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Arrow, Color, Line, Mark, Mesh, Points, Shared, Text, Track, faded, settled
from vizgd.drawing.panel import Axes, Box, Layer, Panel
from vizgd.drawing.projection import Camera, HeightField, Horizon
from vizgd.objectives.objective import Array

CORNER = 0.2
"""A number nearer than this to the corner of the ground, whose half is 1, meets that of the other axis."""
FADE = 8.0
"""Over how many degrees from where an edge is seen from its end it fades."""
LONGEST_LEVEL = 3
"""Names of more characters are written along the edge of their axis."""
ROOM_BELOW = 78.0
"""The height of numbers and name under an edge that is level."""


Still = TypeVar("Still", Points, Text)
"""What is drawn in the same way before the surface and behind it."""


@dataclass(frozen=True, eq=False)
class Sided:
    """A mark with three coordinates, as it is drawn before the surface and as it is drawn behind it.

    Both have the same positions, of one array. A segment of a line, or an arrow, is before the surface where
    either of its ends is, so that nothing is missing at the rim of a hill.
    """

    before: Line | Points | Arrow
    behind: Line | Points | Arrow


@dataclass(frozen=True, eq=False)
class Space:
    """A surface over its ground, and marks on it whose positions have three coordinates.

    Parameters
    ----------
    surface : HeightField
    fills : array, shape (rows - 1, columns - 1, 4)
        The color of each of its faces; one with a nan is left out.
    ground : Axes
        What is written along the edges of the ground, and how.
    grid : Line
        Lines on the surface, left out where they lie behind it.
    marks : tuple of Sided
        In drawing order.
    crosses : tuple of Points
        What is never hidden, drawn last.
    names : tuple of Text
        Words at points of the world, over all of it.
    """

    surface: HeightField
    fills: Array
    ground: Axes
    grid: Line
    marks: tuple[Sided, ...]
    crosses: tuple[Points, ...] = ()
    names: tuple[Text, ...] = ()

    def seen(self, camera: Camera, box: Box, *, fitted: bool) -> tuple[Mark, ...]:
        """Return the marks in frame units as a camera sees them.

        ``fitted`` fills the box with this one view; without it the scale suits every azimuth, so that a
        turning surface keeps its size.
        """
        shot = _Shot(self.surface, camera, self.screen(camera, box, fitted=fitted))
        return (
            *self._writing(camera, shot.screen, fading=not fitted),
            shot.faces(self.fills),
            shot.uncovered(self.grid),
            *(mark for one in self.marks for mark in shot.sides(one)),
            *(shot.moved(cross) for cross in self.crosses),
            *(shot.moved(name) for name in self.names),
        )

    def screen(self, camera: Camera, box: Box, *, fitted: bool) -> Screen:
        """Return where a camera puts points of the world in a box."""
        return Screen(camera, box, self._corners, fitted)

    @cached_property
    def _corners(self) -> Array:
        top = float(np.nanmax(self.surface.heights))
        return np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (0.0, top)])

    def _writing(self, camera: Camera, screen: Screen, *, fading: bool) -> list[Mark]:
        """Return the ground's outline, and ticks with numbers along the two edges nearest to the camera.

        The numbers at the corner that both edges share would lie on one another and are left out. While the
        camera turns, one of the edges changes sides when it is seen from its end: ``fading``, what is
        written on it fades out and in, so that nothing jumps.
        """
        style = self.ground.style
        corners = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0), (-1, -1, 0)], dtype=float)
        marks: list[Mark] = [Line(screen(corners), style.grid, 2.0)]
        near = camera.direction[:2] / np.hypot(*camera.direction[:2])
        for along, across, axis in ((0, 1, self.ground.x), (1, 0, self.ground.y)):
            side = 1.0 if near[across] > 0 else -1.0
            seen = _eased(abs(near[across])) if fading else 1.0
            ends = np.zeros((2, 3))
            ends[:, along], ends[:, across] = (-1, 1), side
            edge = screen(ends)
            marks.append(Line(edge, faded(style.spine, seen), 2.0))
            outward = screen(_moved(ends.mean(axis=0), across, 0.1 * side)) - screen(ends.mean(axis=0))
            outward /= np.hypot(*outward)
            for place, label in zip(axis.ticks, axis.tick_labels, strict=True):
                point = np.zeros(3)
                point[along], point[across] = 2 * axis.fraction(np.array(place)) - 1, side
                shown = seen
                if 1.0 - abs(point[along]) < CORNER:
                    # How far the end of the edge is from being the shared corner.
                    apart = -near[along] * np.sign(point[along])
                    shown = min(seen, _eased(apart) if fading else float(apart > 0))
                foot = screen(point)
                marks.append(Line(np.array([foot, foot + 8 * outward]), faded(style.spine, seen), 2.0))
                if shown > 0:
                    ink = faded(style.text, shown)
                    text = Text(foot + 26 * outward, label, style.tick_size * 0.9, ink, "center", "center")
                    marks.append(text)
            if seen > 0:
                marks.append(self._name(axis.label, edge, outward, faded(style.text, seen)))
        return marks

    def _name(self, name: str, edge: Array, outward: Array, ink: Color) -> Text:
        """Return what an axis is called, outside its numbers: along its edge where it is long, or level."""
        level = len(name) <= LONGEST_LEVEL
        run, rise = edge[1] - edge[0] if edge[1, 0] > edge[0, 0] else edge[0] - edge[1]
        middle = edge.mean(axis=0) + (58 if level else 64) * outward
        size = self.ground.style.label_size * (1.0 if level else 0.9)
        slant = 0.0 if level else math.degrees(math.atan2(rise, run))
        return Text(middle, name, size, ink, "center", "center", rotation=slant)


@dataclass(frozen=True, eq=False)
class TurningPanel(Panel):
    """A space seen by a camera that turns over the film, under marks that stand still.

    Parameters
    ----------
    space : Space
    azimuth : Track
        Where the camera stands at each progress of the film, in degrees.
    elevation : float
        How high it stands, in degrees.
    """

    space: Space = field(kw_only=True)
    azimuth: Track = field(kw_only=True)
    elevation: float = field(kw_only=True)

    @property
    def turns(self) -> bool:
        """It does."""
        return True

    def layers_at(self, progress: float) -> tuple[Layer, ...]:
        """Return the panel's layers at a progress of the film, from 0 to 1."""
        camera = Camera(float(self.azimuth.at(progress)), self.elevation)
        marks = self.space.seen(camera, self.box, fitted=False)
        return (Layer("marks", None, (*marks, *self.marks)),)


class Screen:
    """Points of the world to frame units inside a box."""

    def __init__(self, camera: Camera, box: Box, corners: Array, fitted: bool) -> None:
        self.camera = camera
        room = box.inset(50, _room_below(camera) if fitted else ROOM_BELOW, 50, 6)
        flat = camera.project(corners)
        low, high = flat.min(axis=0), flat.max(axis=0)
        if not fitted:
            low[0], high[0] = -np.sqrt(2), np.sqrt(2)
            rise = np.sin(np.radians(camera.elevation)) * np.sqrt(2)
            low[1], high[1] = -rise, rise + corners[:, 2].max() * np.cos(np.radians(camera.elevation))
        self.scale = min(room.width / (high[0] - low[0]), room.height / (high[1] - low[1]))
        middle = np.array([(room.left + room.right) / 2, (room.bottom + room.top) / 2])
        self.shift = middle - self.scale * (low + high) / 2

    def __call__(self, points: Array) -> Array:
        """Return points ``(..., 3)`` in frame units ``(..., 2)``."""
        return np.asarray(self.camera.project(points) * self.scale + self.shift)


class _Shot:
    """What one place of the camera makes of marks with three coordinates."""

    def __init__(self, surface: HeightField, camera: Camera, screen: Screen) -> None:
        self.surface, self.camera, self.screen = surface, camera, screen
        self._horizon = Horizon(surface, camera)
        self._known: dict[int, tuple[Array, NDArray[np.bool_]]] = {}

    def faces(self, fills: Array) -> Mesh:
        order = self.surface.painters_order(self.camera)
        return Mesh(self.screen(self.surface.points[order]), fills[order], edge_width=1.0)

    def uncovered(self, line: Line) -> Line:
        """Return what of a line lies before the surface, vertex by vertex."""
        places, hidden = self._placed(settled(line.xy))
        return replace(line, xy=np.where(hidden[:, None], np.nan, places))

    def moved(self, mark: Still) -> Still:
        """Return points or words where they are on the screen, before the surface or behind it."""
        if isinstance(mark.xy, Track):
            return replace(mark, xy=replace(mark.xy, values=self.screen(mark.xy.values)))
        return replace(mark, xy=self.screen(mark.xy))

    def sides(self, one: Sided) -> Iterator[Mark]:
        """Yield a mark as it is drawn on either side: a line's hidden parts first, for they lie below."""
        if isinstance(one.before, Arrow):
            assert isinstance(one.behind, Arrow)
            yield from self._arrow_sides(one.before, one.behind)
            return
        assert not isinstance(one.behind, Arrow)
        xy = one.before.xy
        if isinstance(one.before, Line):
            places, hidden = self._placed(settled(xy))
            near = ~hidden
            near[:-1] |= ~hidden[1:]
            near[1:] |= ~hidden[:-1]
            well_inside = near & np.roll(near, 1) & np.roll(near, -1)
            yield replace(one.behind, xy=np.where(well_inside[:, None], np.nan, places))
            yield replace(one.before, xy=np.where(near[:, None], places, np.nan))
        elif isinstance(xy, Track) and isinstance(xy.values, Shared):
            places, hidden = self._placed(xy.values.rows)
            for side, out in ((one.before, hidden), (one.behind, ~hidden)):
                rows = np.where(out[..., None], np.nan, places)
                yield replace(side, xy=replace(xy, values=replace(xy.values, rows=rows)))
        elif isinstance(xy, Track):
            places, hidden = self._placed(xy.values)
            yield replace(one.before, xy=replace(xy, values=np.where(hidden[:, None], np.nan, places)))
            yield replace(one.behind, xy=replace(xy, values=np.where(hidden[:, None], places, np.nan)))
        else:
            places, hidden = self._placed(xy)
            yield replace(one.behind if hidden else one.before, xy=places)

    def _arrow_sides(self, before: Arrow, behind: Arrow) -> Iterator[Arrow]:
        """Yield an arrow, whose ends are tracks, as it is drawn before the surface and behind it."""
        assert isinstance(before.tail, Track)
        assert isinstance(before.head, Track)
        tails, tail_hidden = self._placed(before.tail.values)
        heads, head_hidden = self._placed(before.head.values)
        hidden = (tail_hidden & head_hidden)[:, None]
        for side, out in ((behind, ~hidden), (before, hidden)):
            tail = replace(before.tail, values=np.where(out, np.nan, tails))
            yield replace(side, tail=tail, head=replace(before.head, values=np.where(out, np.nan, heads)))

    def _placed(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Return points ``(..., 3)`` on the screen, and which are hidden, once for all that share them."""
        if id(points) not in self._known:
            self._known[id(points)] = self.screen(points), self._horizon.hidden(points)
        return self._known[id(points)]


def _room_below(camera: Camera) -> float:
    """Return how far what is written on the ground's edges reaches under its lowest corner.

    Where both edges slope, their names stand at the level of the corner or above it.
    """
    slanted = float(np.abs(camera.direction[:2]).min() / np.hypot(*camera.direction[:2]))
    return ROOM_BELOW - 46.0 * min(1.0, slanted / 0.5)


def _eased(sine: float) -> float:
    """Return the opacity of what is seen at an angle of so large a sine: 0 along it, 1 from `FADE` on."""
    return float(np.clip(sine / np.sin(np.radians(FADE)), 0.0, 1.0))


def _moved(point: Array, component: int, by: float) -> Array:
    moved = point.copy()
    moved[component] += by
    return moved
