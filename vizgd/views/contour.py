"""The objective from above: filled contours and the paths of the runs, with one scale on both axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from vizgd.base.settings import Between
from vizgd.drawing.marks import Line, Mark, Points, Polygons, Text
from vizgd.drawing.panel import Axes, Box, Panel
from vizgd.drawing.theme import Theme, blended
from vizgd.drawing.typeset import measured
from vizgd.objectives.objective import Array, Objective
from vizgd.views.clearance import evenly_spaced
from vizgd.views.departure import fractions
from vizgd.views.grid import Grid, filled_in, levels, require_landscape, require_values, sampled_grid
from vizgd.views.overlays.acts import Acting
from vizgd.views.overlays.arrows import arrow_marks, flat_arrows
from vizgd.views.overlays.batch_loss import loss_marks, losses_of
from vizgd.views.overlays.chance import Chance
from vizgd.views.overlays.cloud import CloudSeen, cloud_chances, cloud_marks, clouds_of
from vizgd.views.overlays.ghosts import ghost_marks, ghost_note
from vizgd.views.overlays.model import LocalModel, local_models
from vizgd.views.overlays.model_marks import level_set_marks
from vizgd.views.overlays.trials import Trials, trial_marks, trials_of
from vizgd.views.overlays.vectors import Arrows, acting, fitted
from vizgd.views.paths import Path, marker_marks, path_marks
from vizgd.views.rulers import level_axis, upright_axis
from vizgd.views.slices import PlaneSetting, checked_plane, points_along, sliced
from vizgd.views.view import Study, Subject, View

GRID_POINTS = 241
SLICE_POINTS = 81
"""Points of a slice along each side: a network takes a thousand times as long as a formula."""
WIDEST = 3.0
"""Axes whose lengths differ by more than this factor do not share one scale: a panel would be a sliver."""
WIDEST_SLICE = 1.5
"""A slice is as wide for its height as the panel that it is in, up to this."""
BESIDE = 18.0
"""How far from the middle of a point its name begins."""
CORNERS = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])


@dataclass(frozen=True)
class Contour(View):
    """Filled contours of an objective with every run's path, on a plane where it has more than two.

    A gradient is perpendicular to the contours only where both axes have the same scale, so they have, unless
    the domain is more than three times as long one way as the other.

    On a plane, paths are projected orthogonally: what is drawn is their shadow, and the landscape's height
    there need not be the loss of the run. Only those minima are marked that lie in the plane.

    Parameters
    ----------
    side_by_side : bool, default False
        A panel for each run instead of one for all; objectives that differ have panels of their own anyway.
    plane : optional
        Where an objective of d parameters is cut. ``"pca"``, the default for d > 2: the first two principal
        components of all iterates together, through the last iterate of the run with the lowest loss.
        ``"random"``: two random filter-normalized directions through it. Two coordinates, by name or number
        from 0: the others are those of the nearest known minimizer, or else of that iterate. Two directions,
        ``(2, d)``, through that iterate. In Python also a `Plane`.
    level_count : int, default 12
        How many contours, 1 to 60.
    reference : pair of float, optional
        Another point to mark, such as the parameters from which data were made.
    reference_label : str, default ""
        What that point is.
    minimum_label : str, default ""
        What the minimum is, where that wants saying: the fit to some data.
    arrows : {"step", "gradient", "parts", "components"}, optional
        What is drawn at each run's current point: the step that leaves it; the negative gradient, as long as
        its name says; the vectors that add up to the step, tip to tail, and the step, which is drawn alone
        where the rule tells no parts; or the step along each axis. The last ones stay as ghosts. On a plane
        they are projected as paths are.
    cloud : bool, default False
        Draw 200 gradients that each step of a run over batches or under noise might have been given, as dots
        where plain gradient descent would have gone with each; of other rules, and where such steps are too
        short to be seen, as far downhill as the arrows' names say. The arrows are the exact gradient, wide
        and gray, and the one that was drawn.
    model : bool, default False
        Draw the quadratic that Newton's method minimizes, for any optimizer, at each run's current point: its
        level sets, the first through the point, and where it has no slope. On a plane its level sets are
        shadows, and there are none where it has no minimum.
    trials : bool, default False
        Draw where a method of scipy evaluated the objective before each step, as ghosts in that order.
    batch_contours : bool, default False
        Draw contours of what each step of a run with a sampler or noise sees in place of the objective, the
        loss of its batch, in the run's color: the strongest goes through the run's point.
    points : int, optional
        At how many points along each side the objective is evaluated, from 9 to 401; by default 241, and 81
        on a plane, or fewer where it has more than 80,000 parameters: 23 for a million. Between few points
        contours run smoothly, and values never beyond those on either side.
    """

    side_by_side: bool = False
    plane: PlaneSetting = None
    level_count: Annotated[int, Between(1, 60)] = 12
    reference: tuple[float, float] | None = None
    reference_label: str = ""
    minimum_label: str = ""
    arrows: Arrows | None = None
    cloud: bool = False
    model: bool = False
    trials: bool = False
    batch_contours: bool = False
    points: Annotated[int, Between(9, 401)] | None = None

    place: ClassVar[Literal["landscape", "chart"]] = "landscape"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "plane", checked_plane(self.plane))

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return a study for all runs of an objective, or one for each run."""
        require_landscape(subject, "contour")
        groups = subject.groups(apart=self.side_by_side)
        landscapes: dict[int, _Landscape] = {}
        chances = cloud_chances(subject, arrows=self.arrows is not None) if self.cloud else {}
        losses = losses_of(subject) if self.batch_contours else {}
        studies = []
        for group in groups:
            objective = subject.objectives[group[0]]
            if id(objective) not in landscapes:
                cut = sliced(subject, self.plane, group[0])
                landscapes[id(objective)] = _Landscape(
                    cache(cut.shown), cache(partial(self._ground, objective)), cut.shadows, cut.params
                )
            apart = self.side_by_side or len(groups) > 1
            title = ", ".join(subject.labels[run] for run in group) if apart else ""
            landscape = landscapes[id(objective)]
            acts = self._acting(subject, landscape, group) if self.arrows else ()
            clouds = clouds_of(subject, group, landscape.shadows, chances)
            models = local_models(subject, group, landscape.shadows) if self.model else ()
            tried = trials_of(subject, group, landscape.shadows) if self.trials else ()
            own = tuple(losses[run] for run in group if run in losses)
            studies.append(_Contours(self, landscape, group, title, acts, clouds, models, tried, own))
        return studies

    def _acting(
        self, subject: Subject, landscape: _Landscape, group: list[int]
    ) -> tuple[tuple[Acting, ...], ...]:
        """Return what acts in each of some runs."""
        assert self.arrows is not None
        names = landscape.shown(1.0).objective.variables[:2]
        return tuple(acting(self.arrows, subject, run, landscape.shadows, names) for run in group)

    def _ground(self, objective: Objective, shown: Subject) -> tuple[Mark, ...]:
        """Return the contours of an objective, or of what is shown of it on a plane."""
        usual = GRID_POINTS if objective.dimension == 2 else SLICE_POINTS
        points = points_along(objective, usual) if self.points is None else self.points
        grid = filled_in(sampled_grid(shown.objective, shown.domain, points), SLICE_POINTS)
        require_values(shown, grid.values)
        return contour_marks(grid, shown.theme, self.level_count)


