"""From a comparison to its storyboard: each view plans its part of the frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vizgd.base.errors import UsageError, at
from vizgd.base.progress import part
from vizgd.comparisons.comparison import Run, only_rates_differ
from vizgd.comparisons.resolving import Resolved, tasks_of
from vizgd.comparisons.tuning import how_tuned
from vizgd.drawing.clock import clock_for
from vizgd.drawing.marks import faded
from vizgd.drawing.panel import Axes, Box, Panel, margins
from vizgd.drawing.theme import theme_from
from vizgd.drawing.typeset import set_by_latex
from vizgd.objectives.callables.user_code import told_of_user_code
from vizgd.objectives.expressions.printing import set_formula
from vizgd.objectives.objective import Objective
from vizgd.recording.events import setting, summary
from vizgd.recording.quantities import beat_count
from vizgd.storyboard.layout import Contents, Layout, lay_out
from vizgd.storyboard.legend import ROW, caption_panel, kept_whole, legend_panel, legend_width, title_panel
from vizgd.storyboard.look import Look
from vizgd.storyboard.storyboard import Storyboard
from vizgd.views import VIEWS
from vizgd.views.view import Study, Subject, View

UNDRAWN = "the view cannot be drawn"
MOST_TOLD = 5
"""Of so many runs it is said at the end how far each is, where there is no room for all."""


def plan(known: Resolved, look: Look) -> Storyboard:
    """Return the storyboard of a comparison of which everything is known.

    Raises
    ------
    UsageError
        When a view does not fit the objective.
    """
    comparison, theme = known.comparison, theme_from(look.theme)
    title, labels = look.title or comparison.title, known.labels
    if look.math == "latex":
        title, labels = set_by_latex(title), _set_by_latex(labels, comparison.runs)
    background = theme.background
    if look.transparent:
        background = faded(background, 0.0)
        theme = replace(theme, panel=background) if theme.panel == theme.background else theme
    clock = clock_for(
        known.trajectories,
        rate=look.rate,
        seconds=comparison.seconds if look.seconds is None else float(look.seconds),
        pace=comparison.pace,
        steps=known.steps,
        parts=comparison.parts,
        beats=_beats(known) if comparison.parts else (),
    )
    subject = Subject(
        known.objective,
        known.trajectories,
        labels,
        clock,
        theme,
        known.domain,
        known.objectives,
        optimizers=tuple(run.optimizer for run in comparison.runs),
        steps=known.steps,
        tasks=tasks_of(known),
        ensembles=known.ensembles,
        pace=comparison.pace,
    )
    views = _built_views(comparison.views or _suited_views(known.objective))
    with part(0, 2):
        studies = _studied(subject, views)
    arranged = _arranged(subject, views, studies, look.pixels)
    with part(1, 2):
        shown = _view_panels(views, studies, arranged)
    rates_alone = only_rates_differ(comparison.runs, known.trajectories)
    before = setting(known.objective, gradient_descent=rates_alone, trajectories=known.trajectories)
    before = how_tuned(comparison, tasks_of(known)) or before
    after = (
        summary(known.objectives, kept_whole(labels), known.trajectories, known.outlooks, most)
        for most in (None, *range(MOST_TOLD, 0, -1))
    )
    chrome = _chrome(subject, title, (before, after), arranged)
    return Storyboard(title, look.pixels, clock, background, (*chrome, *shown))


def _beats(known: Resolved) -> tuple[int, ...]:
    """Return in how many beats each run plays a step in parts.

    Raises
    ------
    UsageError
        When no run takes a step that is to be played in parts, or not every step was kept.
    """
    runs, parts = known.comparison.runs, known.comparison.parts
    pairs = zip(runs, known.trajectories, strict=True)
    beats = tuple(beat_count(run.optimizer, trajectory) for run, trajectory in pairs)
    with at("$.parts"):
        if not any(beats):
            every = known.trajectories[0].every
            raise UsageError("no step can be played in parts", why=f"only every {every}th step was kept")
        first = 1 if isinstance(parts, int) else parts[0]
        if first > known.steps:
            raise UsageError(f"there is no step {first}", why=f"the runs take {known.steps}")
    return beats


def _set_by_latex(labels: Sequence[str], runs: Sequence[Run]) -> tuple[str, ...]:
    """Return labels whose formulas LaTeX is to set, where somebody wrote them."""
    return tuple(
        label if run.label is None else set_by_latex(label) for label, run in zip(labels, runs, strict=True)
    )


def _suited_views(objective: Objective) -> tuple[str, ...]:
    return ("curve" if objective.dimension == 1 else "contour", "convergence")


def _built_views(views: Sequence[str | View]) -> list[View]:
    built = []
    for index, view in enumerate(views):
        with at(f"$.views[{index}]"):
            made: Any = VIEWS[view]() if isinstance(view, str) else view
            if not isinstance(made, View):
                shown = made.__name__ if isinstance(made, type) else repr(made)
                raise UsageError(
                    f"{shown:.60} is no view",
                    hint='give a name such as "contour", or Contour(level_count=20)',
                )
            built.append(made)
    return built


def _studied(subject: Subject, views: Sequence[View]) -> list[list[Study]]:
    """Return what each view finds out, a study for each box that it wants."""
    studies = []
    for index, view in enumerate(views):
        with at(f"$.views[{index}]"), told_of_user_code(UNDRAWN), part(index, len(views)):
            studies.append(list(view.study(subject)))
    return studies


def _arranged(
    subject: Subject, views: Sequence[View], studies: Sequence[Sequence[Study]], size: tuple[int, int]
) -> Layout:
    wanted = {"landscape": 0, "chart": 0}
    for view, own in zip(views, studies, strict=True):
        wanted[view.place] += len(own)
    alone = _only_landscape(views)
    only = [] if alone is None else studies[alone]
    contents = Contents(
        landscapes=wanted["landscape"],
        charts=wanted["chart"],
        runs=len(subject.labels),
        legend_row=ROW * subject.theme.legend_size,
        legend_width=legend_width(subject),
        aspect=only[0].aspect if only else None,
    )
    return lay_out(size, contents)


def _only_landscape(views: Sequence[View]) -> int | None:
    """Return which view is the only landscape, to whose aspect the layout can give way."""
    landscapes = [index for index, view in enumerate(views) if view.place == "landscape"]
    return landscapes[0] if len(landscapes) == 1 else None


@dataclass(frozen=True, eq=False)
class _Placed:
    """A study in its box, margins included."""

    view: int
    place: str
    study: Study
    box: Box


def _view_panels(
    views: Sequence[View], studies: Sequence[Sequence[Study]], arranged: Layout
) -> tuple[Panel, ...]:
    """Return the panels of all views, their axes lined up."""
    free = {"landscape": iter(arranged.landscapes), "chart": iter(arranged.charts)}
    alone = _only_landscape(views)
    placed = []
    for index, (view, own) in enumerate(zip(views, studies, strict=True)):
        boxes = [next(free[view.place]) for _ in own]
        for study, box in zip(own, boxes, strict=True):
            fitted = study if index == alone else study.shaped(boxes[0].width / boxes[0].height)
            placed.append(_Placed(index, view.place, fitted, box))
    measured = []
    for one in placed:
        with at(f"$.views[{one.view}]"), told_of_user_code(UNDRAWN):
            measured.append(one.study.axes(one.box))
    rooms = {
        place: _room([axes for one, axes in zip(placed, measured, strict=True) if one.place == place])
        for place in free
    }
    panels = []
    for number, (one, axes) in enumerate(zip(placed, measured, strict=True)):
        inner = one.box if axes is None else _axes_box(one.box, rooms[one.place], one.study.aspect)
        with at(f"$.views[{one.view}]"), told_of_user_code(UNDRAWN), part(number, len(placed)):
            panels.append(one.study.panel(inner))
    return tuple(panels)


def _room(measured: Sequence[Axes | None]) -> tuple[float, float, float, float]:
    """Return the margins that some axes share: left, bottom, right, top."""
    needed = np.array([margins(axes) for axes in measured if axes] or [(0.0, 0.0, 0.0, 0.0)])
    left, bottom, right, top = needed.max(axis=0)
    return left, bottom, right, top


def _axes_box(outer: Box, room: tuple[float, float, float, float], aspect: float | None) -> Box:
    box = outer.inset(*room)
    if aspect is None:
        return box
    width, height = min(box.width, aspect * box.height), min(box.height, box.width / aspect)
    across, up = (box.width - width) / 2, (box.height - height) / 2
    return box.inset(across, up, across, up)


def _chrome(
    subject: Subject, title: str, captions: tuple[str, Iterable[str]], arranged: Layout
) -> tuple[Panel, ...]:
    objective = subject.objective
    written = f"f = {set_formula(objective.formula)}" if objective.formula else objective.title
    columns = arranged.legend_columns
    return (
        title_panel(subject, title, written, arranged.title),
        legend_panel(subject, arranged.legend, columns),
        caption_panel(subject, *captions, arranged.caption),
    )
