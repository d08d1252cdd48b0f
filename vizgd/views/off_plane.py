"""What a plane does not show of runs whose paths leave it: their losses, beside those on the plane.

A path that leaves its plane is drawn where its shadow falls, and the landscape there need not have its loss.
Where it has not, both numbers are said while the run moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vizgd.base.formatting import readout
from vizgd.drawing.marks import Mark, Text, Track
from vizgd.drawing.panel import Box
from vizgd.drawing.typeset import measured
from vizgd.objectives.objective import Array
from vizgd.recording.trajectory import loss_name
from vizgd.views.view import Subject

TELLING = 0.02
"""The part of a loss by which that on the plane must differ to be told of."""
UNTOLD = 1e-3
"""The same as a part of how far the run's losses reach."""
MOST_ROWS = 4
"""Of more runs those are told of that are farthest off."""
HEADINGS = ("{loss} (on the plane)", "{loss} (plane)")
LINE = 1.3
"""From one row to the next, in sizes of their text."""
MARGIN = 12.0
CASING = 5.0
CORNERS = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
UPPER = ((0.0, 1.0), (1.0, 1.0))
"""Where a surface leaves room: beneath it are the names of its axes."""


@dataclass(frozen=True, eq=False)
class OffPlane:
    """How far a run's losses differ from those of its shadow, at most, and what is said in each frame."""

    run: int
    difference: float
    texts: tuple[str, ...]


def losses_off_plane(subject: Subject, run: int) -> OffPlane | None:
    """Return what is to be said of a run on a plane; None where its losses are those of the plane."""
    clock, trajectory = subject.clock, subject.trajectories[run]
    at = np.round(clock.positions(run, np.arange(clock.run + 1) / clock.run)).astype(np.intp)
    # As many as are seen: a run may have a million steps, and a network takes its time for each.
    shown, which = np.unique(np.minimum(at, trajectory.steps), return_inverse=True)
    losses = trajectory.losses[shown]
    on_plane = subject.values(subject.path(run)[shown])
    with np.errstate(all="ignore"):
        apart = np.abs(losses - on_plane)
        least = np.maximum(TELLING * np.maximum(np.abs(losses), np.abs(on_plane)), UNTOLD * _spread(losses))
    finite = np.isfinite(losses) & ~np.isnan(on_plane)
    if not (finite & (apart > least)).any():
        return None
    # In parentheses: a dot between two numbers would be read as their product.
    said = [f"{readout(loss, 3)} ({readout(there, 3)})" for loss, there in zip(losses, on_plane, strict=True)]
    return OffPlane(run, float(np.max(apart[finite])), tuple(said[k] for k in which))


def _spread(losses: Array) -> float:
    finite = losses[np.isfinite(losses)]
    return float(np.ptp(finite)) if len(finite) else 0.0


def off_plane_marks(
    subject: Subject,
    runs: Sequence[int],
    box: Box,
    seen: Array,
    to_place: Callable[[Array], Array],
    corners: Sequence[tuple[float, float]] = CORNERS,
) -> tuple[tuple[Mark, ...], Array | None]:
    """Return rows in a corner of a box that say what its plane does not show, and the corners they take.

    Places are fractions of the box, as those of what is ``seen`` there, ``(m, 2)``; ``to_place`` takes them
    to the panel's coordinates.
    """
    if not subject.on_plane:
        return (), None
    found = [losses_off_plane(subject, run) for run in runs]
    told = [one for one in found if one is not None]
    told = sorted(sorted(told, key=lambda one: -one.difference)[:MOST_ROWS], key=lambda one: one.run)
    if not told:
        return (), None
    theme = subject.theme
    size = theme.tick_size
    longest = max((text for one in told for text in set(one.texts)), key=len)
    room = box.width - 2 * MARGIN
    loss = loss_name([subject.trajectories[run] for run in runs])
    headings = [text.format(loss=loss) for text in HEADINGS]
    heading = next((text for text in headings if measured(text, size)[0] <= room), headings[-1])
    wide = max(measured(heading, size)[0], measured(longest, size, bold=True)[0])
    sides = np.array([wide, LINE * size * (len(told) + 1)]) + MARGIN
    unit = np.array([box.width, box.height])
    lows = [np.array(corner) * (1.0 - sides / unit) for corner in corners]
    covered = [((seen > low) & (seen < low + sides / unit)).all(axis=1).sum() for low in lows]
    low = lows[int(np.argmin(covered))]
    top_left = np.array([low[0] + MARGIN / box.width, low[1] + (sides[1] - MARGIN / 2) / box.height])

    def row(count: int) -> Array:
        return to_place(top_left - (0.0, LINE * size * (count + 0.5) / box.height))

    frames = subject.clock.run
    marks = [
        Text(row(0), heading, size, theme.text, "left", "center", casing=theme.panel, casing_width=CASING),
        *(
            Text(
                row(1 + index),
                Track(None, one.texts, density=frames, nearest=True),
                size,
                subject.style(one.run).color,
                "left",
                "center",
                bold=True,
                casing=theme.panel,
                casing_width=CASING,
            )
            for index, one in enumerate(told)
        ),
    ]
    return tuple(marks), np.stack([low, low + sides / unit])
