"""Local models as they are drawn: level sets or a parabola, the point without slope, and what that is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vizgd.drawing.marks import Line, Mark, Marker, Points, Text, faded
from vizgd.drawing.panel import Axes, Box
from vizgd.drawing.typeset import measured
from vizgd.objectives.objective import Array
from vizgd.views.overlays.conics import VERTICES, conic
from vizgd.views.overlays.model import LocalModel
from vizgd.views.overlays.words import Words, words_at_arrows
from vizgd.views.paths import Path, within
from vizgd.views.view import Subject

COUNT = 3
"""How many level sets: through the run's point, and nearer to where there is no slope."""
ON_SADDLES = (1.0, 0.5)
"""Where on the way those are of which there are four, of two pieces each: more would fill the picture."""
APART = 110.0
"""How far apart they are at most, on the way there."""
SMALLEST = 60.0
"""The half axis of the largest ellipse is no smaller: where a minimum is reached, its curvature is seen."""
FARTHEST = 1e5
"""A point without slope that is farther away is nowhere."""
ROUNDING = 1e-12
"""A curvature that is smaller than this part of the other is none."""
WIDTH = 3.2
DOTTED, DASHED = (1.0, 1.5), (4.0, 2.5)
MARGIN = 40.0
"""How far outside the axes a parabola is still drawn, to be cut off at them."""
RING = 27.0
"""The size of the hollow marker; that of a run is smaller, so that both are seen."""
MARKERS: dict[str, Marker] = {
    "minimum": "circle",
    "minima": "circle",
    "saddle": "diamond",
    "maximum": "triangle",
}
NAMES = {
    "minimum": "model's minimum",
    "minima": "a minimum of the model",
    "saddle": "model's saddle",
    "maximum": "model's maximum",
    "nowhere": "the model has no minimum",
}
"""How the point without slope is marked, and what it is called."""
MOST_SEEN = 400
"""Of so many places of what else is drawn it is asked whether a name would cover them."""
ASIDE = ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0), (0.6, 1.0), (-0.6, 1.0), (0.6, -1.0), (-0.6, -1.0))
"""On which sides of its marker a name may stand."""


def level_set_marks(
    subject: Subject,
    models: Sequence[LocalModel],
    paths: Sequence[Path],
    axes: Axes,
    box: Box,
    seen: Array,
    symbols: Sequence[Mark] = (),
) -> tuple[tuple[Mark, ...], tuple[Mark, ...], tuple[Mark, ...]]:
    """Return the level sets of models in a plane, to lie beneath paths; hollow markers, over them; and names.

    Names keep away from what is ``seen`` in the panel, places ``(m, 2)`` as fractions of the box, and from
    the ``symbols`` at arrows.
    """
    by_run = {path.run: path.places for path in paths}
    lines: list[Mark] = []
    markers: list[Mark] = []
    names: list[Mark] = []
    taken: list[Words] = []
    for model in models:
        picture = _Picture(subject, model, by_run[model.seen.run], axes, box, seen)
        taken = taken or words_at_arrows(symbols, picture.low, picture.scale)
        lines += [*picture.level_sets(), *picture.region(), *picture.jumps()]
        markers += picture.markers()
        names += picture.names(taken)
    return tuple(lines), tuple(markers), tuple(names)


def parabola_marks(
    subject: Subject,
    models: Sequence[LocalModel],
    paths: Sequence[Path],
    axes: Axes,
    box: Box,
    seen: Array,
    symbols: Sequence[Mark] = (),
) -> tuple[tuple[Mark, ...], tuple[Mark, ...], tuple[Mark, ...]]:
    """Return the parabolas of models on a curve, with drops from where they have no slope, as those are."""
    by_run = {path.run: path.places for path in paths}
    lines: list[Mark] = []
    markers: list[Mark] = []
    names: list[Mark] = []
    taken: list[Words] = []
    for model in models:
        picture = _Picture(subject, model, by_run[model.seen.run], axes, box, seen)
        taken = taken or words_at_arrows(symbols, picture.low, picture.scale)
        lines += [*picture.parabolas(), *picture.region(), *picture.drops(subject)]
        markers += picture.markers()
        names += picture.names(taken)
    return tuple(lines), tuple(markers), tuple(names)


