"""The objective from above: filled contours and the paths of the runs, with one scale on both axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from vizgd.marks import Line, Mark, Points, Polygons, Text
from vizgd.objectives.objective import Array
from vizgd.panel import Axes, Box, Panel
from vizgd.theme import Theme, blended
from vizgd.ticks import linear_axis
from vizgd.views.grid import Grid, levels, require_dimension, sampled_grid
from vizgd.views.paths import Path, marker_marks, path_marks
from vizgd.views.settings import Between
from vizgd.views.view import Scene, View

GRID_POINTS = 241
WIDEST = 3.0
"""Axes whose lengths differ by more than this factor do not share one scale: a panel would be a sliver."""


@dataclass(frozen=True)
class Contour(View):
    """Filled contours of a two-parameter objective with every run's path.

    A gradient is perpendicular to the contours only where both axes have the same scale, so they have, unless
    the domain is more than three times as long one way as the other.

    Parameters
    ----------
    side_by_side : bool, default False
        A panel for each run instead of one for all.
    level_count : int, default 12
        How many contours, 1 to 60.
    reference : pair of float, optional
        Another point to mark, such as the parameters from which data were made.
    reference_label : str, default ""
        What that point is.
    minimum_label : str, default ""
        What the minimum is, where that wants saying: the fit to some data.
    """

    side_by_side: bool = False
    level_count: Annotated[int, Between(1, 60)] = 12
    reference: tuple[float, float] | None = None
    reference_label: str = ""
    minimum_label: str = ""

    place: ClassVar[Literal["landscape", "chart"]] = "landscape"

    def cells(self, scene: Scene) -> int:
        """Return one cell, or one a run."""
        return len(scene.trajectories) if self.side_by_side else 1

    def aspect(self, scene: Scene) -> float | None:
        """Return the domain's own aspect where the axes can share a scale."""
        require_dimension(scene.objective, 2, "contour")
        (left, right), (bottom, top) = scene.domain
        aspect = (right - left) / (top - bottom)
        return aspect if 1 / WIDEST <= aspect <= WIDEST else None

    def panels(self, scene: Scene, boxes: Sequence[Box]) -> tuple[Panel, ...]:
        """Return one panel a box: all runs in one, or one run in each."""
        require_dimension(scene.objective, 2, "contour")
        ground = contour_marks(sampled_grid(scene.objective, scene.domain, GRID_POINTS), scene.theme, self)
        minima = np.array(scene.objective.minimizers).reshape(-1, 2)
        runs = range(len(scene.trajectories))
        groups = [[run] for run in runs] if self.side_by_side else [list(runs)]
        panels = []
        for box, group in zip(boxes, groups, strict=True):
            axes = self._axes(scene, group, box)
            paths = [Path(run, scene.path(run)) for run in group]
            notes = (*marker_marks(scene, paths, axes, box), *self._named_points(scene, minima))
            panels.append(
                Panel("contour", box, (*ground, *path_marks(scene, paths, minima, axes, box)), axes, notes)
            )
        return tuple(panels)

    def _named_points(self, scene: Scene, minima: Array) -> tuple[Mark, ...]:
        """Return the reference point with its name above it, and the name of the minima below them."""
        theme = scene.theme
        marks: list[Mark] = []
        if self.reference is not None:
            place = np.array(self.reference, dtype=float)
            marks.append(Points(place, "cross", 20.0, theme.text, theme.outline, 2.0, name="reference"))
            marks.append(_name(theme, place, self.reference_label, "bottom", 12.0))
        if self.minimum_label:
            marks += [_name(theme, place, self.minimum_label, "top", -24.0) for place in minima]
        return tuple(marks)

    def _axes(self, scene: Scene, group: list[int], box: Box) -> Axes:
        (x, y), style = scene.objective.variables[:2], scene.axes_style
        per_unit = 1 / 105
        return Axes(
            linear_axis(scene.domain[0], x, max(3, round(box.width * per_unit) + 1)),
            linear_axis(scene.domain[1], y, max(3, round(box.height * per_unit) + 1)),
            style,
            scene.labels[group[0]] if self.side_by_side else "",
            scene.style(group[0]).color if self.side_by_side else None,
        )


def _name(theme: Theme, place: Array, text: str, vertical: Literal["top", "bottom"], up: float) -> Text:
    return Text(
        place,
        text,
        theme.tick_size,
        theme.text,
        "left",
        vertical,
        offset=(18.0, up),
        casing=theme.outline,
        casing_width=4.0,
    )


def contour_marks(grid: Grid, theme: Theme, view: Contour) -> tuple[Mark, ...]:
    """Return the filled bands and the contour lines of a grid.

    Each band is painted from its level upwards over the ones below, so that neighbours leave no hairline.
    """
    from contourpy import FillType, LineType, contour_generator

    at = levels(grid.values, view.level_count)
    (left, right), (bottom, top) = (grid.xs[[0, -1]], grid.ys[[0, -1]])
    ground = np.array([(left, bottom), (right, bottom), (right, top), (left, top)])
    colors = blended(theme.contour_map, np.arange(len(at) + 1) / max(len(at), 1))
    rings, owners = [ground], [0]
    if len(at) == 0:
        return (_polygons(rings, owners, colors),)
    generator: Any = contour_generator(
        grid.xs,
        grid.ys,
        np.ma.masked_invalid(grid.values),
        fill_type=FillType.OuterOffset,
        line_type=LineType.Separate,
    )
    ceiling = np.nextafter(float(np.nanmax(grid.values)), np.inf)
    fills = [colors[0]]
    for level, color in zip(at, colors[1:], strict=True):
        for vertices, starts in zip(*generator.filled(level, ceiling), strict=True):
            holes_too = np.split(vertices, starts[1:-1].astype(np.intp))
            rings += holes_too
            owners += [len(fills)] * len(holes_too)
            fills.append(color)
    marks: list[Mark] = [_polygons(rings, owners, np.array(fills))]
    lines: list[Array] = [line for level in at for line in generator.lines(level)]
    if lines:
        gap = np.full((1, 2), np.nan)
        joined = np.concatenate([part for line in lines for part in (line, gap)][:-1])
        marks.append(Line(joined, theme.contour_line, 1.5))
    return tuple(marks)


def _polygons(rings: list[Array], owners: list[int], fills: Array) -> Polygons:
    starts = np.concatenate([[0], np.cumsum([len(ring) for ring in rings])[:-1]])
    return Polygons(np.concatenate(rings), starts, np.array(owners), fills)
