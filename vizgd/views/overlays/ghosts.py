"""A run with its other seeds as ghosts: thin paths that grow with it, and dots where they are.

Fifty paths of hundreds of steps would be far more ink than paper. So a path is drawn where nobody has been:
of what lies on earlier ink only the dots are seen.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizgd.drawing.marks import Line, Mark, Points, Track, faded
from vizgd.drawing.panel import Axes, Box
from vizgd.drawing.strokes import crossings
from vizgd.objectives.objective import Array
from vizgd.recording.trajectory import Trajectory
from vizgd.views.departure import fractions
from vizgd.views.paths import within
from vizgd.views.view import Subject

WIDTH = 2.2
DOT = 9.0
OPACITY = 0.5
"""Of the paths of one run; of more runs each has less, for the landscape to be seen through all of them."""
DOT_OPACITY = 0.85
CELL = WIDTH
"""Where a path has come through a square of this side, others that do so later are not seen."""
BLOCK = 1 << 19
"""Places along paths that are looked at together."""
MOST_PLACES = 4_000_000
"""Of more places along all paths of a run, fewer are looked at: farther apart on long ways."""
LONGEST = 1e6
"""In sides of the axes: what goes farther is not drawn."""


def places_at(trajectory: Trajectory, places: Array, steps: Array) -> Array:
    """Return where a run is after real-valued counts of steps ``(m,)``; of one that diverged, in the end nan.

    Parameters
    ----------
    trajectory : Trajectory
    places : array, shape (n + 1, d)
        Its iterates, as they are seen.
    steps : array, shape (m,)
    """
    counts = trajectory.iterations.astype(float)
    at = np.column_stack([np.interp(steps, counts, column) for column in places.T])
    over = steps > counts[-1] if trajectory.status.kind == "diverged" else np.zeros(len(steps), bool)
    return np.where(over[:, None], np.nan, at)


def ghost_marks(
    subject: Subject,
    runs: Sequence[int],
    axes: Axes,
    box: Box,
    seen: Callable[[Trajectory], Array] = lambda one: one.iterates,
) -> tuple[Mark, ...]:
    """Return the paths of the other seeds of some runs, and over all of them the dots where they are.

    Parameters
    ----------
    subject : Subject
    runs : sequence of int
    axes : Axes
    box : Box
    seen : callable
        Maps a trajectory to its places in the panel, ``(n + 1, 2)``.
    """
    chancy = [run for run in runs if run in subject.ensembles]
    lines: list[Mark] = []
    dots: list[Mark] = []
    for run in chancy:
        others = subject.ensembles[run][1:]
        places = [_near(seen(one), axes) for one in others]
        steps, frames = subject.seed_steps(run), subject.clock.run
        color = subject.style(run).color
        ink = Ink.of(others, places, steps, axes, box)
        if len(ink.vertices):
            reveal = Track(None, ink.shown.astype(float), held=True, density=frames)
            shade = faded(color, OPACITY / len(chancy) ** 0.5)
            lines.append(Line(ink.vertices, shade, WIDTH, reveal=reveal, ink=True))
        at = np.stack([places_at(one, own, steps) for one, own in zip(others, places, strict=True)], axis=1)
        held = within(axes, at.reshape(-1, 2)).reshape(at.shape)
        dots.append(
            Points(
                Track(None, held, density=frames),
                "circle",
                DOT,
                faded(color, DOT_OPACITY),
                faded(subject.theme.outline, DOT_OPACITY),
                1.0,
                name=f"seeds {run}",
            )
        )
    return (*lines, *dots)


def ghost_note(subject: Subject, runs: Sequence[int]) -> str:
    """Return what is bold and what is thin, for the title of a panel; empty where no run has seeds."""
    chancy = [run for run in runs if run in subject.ensembles]
    kinds = {(subject.tasks[run].seed, len(subject.ensembles[run])) for run in chancy}
    if not kinds:
        return ""
    if len(kinds) > 1:
        return "bold: the first seed of each run; thin: its others"
    ((first, count),) = kinds
    others = f"seeds {first + 1} to {first + count - 1}" if count > 2 else f"seed {first + 1}"
    return f"bold: seed {first}; thin: {others}"


def _near(places: Array, axes: Axes) -> Array:
    """Return places with nan for those that are out of all reach."""
    with np.errstate(all="ignore"):
        near = (np.abs(fractions(axes, places)) < LONGEST).all(axis=1, keepdims=True)
    return np.where(near, places, np.nan)


@dataclass(frozen=True, eq=False)
class Ink:
    """What is drawn of many paths.

    Parameters
    ----------
    vertices : array, shape (3 m, 2)
        Of each of m pieces its two ends and a nan, in the order in which they are drawn.
    shown : array of int, shape (frames + 1,)
        Up to which vertex they are, in each frame; 0 for none.
    """

    vertices: Array
    shown: NDArray[np.intp]

    @classmethod
    def of(
        cls, trajectories: Sequence[Trajectory], places: Sequence[Array], steps: Array, axes: Axes, box: Box
    ) -> Ink:
        """Return those pieces of paths where no path came through before.

        Parameters
        ----------
        trajectories : sequence of Trajectory
        places : sequence of arrays (n + 1, 2)
            Of each.
        steps : array, shape (frames + 1,)
            How many have been taken at each frame.
        axes : Axes
        box : Box
        """
        ways = _Ways.of(trajectories, places, axes, box)
        covered = np.zeros(ways.cells, dtype=bool)
        pieces, frames = [np.empty((0, 2, 2))], [np.empty(0, dtype=np.intp)]
        for some in ways.blocks():
            found, frame = _fresh(some, steps, covered, box)
            pieces.append(found)
            frames.append(frame)
        whole, when = np.concatenate(pieces), np.concatenate(frames)
        order = np.argsort(when, kind="stable")
        ends, gaps = whole[order], np.full((len(whole), 1, 2), np.nan)
        counts = np.searchsorted(when[order], np.arange(len(steps)), side="right")
        return cls(np.concatenate([ends, gaps], axis=1).reshape(-1, 2), np.maximum(3 * counts - 1, 0))


@dataclass(frozen=True, eq=False)
class _Ways:
    """Steps of many paths inside a box, in the order in which they are taken.

    Parameters
    ----------
    tails, heads : arrays, shape (m, 2)
        Where each leads from and to.
    begins, ends : arrays, shape (m,)
        After how many steps.
    enters, leaves : arrays, shape (m,)
        Which part of it lies inside.
    corners : arrays, shape (m, 2, 2)
        The ends of that part, in units from the box's corner.
    spacing : float
        In units.
    cells : int
        How many squares the box has.
    """

    tails: Array
    heads: Array
    begins: Array
    ends: Array
    enters: Array
    leaves: Array
    corners: Array
    spacing: float
    cells: int

    @classmethod
    def of(cls, trajectories: Sequence[Trajectory], places: Sequence[Array], axes: Axes, box: Box) -> _Ways:
        unit = np.array([box.width, box.height])
        tails, heads = (np.concatenate([own[part] for own in places]) for part in (np.s_[:-1], np.s_[1:]))
        counts = [one.iterations.astype(float) for one in trajectories]
        begins, ends = (np.concatenate([own[part] for own in counts]) for part in (np.s_[:-1], np.s_[1:]))
        start, stop = fractions(axes, tails) * unit, fractions(axes, heads) * unit
        with np.errstate(invalid="ignore"):
            enters, leaves = crossings(start, stop, np.zeros(2), unit)
            inside = np.flatnonzero(enters < leaves)  # False for nan
        inside = inside[np.argsort(begins[inside], kind="stable")]
        enters, leaves, way = enters[inside], leaves[inside], (stop - start)[inside]
        corners = start[inside, None] + np.stack([enters, leaves], axis=1)[..., None] * way[:, None]
        length = float(np.hypot(*(corners[:, 1] - corners[:, 0]).T).sum())
        spacing = max(CELL, length / MOST_PLACES)
        cells = int(np.prod(np.ceil(unit / CELL) + 1))
        return cls(
            tails[inside],
            heads[inside],
            begins[inside],
            ends[inside],
            enters,
            leaves,
            corners,
            spacing,
            cells,
        )

    @property
    def parts(self) -> NDArray[np.intp]:
        """In how many parts each is looked at."""
        lengths = np.hypot(*(self.corners[:, 1] - self.corners[:, 0]).T)
        return np.asarray(np.maximum(np.ceil(lengths / self.spacing), 1), dtype=np.intp)

    def blocks(self) -> Iterator[_Ways]:
        """Yield some after the other."""
        bounds = np.cumsum(self.parts) // BLOCK
        cuts = [0, *(np.flatnonzero(np.diff(bounds)) + 1).tolist(), len(self.tails)]
        for low, high in itertools.pairwise(cuts):
            some = slice(low, high)
            yield _Ways(
                self.tails[some],
                self.heads[some],
                self.begins[some],
                self.ends[some],
                self.enters[some],
                self.leaves[some],
                self.corners[some],
                self.spacing,
                self.cells,
            )


def _fresh(ways: _Ways, steps: Array, covered: NDArray[np.bool_], box: Box) -> tuple[Array, NDArray[np.intp]]:
    """Return the pieces of ways through squares that are not covered, which then are; and in which frames."""
    parts = ways.parts
    owner = np.repeat(np.arange(len(parts)), parts)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(parts) - parts, parts)
    share = (number + 0.5) / parts[owner]
    at = ways.corners[owner, 0] + share[:, None] * (ways.corners[owner, 1] - ways.corners[owner, 0])
    column, row = (at / CELL).astype(np.intp).T
    cell = column * (int(np.ceil(box.height / CELL)) + 1) + row
    new = np.flatnonzero(~covered[cell])
    owner, number, share, cell = owner[new], number[new], share[new], cell[new]
    along = ways.enters[owner] + share * (ways.leaves - ways.enters)[owner]
    time = ways.begins[owner] + along * (ways.ends - ways.begins)[owner]
    frame = np.minimum(np.searchsorted(steps, time - 1e-9), len(steps) - 1)
    # Who comes through each square first: written last, it stays.
    order = np.argsort(frame, kind="stable")[::-1]
    first = np.empty(ways.cells, dtype=np.intp)
    first[cell[order]] = order
    kept = np.flatnonzero(first[cell] == np.arange(len(cell)))
    covered[cell] = True
    owner, number, frame = owner[kept], number[kept], frame[kept]
    joined = (np.diff(number) == 1) & (np.diff(owner) == 0) & (np.diff(frame) == 0)
    begins = np.flatnonzero(np.concatenate([[True], ~joined])) if len(kept) else np.empty(0, dtype=np.intp)
    lasts = np.append(begins[1:], len(kept)) - 1 if len(kept) else begins
    own = owner[begins]
    spans = np.stack([number[begins], number[lasts] + 1], axis=1) / parts[own, None]
    spans = ways.enters[own, None] + spans * (ways.leaves - ways.enters)[own, None]
    ends = ways.tails[own, None] + spans[..., None] * (ways.heads - ways.tails)[own, None]
    return ends, frame[begins]
