"""The objective as a surface in three dimensions, with the paths lying on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal

import numpy as np

from vizgd.base.progress import part
from vizgd.base.settings import Between
from vizgd.drawing.marks import Track
from vizgd.drawing.panel import Box, Panel
from vizgd.drawing.projection import Camera, HeightField, Horizon
from vizgd.drawing.space import TurningPanel
from vizgd.objectives.objective import Array
from vizgd.views.departure import departures, ended, notices
from vizgd.views.grid import require_landscape, require_values, sampled_grid
from vizgd.views.overlays.acts import Acting, Placed
from vizgd.views.overlays.arrows import flat_arrows
from vizgd.views.overlays.cloud import CloudSeen, cloud_chances, clouds_of, raised_clouds
from vizgd.views.overlays.vectors import Arrows, acting, fitted
from vizgd.views.paths import divided, divisions
from vizgd.views.relief import Gone, Relief, Route, notes, rows_beside, space_of
from vizgd.views.slices import PlaneSetting, checked_plane, points_along, sliced
from vizgd.views.view import Study, Subject, View

POINTS = 73
HEIGHT_OF_BOX = 1.1
AZIMUTHS = (-60.0, -30.0, -120.0, 30.0, 60.0, 120.0, 150.0, -150.0)
"""Where the camera may stand by default: never straight along an axis, which would flatten the other."""
ELEVATIONS = (38.0, 48.0, 58.0)
"""How high it may stand by default, the first if no other shows more."""
LOOKS = 5
"""At how many times of the film it is asked what a camera sees."""
COARSE = 97
"""How fine a horizon is by which cameras are compared."""
SHORTEST_ARROW = 0.04
"""In half sides of the ground: shorter arrows would be specks beneath the marker."""
LEAN = 0.05
"""The hidden share that a camera at the next elevation must save: from high up, heights are hard to see."""


@dataclass(frozen=True)
class Surface(View):
    """The surface of an objective with every run's path on it, over a plane where there are more parameters.

    A part of a path that lies behind a hill is faded. Over a plane a path lies on the surface where its
    projection is: its height there need not be the loss of the run.

    Parameters
    ----------
    plane : optional
        Where an objective of more than two parameters is cut, as for `Contour`.
    orbit : bool, default False
        Let the camera turn while the runs move.
    azimuth : float, optional
        Where the camera stands, in degrees around the vertical, or where it starts to turn; by default where
        current points, minima and paths are hidden least, above all in the first and the last frame.
    elevation : float, optional
        How high it stands, in degrees above the ground, from 5 to 85; by default 38, or up to 58 where less
        is hidden from there.
    turn : float, default 120
        How far it turns, in degrees, where it turns; without an azimuth, the way round is chosen as well.
    height : {"linear", "log"}, optional
        The scale of the height; by default logarithmic where a linear one would show a flat floor and a wall.
    arrows : {"step", "gradient", "parts", "components"}, optional
        What is drawn at each run's current point, as for `Contour`. Both ends of an arrow lie on the surface;
        where one of them is outside, it is left out.
    cloud : bool, default False
        Draw the gradients that each step might have been given, as for `Contour`, on the surface.
    points : int, optional
        How many points of the surface are drawn along each side, from 9 to 401; by default 73, or fewer where
        the objective has more than 100,000 parameters: 23 for a million.
    """

    plane: PlaneSetting = None
    orbit: bool = False
    azimuth: float | None = None
    elevation: Annotated[float, Between(5, 85)] | None = None
    turn: float = 120.0
    height: Literal["linear", "log"] | None = None
    arrows: Arrows | None = None
    cloud: bool = False
    points: Annotated[int, Between(9, 401)] | None = None

    place: ClassVar[Literal["landscape", "chart"]] = "landscape"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "plane", checked_plane(self.plane))

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return a study for each objective."""
        require_landscape(subject, "surface")
        groups = subject.groups()
        chances = cloud_chances(subject, arrows=self.arrows is not None) if self.cloud else {}
        studies = []
        for index, group in enumerate(groups):
            with part(index, len(groups)):
                points = self.points or points_along(subject.objectives[group[0]], POINTS)
                cut = sliced(subject, self.plane, group[0])
                shown = cut.shown()
                acts: list[tuple[Acting, ...]] = []
                if self.arrows:
                    names = shown.objective.variables[:2]
                    acts = [acting(self.arrows, subject, run, cut.shadows, names) for run in group]
                clouds = clouds_of(subject, group, cut.shadows, chances)
                relief = self._relief(shown, points, group, acts, clouds)
                studies.append(_Seen(shown, relief, self._best_shot(shown, relief), self.orbit))
        return studies

    def _relief(
        self,
        subject: Subject,
        points: int,
        group: list[int],
        acts: list[tuple[Acting, ...]],
        clouds: tuple[CloudSeen, ...],
    ) -> Relief:
        grid = sampled_grid(subject.objective, subject.domain, points)
        require_values(subject, grid.values)
        lift = lift_of(grid.values, self.height)
        field = HeightField(
            _unit(grid.xs, subject.domain[0]), _unit(grid.ys, subject.domain[1]), lift(grid.values)
        )
        minima = np.array(subject.objective.minimizers).reshape(-1, 2)
        dots, pointers = raised_clouds(subject, clouds, lambda places: _placed(subject, places, lift))
        return Relief(
            field,
            tuple(_route(subject, run, lift) for run in group),
            _placed(subject, minima, lift),
            tuple(one for run in group for one in _gone(subject, run, lift)),
            _arrows(subject, group, acts, lift) if acts else (),
            dots,
            tuple(_raised(subject, one, lift) for one in pointers),
        )

    def _best_shot(self, subject: Subject, relief: Relief) -> _Shot:
        """Return the way to look at the surface that hides least, of those that the settings leave open."""
        turn = self.turn if self.orbit else 0.0
        turns = (turn, -turn) if self.orbit and self.azimuth is None else (turn,)
        shots = [
            _Shot(azimuth, elevation, by)
            for elevation in (ELEVATIONS if self.elevation is None else (self.elevation,))
            for azimuth in (AZIMUTHS if self.azimuth is None else (self.azimuth,))
            for by in turns
        ]
        if len(shots) == 1:
            return shots[0]
        hidden = _HiddenShares(subject, relief)

        def lean(shot: _Shot) -> float:
            return LEAN * ELEVATIONS.index(shot.elevation) if self.elevation is None else 0.0

        costs = [round(hidden(shot), 2) + lean(shot) for shot in shots]
        return shots[int(np.argmin(costs))]


