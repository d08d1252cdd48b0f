"""The examples behind a data-set loss, with the model that each run has fitted so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.base.settings import Between
from vizgd.drawing.marks import Line, Mark, Points, Track, faded
from vizgd.drawing.panel import Axes, Box, Panel
from vizgd.objectives.objective import Array, Samples, in_words
from vizgd.views.moments import passed, word_marks
from vizgd.views.overlays.chance import Chance
from vizgd.views.overlays.lit import AT_REST, batches_of, lit_marks
from vizgd.views.rulers import level_axis, upright_axis
from vizgd.views.view import Study, Subject, View

DOT = 12.0
"""The size of an example."""


@dataclass(frozen=True)
class Data(View):
    """The data set of one input and each run's prediction over it: a line, or a logistic curve.

    Parameters
    ----------
    points : int, default 200
        How many points draw a prediction, 2 to 2000.
    batch : bool, default False
        Light the examples that the step under way of each run with a sampler sees, in the run's color.
    """

    points: Annotated[int, Between(2, 2000)] = 200
    batch: bool = False

    place: ClassVar[Literal["landscape", "chart"]] = "landscape"

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return the one study.

        Raises
        ------
        UsageError
            When the objective has no data set of one input, or when batches are to be lit and no run has any.
        """
        samples = subject.objective.samples
        if samples is None or samples.inputs.ndim != 2 or samples.inputs.shape[1] != 1:
            raise UsageError(
                f"the data view shows examples of one input, and {subject.objective.name} has "
                f"{in_words(samples)}",
                hint='use a data-set loss, such as objective = { loss = "least-squares", data = "line" }',
            )
        limits = _spread(samples.inputs[:, 0]), _spread(samples.targets)
        along = np.linspace(*limits[0], self.points)
        fits = []
        for run in range(len(subject.trajectories)):
            own = subject.objectives[run].samples or samples
            with np.errstate(all="ignore"):
                fits.append(own.predict(passed(subject, run), along[:, None]))
        chances = batches_of(subject, samples) if self.batch else {}
        return [_Fits(subject, samples, limits, along, fits, chances)]


@dataclass(frozen=True, eq=False)
class _Fits(Study):
    """Examples, and what each run predicts along the input at each moment, ``(moments, m)``."""

    subject: Subject
    samples: Samples
    limits: tuple[tuple[float, float], tuple[float, float]]
    along: Array
    fits: list[Array]
    chances: dict[int, Chance]

    def axes(self, box: Box) -> Axes:
        """Return the axes of the input and the target."""
        return Axes(
            level_axis(self.subject, box, self.limits[0], "input", every=130.0),
            upright_axis(self.subject, box, self.limits[1], "target", every=100.0),
            self.subject.axes_style,
            grid=True,
        )

    def panel(self, box: Box) -> Panel:
        """Return the examples with the fits over them."""
        subject, axes = self.subject, self.axes(box)
        theme = subject.theme
        examples = np.column_stack([self.samples.inputs[:, 0], self.samples.targets])
        rest = AT_REST if self.chances else 1.0
        dots = Points(examples, "circle", DOT, faded(theme.muted, 0.55 * rest), name="example")
        lit = lit_marks(subject, self.chances, examples, DOT)
        lines: list[Mark] = []
        said = []
        for run, fitted in enumerate(self.fits):
            xy = np.stack([np.broadcast_to(self.along, fitted.shape), fitted], axis=-1)
            style = subject.style(run)
            casing = faded(theme.panel, 0.8)
            width = theme.path_width * style.swell
            moving = Track(None, xy, density=len(xy) - 1, nearest=True)
            lines.append(Line(moving, style.color, width, style.dash, casing, 2.0))
            said.append((run, [_unseen(one, self.limits[1]) for one in fitted]))
        return Panel("data", box, (dots, *lit, *lines), axes, word_marks(subject, axes, box, said))


def _unseen(fitted: Array, limits: tuple[float, float]) -> str:
    """Say where a fit lies of which nothing is seen."""
    if not np.isfinite(fitted).any():
        return "fit undefined"
    if np.nanmax(fitted) < limits[0]:
        return "fit outside, below"
    return "fit outside, above" if np.nanmin(fitted) > limits[1] else ""


def _spread(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room
