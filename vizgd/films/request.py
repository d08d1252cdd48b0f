"""Requests for films: what each shows, its look and its path; and rendering them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from vizgd.base.progress import listening, part, stretch
from vizgd.comparisons.comparison import Comparison
from vizgd.drawing.clock import default_seconds
from vizgd.drawing.theme import theme_from
from vizgd.encoding.formats import FORMATS
from vizgd.films.cache import Recipe, recipe_of, remember
from vizgd.films.options import Progress
from vizgd.renderers import RENDERERS
from vizgd.storyboard.look import Look

if TYPE_CHECKING:
    from vizgd.storyboard.storyboard import Storyboard


class Request(Protocol):
    """A request for a film: a frozen dataclass with a field ``path``."""

    @property
    def path(self) -> Path:
        """The file, or for all frames as PNG the name that their folder has before the suffix."""

    @property
    def target(self) -> Path:
        """What rendering creates: a file, or a folder of frames."""

    @property
    def title(self) -> str:
        """Its title in messages."""

    @property
    def recipe(self) -> Recipe | None:
        """Everything that determines the film; None if some of it cannot be compared later."""

    @property
    def effort(self) -> float:
        """About how long rendering takes, in no unit: for comparison with other films."""

    def render(self, *, jobs: int, progress: Progress | None) -> Path:
        """Render the film and return where it is.

        Raises
        ------
        UsageError, RenderError
            As `vizgd.render`.
        """


@dataclass(frozen=True)
class ComparisonRequest:
    """A request for the film of a comparison.

    Parameters
    ----------
    comparison : Comparison
    path : Path
        The file, or for all frames as PNG the name that their folder has before the suffix.
    format : str
        The format's name.
    look : Look
        One that fits the format.
    renderer : str, default "matplotlib"
    """

    comparison: Comparison
    path: Path
    format: str
    look: Look
    renderer: str = "matplotlib"

    @property
    def target(self) -> Path:
        """What rendering creates: a file, or a folder of frames."""
        return FORMATS[self.format].target(self.path)

    @property
    def title(self) -> str:
        """Its title in messages."""
        return self.comparison.title

    @property
    def effort(self) -> float:
        """About how long rendering takes, in no unit: for comparison with other films."""
        width, height = self.look.pixels
        seconds = self.look.seconds or self.comparison.seconds or default_seconds(self.comparison.steps)
        turning = any(getattr(view, "orbit", False) for view in self.comparison.views)
        return seconds * float(self.look.rate) * width * height * (5 if turning else 1)

    def render(self, *, jobs: int = 1, progress: Progress | None = None) -> Path:
        """Render the film and return where it is.

        Raises
        ------
        UsageError, RenderError
            As `vizgd.render`.
        """
        counted = _PlanAndFrames(progress) if progress else None
        with listening(counted.planned if counted else None):
            storyboard = storyboard_of(self.comparison, self.look)
        return write_film(
            storyboard,
            self.path,
            self.format,
            RENDERERS[self.renderer],
            jobs=jobs,
            progress=counted.drawn if counted else None,
        )

    @cached_property
    def recipe(self) -> Recipe | None:
        """Everything that determines the film; None if some of it cannot be compared later."""
        shown = {field.name: getattr(self.comparison, field.name) for field in fields(self.comparison)}
        del shown["description"]  # for lists only
        look = {field.name: getattr(self.look, field.name) for field in fields(self.look)}
        look["theme"] = theme_from(self.look.theme)
        asked = {name: part for name, part in look.items() if part is not None}
        made = {"format": self.format, "renderer": self.renderer}
        libraries = ("manim", "pycairo") if self.renderer == "manim" else ()
        # A title or a length that is asked for replaces that of the comparison.
        return recipe_of({**shown, **asked, **made}, libraries)


def make(request: Request, *, jobs: int = 1, progress: Progress | None = None) -> Path:
    """Render a film, whether or not it exists, remember what it was made from, and return where it is.

    Raises
    ------
    UsageError, RenderError
        As `vizgd.render`.
    """
    path = request.render(jobs=jobs, progress=progress)
    remember(path, request.recipe)
    return path


@part(0, 1)
def storyboard_of(comparison: Comparison, look: Look) -> Storyboard:
    """Return the storyboard of a comparison, which is resolved first; both report their progress.

    Raises
    ------
    UsageError
        When something in the comparison does not fit together.
    """
    from vizgd.comparisons.resolving import resolved
    from vizgd.storyboard.planning import plan

    with part(0, 3):
        known = resolved(comparison)
    with stretch(1 / 3, 1.0):
        return plan(known, look)


def write_film(
    storyboard: Storyboard,
    path: str | Path,
    format: str,  # noqa: A002 - the word of `render`
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

    if FORMATS[format].still:
        storyboard = storyboard.ending()
    clock = storyboard.clock
    with open_encoder(
        path,
        size=storyboard.size,
        rate=clock.rate,
        frames=clock.frames,
        format=format,
        threaded=jobs > 1,
        transparent=storyboard.transparent,
    ) as encoder:
        draw(storyboard, _Counted(encoder, clock.frames, progress) if progress else encoder, jobs=jobs)
    return encoder.path


class _PlanAndFrames:
    """Counts both the parts of the plan, if that takes long, and the frames.

    A plan that takes long tells how far it is, and counts as much as all frames together.
    """

    PARTS = 1000

    def __init__(self, progress: Progress) -> None:
        self.progress, self.done = progress, 0

    def planned(self, share: float) -> None:
        """Report the share of the plan that is done."""
        if int(share * self.PARTS) > self.done:
            self.done = int(share * self.PARTS)
            self.progress(self.done, 2 * self.PARTS)

    def drawn(self, done: int, total: int) -> None:
        """Report how many frames are drawn, of how many."""
        before = total if self.done else 0
        self.progress(before + done, before + total)


class _Counted:
    """A sink that passes frames on and reports how many there were."""

    def __init__(self, sink: Any, total: int, progress: Progress) -> None:
        self.sink, self.total, self.progress, self.done = sink, total, progress, 0

    def write(self, rgba: Any, *, repeat: int = 1, changed: Any = None) -> None:
        """Pass on a frame."""
        self.sink.write(rgba, repeat=repeat, changed=changed)
        self.done += repeat
        self.progress(self.done, self.total)
