"""The options of a film: its look, and how it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, TypeAlias

from vizgd.base.options import Help, Option
from vizgd.base.settings import Between, Checked, Named
from vizgd.encoding.formats import FORMATS, format_of
from vizgd.renderers import RENDERERS
from vizgd.storyboard.look import Look

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of frames that are done, and their total."""

MOST_JOBS = 256


@dataclass(frozen=True, kw_only=True)
class Options(Look):
    """The options of `vizgd.render`: a look, and how the film is made."""

    format: Annotated[
        str | None,
        Checked(partial(format_of, "")),
        Option(
            "The file format: see `vizgd list formats`.",
            default="that of the file's suffix; in a folder gif, mp4 by Manim, webm if transparent",
            letter="f",
            choices=FORMATS,
        ),
    ] = None
    renderer: Annotated[str, Named(RENDERERS), Option("What draws the frames.")] = "matplotlib"
    every_frame: Annotated[
        bool, Option("Every frame as a PNG in a folder, instead of the last one to a file.", typed="frames")
    ] = False
    jobs: Annotated[
        Annotated[int, Between(1, MOST_JOBS)] | None,
        Option(
            "How many processors to use.",
            "With more than one, frames are encoded while others are drawn, and those of a turning camera "
            "are drawn by processes beside this one. The file is the same.",
            default="all",
            letter="j",
        ),
    ] = None
    force: Annotated[
        bool,
        Option(
            "Render although nothing has changed.",
            "This is needed where a function depends on more than its code, such as a file that it reads.",
        ),
    ] = False
    progress: Annotated[
        Progress | None,
        Help("Called with the frames done and their total; where the plan takes long, both count its parts."),
    ] = None
