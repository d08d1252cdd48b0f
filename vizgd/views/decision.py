"""Examples of two inputs and several classes, with the boundary that each run draws between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.base.formatting import number
from vizgd.base.progress import part
from vizgd.base.settings import Between
from vizgd.drawing.marks import Line, Mark, Points, Track, faded
from vizgd.drawing.panel import Axes, Box, Panel
from vizgd.drawing.theme import Theme
from vizgd.objectives.objective import Array, Samples, in_words
from vizgd.views.moments import passed, word_marks
from vizgd.views.overlays.chance import Chance
from vizgd.views.overlays.lit import AT_REST, batches_of, class_marker, lit_marks
from vizgd.views.rulers import level_axis, upright_axis
from vizgd.views.view import Study, Subject, View

DOT = 0.03
"""The size of an example, as a part of the panel's shorter side."""
EVEN = 1e-12
"""Logarithms of odds no farther from 0 than this everywhere are rounding."""
TINY = 1e-15
"""Probabilities nearer to 0 or 1 than this have no logarithm of odds any more."""


@dataclass(frozen=True)
class Decision(View):
    """A data set of two inputs and each run's decision boundary: where two classes are equally probable.

    Parameters
    ----------
    points : int, default 51
        From how many points along each side the boundary is found, 9 to 401.
    batch : bool, default False
        Light the examples that the step under way of each run with a sampler sees, in the run's color.
    """

    points: Annotated[int, Between(9, 401)] = 51
    batch: bool = False

    place: ClassVar[Literal["landscape", "chart"]] = "landscape"

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return the one study.

        Raises
        ------
        UsageError
            When the objective is no loss over classes of two inputs, or when batches are to be lit and no run
            has any.
        """
        samples = _samples(subject)
        runs = range(len(subject.trajectories))
        boundaries = []
        for run in runs:
            with part(run, len(runs)):
                boundaries.append(self._boundary(subject, run))
        chances = batches_of(subject, samples) if self.batch else {}
        return [_Boundaries(subject, samples, boundaries, chances)]

    def _boundary(self, subject: Subject, run: int) -> tuple[Track, list[str]]:
        """Return the boundary over the film, and what is said where there is none to be seen.

        It is polylines ``(moments, vertices, 2)``, nan between and after.
        """
        samples = subject.objectives[run].samples
        assert samples is not None
        xs, ys = (np.linspace(low, high, self.points) for low, high in _limits(samples))
        places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
        classes = np.unique(samples.targets)
        found, said = [], []
        for one in passed(subject, run):
            with np.errstate(all="ignore"):
                margins = _margins(samples.predict(one, places))
            line = _zero_lines(xs, ys, margins.reshape(-1, self.points, self.points))
            found.append(line)
            said.append("" if len(line) else _unseen(margins, classes))
        values = np.full((len(found), max(1, *map(len, found)), 2), np.nan)
        for moment, line in zip(values, found, strict=True):
            moment[: len(line)] = line
        return Track(None, values, density=len(found) - 1, nearest=True), said


@dataclass(frozen=True, eq=False)
class _Boundaries(Study):
    """Examples, and of each run its boundary over the film, and what is said where there is none."""

    subject: Subject
    samples: Samples
    boundaries: list[tuple[Track, list[str]]]
    chances: dict[int, Chance]

    def axes(self, box: Box) -> Axes:
        """Return the axes of the two inputs."""
        subject, limits = self.subject, _limits(self.samples)
        return Axes(
            level_axis(subject, box, limits[0], "input 1", more=1),
            upright_axis(subject, box, limits[1], "input 2", every=105.0, more=1),
            subject.axes_style,
            "decision boundary" if len(self.boundaries) == 1 else "decision boundaries",
        )

    def panel(self, box: Box) -> Panel:
        """Return the examples with the boundaries over them."""
        subject, axes = self.subject, self.axes(box)
        # In a small panel large dots would be one mass.
        size = min(max(DOT * min(box.width, box.height), 8.0), 13.0)
        lines = [_line(subject, run, boundary) for run, (boundary, _) in enumerate(self.boundaries)]
        said = [(run, texts) for run, (_, texts) in enumerate(self.boundaries)]
        lit = lit_marks(subject, self.chances, self.samples.inputs, size, self.samples.targets)
        rest = AT_REST if self.chances else 1.0
        marks = (*_example_marks(subject.theme, self.samples, size, rest), *lit, *lines)
        return Panel("decision", box, marks, axes, word_marks(subject, axes, box, said))


def _unseen(margins: Array, classes: Array) -> str:
    """Say why no boundary is seen: because all that is shown belongs to one class, or to all alike."""
    if not np.isfinite(margins).all():
        return "no boundary: undefined"
    if np.abs(margins).max() <= EVEN:
        return "no boundary: even odds"
    middle = margins[:, margins.shape[1] // 2]
    # Of two classes the margin is that of the second.
    winner = int(middle[0] > 0) if len(middle) == 1 else int(np.argmax([*middle, 0.0]))
    return f"boundary outside: all {number(float(classes[min(winner, len(classes) - 1)]))}"


def _samples(subject: Subject) -> Samples:
    for objective in subject.objectives:
        samples = objective.samples
        fits = samples is not None and samples.inputs.ndim == 2 and samples.inputs.shape[1] == 2
        if samples is None or not fits or not (samples.targets == np.round(samples.targets)).all():
            raise UsageError(
                f"a decision view shows classes of two inputs, and {objective.name} has {in_words(samples)}",
                hint='use a network, such as objective = { network = [16], data = "moons" }',
            )
    samples = subject.objectives[0].samples
    assert samples is not None
    return samples


def _limits(samples: Samples) -> list[tuple[float, float]]:
    """Return what is shown of the two inputs, each with room by its own measure: years beside dollars."""
    low, high = samples.inputs.min(axis=0), samples.inputs.max(axis=0)
    room = np.where(high > low, 0.06 * (high - low), 0.5 * np.maximum(np.abs(high), 1.0))
    return list(zip((low - room).tolist(), (high + room).tolist(), strict=True))


def _example_marks(theme: Theme, samples: Samples, size: float, rest: float) -> list[Mark]:
    """Return the examples: rings for the first class, dots for the second, other shapes for more."""
    marks: list[Mark] = []
    for index, label in enumerate(np.unique(samples.targets)):
        places = samples.inputs[samples.targets == label]
        marker = class_marker(index)
        fill = theme.panel if index == 0 else faded(theme.muted, 0.8 * rest)
        edge = faded(theme.muted, 0.9 * rest)
        marks.append(Points(places, marker, size, fill, edge, 2.0, name=f"class {index}"))
    return marks


def _line(subject: Subject, run: int, boundary: Track) -> Line:
    style = subject.style(run)
    width = subject.theme.path_width * style.swell
    return Line(boundary, style.color, width, style.dash, faded(subject.theme.panel, 0.8), 2.5)


def _margins(said: Array) -> Array:
    """Return functions ``(functions, n)`` whose zeros are the boundary, for the probabilities of classes.

    For two classes that is the logarithm of the odds: a probability is so steep that its level lines are
    jagged. For more, it is how far each class but the last is ahead of the best of the others.
    """
    if said.ndim == 1:
        said = np.stack([1.0 - said, said], axis=-1)
    logs = np.log(np.maximum(said, TINY))
    if logs.shape[-1] == 2:
        return np.asarray(logs[:, 1] - logs[:, 0])[None]
    return np.stack([logs[:, k] - np.delete(logs, k, axis=1).max(axis=1) for k in range(logs.shape[-1] - 1)])


def _zero_lines(xs: Array, ys: Array, functions: Array) -> Array:
    from contourpy import LineType, contour_generator

    parts = []
    for values in functions:
        generator: Any = contour_generator(xs, ys, np.ma.masked_invalid(values), line_type=LineType.Separate)
        for line in generator.lines(0.0):
            parts += [line, np.full((1, 2), np.nan)]
    return np.concatenate(parts[:-1]) if parts else np.empty((0, 2))
