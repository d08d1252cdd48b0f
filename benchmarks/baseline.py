"""The animation as most people write it: set the data in each frame, then `FuncAnimation.save`."""

from __future__ import annotations

from pathlib import Path

import imageio_ffmpeg
import matplotlib as mpl
import numpy as np

mpl.use("agg")
mpl.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()

from matplotlib import pyplot as plt  # noqa: E402 - the backend has to be chosen first
from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter  # noqa: E402

import vizgd as vg  # noqa: E402
from vizgd.objectives.lookup import objective_from  # noqa: E402

from .cases import POINTS, Case  # noqa: E402

DPI = 100


def save(case: Case, path: Path) -> None:
    """Make the film of a case with matplotlib alone."""
    figure, update = build(case)
    animation = FuncAnimation(figure, update, frames=case.frames, blit=False)
    if case.suffix == "gif":
        writer = PillowWriter(fps=case.fps)
    else:
        from vizgd.encoding.video import Mp4Writer

        options = Mp4Writer.codec_options
        settings = [word for name, value in options.items() for word in (f"-{name}", value)]
        settings += ["-pix_fmt", "yuv420p"]
        writer = FFMpegWriter(fps=case.fps, codec="libx264", extra_args=settings)
    animation.save(path, writer=writer, dpi=DPI)
    plt.close(figure)


def build(case: Case):
    """Return a figure, and the function that sets its data for a frame."""
    objective = objective_from(case.comparison.objective)
    trajectories = [
        vg.record(objective, run.optimizer, run.start, case.comparison.steps) for run in case.comparison.runs
    ]
    figure = plt.figure(figsize=(case.size[0] / DPI, case.size[1] / DPI), dpi=DPI)
    return figure, BUILDERS[case.baseline](figure, case, objective, trajectories)


def _shown(case: Case, frame: int) -> int:
    return round(case.comparison.steps * min(1.0, (frame + 1) / case.frames)) + 1


def _contour(figure, case, objective, trajectories):
    left, right = figure.subplots(1, 2)
    (x0, x1), (y0, y1) = case.comparison.domain
    x, y = np.meshgrid(np.linspace(x0, x1, 241), np.linspace(y0, y1, 241))
    left.contourf(x, y, objective.value(np.stack([x, y], -1)), levels=14, cmap="Blues")
    left.set(xlabel="x", ylabel="y", title=case.comparison.title)
    right.set(xlim=(0, case.comparison.steps), xlabel="iteration", ylabel="loss", yscale="log")
    losses = np.concatenate([t.losses for t in trajectories])
    right.set_ylim(max(losses[losses > 0].min(), 1e-12), losses.max())
    paths = [left.plot([], [], lw=2, label=run.optimizer.label)[0] for run in case.comparison.runs]
    dots = [left.plot([], [], "o", color=p.get_color())[0] for p in paths]
    curves = [right.plot([], [], lw=2)[0] for _ in paths]
    readout = right.text(0.98, 0.95, "", transform=right.transAxes, ha="right")
    left.legend(loc="upper right")
    right.grid(visible=True)

    def update(frame):
        shown = _shown(case, frame)
        for trajectory, path, dot, curve in zip(trajectories, paths, dots, curves, strict=True):
            path.set_data(*trajectory.iterates[:shown].T)
            dot.set_data(*trajectory.iterates[shown - 1 : shown].T)
            curve.set_data(np.arange(len(trajectory.losses[:shown])), trajectory.losses[:shown])
        readout.set_text(f"iteration {shown - 1}")
        return [*paths, *dots, *curves, readout]

    return update


