"""From a comparison to its storyboard: record the runs, and let each view plan its part of the frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from vizgd.clock import clock_for
from vizgd.comparison import Comparison, Run, chancy_runs, only_rates_differ
from vizgd.errors import UsageError, at
from vizgd.events import MOST_COORDINATES, at_minimizer, point, setting, summary
from vizgd.formatting import set_formula
from vizgd.layout import Contents, Layout, layout
from vizgd.legend import ROW, caption_panel, kept_whole, legend_panel, legend_width, title_panel
from vizgd.objectives.objective import Objective
from vizgd.panel import Box, Panel, margins
from vizgd.progress import part
from vizgd.recording.ensembles import ensembles
from vizgd.recording.outlook import known_minima, outlook
from vizgd.storyboard import Storyboard
from vizgd.theme import Theme, faded
from vizgd.trajectory import Trajectory
from vizgd.typeset import set_by_latex
from vizgd.views import VIEWS
from vizgd.views.view import Scene, View, with_room


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
    objective = _framed(_main_objective(comparison), comparison)
    objectives = run_objectives(objective, comparison)
    trajectories = record_runs(objectives, comparison)
    seconds = comparison.seconds if seconds is None else float(seconds)
    clock = clock_for(
        trajectories, rate=rate, seconds=seconds, pace=comparison.pace, steps=_longest(comparison)
    )
    on_it = [t for t, own in zip(trajectories, objectives, strict=True) if own is objective]
    domain = _drawn_domain(objective, comparison, on_it)
    chancy = chancy_runs(comparison, objectives, trajectories)
    many = dict(zip(chancy, ensembles(list(chancy.values())), strict=True))
    objective, objectives = known_minima(objective, objectives, domain, trajectories, many)
    outlooks = [
        outlook(chancy[index], own, many[index], at_minimizer(own)) if index in chancy else None
        for index, own in enumerate(objectives)
    ]
    scene = Scene(
        objective,
        trajectories,
        run_labels(comparison, trajectories),
        clock,
        theme,
        domain,
        objectives,
        optimizers=tuple(run.optimizer for run in comparison.runs),
        steps=_longest(comparison),
    )
    views = _built_views(comparison.views or _suited_views(objective))
    arranged = _arranged(scene, views, size)
    shown = _view_panels(scene, views, arranged)
    before = setting(objective, gradient_descent=only_rates_differ(comparison.runs, trajectories))
    after = summary(scene.objectives, kept_whole(scene.labels), scene.trajectories, outlooks)
    chrome = _chrome(scene, title or comparison.title, (before, after), arranged)
    return Storyboard(title or comparison.title, size, clock, background, (*chrome, *shown))


def _main_objective(comparison: Comparison) -> Objective:
    from vizgd.objectives.lookup import objective_from

    with at("$.objective"):
        return objective_from(comparison.objective, domain=comparison.domain, start=comparison.runs[0].start)


def run_objectives(objective: Objective, comparison: Comparison) -> tuple[Objective, ...]:
    """Return what each run descends: the comparison's objective, or its own, the same for equal ones."""
    from vizgd.objectives.lookup import objective_from

    known: list[tuple[object, Objective]] = [(None, objective), (comparison.objective, objective)]
    objectives = []
    for index, run in enumerate(comparison.runs):
        given = run.objective
        found = next((one for thing, one in known if thing is given or thing == given), None)
        if found is None:
            with at(f"$.runs[{index}].objective"):
                found = objective_from(given, domain=comparison.domain, start=run.start)
            known.append((given, found))
        objectives.append(found)
    return tuple(objectives)


def _set_by_latex(run: Run) -> Run:
    return run if run.label is None else replace(run, label=set_by_latex(run.label))


def recorded(comparison: Comparison, progress: Callable[[int, int], None] | None = None) -> Comparison:
    """Return a comparison with the trajectory of each of its runs, made now where it has none.

    Parameters
    ----------
    comparison : Comparison
    progress : callable, optional
        Called with the number of runs that are done, and their total.

    Raises
    ------
    UsageError
        When a run does not fit the objective.
    """
    objective = _main_objective(comparison)
    framed = _framed(objective, comparison)
    owns = run_objectives(framed, comparison)
    trajectories = record_runs(owns, comparison, progress)
    runs = [
        replace(run, trajectory=one, objective=None if own is framed else own)
        for run, one, own in zip(comparison.runs, trajectories, owns, strict=True)
    ]
    return replace(comparison, objective=objective, runs=runs)


def record_runs(
    objectives: Sequence[Objective],
    comparison: Comparison,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Trajectory, ...]:
    """Return the trajectory of each run, on its objective: the one that it has, or else recorded now."""
    from vizgd.recording.loop import record

    recorded = []
    for index, (run, objective) in enumerate(zip(comparison.runs, objectives, strict=True)):
        if progress is not None:
            progress(index, len(comparison.runs))
        steps = comparison.steps if run.steps is None else run.steps
        if run.trajectory is not None:
            recorded.append(_fitting(run.trajectory, objective, f"$.runs[{index}]"))
            continue
        with at(f"$.runs[{index}]"):
            recorded.append(
                record(
                    objective,
                    run.optimizer,
                    run.start,
                    steps,
                    sampler=run.sampler,
                    noise=run.noise,
                    seed=run.seed,
                )
            )
    return tuple(recorded)


def _fitting(trajectory: Trajectory, objective: Objective, where: str) -> Trajectory:
    """Return a trajectory that was recorded before; refuse one of another objective."""
    dimension = trajectory.iterates.shape[1]
    if dimension != objective.dimension:
        raise UsageError(
            f"the trajectory has {dimension} parameters, {objective.name} has {objective.dimension}",
            where,
            hint="give the objective on which it was recorded",
        )
    return trajectory