@dataclass(frozen=True, eq=False)
class _Landscape:
    """What panels of one objective share.

    It is how much is shown in a shape, the contours of that, what is seen of vectors, and the parameters at
    places.
    """

    shown: Callable[[float], Subject]
    ground: Callable[[Subject], tuple[Mark, ...]]
    shadows: Callable[[Array], Array]
    params: Callable[[Array], Array]


@dataclass(frozen=True, eq=False)
class _Contours(Study):
    """Some runs on the landscape of their objective, of which so much is shown as suits a shape."""

    view: Contour
    landscape: _Landscape
    group: list[int]
    title: str
    acts: tuple[tuple[Acting, ...], ...] = ()
    clouds: tuple[CloudSeen, ...] = ()
    models: tuple[LocalModel, ...] = ()
    tried: tuple[Trials, ...] = ()
    losses: tuple[Chance, ...] = ()
    shape: float = 1.0

    @property
    def subject(self) -> Subject:
        return self.landscape.shown(self.shape)

    @property
    def aspect(self) -> float | None:
        """The domain's own aspect where the axes can share a scale."""
        return shared_scale(self.subject.domain)

    def shaped(self, aspect: float) -> Study:
        """Return it with a plane's window that fills a wider box."""
        return replace(self, shape=min(max(aspect, 1.0), WIDEST_SLICE))

    def axes(self, box: Box) -> Axes:
        """Return axes with a scale in which as many ticks have room as in their neighbors'."""
        subject = self.subject
        x, y = subject.objective.variables[:2]
        return Axes(
            level_axis(subject, box, subject.domain[0], x, more=1),
            upright_axis(subject, box, subject.domain[1], y, every=105.0, more=1),
            subject.axes_style,
            " · ".join(filter(None, (self.title, ghost_note(subject, self.group), subject.note))),
            subject.style(self.group[0]).color if self.title and len(self.group) == 1 else None,
        )

    def panel(self, box: Box) -> Panel:
        """Return the landscape with all paths of its runs on it."""
        subject, axes = self.subject, self.axes(box)
        ground = self.landscape.ground(subject)
        minima = np.array(subject.objective.minimizers).reshape(-1, 2)
        paths = [Path(run, subject.path(run)) for run in self.group]
        trails = [evenly_spaced(fractions(axes, path.places), box) for path in paths]
        stars = fractions(axes, minima)[:, None] + subject.theme.minimum_size * CORNERS / (
            box.width,
            box.height,
        )
        seen = np.concatenate([*trails, stars.reshape(-1, 2)])
        names = self._named_points(minima, axes, box, seen)
        arrows, symbols = self._arrows(paths, axes, box)
        models, rings, told = level_set_marks(subject, self.models, paths, axes, box, seen, symbols)
        ghosts, numbers = trial_marks(subject, self.tried, paths, axes, box)
        notes = (*symbols, *marker_marks(subject, paths, axes, box), *names, *told, *numbers)
        swarm = ghost_marks(subject, self.group, axes, box)
        ground = (*ground, *swarm, *self._losses(paths, axes), *models)
        marks = (*ground, *path_marks(subject, paths, minima, axes, box), *ghosts, *rings, *arrows)
        return Panel("contour", box, marks, axes, notes)

    def _arrows(self, paths: list[Path], axes: Axes, box: Box) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        """Return what acts at the runs' points, and what it is called."""
        if self.clouds:
            return cloud_marks(self.subject, self.clouds, paths, axes, box)
        if not self.acts:
            return (), ()
        pairs = [(acts, path.places) for acts, path in zip(self.acts, paths, strict=True)]
        limits = np.array([axes.x.limits, axes.y.limits])
        scaled = fitted(pairs, limits, np.array([box.width, box.height]))
        placed = [
            one
            for path, acts in zip(paths, scaled, strict=True)
            for one in flat_arrows(path.run, acts, path.places)
        ]
        return arrow_marks(self.subject, placed, paths, axes, box)

    def _losses(self, paths: list[Path], axes: Axes) -> tuple[Mark, ...]:
        """Return the contours of what the steps of each run see."""
        own = {path.run: path for path in paths}
        pairs = ((chance, own[chance.run]) for chance in self.losses)
        return tuple(
            line
            for chance, path in pairs
            for line in loss_marks(self.subject, chance, path, self.landscape.params, axes)
        )

    def _named_points(self, minima: Array, axes: Axes, box: Box, seen: Array) -> tuple[Mark, ...]:
        """Return the reference point with its name above it, and the name of the minima below them."""
        view, subject = self.view, self.subject
        theme = subject.theme
        marks: list[Mark] = []
        if view.reference is not None:
            given = np.array(view.reference, dtype=float)
            lows, highs = np.array(subject.domain).T
            place, text = np.clip(given, lows, highs), view.reference_label
            if (place != given).any():
                # At the edge, so that it is not written over what stands beside the axes.
                text = f"{text or 'reference'} (outside)"
            marks.append(Points(place, "cross", 20.0, theme.text, theme.outline, 2.0, name="reference"))
            marks.append(_name(subject, place, text, 12.0, axes, box, seen))
        if view.minimum_label:
            lows, highs = np.array(subject.domain).T
            inside = minima[((minima >= lows) & (minima <= highs)).all(axis=1)]
            marks += [_name(subject, place, view.minimum_label, -24.0, axes, box, seen) for place in inside]
        return tuple(marks)


