"""From a comparison to a file: plan it, draw it, encode it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vizgd.cache import Recipe, recipe_of, remember, stale
from vizgd.clock import default_seconds
from vizgd.comparison import Comparison, check_line, check_seconds
from vizgd.encoding.formats import FORMATS, check_transparent, exact_rate, format_of
from vizgd.errors import UsageError, unknown
from vizgd.gallery import comparison_from
from vizgd.progress import listening
from vizgd.renderers import RENDERERS
from vizgd.theme import THEMES, Theme
from vizgd.values import is_number, is_whole
from vizgd.workers import cores

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation

    from vizgd.storyboard import Storyboard

Progress = Callable[[int, int], None]

QUALITIES = {
    "l": ((854, 480), 15),
    "m": ((1280, 720), 30),
    "h": ((1920, 1080), 60),
    "p": ((2560, 1440), 60),
    "k": ((3840, 2160), 60),
}
"""Manim's presets: frame size in pixels and frames a second."""

SMALLEST, LARGEST = 64, 8192
SLOWEST, FASTEST = 0.1, 240
MOST_JOBS = 256


@dataclass(frozen=True)
class Look:
    """What a film is like whatever it shows, checked: made by `look_for`.

    Parameters
    ----------
    size : tuple of int
        Width and height in pixels.
    rate : Fraction
        Frames a second, one that the format keeps exactly.
    theme : Theme
    seconds, title : optional
        In place of the comparison's own.
    transparent : bool, default False
        Whether there is nothing behind the picture.
    """

    size: tuple[int, int]
    rate: Fraction
    theme: Theme
    seconds: float | None
    title: str | None
    transparent: bool = False


