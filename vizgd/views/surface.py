"""The objective as a surface in three dimensions, with the paths lying on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from vizgd.errors import UsageError
from vizgd.marks import Track
from vizgd.objectives.objective import Array
from vizgd.panel import Box, Panel
from vizgd.projection import Camera, HeightField, Horizon
from vizgd.views.departure import departure, ended
from vizgd.views.grid import require_dimension, sampled_grid
from vizgd.views.space import Route, Space, TurningPanel
from vizgd.views.view import Scene, View

MESH_POINTS = 73
TURNING_MESH_POINTS = 49
"""A turning surface is drawn anew in each frame, so it is coarser."""
HEIGHT_OF_BOX = 1.1
AZIMUTHS = (-60.0, -30.0, -120.0, 30.0, 60.0, 120.0, 150.0, -150.0)
"""Where the camera may stand by default: never straight along an axis, which would flatten the other."""


@dataclass(frozen=True)
class Surface(View):
    """The surface of a two-parameter objective with every run's path on it.

    A part of a path that lies behind a hill is faded.

    Parameters
    ----------
    orbit : bool, default False
        Let the camera turn while the runs move.
    azimuth : float, optional
        Where the camera stands, in degrees around the vertical, or where it starts to turn; by default where
        paths and minima are hidden least.
    elevation : float, default 38
        How high it stands, in degrees above the ground, from 5 to 85.
    turn : float, default 120
        How far it turns, in degrees, where it turns.
    height : {"linear", "log"}, optional
        The scale of the height; by default logarithmic where a linear one would show a flat floor and a wall.
    """

    orbit: bool = False
    azimuth: float | None = None
    elevation: float = 38.0
    turn: float = 120.0
    height: Literal["linear", "log"] | None = None

    place: ClassVar[Literal["landscape", "chart"]] = "landscape"

    def __post_init__(self) -> None:
        if not 5 <= self.elevation <= 85:
            raise UsageError(f"elevation is {self.elevation:g}", why="expected 5 to 85 degrees")

    def panels(self, scene: Scene, boxes: Sequence[Box]) -> tuple[Panel, ...]:
        """Return the one panel, which turns where the camera does."""
        require_dimension(scene.objective, 2, "surface")
        (box,) = boxes
        space = self._space(scene)
        azimuth = self._open_azimuth(space) if self.azimuth is None else self.azimuth
        if not self.orbit:
            marks = space.marks(Camera(azimuth, self.elevation), box, fitted=True)
            return (Panel("surface", box, marks),)
        turning = Track(None, (azimuth, azimuth + self.turn))
        panel = TurningPanel("surface", box, (), space=space, azimuth=turning, elevation=self.elevation)
        return (panel,)

    def _space(self, scene: Scene) -> Space:
        grid = sampled_grid(scene.objective, scene.domain, TURNING_MESH_POINTS if self.orbit else MESH_POINTS)
        lift = _lift(grid.values, self.height)
        field = HeightField(
            _unit(grid.xs, scene.domain[0]), _unit(grid.ys, scene.domain[1]), lift(grid.values)
        )
        routes = tuple(_route(scene, run, lift) for run in range(len(scene.trajectories)))
        minima = np.array(scene.objective.minimizers).reshape(-1, 2)
        return Space(
            scene.theme,
            scene.objective.variables,
            scene.domain,
            field,
            routes,
            _placed(scene, minima, lift),
        )

    def _open_azimuth(self, space: Space) -> float:
        """Return the azimuth of those tried from which least is hidden, over the whole turn if it turns.

        What counts is the paths and, as much as a quarter of them, the minima; the usual azimuth comes first.
        """
        points = np.concatenate([route.points for route in space.routes])
        points = points[np.isfinite(points).all(axis=1)]
        points = points[:: max(1, len(points) // 400)]
        minima = space.minima[np.isfinite(space.minima).all(axis=1)]
        turned = np.linspace(0.0, self.turn, 5) if self.orbit else np.zeros(1)

        def hidden_share(azimuth: float) -> float:
            views = [Horizon(space.field, Camera(azimuth + by, self.elevation)) for by in turned]
            paths = np.mean([horizon.hidden(points).mean() for horizon in views])
            if len(minima) == 0:
                return float(paths)
            return float(paths + 0.25 * np.mean([horizon.hidden(minima) for horizon in views]))

        shares = [round(hidden_share(azimuth), 2) for azimuth in AZIMUTHS]
        return AZIMUTHS[int(np.argmin(shares))]


def _unit(values: Array, limits: tuple[float, float]) -> Array:
    low, high = limits
    return 2.0 * (values - low) / (high - low) - 1.0


class _Lift:
    """Losses to heights from 0 to `HEIGHT_OF_BOX`."""

    def __init__(self, low: float, high: float, knee: float | None) -> None:
        self.low, self.span, self.knee = low, max(high - low, 1e-300), knee

    def __call__(self, losses: Array) -> Array:
        shares = np.clip((losses - self.low) / self.span, -0.1, 1.3)
        if self.knee is not None:
            shares = np.log1p(np.maximum(shares, 0.0) / self.knee) / np.log1p(1.0 / self.knee)
        return np.asarray(HEIGHT_OF_BOX * shares)


def _lift(values: Array, scale: Literal["linear", "log"] | None) -> _Lift:
    finite = values[np.isfinite(values)]
    low, high = float(finite.min()), float(finite.max())
    shares = (finite - low) / max(high - low, 1e-300)
    if scale == "log" or (scale is None and float(np.median(shares)) < 0.12):
        return _Lift(low, high, max(float(np.quantile(shares, 0.15)), 1e-6))
    return _Lift(low, high, None)


def _placed(scene: Scene, places: Array, lift: _Lift) -> Array:
    """Return points of the domain ``(m, 2)`` on the surface ``(m, 3)``, nan outside what is drawn."""
    x, y = _unit(places[:, 0], scene.domain[0]), _unit(places[:, 1], scene.domain[1])
    z = lift(np.asarray(scene.objective.value(places)))
    inside = (np.abs(x) <= 1.0) & (np.abs(y) <= 1.0)
    return np.where(inside[:, None], np.column_stack([x, y, z]), np.nan)


def _route(scene: Scene, run: int, lift: _Lift) -> Route:
    """Return a run's path on the surface: each straight step divided so that it follows the ground."""
    iterates = scene.path(run)
    lows, highs = np.array(scene.domain).T
    leaving = departure(scene.trajectories[run], (iterates - lows) / (highs - lows))
    iterates = ended(iterates, leaving)
    density = max(1, min(16, 400 // max(len(iterates) - 1, 1)))
    weights = np.arange(density) / density
    between = iterates[:-1, None] * (1 - weights[:, None]) + iterates[1:, None] * weights[:, None]
    places = np.concatenate([between.reshape(-1, 2), iterates[-1:]])
    return Route(run, _placed(scene, places, lift), density)
