"""What a run's seeds do in a chart: a band that holds four fifths of them, and the median through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Filling, Line, Mark, Mesh, Track, faded
from vizgd.drawing.panel import Axes
from vizgd.objectives.objective import Array
from vizgd.recording.costs import Cost, costs_so_far
from vizgd.recording.trajectory import Trajectory
from vizgd.views.charts.measures import OF_ITERATES, ON_PLANE, Measure, measure_runs
from vizgd.views.view import Subject

SHARES = (10.0, 50.0, 90.0)
"""Below which so many of a hundred seeds are: the lower edge, the median, the upper edge."""
MOST_COLUMNS = 1200
"""At so many iterates, at most, the edges are computed; between them they run straight."""
OPACITY = 0.26
"""Of one band; of more each has less, for all of them to be seen."""
EDGE_OPACITY = 0.55
EDGE_WIDTH = 1.4
THIN = 0.36
"""The width of a run's own curve beside its median's."""
THIN_OPACITY = 0.7
BEYOND = 0.02
"""How far outside the axes, as a part of them, an edge is drawn that is farther outside."""


@dataclass(frozen=True, eq=False)
class Band:
    """Between which values most seeds of a run are.

    Parameters
    ----------
    run, quantity : int
    steps : array of int, shape (m,)
        After how many steps.
    counts : array, shape (m,)
        What has been counted by then: where they stand along the chart.
    edges : array, shape (3, m)
        Below which 10, 50 and 90 % of the seeds are. A diverged seed counts as infinite where losses or
        distances are measured; of other quantities there is none from then on, nan.
    """

    run: int
    quantity: int
    steps: NDArray[np.int64]
    counts: Array
    edges: Array

    def measured(self, measure: Measure) -> list[Measure]:
        """Return its edges as what is measured of runs, for axes to hold them."""
        return [
            replace(measure, values=values)
            for values in np.where(np.isfinite(self.edges), self.edges, np.nan)
        ]


def bands_of(subject: Subject, names: Sequence[str], against: Cost) -> list[Band]:
    """Return the bands of quantities, one for each run with seeds that do not all have the same values."""
    found = []
    for run, own in subject.ensembles.items():
        alone = subject.trajectories[run]
        longest = max(own, key=lambda one: int(one.iterations[-1]))
        along = alone if against == "seconds" or longest.iterations[-1] == alone.iterations[-1] else longest
        columns = _columns(len(along.iterates))
        steps = along.iterations[columns]
        for quantity, name in enumerate(names):
            if name == ON_PLANE:
                continue
            values = seed_values(subject, run, name, steps)
            if values is None or _alike(values):
                continue
            counts = costs_so_far(along, against)[columns]
            found.append(Band(run, quantity, steps, counts, percentiles(values)))
    return found


def seed_values(subject: Subject, run: int, name: str, steps: NDArray[np.int64]) -> Array | None:
    """Return a quantity of each seed of a run after some numbers of steps, shape (k, m)."""
    own = subject.ensembles[run]
    each = replace(
        subject,
        trajectories=own,
        labels=("",) * len(own),
        objectives=(subject.objectives[run],) * len(own),
        optimizers=(subject.optimizers[run],) * len(own),
        tasks=(),
        ensembles={},
    )
    lost = np.inf if name in OF_ITERATES else np.nan
    measures = measure_runs(each, name)
    return np.stack([_held(one, m.values, steps, lost) for one, m in zip(own, measures, strict=True)])


def _held(trajectory: Trajectory, values: Array, steps: NDArray[np.int64], lost: float) -> Array:
    """Return the last values up to some numbers of steps; of a run that has diverged, something else."""
    iterations = trajectory.iterations
    held = values[np.searchsorted(iterations, steps, side="right") - 1]
    if trajectory.status.kind == "diverged":
        held = np.where((steps >= iterations[-1]) & ~np.isfinite(held), lost, held)
        held = np.where(steps > iterations[-1], lost, held)
    return held


def percentiles(values: Array) -> Array:
    """Return below which values ``(k, m)`` so many of a hundred are, ``(3, m)``, some perhaps infinite."""
    with np.errstate(invalid="ignore"):
        found = np.percentile(values, SHARES, axis=0)
    # Between a finite and an infinite one, or two infinite ones, numpy has none.
    beside = np.percentile(values, SHARES, axis=0, method="lower")
    return np.where(np.isnan(found), beside, found)


def _alike(values: Array) -> bool:
    return bool(((values == values[0]) | (np.isnan(values) & np.isnan(values[0]))).all())


def _columns(count: int) -> NDArray[np.intp]:
    """Return at which of so many iterates edges are computed: closer at the start, for a log axis."""
    if count <= MOST_COLUMNS:
        return np.arange(count)
    even, early = (
        np.linspace(0, count - 1, 3 * MOST_COLUMNS // 4),
        np.geomspace(1, count - 1, MOST_COLUMNS // 4),
    )
    return np.unique(np.round(np.concatenate([even, early])).astype(np.intp))


def band_marks(
    subject: Subject, band: Band, axes: Axes, dash: tuple[float, ...], of: int = 1
) -> tuple[Mark, ...]:
    """Return a band, one of so many, that grows with its run: the area, its edges and the median."""
    style, frames = subject.style(band.run), subject.clock.run
    shown = subject.seed_steps(band.run)
    low, high = axes.y.value(-BEYOND), axes.y.value(1.0 + BEYOND)
    edges = np.clip(band.edges, low, high)
    lines = [np.column_stack([np.maximum(band.counts, axes.x.value(0.0)), edge]) for edge in edges]
    reveal = Track(None, np.interp(shown, band.steps, np.arange(len(band.steps))), density=frames)
    marks: list[Mark] = []
    if len(band.steps) > 1:
        # The area between two iterates is there from when the later one is reached.
        when = np.searchsorted(shown, band.steps[1:] - 1e-9)[None]
        fills = np.tile(np.array(faded(style.color, OPACITY / of**0.5)), (*when.shape, 1))
        filling = Track(None, Filling(when, fills, frames), held=True, density=frames)
        marks.append(Mesh(np.stack([lines[0], lines[2]]), filling, ink=True))
    width = subject.theme.path_width * style.swell
    shade = faded(style.color, EDGE_OPACITY)
    marks += [Line(line, shade, EDGE_WIDTH, reveal=reveal) for line in (lines[0], lines[2])]
    marks.append(Line(lines[1], style.color, width, dash, faded(subject.theme.panel, 0.8), 1.5, reveal))
    return tuple(marks)


def thin(mark: Mark) -> Mark:
    """Return a run's own curve beside its median."""
    if not isinstance(mark, Line):
        return mark
    return replace(mark, width=THIN * mark.width, dash=(), casing=None, color=faded(mark.color, THIN_OPACITY))


def band_note(subject: Subject, bands: Sequence[Band]) -> str:
    """Return what bands are, for the title of a chart; empty where there are none."""
    runs = {band.run for band in bands}
    if not runs:
        return ""
    counts = {len(subject.ensembles[run]) for run in runs}
    return f"median, 10 to 90 % of {f'{counts.pop()} seeds' if len(counts) == 1 else 'all seeds'}"
