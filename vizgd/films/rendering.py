"""From a comparison to a file: plan it, draw it, encode it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from vizgd.base import temporary_files
from vizgd.base.workers import cores
from vizgd.comparisons.comparison import Comparison
from vizgd.comparisons.gallery import comparison_from
from vizgd.drawing.theme import Theme
from vizgd.encoding.formats import format_of, frames_of
from vizgd.films.cache import stale
from vizgd.films.look import look_for
from vizgd.films.order import Order, Progress, checked_jobs, made, storyboard_of
from vizgd.renderers import RENDERERS

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation


def render(
    comparison: str | Comparison,
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002 - the word that users of matplotlib's savefig know
    size: tuple[int, int] | None = None,
    fps: float | Fraction | None = None,
    quality: str | None = None,
    theme: str | Theme = "light",
    seconds: float | None = None,
    title: str | None = None,
    renderer: str = "matplotlib",
    every_frame: bool = False,
    transparent: bool = False,
    math: str = "mathtext",
    force: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Path:
    r"""Render a comparison to a file and return its path.

    A file that was made before, and would come out the same, is left as it is.

    Parameters
    ----------
    comparison : str or Comparison
        A comparison, or the name of one in the gallery.
    path : str or Path
        Where to write; its suffix says the format unless `format` does. Missing folders are made. The file is
        written whole or not at all.
    format : {"gif", "mp4", "webm", "webp", "apng", "png", "frames"}, optional
    size : tuple of int, optional
        Width and height in pixels, 64 to 8192; by default the quality's or else the format's.
    fps : float, optional
        Frames a second, 0.1 to 240. GIF can keep only some rates exactly; the nearest of them is taken.
    quality : {"l", "m", "h", "p", "k"}, optional
        Manim's presets: 480p15, 720p30, 1080p60, 1440p60, 2160p60.
    theme : str or Theme, default "light"
    seconds : float, optional
        How long the film lasts, at most an hour; by default what suits the number of steps.
    title : str, optional
        In place of the comparison's own.
    renderer : str, default "matplotlib"
    every_frame : bool, default False
        For PNG, write all frames into a folder instead of the last one to a file.
    transparent : bool, default False
        Leave out the page behind the picture, to lay it over another: for WebM, WebP and PNG. The ground
        inside axes stays where it is not the page's.
    math : {"mathtext", "latex"}
        What sets the formulas of titles and labels, between ``\(`` and ``\)``: matplotlib's mathtext, or the
        programs latex and dvisvgm where they are installed.
    force : bool, default False
        Render although nothing has changed: where a function reads what is not in its code, a file above all.
    jobs : int, optional
        How many processors to use; by default all. With more than one, frames are encoded while others are
        drawn, and those of a turning camera are drawn by processes beside this one. The file is the same.
    progress : callable, optional
        Called with the frames done and their total; where the plan takes long, both count its parts, too.

    Raises
    ------
    UsageError
        When something in the comparison or the settings cannot be.
    RenderError
        When the file cannot be written.
    """
    comparison = comparison_from(comparison)
    kind = frames_of(format_of(path, format)) if every_frame else format_of(path, format)
    look = look_for(
        kind,
        size=size,
        fps=fps,
        quality=quality,
        theme=theme,
        seconds=seconds,
        title=title,
        transparent=transparent,
        math=math,
    )
    order = Order(comparison, Path(path), kind, look, RENDERERS.canonical(renderer))
    jobs = cores() if jobs is None else checked_jobs(jobs)
    temporary_files.remove_abandoned(order.target.parent)
    if not force and stale(order.target, order.recipe) is None:
        return order.target
    return made(order, jobs=jobs, progress=progress)


def animate(
    comparison: str | Comparison,
    *,
    size: tuple[int, int] = (960, 540),
    fps: float | Fraction = 25,
    theme: str | Theme = "light",
    seconds: float | None = None,
    title: str | None = None,
) -> FuncAnimation:
    """Return a comparison as a matplotlib animation, for a window, where pyplot was imported first.

    Keep a reference to it while it plays, as with every matplotlib animation; `render` is the faster way to a
    file, and to a GIF that a notebook shows. The parameters are those of `render`.
    """
    from vizgd.renderers.matplotlib.animation import func_animation

    comparison = comparison_from(comparison)
    look = look_for("png", size=size, fps=fps, theme=theme, seconds=seconds, title=title)
    return func_animation(storyboard_of(comparison, look))
