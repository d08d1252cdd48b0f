"""A surface and what lies on it, flattened to marks for one place of the camera."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from vizgd.drawing.marks import Color, Line, Mark, Mesh, Points, Text, Track, settled
from vizgd.drawing.panel import Box, Layer, Panel
from vizgd.drawing.projection import Camera, HeightField, Horizon, shaded
from vizgd.drawing.theme import Theme, blended, faded
from vizgd.drawing.ticks import linear_axis
from vizgd.drawing.typeset import measured
from vizgd.objectives.objective import Array
from vizgd.views.clearance import evenly_spaced
from vizgd.views.departure import Notice, cross_mark, listed, notice_marks
from vizgd.views.off_plane import UPPER, off_plane_marks
from vizgd.views.paths import over_trails, shown_through
from vizgd.views.view import Subject

MESH_LINES = 12
CORNER = 0.2
"""A number nearer than this to the corner of the ground, whose half is 1, meets that of the other axis."""
FADE = 8.0
"""Over how many degrees from where an edge is seen from its end it fades."""
LONGEST_LEVEL = 3
"""Names of more characters are written along the edge of their axis."""
ROOM_BELOW = 78.0
"""The height of numbers and name under an edge that is level."""
BEHIND = 0.28
"""The opacity of what lies behind a hill."""


@dataclass(frozen=True, eq=False)
class Route:
    """A run's path on the surface: points ``(n · density + 1, 3)``, ``density`` of them to a step."""

    run: int
    points: Array
    density: int


@dataclass(frozen=True, eq=False)
class Gone:
    """Where a run leaves the ground ``(3,)``, and what is said of it."""

    notice: Notice
    place: Array


