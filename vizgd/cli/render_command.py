"""``vizgd render``: names and files to finished films, with a progress bar where somebody is watching."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vizgd.cli.main import Report
from vizgd.encoding.formats import FORMATS, format_of
from vizgd.errors import UsageError, VizgdError

DEFAULT_FOLDER = Path("output")


@dataclass(frozen=True)
class Settings:
    """The options of the command, as typed."""

    output: Path | None
    format: str | None
    quality: str | None
    size: str | None
    fps: float | None
    theme: str
    seconds: float | None
    title: str | None
    renderer: str
    every_frame: bool


def render_all(names: Sequence[str], settings: Settings, report: Report) -> int:
    """Render each comparison and print its path; return the exit code of the first that failed, or 0.

    Raises
    ------
    UsageError
        For settings that no comparison could be rendered with.
    """
    from vizgd.gallery import GALLERY

    names = list(dict.fromkeys(names)) or list(GALLERY)
    format_name = _format(settings, len(names))
    render_one = _renderer_of(settings, format_name)
    paths = _paths(names, settings.output, format_name)
    code = 0
    with _Watch(len(names)) as watch:
        for name, path in zip(names, paths, strict=True):
            watch.begin(name)
            try:
                done = render_one(name, path, watch.advance)
            except Exception as error:  # the others are to be rendered whatever this one does
                watch.pause()
                code = report(error) or code
                continue
            watch.pause()
            sys.stdout.write(f"{done}\n")
            sys.stdout.flush()
    return code


def _renderer_of(settings: Settings, format_name: str) -> Callable[..., Path]:
    """Return the function that renders one comparison to a path, all settings checked."""
    from vizgd.renderers import RENDERERS
    from vizgd.rendering import look_for, storyboard_of, write_film

    look = look_for(
        format_name,
        size=_parsed_size(settings.size),
        fps=settings.fps,
        quality=settings.quality,
        theme=settings.theme,
        seconds=settings.seconds,
        title=settings.title,
    )
    draw = RENDERERS[settings.renderer]

    def render_one(name: str, path: Path, progress: Any) -> Path:
        comparison = _found(name)
        try:
            storyboard = storyboard_of(comparison, look)
        except VizgdError as error:
            raise error.at(name) from None
        return write_film(
            storyboard, path, format_name, draw, every_frame=settings.every_frame, progress=progress
        )

    return render_one


def _found(name: str) -> Any:
    """Return the comparison of a gallery name or a file."""
    from vizgd.comparison_file import read_comparison
    from vizgd.gallery import GALLERY

    if _is_file(name):
        return read_comparison(name)
    if name in GALLERY:
        return GALLERY[name]
    near = difflib.get_close_matches(name.lower(), list(GALLERY), n=3, cutoff=0.5)
    raise UsageError(
        f"there is no comparison {name!r} in the gallery, nor a file of that name",
        why=f"did you mean {' or '.join(near)}?" if near else None,
        hint=f"`vizgd list comparisons` shows them; `vizgd new {_stem(name)}.toml` starts your own",
    )


def _is_file(name: str) -> bool:
    from vizgd.gallery import GALLERY

    looks_like_one = name.endswith(".toml") or "/" in name or "\\" in name
    return looks_like_one or (name not in GALLERY and Path(name).is_file())


def _stem(name: str) -> str:
    """Return what the file that is rendered is called, without its suffix."""
    from vizgd.gallery import GALLERY

    if _is_file(name):
        return Path(name).stem
    return GALLERY.canonical(name) if name in GALLERY else name


def _format(settings: Settings, count: int) -> str:
    """Return the format that the options ask for, and refuse options that contradict one another."""
    output = settings.output
    names_file = output is not None and output.suffix.lower() in {one.suffix for one in FORMATS.values()}
    if names_file and count > 1:
        raise UsageError(
            f"{str(output)!r} is one file, but there are {count} comparisons to render",
            hint="give -o a folder, and the format with -f",
        )
    if settings.format is not None:
        name = format_of("", settings.format)
        if names_file and output is not None and name != format_of(output):
            raise UsageError(f"{str(output)!r} is no name for the format {name}", hint=f"leave out -f {name}")
    elif names_file and output is not None:
        name = format_of(output)
    else:
        name = "png" if settings.every_frame else "gif"
    if settings.every_frame and name != "png":
        raise UsageError(f"--frames writes PNG files, not {name}", hint="leave out -f, or use -f png")
    return name


def _paths(names: Sequence[str], output: Path | None, format_name: str) -> list[Path]:
    """Return where each comparison goes: into a folder, or to the one file that was named."""
    suffix = FORMATS[format_name].suffix
    if output is not None and output.suffix.lower() in {one.suffix for one in FORMATS.values()}:
        return [output]
    folder = output or DEFAULT_FOLDER
    paths = [folder / f"{_stem(name)}{suffix}" for name in names]
    for path in paths:
        if paths.count(path) > 1:
            raise UsageError(
                f"two comparisons would be written to {str(path)!r}", hint="render them one by one"
            )
    return paths


def _parsed_size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d{1,5})\s*[xX×,]\s*(\d{1,5})\s*", text)
    if not match:
        raise UsageError(f"size is {text!r}", why="expected width x height, such as 960x540")
    return int(match[1]), int(match[2])


class _Watch:
    """A progress bar on standard error where that is a terminal, and nothing elsewhere."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.count = 0
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> _Watch:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            self._bar = Progress(
                TextColumn("{task.fields[place]} {task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("frames"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
        return self

    def __exit__(self, *exception: object) -> None:
        self.pause()

    def begin(self, name: str) -> None:
        """Show a new bar for a comparison."""
        self.count += 1
        if self._bar is not None:
            for task in list(self._bar.task_ids):
                self._bar.remove_task(task)
            place = f"{self.count}/{self.total}" if self.total > 1 else ""
            self._task = self._bar.add_task(_stem(name), total=None, place=place)
            self._bar.start()

    def pause(self) -> None:
        """Take the bar away, so that a line can be written."""
        if self._bar is not None:
            self._bar.stop()

    def advance(self, done: int, total: int) -> None:
        """Move the bar."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total)