def shared_scale(domain: Sequence[tuple[float, float]]) -> float | None:
    """Return the width over height of a domain whose axes can share a scale; None where it is a sliver."""
    (left, right), (bottom, top) = domain
    aspect = (right - left) / (top - bottom)
    return aspect if 1 / WIDEST <= aspect <= WIDEST else None


def _name(subject: Subject, place: Array, text: str, up: float, axes: Axes, box: Box, seen: Array) -> Text:
    """Return what a point is called, so far above it, or below where that is negative.

    It stands on that side where less of what is ``seen``, as fractions of the box, lies behind it; of equals,
    and where it does not fit on both, where there is more room.
    """
    theme = subject.theme
    wide, high = measured(text, theme.tick_size)
    point, unit = fractions(axes, place[None])[0], np.array([box.width, box.height])

    def cost(side: float) -> tuple[bool, int, float]:
        middle = point + np.array([side * (BESIDE + wide / 2), up + np.copysign(high / 2, up)]) / unit
        half = np.array([wide, high]) / 2 / unit
        outside = bool(middle[0] - half[0] < 0.0 or middle[0] + half[0] > 1.0)
        covered = int((np.abs(seen - middle) < half).all(axis=1).sum())
        return outside, covered, float(side * (point[0] - 0.5))

    side = min((1.0, -1.0), key=cost)
    return Text(
        place,
        text,
        theme.tick_size,
        theme.text,
        "left" if side > 0 else "right",
        "bottom" if up > 0 else "top",
        offset=(BESIDE * side, up),
        casing=theme.outline,
        casing_width=4.0,
    )


