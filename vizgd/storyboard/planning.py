"""From a comparison to its storyboard: each view plans its part of the frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from vizgd.base.errors import UsageError, at
from vizgd.base.progress import part
from vizgd.comparisons.comparison import Comparison, Run, only_rates_differ
from vizgd.comparisons.resolving import resolved
from vizgd.drawing.clock import clock_for
from vizgd.drawing.marks import faded
from vizgd.drawing.panel import Box, Panel, margins
from vizgd.drawing.theme import Theme
from vizgd.drawing.typeset import set_by_latex
from vizgd.objectives.expressions.printing import set_formula
from vizgd.objectives.objective import Objective
from vizgd.recording.events import setting, summary
from vizgd.storyboard.layout import Contents, Layout, layout
from vizgd.storyboard.legend import ROW, caption_panel, kept_whole, legend_panel, legend_width, title_panel
from vizgd.storyboard.storyboard import Storyboard
from vizgd.views import VIEWS
from vizgd.views.view import Subject, View


def plan(
    comparison: Comparison,
    *,
    size: tuple[int, int],
    rate: Fraction,
    theme: Theme,
    seconds: float | None = None,
    title: str | None = None,
    transparent: bool = False,
    math: str = "mathtext",
) -> Storyboard:
    """Return the storyboard of a comparison.

    Parameters
    ----------
    comparison : Comparison
    size : tuple of int
        Width and height in pixels.
    rate : Fraction
        Frames a second.
    theme : Theme
    seconds, title : optional
        In place of the comparison's own.
    transparent : bool, default False
        Leave out the theme's background, and the ground inside axes where it is the same.
    math : {"mathtext", "latex"}
        What sets the formulas in the title and in labels.

    Raises
    ------
    UsageError
        When a run or a view does not fit the objective.
    """
    if math == "latex":
        title = set_by_latex(title or comparison.title)
        comparison = replace(comparison, runs=[_set_by_latex(run) for run in comparison.runs])
    background = theme.background
    if transparent:
        background = faded(background, 0.0)
        theme = replace(theme, panel=background) if theme.panel == theme.background else theme
    with part(0, 2):
        known = resolved(comparison)
    seconds = comparison.seconds if seconds is None else float(seconds)
    clock = clock_for(known.trajectories, rate=rate, seconds=seconds, pace=comparison.pace, steps=known.steps)
    subject = Subject(
        known.objective,
        known.trajectories,
        known.labels,
        clock,
        theme,
        known.domain,
        known.objectives,
        optimizers=tuple(run.optimizer for run in comparison.runs),
        steps=known.steps,
    )
    views = _built_views(comparison.views or _suited_views(known.objective))
    arranged = _arranged(subject, views, size)
    with part(1, 2):
        shown = _view_panels(subject, views, arranged)
    rates_alone = only_rates_differ(comparison.runs, known.trajectories)
    before = setting(known.objective, gradient_descent=rates_alone, trajectories=known.trajectories)
    after = summary(known.objectives, kept_whole(known.labels), known.trajectories, known.outlooks)
    chrome = _chrome(subject, title or comparison.title, (before, after), arranged)
    return Storyboard(title or comparison.title, size, clock, background, (*chrome, *shown))


def _set_by_latex(run: Run) -> Run:
    return run if run.label is None else replace(run, label=set_by_latex(run.label))


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


def _arranged(subject: Subject, views: Sequence[View], size: tuple[int, int]) -> Layout:
    landscapes = [view for view in views if view.place == "landscape"]
    aspect = None
    if len(landscapes) == 1:
        with at(f"$.views[{views.index(landscapes[0])}]"):
            aspect = landscapes[0].aspect(subject)
    cells = {"landscape": 0, "chart": 0}
    for index, view in enumerate(views):
        with at(f"$.views[{index}]"):
            cells[view.place] += view.cells(subject)
    contents = Contents(
        landscapes=cells["landscape"],
        charts=cells["chart"],
        runs=len(subject.labels),
        legend_row=ROW * subject.theme.legend_size,
        legend_width=legend_width(subject),
        aspect=aspect,
    )
    return layout(size, contents)


def _view_panels(subject: Subject, views: Sequence[View], arranged: Layout) -> tuple[Panel, ...]:
    """Return the panels of all views, their axes lined up.

    The views plan twice: first in the whole of their boxes, which tells how much room their tick labels
    need, then in what is left inside.
    """
    free = {"landscape": list(arranged.landscapes), "chart": list(arranged.charts)}
    outer = [[free[view.place].pop(0) for _ in range(view.cells(subject))] for view in views]
    first = []
    for index, (view, boxes) in enumerate(zip(views, outer, strict=True)):
        with at(f"$.views[{index}]"), part(index, len(views)):
            first.append(view.panels(subject, boxes))
    rooms = {place: _room(views, first, place) for place in free}
    panels: list[Panel] = []
    # What takes long is known by now.
    for view, boxes, drafts in zip(views, outer, first, strict=True):
        if any(panel.axes is None for panel in drafts):
            panels += drafts
            continue
        aspect = view.aspect(subject)
        panels += view.panels(subject, [_axes_box(box, rooms[view.place], aspect) for box in boxes])
    return tuple(panels)


def _room(
    views: Sequence[View], drafts: Sequence[Sequence[Panel]], place: str
) -> tuple[float, float, float, float]:
    """Return the margins that all axes of a place share: left, bottom, right, top."""
    axes = [
        panel.axes
        for view, panels in zip(views, drafts, strict=True)
        for panel in panels
        if view.place == place and panel.axes
    ]
    needed = np.array([margins(one) for one in axes] or [(0.0, 0.0, 0.0, 0.0)])
    left, bottom, right, top = needed.max(axis=0)
    return left, bottom, right, top


def _axes_box(outer: Box, room: tuple[float, float, float, float], aspect: float | None) -> Box:
    box = outer.inset(*room)
    if aspect is None:
        return box
    width, height = min(box.width, aspect * box.height), min(box.height, box.width / aspect)
    across, up = (box.width - width) / 2, (box.height - height) / 2
    return box.inset(across, up, across, up)


def _chrome(subject: Subject, title: str, captions: tuple[str, str], arranged: Layout) -> tuple[Panel, ...]:
    objective = subject.objective
    written = f"f = {set_formula(objective.formula)}" if objective.formula else objective.title
    columns = arranged.legend_columns
    return (
        title_panel(subject, title, written, arranged.title),
        legend_panel(subject, arranged.legend, columns),
        caption_panel(subject, *captions, arranged.caption),
    )