def _why(figure, case, objective, trajectories):
    """Draw arrows by `quiver`, the step's numbers as mathtext and the state as bars."""
    left, middle, right = figure.subplots(1, 3)
    (x0, x1), (y0, y1) = case.comparison.domain
    x, y = np.meshgrid(np.linspace(x0, x1, 241), np.linspace(y0, y1, 241))
    left.contourf(x, y, objective.value(np.stack([x, y], -1)), levels=14, cmap="Blues")
    left.set(xlabel="x", ylabel="y", title=case.comparison.title)
    middle.axis("off")
    paths = [left.plot([], [], lw=2, label=run.optimizer.label)[0] for run in case.comparison.runs]
    arrows = [
        left.quiver(x0, y0, 0, 0, angles="xy", scale_units="xy", scale=1, color=p.get_color()) for p in paths
    ]
    lines = [middle.text(0, 0.9 - 0.4 * row, "", va="top") for row, _ in enumerate(paths)]
    steps = [np.diff(trajectory.iterates, axis=0) for trajectory in trajectories]
    bars = right.barh(range(2 * len(paths)), np.zeros(2 * len(paths)))
    farthest = max(np.abs(step).max() for step in steps)
    right.set(xlim=(-farthest, farthest), xlabel="step")
    left.legend(loc="upper right")

    def update(frame):
        shown = _shown(case, frame)
        for run, (trajectory, path) in enumerate(zip(trajectories, paths, strict=True)):
            step = steps[run][min(shown - 1, len(steps[run]) - 1)]
            path.set_data(*trajectory.iterates[:shown].T)
            arrows[run].set_offsets(trajectory.iterates[shown - 1])
            arrows[run].set_UVC(*step)
            place, end = trajectory.iterates[shown - 1], trajectory.iterates[shown - 1] + step
            lines[run].set_text(
                "\n".join(
                    rf"${end[k]:.3g} = {place[k]:.3g} {step[k]:+.3g}"
                    r"\quad \theta \leftarrow \theta + \Delta\theta$"
                    for k in range(2)
                )
            )
            for k in range(2):
                bars[2 * run + k].set_width(step[k])
        return [*paths, *arrows, *lines, *bars]

    return update


def _surface(figure, case, objective, trajectories, *, turning=False):
    axes = figure.add_subplot(projection="3d")
    (x0, x1), (y0, y1) = case.comparison.domain
    x, y = np.meshgrid(np.linspace(x0, x1, POINTS), np.linspace(y0, y1, POINTS))
    z = objective.value(np.stack([x, y], -1))
    axes.plot_surface(x, y, z, rcount=POINTS, ccount=POINTS, cmap="Blues")
    axes.set(xlabel="x", ylabel="y", title=case.comparison.title)
    paths = [axes.plot([], [], [], lw=2, label=run.optimizer.label)[0] for run in case.comparison.runs]
    axes.legend(loc="upper right")
    lifted = [np.column_stack([t.iterates, t.losses]) for t in trajectories]

    def update(frame):
        shown = _shown(case, frame)
        for points_, path in zip(lifted, paths, strict=True):
            path.set_data_3d(*points_[:shown].T)
        if turning:
            axes.view_init(elev=38, azim=-60 + 120 * frame / case.frames)
        return paths

    return update


def _turning(figure, case, objective, trajectories):
    return _surface(figure, case, objective, trajectories, turning=True)


def _seeds(figure, case, objective, _exact):
    (run,), steps = case.comparison.runs, case.comparison.steps
    many = [
        vg.record(objective, run.optimizer, run.start, steps, noise=run.noise, seed=run.seed + k)
        for k in range(run.seeds)
    ]
    update_one = _contour(figure, case, objective, many[:1])
    left, right = figure.axes
    ghosts = [left.plot([], [], lw=0.5, alpha=0.3, color="C0")[0] for _ in many[1:]]
    edges = np.percentile([one.losses for one in many], [10, 50, 90], axis=0)
    band = right.fill_between([], [], alpha=0.3)
    (median,) = right.plot([], [], lw=2)

    def update(frame):
        shown = _shown(case, frame)
        for one, ghost in zip(many[1:], ghosts, strict=True):
            ghost.set_data(*one.iterates[:shown].T)
        band.set_data(np.arange(shown), edges[0, :shown], edges[2, :shown])
        median.set_data(np.arange(shown), edges[1, :shown])
        return [*update_one(frame), *ghosts, band, median]

    return update


BUILDERS = {"contour": _contour, "why": _why, "seeds": _seeds, "surface": _surface, "turning": _turning}
