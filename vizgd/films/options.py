"""What may be asked of a film besides what it shows and where it goes: its look, and how it is made."""

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
"""Told how many frames are done, and how many there are."""

MOST_JOBS = 256


@dataclass(frozen=True, kw_only=True)
class Options(Look):
    """The options of `render`, each declared once, checked when they are put together."""

    format: Annotated[
        str | None,
        Checked(partial(format_of, "")),
        Option(
            "What is written: `vizgd list formats` says what for.",
            default="what the name of the file ends in; in a folder gif, mp4 by Manim, webm if transparent",
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
            "It is needed where a function reads what is not in its code, a file above all.",
        ),
    ] = False
    progress: Annotated[
        Progress | None,
        Help("Called with the frames done and their total; where the plan takes long, both count its parts."),
    ] = None
