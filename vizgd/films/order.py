"""Films to be made: what each shows, what it is like, where it goes, and how it gets there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vizgd.base.errors import UsageError
from vizgd.base.progress import listening
from vizgd.base.values import is_whole
from vizgd.comparisons.comparison import Comparison
from vizgd.drawing.clock import default_seconds
from vizgd.encoding.formats import FORMATS
from vizgd.films.cache import Recipe, recipe_of, remember
from vizgd.films.look import Look
from vizgd.renderers import RENDERERS

if TYPE_CHECKING:
    from vizgd.storyboard.storyboard import Storyboard

Progress = Callable[[int, int], None]

MOST_JOBS = 256


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
    """

    comparison: Comparison
    path: Path
    kind: str
    look: Look
    renderer: str = "matplotlib"

    @property
    def target(self) -> Path:
        """What is there when the film is made: a file, or a folder of frames."""
        return FORMATS[self.kind].target(self.path)

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
        made = {"format": self.kind, "renderer": self.renderer}
        libraries = ("manim", "pycairo") if self.renderer == "manim" else ()
        return recipe_of({**shown, **asked, **made}, libraries)


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


def checked_jobs(jobs: Any) -> int:
    """Return a number of processes, or refuse it.

    Raises
    ------
    UsageError
    """
    if not (is_whole(jobs) and 1 <= jobs <= MOST_JOBS):
        raise UsageError(f"jobs is {jobs!r}", why=f"expected a whole number of processes, 1 to {MOST_JOBS}")
    return int(jobs)


def storyboard_of(comparison: Comparison, look: Look) -> Storyboard:
    """Return the plan of a comparison's film.

    Raises
    ------
    UsageError
        When something in the comparison does not fit together.
    """
    from vizgd.storyboard.planning import plan

    return plan(
        comparison,
        size=look.size,
        rate=look.rate,
        theme=look.theme,
        seconds=look.seconds,
        title=look.title,
        transparent=look.transparent,
        math=look.math,
    )


def write_film(
    storyboard: Storyboard,
    path: str | Path,
    kind: str,
    draw: Any,
    *,
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

    if FORMATS[kind].still:
        storyboard = storyboard.ending()
    clock = storyboard.clock
    with open_encoder(
        path,
        size=storyboard.size,
        rate=clock.rate,
        frames=clock.frames,
        format=kind,
        threaded=jobs > 1,
        transparent=storyboard.transparent,
    ) as encoder:
        draw(storyboard, _Counted(encoder, clock.frames, progress) if progress else encoder, jobs=jobs)
    return encoder.path


class _Stages:
    """Makes one count of two: the parts of a long plan, where it is one, and then frames.

    A plan that takes long tells how far it is, and counts as much as all frames together.
    """

    PARTS = 1000

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


class _Counted:
    """A sink that passes frames on and tells how many there were."""

    def __init__(self, sink: Any, total: int, progress: Progress) -> None:
        self.sink, self.total, self.progress, self.done = sink, total, progress, 0

    def write(self, rgba: Any, *, repeat: int = 1, changed: Any = None) -> None:
        """Pass on a frame."""
        self.sink.write(rgba, repeat=repeat, changed=changed)
        self.done += repeat
        self.progress(self.done, self.total)
