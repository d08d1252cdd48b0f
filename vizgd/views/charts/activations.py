"""Histograms of what the hidden layers of a network do with the data, a cell for each layer and run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from vizgd.base.errors import UsageError
from vizgd.base.progress import part
from vizgd.base.settings import Between
from vizgd.drawing.marks import Mark, Text
from vizgd.drawing.panel import Box, Panel
from vizgd.drawing.typeset import measured, shortened
from vizgd.nn.losses import NetworkLoss, network_loss_of
from vizgd.nn.model_loss import ModelLoss
from vizgd.views.charts.histogram_cells import Cell, rows_of_words
from vizgd.views.charts.histograms import MOST_EXAMPLES, LayerHistograms, Normalized, layer_histograms
from vizgd.views.view import Study, Subject, View

MOST_RUNS = 3
"""Of more runs the first are shown, unless one is asked for."""
MOST_LAYERS = 4
"""Of more layers the first ones and the last."""
SHAPE = 1.7
"""The width of a cell's bars over their height that is aimed at."""
GAP = 22.0
"""Between cells."""
WORDS = 4.0
"""The height of a cell's words and ticks, in sizes of their text."""
NAME = 1.35
"""The height of a run's name, likewise."""
HEADINGS: dict[str | None, tuple[str, ...]] = {
    None: ("activations",),
    "before": ("before normalization",),
    "after": ("after normalization",),
    "both": ("before (line) and after normalization", "before (line), after"),
}


@dataclass(frozen=True)
class Activations(View):
    """Histograms of the activations of each hidden layer over the data, as they change along a run.

    Of a relu it is said how many activations are zero, and how many units are dead, zero for all examples;
    of a tanh how many are saturated, beyond ±0.99, where its slope is below 0.02.

    Parameters
    ----------
    run : int, optional
        The run's number, from 1 on; by default all of up to three runs, and of more the first three.
    normalized : {"before", "after", "both"}, optional
        In place of activations, what enters them: before batch normalization, after it (with scale and
        shift), or both, that before as a line. Of a run without normalization they are the same, w·a + b.
    bins : int, default 30
        How many bins there are, 5 to 60.

    Notes
    -----
    Of more than 1,000 examples 1,000 are looked at, and that is said; normalization uses the statistics of
    all. Scales stay as they are over the film: bars of more than three times the usual height are cut, and so
    is that of a relu's zeros.
    """

    run: Annotated[int, Between(1, 1000)] | None = None
    normalized: Normalized | None = None
    bins: Annotated[int, Between(5, 60)] = 30

    place: ClassVar[Literal["landscape", "chart"]] = "landscape"

    def study(self, subject: Subject) -> Sequence[Study]:
        """Return the one study.

        Raises
        ------
        UsageError
            When a run's objective is no network with hidden layers, when there is no such run, or when
            normalization is to be shown and there is none.
        """
        count = len(subject.trajectories)
        if self.run is not None and self.run > count:
            raise UsageError(f"there is no run {self.run}", why=f"the comparison has {count}")
        runs = list(range(count))[:MOST_RUNS] if self.run is None else [self.run - 1]
        losses = [_network(subject, run) for run in runs]
        if self.normalized and not any(loss.network.batch_norm for loss in losses):
            raise UsageError(
                f"normalized is {self.normalized!r}",
                why="no network that is shown has batch normalization",
                hint="add batch_norm = true to the objective, or leave normalized out",
            )
        cells = []
        for index, (run, loss) in enumerate(zip(runs, losses, strict=True)):
            with part(index, len(runs)):
                cells.append(layer_histograms(subject, run, loss, self.bins, self.normalized))
        notes = []
        if max(len(loss.inputs) for loss in losses) > MOST_EXAMPLES:
            notes.append(f"{MOST_EXAMPLES:,} of {len(losses[0].inputs):,} examples")
        if self.run is None and count > MOST_RUNS:
            notes.append(f"{MOST_RUNS} of {count} runs")
        depth = max(map(len, cells))
        if depth > MOST_LAYERS:
            notes.append(f"{MOST_LAYERS} of {depth} layers")
            cells = [own if len(own) <= MOST_LAYERS else [*own[: MOST_LAYERS - 1], own[-1]] for own in cells]
        return [_Cells(subject, HEADINGS[self.normalized], cells, ", ".join(notes))]


