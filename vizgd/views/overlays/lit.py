"""The batch of the step under way, lit among the examples of a data set."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vizgd.drawing.marks import Marker, Points
from vizgd.drawing.theme import MARKERS
from vizgd.objectives.objective import Array, Samples
from vizgd.optimizers.task import Task
from vizgd.recording.draws import has_batches
from vizgd.views.overlays.chance import Chance, chances_of, padded
from vizgd.views.view import Subject

LARGER = 2.0
"""A lit example is larger than the others by this factor, of several runs those of the first."""
WITHIN = 0.64
"""Those of each other run are smaller than the ones before by this factor, and lie upon them."""
AT_REST = 0.45
"""How much of their opacity the other examples keep."""

MOST_EXAMPLES = 1 << 21
"""So many are kept for all steps that are shown."""


def batches_of(subject: Subject, samples: Samples) -> dict[int, Chance]:
    """Return what chance gave the steps of those runs that see a part of some examples at a time.

    Raises
    ------
    UsageError
        Where there is no such run.
    """

    def fits(task: Task) -> bool:
        own = task.objective.samples
        return own is not None and has_batches(task) and np.array_equal(own.inputs, samples.inputs)

    def most(task: Task) -> int:
        return MOST_EXAMPLES // max(int(getattr(task.sampler, "batch_size", samples.count)), 1)

    return chances_of(subject, "a lit batch", fits, "a sampler", most)


def lit_marks(
    subject: Subject, chances: Mapping[int, Chance], places: Array, size: float, classes: Array | None = None
) -> tuple[Points, ...]:
    """Return the examples of each run's batch in its color, while its step is under way.

    Parameters
    ----------
    subject : Subject
    chances : mapping of int to Chance
        As `batches_of` returns them.
    places : array, shape (n, 2)
        Where each example is in the panel.
    size : float
        Of the others.
    classes : array, shape (n,), optional
        The class of each example, by which it has the marker that `class_marker` says; by default it has that
        of the run.
    """
    theme = subject.theme
    marks = []
    for number, (run, chance) in enumerate(chances.items()):
        style = subject.style(run)
        batches = [draw.batch for draw in chance.draws if draw.batch is not None]
        own = size * LARGER * WITHIN**number
        if classes is None:
            lit = chance.track(padded([places[batch] for batch in batches]))
            marks.append(Points(lit, style.marker, own, style.color, theme.outline, 2.0, name=f"batch {run}"))
            continue
        for index, label in enumerate(np.unique(classes)):
            lit = chance.track(padded([places[batch[classes[batch] == label]] for batch in batches]))
            fill, edge = (theme.panel, style.color) if index == 0 else (style.color, theme.outline)
            width = 4.0 if index == 0 else 2.0
            marks.append(
                Points(lit, class_marker(index), own, fill, edge, width, name=f"batch {run} class {index}")
            )
    return tuple(marks)


def class_marker(index: int) -> Marker:
    """Return the marker of a class: a ring for the first, a dot for the second, other shapes for more."""
    return MARKERS[max(index - 1, 0) % len(MARKERS)]
