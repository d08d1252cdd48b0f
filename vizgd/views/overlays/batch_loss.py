"""The contours of the loss that the step under way sees: of its batch, or under its noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Line, faded
from vizgd.drawing.panel import Axes
from vizgd.objectives.objective import Array
from vizgd.optimizers.task import StepLoss, Task
from vizgd.recording.draws import has_batches
from vizgd.views.overlays.chance import MOST_STEPS, Chance, chances_of, padded
from vizgd.views.paths import Path
from vizgd.views.view import Subject

POINTS = 49
"""Along each side of the grid on which a batch's loss is evaluated."""
WORK = 1 << 30
"""So many products of grid points, examples and steps, and parameters of a network, take seconds."""
FEWEST = 20
"""Of fewer steps contours would say nothing."""
OTHERS = np.square([1 / 3, 2 / 3, 4 / 3])
"""How far above its least value the contours of a loss are, in heights of the one through the run's point."""
OPACITY, FAINT = 0.9, 0.6
WIDTH, THIN = 4.0, 2.5
DASH = (2.6, 1.6)
EVEN = 1e-9
"""Where the point is no higher above the least value, in parts of its size, it has no contour."""


def losses_of(subject: Subject) -> dict[int, Chance]:
    """Return what chance gave the steps of those runs that do not see the objective itself.

    Raises
    ------
    UsageError
        Where there is none, or where there is too much to evaluate.
    """
    found = chances_of(
        subject,
        "a contour of a batch",
        lambda task: task.noise > 0 or has_batches(task),
        "a sampler or noise",
        _most_steps,
    )
    for run, chance in found.items():
        if _most_steps(chance.task) < min(FEWEST, subject.trajectories[run].steps):
            raise UsageError(
                "contours of a batch would take too long",
                why=f"{chance.task.objective.name} has {chance.task.objective.dimension:,} parameters",
                hint="leave batch_contours out, or show a smaller model or smaller batches",
            )
    return found


def _most_steps(task: Task) -> int:
    samples = task.objective.samples
    examples = 1
    if samples is not None:
        examples = samples.count
        if has_batches(task):
            examples = min(int(getattr(task.sampler, "batch_size", examples)), examples)
        if samples.gradients is None:
            examples *= task.objective.dimension
    return min(MOST_STEPS, WORK // (POINTS**2 * examples))


def loss_marks(
    subject: Subject, chance: Chance, path: Path, params: Callable[[Array], Array], axes: Axes
) -> tuple[Line, Line]:
    """Return the contours of each step's own loss: one through the run's point and, fainter, a few others.

    Parameters
    ----------
    subject : Subject
        As it is shown, of two dimensions.
    chance : Chance
    path : Path
    params : callable
        The parameters ``(..., d)`` at places ``(..., 2)``.
    axes : Axes
    """
    xs, ys = (np.linspace(*axis.limits, POINTS) for axis in (axes.x, axes.y))
    places = np.stack(np.meshgrid(xs, ys), axis=-1)
    grid = params(places.reshape(-1, 2))
    through, others = [], []
    for row, draw in zip(chance.rows.tolist(), chance.draws, strict=True):
        loss = chance.task.seen(draw)
        values = _values(loss, grid).reshape(POINTS, POINTS)
        height = float(_values(loss, params(path.places[row][None]))[0])
        own, rest = _contours(xs, ys, values, height)
        through.append(own)
        others.append(rest)
    style = subject.style(chance.run)
    return (
        Line(chance.track(padded(others)), faded(style.color, FAINT), THIN, DASH),
        Line(chance.track(padded(through)), faded(style.color, OPACITY), WIDTH, DASH),
    )


def _values(loss: StepLoss, points: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(loss.value(points), dtype=float)


def _contours(xs: Array, ys: Array, values: Array, height: float) -> tuple[Array, Array]:
    """Return the contours of a grid at a height, and those at others, nan between."""
    from contourpy import LineType, contour_generator

    finite = np.isfinite(values)
    nothing = np.empty((0, 2))
    if not finite.any() or not np.isfinite(height):
        return nothing, nothing
    least = float(values[finite].min())
    if not height - least > EVEN * max(abs(height), abs(least)):
        return nothing, nothing
    masked = np.ma.masked_array(values, ~finite)
    generator: Any = contour_generator(xs, ys, masked, line_type=LineType.Separate)

    def joined(levels: Iterator[float]) -> Array:
        gap = np.full((1, 2), np.nan)
        lines = [part for level in levels for line in generator.lines(level) for part in (line, gap)]
        return np.concatenate(lines[:-1]) if lines else nothing

    return joined(iter([height])), joined(least + share * (height - least) for share in OTHERS.tolist())