def _network(subject: Subject, run: int) -> NetworkLoss:
    objective = subject.objectives[run]
    loss = network_loss_of(objective)
    if loss is None or len(loss.network.sizes) < 3:
        own = getattr(objective.value, "__self__", None)
        why = "it is no network, or its layers are not known"
        if isinstance(own, ModelLoss):
            why = "of a recorded model the parameters are kept, not its layers and the examples"
        elif loss is not None:
            why = "it has no hidden layer"
        raise UsageError(
            f"there are no activations to show of {objective.title or objective.name}",
            why=why,
            hint='use a network, such as objective = { network = [16], data = "moons" }',
        )
    return loss


@dataclass(frozen=True, eq=False)
class _Cells(Study):
    """Histograms by run and layer, what they are of, and what is said of those that are not shown."""

    subject: Subject
    headings: tuple[str, ...]
    cells: list[list[LayerHistograms]]
    note: str

    def panel(self, box: Box) -> Panel:
        """Return the cells as they change."""
        theme = self.subject.theme
        size, middle = theme.label_size, (box.left + box.right) / 2
        full = [f"{heading}, {self.note}" if self.note else heading for heading in self.headings]
        heading = next((text for text in full if measured(text, size, bold=True)[0] <= box.width), full[-1])
        heading = shortened(heading, size, box.width, bold=True)
        place = np.array([middle, box.top - 0.6 * size])
        still: list[Mark] = [Text(place, heading, size, theme.text, "center", "center", bold=True)]
        moving: list[Mark] = []
        area = box.inset(0.0, 0.0, 0.0, 1.4 * size)
        strip = NAME * theme.tick_size if len(self.subject.trajectories) > 1 else 0.0
        rows, columns, across = self._shape(area, strip)
        height = (area.height - GAP * (rows - 1)) / rows
        if across:
            height = (area.height - strip - GAP * (rows - 1)) / rows
        width = (area.width - GAP * (columns - 1)) / columns
        words = max(rows_of_words(one, theme.tick_size, width) for own in self.cells for one in own)
        for number, own in enumerate(self.cells):
            for layer, shown in enumerate(own):
                row, column = (layer, number) if across else (number + layer // columns, layer % columns)
                left = area.left + column * (width + GAP)
                top = area.top - row * (height + GAP) - strip * across
                if strip and layer == 0:
                    wide = width if across else area.width
                    still.append(self._name(shown.run, left, area.top if across else top, wide))
                high = top - strip * (not across)
                cell = Cell(self.subject, Box(left, top - height, left + width, high), shown, words)
                still += cell.still()
                moving += cell.moving()
        return Panel("activations", box, (*still, *moving))

    def _name(self, run: int, left: float, top: float, width: float) -> Text:
        """Return the name of a run above its cells."""
        size = self.subject.theme.tick_size
        label = shortened(self.subject.labels[run], size, width, bold=True)
        place = np.array([left, top - NAME * size / 2])
        return Text(place, label, size, self.subject.style(run).color, "left", "center", bold=True)

    def _shape(self, area: Box, strip: float) -> tuple[int, int, bool]:
        """Return in how many rows and columns cells stand, and whether runs go across and layers down."""
        depth, runs = max(map(len, self.cells)), len(self.cells)
        shapes = [(depth, runs, True), (runs, depth, False)]
        if runs == 1:
            shapes += [(rows, -(-depth // rows), False) for rows in range(2, depth)]

        def fit(shape: tuple[int, int, bool]) -> float:
            rows, columns, across = shape
            names = strip / rows if across else strip
            high = (area.height - GAP * (rows - 1)) / rows - names - WORDS * self.subject.theme.tick_size
            return min(max(high, 1.0), (area.width - GAP * (columns - 1)) / columns / SHAPE)

        return max(shapes, key=fit)