@dataclass(frozen=True, eq=False)
class Space:
    """A height field with routes and minima on it, and how they are drawn.

    Parameters
    ----------
    theme : Theme
    variables : tuple of str
        What the two axes of the ground are called.
    domain : tuple of (low, high)
        What they show.
    field : HeightField
    routes : tuple of Route
    minima : array, shape (m, 3)
    runs : int
        How many runs the film has, those on other objectives counted.
    gone : tuple of Gone
    frames : int
        How many frames of the film move.
    """

    theme: Theme
    variables: tuple[str, ...]
    domain: tuple[tuple[float, float], ...]
    field: HeightField
    routes: tuple[Route, ...]
    minima: Array
    runs: int
    gone: tuple[Gone, ...]
    frames: int

    @cached_property
    def _fills(self) -> Array:
        z = self.field.heights
        heights = (z[:-1, :-1] + z[:-1, 1:] + z[1:, :-1] + z[1:, 1:]) / 4
        top = np.nanmax(z) or 1.0
        fills = shaded(self.field, blended(self.theme.surface_map, np.nan_to_num(heights) / top))
        # A face that lacks a corner is left out.
        return np.where(np.isfinite(heights)[..., None], fills, np.nan)

    @cached_property
    def _mesh(self) -> Array:
        """Grid lines on the surface, ``(lines, points, 3)``."""
        surface = self.field.points
        picks = np.linspace(0, len(surface) - 1, MESH_LINES + 1).round().astype(int)
        return np.concatenate([surface[picks], surface[:, picks].swapaxes(0, 1)])

    def marks(self, camera: Camera, box: Box, *, fitted: bool) -> tuple[Mark, ...]:
        """Return the marks in frame units as the camera sees them.

        ``fitted`` fills the box with this one view; without it the scale suits every azimuth, so that a
        turning surface keeps its size.
        """
        screen = _Screen(camera, box, self._corners, fitted)
        horizon = Horizon(self.field, camera)
        stars = self._minimum_marks(horizon, screen)
        return (
            *self._floor_marks(camera, screen, fading=not fitted),
            self._faces(camera, screen),
            *self._mesh_lines(horizon, screen),
            *stars,
            *(mark for route in self.routes for mark in self._trail(route, horizon, screen)),
            *over_trails(stars),
            *shown_through([mark for route in self.routes for mark in self._markers(route, horizon, screen)]),
            *([] if fitted else [self._cross(one, screen) for one in self.gone]),
        )

    def notes(self, subject: Subject, camera: Camera, box: Box) -> tuple[Mark, ...]:
        """Return what is said where the camera stands still: beside crosses, and of what a plane hides."""
        screen = _Screen(camera, box, self._corners, fitted=True)
        corner, sides = np.array([box.left, box.bottom]), np.array([box.width, box.height])
        noticed = [replace(one.notice, place=(screen(one.place) - corner) / sides) for one in self.gone]
        drawn = np.concatenate(
            [evenly_spaced((screen(route.points) - corner) / sides, box) for route in self.routes]
        )

        def to_frame(place: Array) -> Array:
            return np.asarray(corner + place * sides)

        runs = [route.run for route in self.routes]
        rows, filled = off_plane_marks(subject, runs, box, drawn, to_frame, UPPER)
        taken = [] if filled is None else [filled]
        for mark in self._floor_marks(camera, screen, fading=False):
            if isinstance(mark, Text):
                middle = (settled(mark.xy) - corner) / sides
                reach = np.array([measured(str(mark.text), mark.size)[0], mark.size]) / 2 / sides
                taken.append(np.stack([middle - reach, middle + reach]))
        return (*rows, *notice_marks(subject, noticed, box, drawn, to_frame, taken=taken))

    def listed(self, subject: Subject, box: Box) -> tuple[Mark, ...]:
        """Return what is said where the camera turns: words that stand still."""
        corner, sides = np.array([box.left, box.bottom]), np.array([box.width, box.height])
        rows, _ = off_plane_marks(
            subject,
            [route.run for route in self.routes],
            box,
            np.empty((0, 2)),
            lambda place: np.asarray(corner + place * sides),
            corners=UPPER[1:],
        )
        return (*listed(subject, [one.notice for one in self.gone], box), *rows)

    def _cross(self, one: Gone, screen: _Screen) -> Mark:
        color = self.theme.run(one.notice.run, self.runs).color
        return cross_mark(self.theme, color, self.frames, one.notice, screen(one.place))

    @cached_property
    def _corners(self) -> Array:
        top = float(np.nanmax(self.field.heights))
        return np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (0.0, top)])

    def _floor_marks(self, camera: Camera, screen: _Screen, *, fading: bool) -> list[Mark]:
        """Return the ground's outline, and ticks with numbers along the two edges nearest to the camera.

        The numbers at the corner that both edges share would lie on one another and are left out. While the
        camera turns, one of the edges changes sides when it is seen from its end: ``fading``, what is
        written on it fades out and in, so that nothing jumps.
        """
        theme = self.theme
        corners = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0), (-1, -1, 0)], dtype=float)
        marks: list[Mark] = [Line(screen(corners), theme.grid, 2.0)]
        near = camera.direction[:2] / np.hypot(*camera.direction[:2])
        for along, across in ((0, 1), (1, 0)):
            side = 1.0 if near[across] > 0 else -1.0
            seen = _eased(abs(near[across])) if fading else 1.0
            axis = linear_axis(self.domain[along], self.variables[along], 4)
            ends = np.zeros((2, 3))
            ends[:, along], ends[:, across] = (-1, 1), side
            edge = screen(ends)
            marks.append(Line(edge, faded(theme.spine, seen), 2.0))
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
                marks.append(Line(np.array([foot, foot + 8 * outward]), faded(theme.spine, seen), 2.0))
                if shown > 0:
                    ink = faded(theme.text, shown)
                    text = Text(foot + 26 * outward, label, theme.tick_size * 0.9, ink, "center", "center")
                    marks.append(text)
            if seen > 0:
                marks.append(self._name(self.variables[along], edge, outward, faded(theme.text, seen)))
        return marks

    def _name(self, name: str, edge: Array, outward: Array, ink: Color) -> Text:
        """Return what an axis is called, outside its numbers: along its edge where it is long, or level."""
        level = len(name) <= LONGEST_LEVEL
        run, rise = edge[1] - edge[0] if edge[1, 0] > edge[0, 0] else edge[0] - edge[1]
        middle = edge.mean(axis=0) + (58 if level else 64) * outward
        size = self.theme.label_size * (1.0 if level else 0.9)
        slant = 0.0 if level else math.degrees(math.atan2(rise, run))
        return Text(middle, name, size, ink, "center", "center", rotation=slant)

    def _faces(self, camera: Camera, screen: _Screen) -> Mesh:
        order = self.field.painters_order(camera)
        return Mesh(screen(self.field.points[order]), self._fills[order], edge_width=1.0)

    def _mesh_lines(self, horizon: Horizon, screen: _Screen) -> list[Mark]:
        places = np.where(horizon.hidden(self._mesh)[..., None], np.nan, screen(self._mesh))
        gaps = np.full((len(places), 1, 2), np.nan)
        joined = np.concatenate([places, gaps], axis=1).reshape(-1, 2)
        return [Line(joined, self.theme.surface_line, 1.4)]

    def _minimum_marks(self, horizon: Horizon, screen: _Screen) -> list[Points]:
        theme = self.theme
        marks: list[Points] = []
        for point, seen in zip(self.minima, ~horizon.hidden(self.minima), strict=True):
            opacity = 1.0 if seen else BEHIND
            fill, edge = faded(theme.minimum, opacity), faded(theme.text, opacity)
            marks.append(Points(screen(point), "star", theme.minimum_size, fill, edge, 2.0, name="minimum"))
        return marks

    def _trail(self, route: Route, horizon: Horizon, screen: _Screen) -> list[Mark]:
        """Return a path as two lines: what is behind the surface, faded, and what is seen."""
        theme, style = self.theme, self.theme.run(route.run, self.runs)
        places, seen = screen(route.points), ~horizon.hidden(route.points)
        steps = (len(places) - 1) // route.density
        reveal = Track(route.run, np.arange(steps + 1, dtype=float) * route.density)
        # A segment is seen where either end is, so that nothing is missing at the rim of a hill.
        near = seen.copy()
        near[:-1] |= seen[1:]
        near[1:] |= seen[:-1]
        behind = np.where(
            near[:, None] & np.roll(near, 1)[:, None] & np.roll(near, -1)[:, None], np.nan, places
        )
        front = np.where(near[:, None], places, np.nan)
        width = theme.path_width * style.swell
        return [
            Line(behind, faded(style.color, BEHIND), width, style.dash, reveal=reveal),
            Line(front, style.color, width, style.dash, faded(theme.outline, 0.75), 1.8, reveal),
        ]

    def _markers(self, route: Route, horizon: Horizon, screen: _Screen) -> list[Points]:
        theme, style = self.theme, self.theme.run(route.run, self.runs)
        places, seen = screen(route.points), ~horizon.hidden(route.points)
        marks: list[Points] = []
        for there, opacity, name in ((seen, 1.0, "current"), (~seen, BEHIND + 0.15, "behind")):
            track = Track(route.run, np.where(there[:, None], places, np.nan), density=route.density)
            fill, edge = faded(style.color, opacity), faded(theme.outline, opacity)
            size = theme.marker_size * style.swell
            marks.append(Points(track, style.marker, size, fill, edge, 3.0, name=f"{name} {route.run}"))
        return marks


@dataclass(frozen=True, eq=False)
class TurningPanel(Panel):
    """A panel seen by a camera whose azimuth is a track over the film, under marks that stand still."""

    space: Space | None = None
    azimuth: Track | None = None
    elevation: float = 38.0

    def layers_at(self, progress: float) -> tuple[Layer, ...]:
        """Return the panel's layers at a progress of the film, from 0 to 1."""
        assert self.space is not None
        assert self.azimuth is not None
        camera = Camera(float(self.azimuth.at(progress)), self.elevation)
        marks = self.space.marks(camera, self.box, fitted=False)
        return (Layer("marks", None, (*marks, *self.marks)),)


class _Screen:
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
        return np.asarray(self.camera.project(points) * self.scale + self.shift)


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