def run_labels(comparison: Comparison, trajectories: Sequence[Trajectory]) -> tuple[str, ...]:
    """Return what the legend calls each run: its own label, or as much of the rest as tells runs apart.

    That is the optimizer's name and hyper-parameters, without the name where all have the same one and differ
    in hyper-parameters, and the objective where they differ, or else the start where starts differ.
    """
    full: list[str] = [run.optimizer.label for run in comparison.runs]
    names: list[str] = [run.optimizer.called for run in comparison.runs]
    starts = _start_names(trajectories)
    owns = [getattr(run.objective, "name", run.objective) for run in comparison.runs]
    settings = [label.removeprefix(name).strip() for label, name in zip(full, names, strict=True)]
    if len(set(names)) == 1 and len(set(settings)) == len(settings) > 1 and all(settings):
        full = settings

    def label(index: int, run: Run) -> str:
        if run.label is not None:
            return run.label
        if len(set(owns)) > 1:
            own = owns[index] or getattr(comparison.objective, "name", comparison.objective)
            return f"{full[index]} on {own}"
        if len(set(starts)) == 1:
            return full[index]
        return f"start {starts[index]}" if len(set(full)) == 1 else f"{full[index]} from {starts[index]}"

    return tuple(label(index, run) for index, run in enumerate(comparison.runs))


def _start_names(trajectories: Sequence[Trajectory]) -> list[str]:
    """Return the starts as text: points of few coordinates, numbers for others."""
    starts = [trajectory.iterates[0] for trajectory in trajectories]
    if len(starts[0]) <= MOST_COORDINATES:
        return [point(start) for start in starts]
    known = list(dict.fromkeys(start.tobytes() for start in starts))
    return [str(1 + known.index(start.tobytes())) for start in starts]


def _longest(comparison: Comparison) -> int:
    return max(comparison.steps if run.steps is None else run.steps for run in comparison.runs)


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


def _framed(objective: Objective, comparison: Comparison) -> Objective:
    """Return the objective over the domain that the comparison asks for, by which reach is judged, too."""
    if comparison.domain is None:
        return objective
    if len(comparison.domain) != objective.dimension:
        raise UsageError(
            f"domain has {len(comparison.domain)} axes, but {objective.name} has {objective.dimension}",
            "$.domain",
            hint="give one pair [low, high] for each variable",
        )
    return replace(objective, domain=tuple(comparison.domain))


def _drawn_domain(
    objective: Objective, comparison: Comparison, trajectories: Sequence[Trajectory]
) -> tuple[tuple[float, float], ...]:
    """Return what is drawn: what was asked for, or the objective's domain with room for every start."""
    low, high = np.array(objective.domain).T
    if not trajectories:
        return objective.domain
    starts = np.array([trajectory.iterates[0] for trajectory in trajectories])
    if comparison.domain is not None:
        outside = ((starts < low) | (starts > high)).any(axis=1)
        if outside.any():
            run = int(np.argmax(outside))
            raise UsageError(
                f"start is {point(starts[run])}",
                f"$.runs[{run}].start",
                why=f"the domain that is drawn, {_box(objective.domain)}, does not show it",
                hint="start inside, widen the domain, or leave the domain out",
            )
        return objective.domain
    return with_room(objective.domain, list(starts))


def _box(domain: Sequence[tuple[float, float]]) -> str:
    return " × ".join(f"[{low:g}, {high:g}]" for low, high in domain)


def _arranged(scene: Scene, views: Sequence[View], size: tuple[int, int]) -> Layout:
    landscapes = [view for view in views if view.place == "landscape"]
    aspect = None
    if len(landscapes) == 1:
        with at(f"$.views[{views.index(landscapes[0])}]"):
            aspect = landscapes[0].aspect(scene)
    cells = {"landscape": 0, "chart": 0}
    for index, view in enumerate(views):
        with at(f"$.views[{index}]"):
            cells[view.place] += view.cells(scene)
    contents = Contents(
        landscapes=cells["landscape"],
        charts=cells["chart"],
        runs=len(scene.labels),
        legend_row=ROW * scene.theme.legend_size,
        legend_width=legend_width(scene),
        aspect=aspect,
    )
    return layout(size, contents)


def _view_panels(scene: Scene, views: Sequence[View], arranged: Layout) -> tuple[Panel, ...]:
    """Return the panels of all views, their axes lined up.

    The views plan twice: first in the whole of their boxes, which tells how much room their tick labels
    need, then in what is left inside.
    """
    free = {"landscape": list(arranged.landscapes), "chart": list(arranged.charts)}
    outer = [[free[view.place].pop(0) for _ in range(view.cells(scene))] for view in views]
    first = []
    for index, (view, boxes) in enumerate(zip(views, outer, strict=True)):
        with at(f"$.views[{index}]"), part(index, len(views)):
            first.append(view.panels(scene, boxes))
    rooms = {place: _room(views, first, place) for place in free}
    panels: list[Panel] = []
    # What takes long is known by now.
    for view, boxes, drafts in zip(views, outer, first, strict=True):
        if any(panel.axes is None for panel in drafts):
            panels += drafts
            continue
        aspect = view.aspect(scene)
        panels += view.panels(scene, [_axes_box(box, rooms[view.place], aspect) for box in boxes])
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


def _chrome(scene: Scene, title: str, captions: tuple[str, str], arranged: Layout) -> tuple[Panel, ...]:
    objective = scene.objective
    written = f"f = {set_formula(objective.formula)}" if objective.formula else objective.title
    columns = arranged.legend_columns
    return (
        title_panel(scene, title, written, arranged.title),
        legend_panel(scene, arranged.legend, columns),
        caption_panel(scene, *captions, arranged.caption),
    )
