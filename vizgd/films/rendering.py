"""From a comparison to a file: plan it, draw it, encode it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from vizgd.base import temporary_files
from vizgd.base.options import Help, taking
from vizgd.base.settings import Checked
from vizgd.base.workers import cores
from vizgd.comparisons.comparison import Comparison
from vizgd.comparisons.gallery import comparison_from
from vizgd.encoding.formats import format_of, frames_of
from vizgd.films.cache import stale_reason
from vizgd.films.fitting import fitted
from vizgd.films.options import Options
from vizgd.films.request import ComparisonRequest, make, storyboard_of
from vizgd.renderers import RENDERERS
from vizgd.storyboard.look import Look

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation


def _check_comparison(thing: object) -> None:
    if not isinstance(thing, str):  # a name is looked up once, when it is rendered
        comparison_from(thing)


_Shown = Annotated[
    str | Comparison, Checked(_check_comparison), Help("A comparison, or the name of one in the gallery.")
]


@dataclass(frozen=True)
class _RenderArguments(Options):
    comparison: _Shown
    path: Annotated[
        str | Path,
        Help(
            "Where to write; its suffix says the format unless ``format`` does. Missing folders are made. "
            "The file is written whole or not at all."
        ),
    ]


@dataclass(frozen=True)
class _AnimateArguments(Look):
    comparison: _Shown


@taking(_RenderArguments)
def render(asked: _RenderArguments) -> Path:
    """Render a comparison to a file and return its path.

    A file that was made before, and would come out the same, is left as it is.

    Raises
    ------
    UsageError
        When something in the comparison or the options cannot be.
    RenderError
        When the file cannot be written.
    """
    comparison, path = comparison_from(asked.comparison), Path(asked.path)
    format_name = format_of(path, asked.format)
    if asked.every_frame:
        format_name = frames_of(format_name)
    look, renderer = fitted(asked, format_name), RENDERERS.canonical(asked.renderer)
    request = ComparisonRequest(comparison, path, format_name, look, renderer)
    temporary_files.remove_abandoned(request.target.parent)
    if not asked.force and stale_reason(request.target, request.recipe) is None:
        return request.target
    return make(request, jobs=asked.jobs or cores(), progress=asked.progress)


@taking(_AnimateArguments)
def animate(asked: _AnimateArguments) -> FuncAnimation:
    """Return a comparison as a matplotlib animation, for a window, where pyplot was imported first.

    Keep a reference to it while it plays, as with every matplotlib animation; `render` is the faster way to a
    file, and to a GIF that a notebook shows. It has the size of a slide, 960 by 540 at 25 frames a second,
    where no other is asked for.

    Raises
    ------
    UsageError
        When something in the comparison or the options cannot be.
    """
    from vizgd.renderers.matplotlib.animation import func_animation

    return func_animation(storyboard_of(comparison_from(asked.comparison), asked))
