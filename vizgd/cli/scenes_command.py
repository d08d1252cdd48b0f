"""``vizgd render --scenes``: scenes that were written for Manim, one film each."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vizgd.base.errors import UsageError
from vizgd.base.options import given
from vizgd.base.workers import cores
from vizgd.cli.films import DEFAULT_FOLDER, is_one_file, leave_unchanged
from vizgd.cli.options import flag
from vizgd.cli.progress_bar import ProgressBar
from vizgd.cli.reporting import Report, print_path
from vizgd.encoding.formats import FORMATS, format_of
from vizgd.films.batch import make_all
from vizgd.films.fitting import fitted
from vizgd.films.lecture import Lecture, scenes_in
from vizgd.renderers.manim_import import load_scene_renderer

if TYPE_CHECKING:
    from vizgd.cli.render_options import RenderOptions

FOLDER = Path("scenes")
APPLICABLE = {"output", "format", "size", "fps", "quality", "jobs", "force", "scenes", "allow_code"}
"""The options that apply to scenes, which decide everything else themselves."""


def render_scenes(names: Sequence[str], options: RenderOptions, report: Report) -> int:
    """Render the scenes of some files and print the path of each; return the first exit code that is not 0.

    Raises
    ------
    UsageError
        For options that no scene could be rendered with, and for what is no scene.
    """
    lectures = _lectures(list(dict.fromkeys(names)), options)
    wanted = [(one.name, one) for one in lectures]
    if not options.force:
        wanted = leave_unchanged(wanted)
    if wanted:
        load_scene_renderer()  # what is missing is told once, not for each film
    codes: list[int] = []
    with ProgressBar([name for name, _ in wanted]) as bar:
        requests = [lecture for _, lecture in wanted]
        for index, outcome in make_all(requests, options.jobs or cores(), bar.advance):
            bar.finish(index)
            if isinstance(outcome, Exception):
                codes.append(report(outcome))
            else:
                print_path(outcome)
    return codes[0] if codes else 0


def _lectures(names: Sequence[str], options: RenderOptions) -> list[Lecture]:
    _refuse_what_scenes_decide(options)
    output = options.output
    one_file = output is not None and is_one_file(output)
    if options.format is not None:
        format_name = format_of(output or "", options.format)
    else:
        format_name = format_of(output) if output is not None and one_file else "mp4"
    look = fitted(options, format_name)
    # Processes that render may be in another folder than this one.
    files = [file.absolute() for file in [_file(name) for name in names] or _all_files()]
    scenes = [(file, scene) for file in files for scene in scenes_in(file)]
    if output is not None and one_file:
        if len(scenes) > 1:
            raise UsageError(
                f"{str(output)!r} is one file, but there are {len(scenes)} scenes to render",
                hint="give -o a folder, and the format with -f",
            )
        return [Lecture(file, scene, output, format_name, look) for file, scene in scenes]
    folder = output or DEFAULT_FOLDER
    return [
        Lecture(file, scene, folder / f"{scene}{FORMATS[format_name].suffix}", format_name, look)
        for file, scene in scenes
    ]


def _refuse_what_scenes_decide(options: RenderOptions) -> None:
    refused = [name for name in given(options) if name not in APPLICABLE]
    if options.renderer == "manim":  # which draws scenes anyway
        refused.remove("renderer")
    if refused:
        raise UsageError(
            f"{flag(type(options), refused[0])} does not go with --scenes",
            why="a scene says itself what it shows",
        )


def _file(name: str) -> Path:
    """Return the file of a scene: a Python file, or one in the folder of scenes without its suffix."""
    for file in (Path(name), FOLDER / name, FOLDER / f"{name}.py"):
        if file.suffix == ".py" and file.is_file():
            return file
    known = sorted(file.stem for file in FOLDER.glob("*.py"))
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    raise UsageError(
        f"there is no file of scenes {name!r}",
        why=f"did you mean {' or '.join(near)}?" if near else None,
        hint="name a Python file, or one in the folder scenes",
    )


def _all_files() -> list[Path]:
    files = sorted(FOLDER.glob("*.py"))
    if not files:
        raise UsageError(
            "there are no scenes here",
            why="they are looked for in the folder scenes, which comes with the source of vizgd",
            hint="go to a copy of the source, or name Python files with scenes",
        )
    return files