def contour_marks(grid: Grid, theme: Theme, level_count: int) -> tuple[Mark, ...]:
    """Return the filled bands and the contour lines of a grid.

    Each band is painted from its level upwards over the ones below, so that neighbours leave no hairline.
    Where there is no value, nothing is painted.
    """
    from contourpy import FillType, LineType, contour_generator

    at = levels(grid.values, level_count)
    (left, right), (bottom, top) = (grid.xs[[0, -1]], grid.ys[[0, -1]])
    ground = np.array([(left, bottom), (right, bottom), (right, top), (left, top)])
    colors = blended(theme.contour_map, np.arange(len(at) + 1) / max(len(at), 1))
    everywhere = bool(np.isfinite(grid.values).all())
    if len(at) == 0 and everywhere:
        return (_polygons([ground], [0], colors),)
    generator: Any = contour_generator(
        grid.xs,
        grid.ys,
        np.ma.masked_invalid(grid.values),
        fill_type=FillType.OuterOffset,
        line_type=LineType.Separate,
        corner_mask=True,
    )
    # A little wider than the values: they are squeezed between levels that differ.
    low, high = float(np.nanmin(grid.values)), float(np.nanmax(grid.values))
    room = max(1e-9 * max(abs(low), abs(high)), 1e-300)
    ceiling = np.nextafter(high, np.inf) if len(at) else high + room
    rings, owners, fills = ([ground], [0], [colors[0]]) if everywhere else ([], [], [])
    bands = list(zip(at, colors[1:], strict=True))
    for level, color in bands if everywhere else [(low - room, colors[0]), *bands]:
        for vertices, starts in zip(*generator.filled(level, ceiling), strict=True):
            holes_too = np.split(vertices, starts[1:-1].astype(np.intp))
            rings += holes_too
            owners += [len(fills)] * len(holes_too)
            fills.append(color)
    marks: list[Mark] = [_polygons(rings, owners, np.array(fills))] if rings else []
    lines: list[Array] = [line for level in at for line in generator.lines(level)]
    if lines:
        gap = np.full((1, 2), np.nan)
        joined = np.concatenate([part for line in lines for part in (line, gap)][:-1])
        marks.append(Line(joined, theme.contour_line, 1.5))
    return tuple(marks)


def _polygons(rings: list[Array], owners: list[int], fills: Array) -> Polygons:
    starts = np.concatenate([[0], np.cumsum([len(ring) for ring in rings])[:-1]])
    return Polygons(np.concatenate(rings), starts, np.array(owners), fills)