@dataclass(frozen=True)
class Order:
    """A film to be made: what it shows, what it is like, and where it goes.

    Parameters
    ----------
    comparison : Comparison
    path : Path
        The file, or for all frames as PNG the name that their folder has before the suffix.
    kind : str
        The format's name.
    look : Look
    renderer : str, default "matplotlib"
    every_frame : bool, default False
    """

    comparison: Comparison
    path: Path
    kind: str
    look: Look
    renderer: str = "matplotlib"
    every_frame: bool = False

    @property
    def target(self) -> Path:
        """What is there when the film is made: a file, or a folder of frames."""
        return self.path.with_suffix("") if self.every_frame else self.path

    @property
    def title(self) -> str:
        """What it is called in messages."""
        return self.comparison.title

    @property
    def effort(self) -> float:
        """About how long it takes, compared with others."""
        width, height = self.look.size
        seconds = self.look.seconds or self.comparison.seconds or default_seconds(self.comparison.steps)
        turning = any(getattr(view, "orbit", False) for view in self.comparison.views)
        return seconds * float(self.look.rate) * width * height * (5 if turning else 1)

    def film(self, *, jobs: int = 1, progress: Progress | None = None) -> Path:
        """Make the film and return where it is.

        Raises
        ------
        UsageError, RenderError
            As `render`.
        """
        stages = _Stages(progress) if progress else None
        with listening(stages.planned if stages else None):
            storyboard = storyboard_of(self.comparison, self.look)
        return write_film(
            storyboard,
            self.path,
            self.kind,
            RENDERERS[self.renderer],
            every_frame=self.every_frame,
            jobs=jobs,
            progress=stages.drawn if stages else None,
        )

    @cached_property
    def recipe(self) -> Recipe | None:
        """Everything that determines the film; None where that cannot be said."""
        shown = {field.name: getattr(self.comparison, field.name) for field in fields(self.comparison)}
        del shown["description"]  # for lists only
        look = {field.name: getattr(self.look, field.name) for field in fields(self.look)}
        if self.look.title is not None:
            del shown["title"]
        if self.look.seconds is not None:
            del shown["seconds"]
        look["fps"] = look.pop("rate")
        asked = {name: part for name, part in look.items() if part is not None}
        made = {"format": (self.kind, self.every_frame), "renderer": self.renderer}
        libraries = ("manim", "pycairo") if self.renderer == "manim" else ()
        return recipe_of({**shown, **asked, **made}, libraries)


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
    force: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Path:
    """Render a comparison to a file and return its path.

    A file that was made before, and would come out the same, is left as it is.

    Parameters
    ----------
    comparison : str or Comparison
        A comparison, or the name of one in the gallery.
    path : str or Path
        Where to write; its suffix says the format unless `format` does. Missing folders are made. The file is
        written whole or not at all.
    format : {"gif", "mp4", "webm", "png"}, optional
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
        Leave out the page behind the picture, to lay it over another: for WebM and PNG. The ground inside
        axes stays where it is not the page's.
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
    kind = format_of(path, format)
    look = look_for(
        kind,
        size=size,
        fps=fps,
        quality=quality,
        theme=theme,
        seconds=seconds,
        title=title,
        transparent=transparent,
    )
    order = Order(comparison, Path(path), kind, look, RENDERERS.canonical(renderer), every_frame)
    jobs = cores() if jobs is None else checked_jobs(jobs)
    if not force and stale(order.target, order.recipe) is None:
        return order.target
    return made(order, jobs=jobs, progress=progress)


def made(order: Order, *, jobs: int = 1, progress: Progress | None = None) -> Path:
    """Make a film, whether or not it is there, remember what it was made from, and return where it is.

    Raises
    ------
    UsageError, RenderError
        As `render`.
    """
    path = order.film(jobs=jobs, progress=progress)
    remember(path, order.recipe)
    return path


class _Stages:
    """Makes one count of two: the parts of a long plan, where it is one, and then frames.

    A plan that takes long tells how far it is, and counts as much as all frames together.
    """

    PARTS = 100

    def __init__(self, progress: Progress) -> None:
        self.progress, self.done = progress, 0

    def planned(self, share: float) -> None:
        """Say which share of the plan is made."""
        if int(share * self.PARTS) > self.done:
            self.done = int(share * self.PARTS)
            self.progress(self.done, 2 * self.PARTS)

    def drawn(self, done: int, total: int) -> None:
        """Say how many frames are drawn, of how many."""
        before = total if self.done else 0
        self.progress(before + done, before + total)


def checked_jobs(jobs: Any) -> int:
    """Return a number of processes, or refuse it.

    Raises
    ------
    UsageError
    """
    if not (is_whole(jobs) and 1 <= jobs <= MOST_JOBS):
        raise UsageError(f"jobs is {jobs!r}", why=f"expected a whole number of processes, 1 to {MOST_JOBS}")
    return int(jobs)


def animate(
    comparison: str | Comparison,
    *,
    size: tuple[int, int] = (960, 540),
    fps: float | Fraction = 25,
    theme: str | Theme = "light",
    seconds: float | None = None,
    title: str | None = None,
) -> FuncAnimation:
    """Return a comparison as a matplotlib animation, for a window or a notebook.

    Keep a reference to it while it plays, as with every matplotlib animation; `render` is the faster way to a
    file. The parameters are those of `render`.
    """
    from vizgd.renderers.matplotlib.player import play

    comparison = comparison_from(comparison)
    look = look_for("png", size=size, fps=fps, theme=theme, seconds=seconds, title=title)
    return play(storyboard_of(comparison, look))


def look_for(
    kind: str,
    *,
    size: tuple[int, int] | None = None,
    fps: float | Fraction | None = None,
    quality: str | None = None,
    theme: str | Theme = "light",
    seconds: float | None = None,
    title: str | None = None,
    transparent: bool = False,
) -> Look:
    """Return what a film of a format is like, from the settings of `render`.

    Raises
    ------
    UsageError
        For a setting that cannot be.
    """
    if quality is not None and quality not in QUALITIES:
        raise unknown("quality", quality, QUALITIES)
    usual = QUALITIES[quality] if quality else (FORMATS[kind].size, FORMATS[kind].rate)
    if seconds is not None:
        check_seconds(seconds)
    if title is not None:
        check_line("title", title)
    if transparent:
        check_transparent(kind)
    return Look(
        size=usual[0] if size is None else _checked_size(size),
        rate=exact_rate(kind, Fraction(usual[1]) if fps is None else _checked_rate(fps)),
        theme=_checked_theme(theme),
        seconds=seconds,
        title=title,
        transparent=transparent,
    )


def storyboard_of(comparison: Comparison, look: Look) -> Storyboard:
    """Return the plan of a comparison's film.

    Raises
    ------
    UsageError
        When something in the comparison does not fit together.
    """
    from vizgd.planning import plan

    return plan(
        comparison,
        size=look.size,
        rate=look.rate,
        theme=look.theme,
        seconds=look.seconds,
        title=look.title,
        transparent=look.transparent,
    )


def write_film(
    storyboard: Storyboard,
    path: str | Path,
    kind: str,
    draw: Any,
    *,
    every_frame: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Path:
    """Draw a storyboard with a renderer into a file of a format, and return its path.

    Raises
    ------
    UsageError
        When nothing can be written under that name.
    RenderError
        When the file cannot be written.
    """
    from vizgd.encoding.encoder import open_encoder

    if kind == "png" and not every_frame:
        storyboard = storyboard.ending()
    clock = storyboard.clock
    with open_encoder(
        path,
        size=storyboard.size,
        rate=clock.rate,
        frames=clock.frames,
        format=kind,
        every_frame=every_frame,
        beside=jobs > 1,
        transparent=storyboard.transparent,
    ) as encoder:
        draw(storyboard, _Counted(encoder, clock.frames, progress) if progress else encoder, jobs=jobs)
    return encoder.path


def _checked_size(size: Any) -> tuple[int, int]:
    sides = tuple(size) if isinstance(size, list | tuple) else ()
    if len(sides) != 2 or not all(is_whole(side) and SMALLEST <= side <= LARGEST for side in sides):
        raise UsageError(
            f"size is {'x'.join(map(str, sides)) or repr(size)}",
            why=f"expected a width and a height in whole pixels, {SMALLEST} to {LARGEST}",
        )
    return int(sides[0]), int(sides[1])


def _checked_rate(fps: Any) -> Fraction:
    if not is_number(fps) or not SLOWEST <= fps <= FASTEST:
        raise UsageError(f"fps is {fps!r}", why=f"expected {SLOWEST} to {FASTEST} frames a second")
    return Fraction(fps if isinstance(fps, Fraction) else float(fps)).limit_denominator(1001)


def _checked_theme(theme: Any) -> Theme:
    if isinstance(theme, str):
        return THEMES[theme]
    if not isinstance(theme, Theme):
        raise UsageError(f"theme is {theme!r:.60}", why=f"expected a Theme or one of {', '.join(THEMES)}")
    return theme


class _Counted:
    """A sink that passes frames on and tells how many there were."""

    def __init__(self, sink: Any, total: int, progress: Progress) -> None:
        self.sink, self.total, self.progress, self.done = sink, total, progress, 0

    def write(self, rgba: Any, *, repeat: int = 1, changed: Any = None) -> None:
        """Pass on a frame."""
        self.sink.write(rgba, repeat=repeat, changed=changed)
        self.done += repeat
        self.progress(self.done, self.total)
