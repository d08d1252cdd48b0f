"""Learning rate times curvature on a number line, where 2 is the limit of gradient descent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.base.formatting import number
from vizgd.drawing.marks import Arrow, Line, Mark, Points, Polygons, Text, faded
from vizgd.drawing.panel import Axes, Axis, Box, Panel
from vizgd.drawing.typeset import measured
from vizgd.objectives.objective import Array, Objective
from vizgd.optimizers.adapters import optimizer_from
from vizgd.optimizers.descent import GradientDescent
from vizgd.views.moments import Seen, seen_iterates
from vizgd.views.view import Study, Subject, View

ZONES = (
    (0.0, 1.0, 0.05, ("monotone",)),
    (1.0, 2.0, 0.13, ("alternates, converges", "alternates")),
    (2.0, np.inf, 0.26, ("diverges",)),
)
"""Where a step does what to the distance, how dark that is, and how it is called, in words and in fewer."""
LEFT, RIGHT, CONCAVE = -0.15, 2.75, -0.8
"""What is seen of the line; more on the left where a curvature is negative."""
BLOCK = 1 << 20
"""Of how many numbers the Hessians may be that are computed at once."""
TRIED = 16
"""Points of the domain, at which the Hessian of a quadratic is the same as along the paths."""
GAP = 10.0
ARROW = 40.0


@dataclass(frozen=True)
class Stability(View):
    """Learning rate α times curvature L of runs of plain gradient descent, and the factor 1 − αL beside it.

    Along the direction of curvature L of a quadratic, each step multiplies the distance from the minimum by
    1 − αL: it comes closer from one side up to αL = 1, from side to side up to 2, and goes away beyond
    (Polyak 1964; Nesterov 2018, section 1.2.3). L is the largest eigenvalue of the Hessian, f″ where there is
    one parameter: everywhere the same on a quadratic, and else that at each run's current point, which moves.
    """

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return the one study.

        Raises
        ------
        UsageError
            When a run is not plain gradient descent, or its second derivatives are not known.
        """
        for run, objective in enumerate(subject.objectives):
            optimizer = optimizer_from(subject.optimizers[run]) if subject.optimizers else None
            if type(optimizer) is not GradientDescent:
                raise UsageError(
                    f"αL below 2 is the limit of plain gradient descent, but run {run + 1} is another method",
                    hint='leave the view "stability" out',
                )
            if subject.tasks and not subject.tasks[run].exact:
                raise UsageError(
                    f"αL below 2 is the limit with exact gradients, but those of run {run + 1} are not exact",
                    hint='leave the view "stability" out',
                )
            if objective.hessian is None:
                raise UsageError(
                    f"the curvature of {objective.name!r} cannot be shown",
                    why="its second derivatives are not known",
                    hint='leave the view "stability" out',
                )
        runs = range(len(subject.trajectories))
        seen = [seen_iterates(subject, run) for run in runs]
        found = [_curvatures(subject, run, one) for run, one in zip(runs, seen, strict=True)]
        products = []
        for run, one in zip(runs, seen, strict=True):
            rates = subject.trajectories[run].learning_rates
            last = max(len(rates) - 1, 0)
            own = rates[np.minimum(one.rows, last)] if len(rates) else np.full(len(one.rows), np.nan)
            with np.errstate(over="ignore", invalid="ignore"):
                product = own * found[run][0]
            products.append(np.where(np.isfinite(product), product, np.nan))
        constants = [constant for _, constant in found]
        return [_NumberLine(subject, seen, products, constants)]