class _Picture:
    """A model in a panel, of which it is thought in frame units from the panel's lower left corner."""

    def __init__(
        self, subject: Subject, model: LocalModel, places: Array, axes: Axes, box: Box, seen: Array
    ) -> None:
        self.theme, self.model = subject.theme, model
        self.style = subject.theme.role("model")
        self.unit = np.array([box.width, box.height])
        self.seen = seen[:: 1 + len(seen) // MOST_SEEN] * self.unit
        limits = np.array([axes.x.limits, axes.y.limits])
        self.low, self.scale = limits[:, 0], np.ptp(limits, axis=1) / self.unit  # data per unit
        rows = model.seen.rows
        # A run that is outside has no model in the picture: nobody would see whose it is.
        self.points = self._units(within(axes, places[rows]))
        self.next = self._units(places[np.minimum(rows + 1, len(places) - 1)])
        with np.errstate(all="ignore"):
            ways = model.jumps
            if ways.shape[1] == 1:  # on a curve it goes down, too: by half of what the slope alone would give
                ways = np.column_stack([ways, model.gradients * ways / 2])
            self.centers = self.points + ways / self.scale
            far = np.abs(self.centers).max(axis=1) > FARTHEST
        self.centers[far] = np.nan

    def _units(self, places: Array) -> Array:
        return np.asarray((places - self.low) / self.scale)

    def _data(self, points: Array) -> Array:
        return np.asarray(self.low + points * self.scale)

    def level_sets(self) -> list[Mark]:
        """Return the level sets at each iterate, those nearer to the point without slope stronger."""
        matrices = self.model.matrices * np.outer(self.scale, self.scale)
        gradients = self.model.gradients * self.scale
        window = np.array([[0.0, 0.0], self.unit])
        curves = np.full((2 * len(ON_SADDLES), len(self.points), VERTICES + 3, 2), np.nan)
        for row, (point, center) in enumerate(zip(self.points, self.centers, strict=True)):
            if not (np.isfinite(point).all() and np.isfinite(matrices[row]).all()):
                continue
            bases = _bases(point, center, gradients[row], matrices[row])
            for level, base in enumerate(bases):
                slope = gradients[row] + matrices[row] @ (base - point)
                curves[level, row] = conic(base, slope, matrices[row], window)
        shown = [level for level in curves if np.isfinite(level).any()]
        return [
            Line(self.model.seen.track(self._data(level)), faded(self.style.color, 0.85), WIDTH)
            for level in shown
        ]

    def parabolas(self) -> list[Mark]:
        """Return the parabola at each iterate, as far as it is seen."""
        width, height = self.unit
        slopes = self.model.gradients[:, 0] * self.scale[0] / self.scale[1]
        bends = self.model.matrices[:, 0, 0] * self.scale[0] ** 2 / self.scale[1]
        curves = np.full((len(self.points), VERTICES, 2), np.nan)
        for curve, (x, y), slope, bend in zip(curves, self.points, slopes, bends, strict=True):
            if not np.isfinite([x, y, slope, bend]).all():
                continue
            edge = height + MARGIN if bend > 0 else -MARGIN
            # Where it reaches the edge towards which it opens: the larger root first, which loses no digits.
            inner = np.sqrt(slope**2 + 2.0 * bend * (edge - y))
            larger = -(slope + np.copysign(inner, slope))
            with np.errstate(divide="ignore", invalid="ignore"):
                ends = x + np.array([larger / bend, -2.0 * (edge - y) / larger])
            ends = (
                np.nan_to_num(np.sort(ends), nan=0.0) if np.isfinite(ends).all() else np.array([0.0, width])
            )
            along = np.linspace(max(float(ends[0]), -MARGIN), min(float(ends[1]), width + MARGIN), VERTICES)
            curve[:] = np.column_stack([along, y + (slope + bend / 2 * (along - x)) * (along - x)])
        if not np.isfinite(curves).any():
            return []
        return [Line(self.model.seen.track(self._data(curves)), faded(self.style.color, 0.9), 1.2 * WIDTH)]

    def drops(self, subject: Subject) -> list[Mark]:
        """Return the drops from the points without slope to the curve, dotted."""
        places = self._data(self.centers)
        shown = np.isfinite(places).all(axis=1)
        ground = subject.values(np.where(shown, places[:, 0], 0.0)[:, None])
        drops = np.stack([places, np.column_stack([places[:, 0], ground])], axis=1)
        drops[~np.isfinite(drops).all(axis=(1, 2))] = np.nan
        return self._dotted(drops)

    def _dotted(self, ways: Array) -> list[Mark]:
        if not np.isfinite(ways).any():
            return []
        return [Line(self.model.seen.track(ways), self.style.color, 3.4, DOTTED)]

    def region(self) -> list[Mark]:
        """Return the edge of where a step with a radius may end, dashed."""
        region = self.model.region
        if region is None:
            return []
        if region.shape[2] == 1:
            # On a curve these are two upright lines.
            across = self.points[:, None, :1] + region / self.scale[0]
            edges = [
                (across[:, side, :], np.full((1, 1), up)) for side in (0, 1) for up in (0.0, self.unit[1])
            ]
            rows = [np.column_stack([x[:, 0], np.broadcast_to(y[0], len(x))]) for x, y in edges]
            gap = np.full_like(rows[0], np.nan)
            corners = np.stack([*rows[:2], gap, *rows[2:]], axis=1)
        else:
            corners = self.points[:, None] + region / self.scale
        if not np.isfinite(corners).any():
            return []
        return [Line(self.model.seen.track(self._data(corners)), self.style.color, WIDTH, DASHED)]

    def jumps(self) -> list[Mark]:
        """Return the way to the point without slope, dotted."""
        ways = np.stack([self.points, self.centers], axis=1)
        ways = np.where(np.isfinite(ways).all(axis=(1, 2), keepdims=True), ways, np.nan)
        return self._dotted(self._data(ways))

    def markers(self) -> list[Mark]:
        """Return the hollow markers of points without slope, each kind by itself."""
        natures, places = np.array(self.model.natures), self._data(self.centers)
        found: list[Mark] = []
        for nature, marker in MARKERS.items():
            own = np.where((natures == nature)[:, None], places, np.nan)
            if np.isfinite(own).any():
                track, hollow = self.model.seen.track(own), faded(self.theme.outline, 0.0)
                found.append(Points(track, marker, RING, hollow, self.style.color, 4.0, name="model"))
        return found

    def names(self, taken: list[Words]) -> list[Mark]:
        """Return what the points without slope are, each beside its marker, and that there is none."""
        natures = np.array(self.model.natures)
        marks: list[Mark] = []
        for nature, words in NAMES.items():
            at = self.points if nature == "nowhere" else self.centers
            # Where it has been reached, there is nothing to say of it.
            near = np.hypot(*(self.centers - self.points).T) < RING
            at = np.where(((natures == nature) & ~near)[:, None] & np.isfinite(self.points), at, np.nan)
            half = np.array(measured(words, self.theme.tick_size)) / 2
            places = self._beside(at, half, taken)
            if np.isfinite(places).any():
                taken.append(Words(self.model.seen, places, half))
                marks.append(self._said(words, places))
        return marks

    def _said(self, words: str, places: Array) -> Text:
        theme = self.theme
        return Text(
            self.model.seen.track(self._data(places)),
            words,
            theme.tick_size,
            self.style.color,
            "center",
            "center",
            casing=theme.outline,
            casing_width=5.0,
        )

    def _beside(self, at: Array, half: Array, taken: Sequence[Words]) -> Array:
        """Return where the middle of words of a half width and height stands, nan for nowhere.

        Beside a marker, where they cover least of the step that leaves the iterate, and no other words.
        """
        best, least = np.full_like(at, np.nan), np.full(len(at), np.inf)
        with np.errstate(invalid="ignore"):
            for order, side in enumerate(ASIDE):
                middle = at + np.array(side) * (half + RING / 2 + 6.0)
                covered = (np.abs(self.seen - middle[:, None]) < half + 8.0).all(axis=2).sum(axis=1)
                cost = 0.3 * order + 0.5 * covered
                for share in np.linspace(0.0, 1.0, 7):
                    spot = self.points + share * (self.next - self.points)
                    cost += (np.abs(spot - middle) < half + 16.0).all(axis=1)
                wrong = ((middle - half < 4.0) | (middle + half > self.unit - 4.0)).any(axis=1)
                for other in taken:
                    wrong |= other.cover(self.model.seen, middle, half)
                better = ~wrong & (cost < least) & np.isfinite(middle).all(axis=1)
                best[better], least[better] = middle[better], cost[better]
        return best


def _bases(point: Array, center: Array, gradient: Array, matrix: Array) -> list[Array]:
    """Return points through which level sets are drawn: the run's, and others on the way to the center."""
    curvatures, vectors = np.linalg.eigh(matrix)
    if not (matrix.any() or gradient.any()):
        return []
    if not np.isfinite(center).all():
        # No such point: towards it is the way down along which the quadratic does not bend.
        flat = int(np.abs(curvatures).argmin())
        way = -np.sign(vectors[:, flat] @ gradient) * vectors[:, flat]
        return [point + APART * step * way for step in range(COUNT)]
    away = point - center
    distance = float(np.hypot(*away))
    along = vectors.T @ away
    level = 0.5 * float(np.abs(curvatures) @ along**2)
    with np.errstate(divide="ignore"):
        half = float(np.sqrt(2.0 * level / np.abs(curvatures).min()))
    if half < SMALLEST:
        steepest = vectors[:, int(np.abs(curvatures).argmin())]
        away = away * (SMALLEST / half) if half > 1e-9 * SMALLEST else SMALLEST * steepest
        distance = float(np.hypot(*away))
    step = min(1.0 / COUNT, APART / distance)
    bases = [center + (1.0 - step * k) * away for k in range(COUNT)]
    if curvatures[0] < -ROUNDING * curvatures[1] and curvatures[1] > -ROUNDING * curvatures[0]:
        # On the other side of a saddle the surface goes the other way: by as much.
        ratio = np.sqrt(-curvatures[0] / curvatures[1])
        along = vectors.T @ away
        across = vectors @ np.array([along[1] / ratio, along[0] * ratio])
        bases = [center + share * way for way in (away, across) for share in ON_SADDLES]
    return bases
