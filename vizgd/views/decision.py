"""Examples of two inputs and several classes, with the boundary that each run draws between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from vizgd.base.errors import UsageError
from vizgd.base.formatting import number
from vizgd.base.progress import part
from vizgd.base.settings import Between
from vizgd.drawing.marks import Line, Mark, Points, Text, Track, faded
from vizgd.drawing.panel import Axes, Box, Panel
from vizgd.drawing.theme import Theme
from vizgd.drawing.typeset import shortened
from vizgd.nn.first_layer import FirstLayer, first_layers
from vizgd.objectives.objective import Array, Samples, in_words
from vizgd.views.departure import in_data
from vizgd.views.moments import passing, word_marks
from vizgd.views.overlays.chance import Chance
from vizgd.views.overlays.lit import AT_REST, batches_of, class_marker, lit_marks
from vizgd.views.overlays.shading import class_color, kept_odds, shading_mark, toward
from vizgd.views.overlays.unit_lines import joined, network_with_units, unit_marks
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
    regions : bool, default False
        Shade where each class is the most probable, the stronger the surer, in a panel for each run.
    first_layer : bool, default False
        Draw each unit of a network's first hidden layer as the line on which what enters its activation is
        zero, in a panel for each run: a triangle points to its positive side, and it is as wide as its
        outgoing weights are large (their Euclidean norm). With batch normalization it is the line of the
        normalized unit. Of more than 16 units those are drawn whose outgoing weights are the largest at the
        end.
    """

    points: Annotated[int, Between(9, 401)] = 51
    batch: bool = False
    regions: bool = False
    first_layer: bool = False

    place: ClassVar[Literal["landscape", "chart"]] = "landscape"

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return the one study, or one a run.

        Raises
        ------
        UsageError
            When the objective is no loss over classes of two inputs, when batches are to be lit and no run
            has any, or when a first layer is to be drawn and a run has none.
        """
        samples = _samples(subject)
        runs = range(len(subject.trajectories))
        found = []
        for run in runs:
            with part(run, len(runs)):
                found.append(self._found(subject, run))
        chances = batches_of(subject, samples) if self.batch else {}
        if not (self.regions or self.first_layer):
            return [_Boundaries(subject, samples, found, chances)]
        lit = [{run: chances[run]} if run in chances else {} for run in runs]
        return [_Boundaries(subject, samples, [found[run]], lit[run], self.regions) for run in runs]

    def _found(self, subject: Subject, run: int) -> _Found:
        """Return what is drawn of a run over the film."""
        samples = subject.objectives[run].samples
        assert samples is not None
        network = network_with_units(subject, run) if self.first_layer else None
        xs, ys = (np.linspace(low, high, self.points) for low, high in _limits(samples))
        places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
        classes = np.unique(samples.targets)
        lines, said, odds, layers = [], [], [], []
        for one in passing(subject, run):
            with np.errstate(all="ignore"):
                logs = _logs(samples.predict(one, places))
                margins = _margins(logs)
            line = _zero_lines(xs, ys, margins.reshape(-1, self.points, self.points))
            lines.append(line)
            said.append("" if len(line) else _unseen(margins, classes))
            if self.regions:
                odds.append(kept_odds(logs, self.points))
            if network is not None:
                layers.append(first_layers(network, one[None]))
        values = np.full((len(lines), max(1, *map(len, lines)), 2), np.nan)
        for moment, line in zip(values, lines, strict=True):
            moment[: len(line)] = line
        boundary = Track(None, values, density=len(lines) - 1, nearest=True)
        units, note = joined(layers) if layers else (None, "")
        return _Found(run, boundary, said, np.stack(odds) if odds else None, units, note)


@dataclass(frozen=True, eq=False)
class _Found:
    """What is drawn of a run over the film.

    Parameters
    ----------
    run : int
    boundary : Track
        Polylines ``(moments, vertices, 2)``, nan between and after.
    said : list of str
        What is said at each moment where there is no boundary to be seen.
    odds : array or None
        As `kept_odds` returns them, at each moment.
    units : FirstLayer or None
    note : str
        What is said of its units.
    """

    run: int
    boundary: Track
    said: list[str]
    odds: NDArray[np.float16] | None
    units: FirstLayer | None
    note: str


@dataclass(frozen=True, eq=False)
class _Boundaries(Study):
    """Examples, and the boundaries of some runs over the film, with what lies beneath them."""

    subject: Subject
    samples: Samples
    found: list[_Found]
    chances: dict[int, Chance]
    colored: bool = False

    def axes(self, box: Box) -> Axes:
        """Return the axes of the two inputs."""
        subject, limits = self.subject, _limits(self.samples)
        alone = len(self.found) < len(subject.trajectories)
        title = "decision boundary" if len(self.found) == 1 else "decision boundaries"
        if alone:
            title = subject.labels[self.found[0].run]
        elif self.found[0].note:
            title = f"{title}, {self.found[0].note} as lines"
        return Axes(
            level_axis(subject, box, limits[0], "input 1", more=1),
            upright_axis(subject, box, limits[1], "input 2", every=105.0, more=1),
            subject.axes_style,
            title,
            subject.style(self.found[0].run).color if alone else None,
        )

    def panel(self, box: Box) -> Panel:
        """Return the examples with the boundaries over them."""
        subject, axes = self.subject, self.axes(box)
        theme = subject.theme
        # In a small panel large dots would be one mass.
        size = min(max(DOT * min(box.width, box.height), 8.0), 13.0)
        grounds = [shading_mark(theme, axes, one.odds) for one in self.found if one.odds is not None]
        units = [unit_marks(subject, one.units, axes, box) for one in self.found if one.units is not None]
        lines = [_line(subject, one.run, one.boundary) for one in self.found]
        lit = lit_marks(subject, self.chances, self.samples.inputs, size, self.samples.targets)
        rest = AT_REST if self.chances else 1.0
        examples = _example_marks(theme, self.samples, size, rest, colored=self.colored)
        still, moving = ((), (*grounds, *units, *examples)) if grounds or units else (examples, ())
        words = word_marks(subject, axes, box, [(one.run, one.said) for one in self.found])
        alone = len(self.found) < len(subject.trajectories)
        notes = [_note(subject, box, axes, one.note) for one in self.found if alone and " of " in one.note]
        return Panel("decision", box, (*still, *moving, *lit, *lines), axes, (*words, *notes))


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


def _note(subject: Subject, box: Box, axes: Axes, note: str) -> Text:
    """Return what is said of the units, at the lower left."""
    theme = subject.theme
    place = in_data(axes, np.array([10.0 / box.width, 0.7 * theme.tick_size / box.height]))
    text = shortened(note, theme.tick_size, box.width - 20.0)
    return Text(
        place, text, theme.tick_size, theme.text, "left", "center", casing=theme.panel, casing_width=5.0
    )


def _example_marks(
    theme: Theme, samples: Samples, size: float, rest: float, *, colored: bool
) -> tuple[Mark, ...]:
    """Return the examples: rings for the first class, dots for the second, other shapes for more."""
    marks: list[Mark] = []
    classes = np.unique(samples.targets)
    for index, label in enumerate(classes):
        places = samples.inputs[samples.targets == label]
        marker = class_marker(index)
        number = int(label) if classes[0] >= 0 else index
        color = class_color(theme, number) if colored else theme.muted
        fill = theme.panel if index == 0 else faded(color, (1.0 if colored else 0.8) * rest)
        if colored:
            # A ring in the color of its own region would be lost in it.
            color = theme.outline if index else toward(color, theme.text, 0.4)
        edge = faded(color, 0.9 * rest)
        wide = 3.5 if colored and index == 0 else 2.0
        marks.append(Points(places, marker, size, fill, edge, wide, name=f"class {index}"))
    return tuple(marks)


def _line(subject: Subject, run: int, boundary: Track) -> Line:
    style = subject.style(run)
    width = subject.theme.path_width * style.swell
    return Line(boundary, style.color, width, style.dash, faded(subject.theme.panel, 0.8), 2.5)


def _logs(said: Array) -> Array:
    """Return the logarithms of the classes' probabilities ``(n, k)``, of two classes given those of one."""
    if said.ndim == 1:
        said = np.stack([1.0 - said, said], axis=-1)
    return np.asarray(np.log(np.maximum(said, TINY)))


def _margins(logs: Array) -> Array:
    """Return functions ``(functions, n)`` whose zeros are the boundary, for logarithms of probabilities.

    For two classes that is the logarithm of the odds: a probability is so steep that its level lines are
    jagged. For more, it is how far each class but the last is ahead of the best of the others.
    """
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