def _curvatures(subject: Subject, run: int, seen: Seen) -> tuple[Array, float | None]:
    """Return the largest curvature at some iterates, and that of a quadratic; None of anything else."""
    objective, iterates = subject.objectives[run], subject.trajectories[run].iterates[seen.rows]
    low, high = np.array(objective.domain).T
    places = low + (high - low) * np.random.default_rng(0).random((TRIED, objective.dimension))
    block = max(1, BLOCK // objective.dimension**2)
    every = np.concatenate([places, iterates])
    largest = np.full(len(every), np.nan)
    first = _hessians(objective, places[:1])[0]
    same = bool(np.isfinite(first).all())
    for begin in range(0, len(every), block):
        hessians = _hessians(objective, every[begin : begin + block])
        finite = np.asarray(np.isfinite(hessians).all(axis=(1, 2)))
        known = np.where(finite[:, None, None], hessians, 0.0)
        largest[begin : begin + block] = np.where(finite, np.linalg.eigvalsh(known)[:, -1], np.nan)
        with np.errstate(invalid="ignore"):
            apart = np.abs(hessians - first).max()
        same &= bool(apart <= 1e-9 * np.abs(first).max())
    return largest[TRIED:], float(largest[0]) if same else None


def _hessians(objective: Objective, places: Array) -> Array:
    assert objective.hessian is not None
    with np.errstate(all="ignore"):
        return np.asarray(objective.hessian(places), dtype=float)


@dataclass(frozen=True, eq=False)
class _NumberLine(Study):
    """The products αL of runs at their iterates, a lane each, and the curvatures of those on quadratics."""

    subject: Subject
    seen: list[Seen]
    products: list[Array]
    constants: list[float | None]

    @property
    def _limits(self) -> tuple[float, float]:
        concave = any((own < LEFT).any() for own in self.products)
        return (CONCAVE if concave else LEFT), RIGHT

    def axes(self, box: Box) -> Axes:
        """Return a line with 0, 1 and 2, and lanes above it."""
        del box
        subject = self.subject
        lanes = Axis((0.0, len(self.products) + 1.0))
        line = Axis(self._limits, self._label(), "linear", (0.0, 1.0, 2.0), ("0", "1", "2"))
        exact = all(constant is not None for constant in self.constants)
        title = r"factor \(1 - \alpha L\) along that curvature"
        if all(objective.dimension == 1 for objective in subject.objectives):
            title = (
                r"distance times \(1 - \alpha L\) with each step"
                if exact
                else r"factor \(1 - \alpha L\), here"
            )
        return Axes(line, lanes, subject.axes_style, title)

    def _label(self) -> str:
        one = all(objective.dimension == 1 for objective in self.subject.objectives)
        called = "the curvature" if one else "the largest curvature"
        constants = {None if one is None else number(one) for one in self.constants}
        if None in constants:
            return rf"\(\alpha L\), with \(L\) {called} at the point"
        same = f" = {constants.pop()}" if len(constants) == 1 else ""
        return rf"\(\alpha L\), with {called} \(L\){same}"

    def panel(self, box: Box) -> Panel:
        """Return the zones, and each run's dot with its factor."""
        axes, lane = self.axes(box), box.height / (len(self.products) + 1)
        marks: list[Mark] = [*self._zones(axes, box)]
        notes: list[Mark] = []
        for run in range(len(self.products)):
            lines, over = self._lane(run, axes, box, lane)
            marks += lines
            notes += over
        return Panel("stability", box, tuple(marks), axes, tuple(notes))

    def _zones(self, axes: Axes, box: Box) -> list[Mark]:
        theme, (left, right) = self.subject.theme, axes.x.limits
        top = axes.y.limits[1]
        marks: list[Mark] = []
        words: list[Mark] = []
        away = ((left, 0.0, 0.26, ("moves away", "away")),) if left == CONCAVE else ()
        for low, beyond, shade, names in (*away, *ZONES):
            high = min(beyond, right)
            ring = np.array([(low, 0.0), (high, 0.0), (high, top), (low, top)])
            one = np.zeros(1, dtype=np.intp)
            marks.append(Polygons(ring, one, one, np.array([faded(theme.muted, shade)])))
            room = box.width * (high - low) / (right - left) - 2 * GAP
            name = next((one for one in names if measured(one, theme.tick_size)[0] <= room), "")
            if name:
                middle = np.array([(low + high) / 2, top - 0.5])
                words.append(Text(middle, name, theme.tick_size, theme.text, "center", "center"))
        walls = [(0.0, theme.spine, 2.0), (1.0, theme.spine, 2.0), (2.0, theme.text, 4.5)]
        marks += [Line(np.array([(at, 0.0), (at, top)]), color, width) for at, color, width in walls]
        return [*marks, *words]

    def _lane(self, run: int, axes: Axes, box: Box, lane: float) -> tuple[list[Mark], list[Mark]]:
        """Return a run's line from 0 to αL; and its dot, an arrow where that is far away, and the factor."""
        theme, style, track = self.subject.theme, self.subject.style(run), self.seen[run].track
        (left, right), values = axes.x.limits, self.products[run]
        unit = (right - left) / box.width
        height = len(self.products) - 0.5 - run
        with np.errstate(invalid="ignore"):
            side = np.where(values > right, 1.0, np.where(values < left, -1.0, 0.0))
        edge = np.where(side > 0, right, left) - side * 4.0 * unit
        ends = np.where(side == 0, values, edge)

        def at(along: Array) -> Array:
            return np.column_stack([along, np.where(np.isnan(along), np.nan, height)])

        bars = np.stack([at(np.where(np.isnan(ends), np.nan, 0.0)), at(ends)], axis=1)
        lines: list[Mark] = [Line(track(bars), style.color, 4.0, style.dash)]
        dots = at(np.where(side == 0, values, np.nan))
        size = theme.marker_size * style.swell
        over: list[Mark] = []
        if (side != 0).any():
            away = np.where(side != 0, edge, np.nan)
            tails = at(away - side * ARROW * unit)
            over.append(Arrow(track(tails), track(at(away)), style.color, 5.0, 24.0, theme.outline, 2.0))
        if np.isfinite(dots).any():
            over.append(
                Points(
                    track(dots), style.marker, size, style.color, theme.outline, 3.0, name=f"stability {run}"
                )
            )
        if lane < 1.1 * theme.tick_size:
            return lines, over
        texts = tuple(_said(value, far) for value, far in zip(values, side != 0, strict=True))
        half = np.array([measured(text, theme.tick_size, bold=True)[0] for text in texts]) / 2
        reach = (np.where(side != 0, ARROW, size / 2) + GAP + half) * unit
        # To the right of its dot where it has room before the edge.
        turned = ends + reach + half * unit > right - 4.0 * unit
        places = at(np.where(turned, ends - reach, ends + reach))
        over.append(
            Text(
                track(places),
                track(texts),
                theme.tick_size,
                style.color,
                "center",
                "center",
                bold=True,
                casing=theme.panel,
                casing_width=5.0,
            )
        )
        return lines, over


def _said(value: float, far: bool) -> str:
    """Return a factor; where its dot is not seen, after what αL is."""
    if np.isnan(value):
        return ""
    factor = number(1.0 - value, 3)
    return f"αL = {number(value, 3)}: {factor}" if far else factor
