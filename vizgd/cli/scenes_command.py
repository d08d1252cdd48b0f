"""``vizgd render --scenes``: scenes that were written for Manim, one film each."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from vizgd.base.errors import UsageError
from vizgd.cli.render_command import (
    DEFAULT_FOLDER,
    Settings,
    is_one_file,
    parsed_size,
    print_path,
    stale_only,
)
from vizgd.cli.reporting import Report
from vizgd.cli.watch import Watch
from vizgd.encoding.formats import FORMATS, format_of
from vizgd.films.lecture import Lecture, scenes_in

FOLDER = Path("scenes")


def render_scenes(names: Sequence[str], settings: Settings, report: Report) -> int:
    """Render the scenes of some files and print the path of each; return the first exit code that is not 0.

    Raises
    ------
    UsageError
        For settings that no scene could be rendered with, and for what is no scene.
    """
    from vizgd.base.workers import cores
    from vizgd.films.batch import produced
    from vizgd.renderers.manim_import import load_scene_renderer

    lectures = _lectures(list(dict.fromkeys(names)), settings)
    wanted = [(one.name, one) for one in lectures]
    if not settings.force:
        wanted = stale_only(wanted)
    if wanted:
        load_scene_renderer()  # what is missing is told once, not for each film
    codes: list[int] = []
    with Watch([name for name, _ in wanted]) as watch:
        for index, outcome in produced(
            [lecture for _, lecture in wanted], settings.jobs or cores(), watch.advance
        ):
            watch.finish(index)
            if isinstance(outcome, Exception):
                codes.append(report(outcome))
            else:
                print_path(outcome)
    return codes[0] if codes else 0


def _lectures(names: Sequence[str], settings: Settings) -> list[Lecture]:
    from vizgd.films.look import look_for
    from vizgd.films.order import checked_jobs

    _refuse_what_scenes_decide(settings)
    output = settings.output
    one_file = output is not None and is_one_file(output)
    if settings.format is not None:
        kind = format_of(output or "", settings.format)
    else:
        kind = format_of(output) if output is not None and one_file else "mp4"
    look = look_for(kind, size=parsed_size(settings.size), fps=settings.fps, quality=settings.quality)
    if settings.jobs is not None:
        checked_jobs(settings.jobs)
    # Processes that render may be in another folder than this one.
    files = [file.absolute() for file in [_file(name) for name in names] or _all_files()]
    scenes = [(file, scene) for file in files for scene in scenes_in(file)]
    if output is not None and one_file:
        if len(scenes) > 1:
            raise UsageError(
                f"{str(output)!r} is one file, but there are {len(scenes)} scenes to render",
                hint="give -o a folder, and the format with -f",
            )
        return [Lecture(file, scene, output, kind, look) for file, scene in scenes]
    folder = output or DEFAULT_FOLDER
    return [
        Lecture(file, scene, folder / f"{scene}{FORMATS[kind].suffix}", kind, look) for file, scene in scenes
    ]


def _refuse_what_scenes_decide(settings: Settings) -> None:
    given = {
        "--theme": settings.theme != "light",
        "--seconds": settings.seconds is not None,
        "--title": settings.title is not None,
        "--renderer": settings.renderer not in {"matplotlib", "manim"},
        "--frames": settings.every_frame,
        "--transparent": settings.transparent,
        "--math": settings.math != "mathtext",
        "--cluster": settings.cluster is not None,
    }
    if named := [option for option, is_given in given.items() if is_given]:
        raise UsageError(f"{named[0]} does not go with --scenes", why="a scene says itself what it shows")


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