@dataclass(frozen=True)
class _Shot:
    """A way to look at the surface over the film: the azimuth goes from where it starts by a turn."""

    azimuth: float
    elevation: float
    turn: float


@dataclass(frozen=True, eq=False)
class _Seen(Study):
    """A relief as a camera sees it."""

    subject: Subject
    relief: Relief
    shot: _Shot
    orbit: bool

    def panel(self, box: Box) -> Panel:
        """Return a panel that turns where the camera does."""
        subject, relief, shot = self.subject, self.relief, self.shot
        space = space_of(subject, relief, turning=self.orbit)
        if not self.orbit:
            camera = Camera(shot.azimuth, shot.elevation)
            marks = space.seen(camera, box, fitted=True)
            screen = space.screen(camera, box, fitted=True)
            return Panel("surface", box, (*marks, *notes(subject, relief, screen, box, marks)))
        turning = Track(None, (shot.azimuth, shot.azimuth + shot.turn))
        words = rows_beside(subject, relief, box)
        return TurningPanel("surface", box, words, space=space, azimuth=turning, elevation=shot.elevation)


class _HiddenShares:
    """How much a shot hides of what matters: over the film the current points, the minima and the trails.

    What stands still at the start and the end of the film is looked at longest, and counts most.
    """

    def __init__(self, subject: Subject, relief: Relief) -> None:
        self.relief = relief
        self.minima = relief.minima[np.isfinite(relief.minima).all(axis=1)]
        self.looks = np.linspace(0.0, 1.0, LOOKS)
        self.weights = np.array([3.0, *[1.0] * (LOOKS - 2), 3.0])
        along = [route.density * subject.clock.positions(route.run, self.looks) for route in relief.routes]
        self.reached = np.round(along).astype(int).T.tolist()
        self.horizons: dict[tuple[float, float], Horizon] = {}

    def __call__(self, shot: _Shot) -> float:
        """Return the share from 0, nothing hidden, to 3."""
        shares = [self._at(shot, number) for number in range(LOOKS)]
        return float(np.average(shares, weights=self.weights))

    def _at(self, shot: _Shot, number: int) -> float:
        azimuth = shot.azimuth + shot.turn * float(self.looks[number])
        place = (azimuth % 360.0, shot.elevation)
        if place not in self.horizons:
            self.horizons[place] = Horizon(self.relief.field, Camera(*place), COARSE)
        hidden = self.horizons[place].hidden
        pairs = list(zip(self.relief.routes, self.reached[number], strict=True))
        current = np.array([route.points[index] for route, index in pairs])
        trails = np.concatenate([route.points[: index + 1 : 1 + index // 100] for route, index in pairs])
        total = float(hidden(current).mean()) + float(hidden(trails).mean())
        return total + (float(hidden(self.minima).mean()) if len(self.minima) else 0.0)


def _unit(values: Array, limits: tuple[float, float]) -> Array:
    low, high = limits
    return 2.0 * (values - low) / (high - low) - 1.0


class Lift:
    """Losses to heights from 0 to `HEIGHT_OF_BOX`."""

    def __init__(self, low: float, high: float, knee: float | None) -> None:
        self.low, self.span, self.knee = low, max(high - low, 1e-300), knee

    def __call__(self, losses: Array) -> Array:
        """Return heights."""
        shares = np.clip((losses - self.low) / self.span, -0.1, 1.3)
        if self.knee is not None:
            shares = np.log1p(np.maximum(shares, 0.0) / self.knee) / np.log1p(1.0 / self.knee)
        return np.asarray(HEIGHT_OF_BOX * shares)


def lift_of(values: Array, scale: Literal["linear", "log"] | None) -> Lift:
    """Return how losses become heights: by default so that neither floor nor wall swallows the rest."""
    finite = values[np.isfinite(values)]
    low, high = float(finite.min()), float(finite.max())
    shares = (finite - low) / max(high - low, 1e-300)
    if scale == "log" or (scale is None and float(np.median(shares)) < 0.12):
        return Lift(low, high, max(float(np.quantile(shares, 0.15)), 1e-6))
    return Lift(low, high, None)


def _placed(subject: Subject, places: Array, lift: Lift) -> Array:
    """Return points of the domain ``(m, 2)`` on the surface ``(m, 3)``, nan outside what is drawn."""
    x, y = _unit(places[:, 0], subject.domain[0]), _unit(places[:, 1], subject.domain[1])
    z = lift(subject.values(places))
    inside = (np.abs(x) <= 1.0) & (np.abs(y) <= 1.0)
    return np.where(inside[:, None], np.column_stack([x, y, z]), np.nan)


def _route(subject: Subject, run: int, lift: Lift) -> Route:
    """Return a run's path on the surface: each straight step divided so that it follows the ground."""
    iterates = subject.path(run)
    iterates = ended(iterates, departures(subject.trajectories[run], _fractions(subject, iterates)).last)
    density = divisions(len(iterates) - 1)
    return Route(run, _placed(subject, divided(iterates, density), lift), density)


def _arrows(
    subject: Subject, group: list[int], acts: list[tuple[Acting, ...]], lift: Lift
) -> tuple[Placed, ...]:
    """Return arrows whose ends lie on the surface, nan for those that are too short to be seen."""
    paths = [subject.path(run) for run in group]
    found = []
    scaled = fitted(list(zip(acts, paths, strict=True)), np.array(subject.domain), np.array([2.0, 2.0]))
    for run, path, own in zip(group, paths, scaled, strict=True):
        found += [_raised(subject, one, lift) for one in flat_arrows(run, own, path)]
    return tuple(found)


def _raised(subject: Subject, one: Placed, lift: Lift) -> Placed:
    """Return arrows over the ground with both ends on the surface, nan for those that are too short."""
    tails, heads = _placed(subject, one.tails, lift), _placed(subject, one.heads, lift)
    # False for what is nowhere.
    long = np.linalg.norm(heads - tails, axis=1, keepdims=True) >= SHORTEST_ARROW
    return replace(one, tails=np.where(long, tails, np.nan), heads=np.where(long, heads, np.nan))


def _fractions(subject: Subject, places: Array) -> Array:
    lows, highs = np.array(subject.domain).T
    return np.asarray((places - lows) / (highs - lows))


def _gone(subject: Subject, run: int, lift: Lift) -> list[Gone]:
    """Return where a run leaves the ground, each place on the surface, or beneath where that has a hole."""
    lows, highs = np.array(subject.domain).T
    found = notices(subject, run, _fractions(subject, subject.path(run)))
    heights = [lift(subject.values(lows + one.place * (highs - lows))) for one in found]
    return [
        Gone(one, np.append(2.0 * one.place - 1.0, float(np.nan_to_num(height))))
        for one, height in zip(found, heights, strict=True)
    ]
