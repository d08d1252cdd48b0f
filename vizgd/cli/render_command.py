"""``vizgd render``: names and files to finished films, with a progress bar where somebody is watching."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from vizgd.base import temporary_files
from vizgd.base.errors import UsageError
from vizgd.cli.names import found, paths_in, stem
from vizgd.cli.reporting import Report, say
from vizgd.cli.watch import Watch
from vizgd.encoding.formats import FORMATS, format_of, frames_of, suffixes

if TYPE_CHECKING:
    from vizgd.films.batch import Job
    from vizgd.films.order import Order

J = TypeVar("J", bound="Job")
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
    transparent: bool
    math: str
    jobs: int | None
    cluster: str | None
    force: bool
    allow_code: bool = False


def render_all(names: Sequence[str], settings: Settings, report: Report) -> int:
    """Render each comparison and print its path; return the exit code of the first that failed, or 0.

    Raises
    ------
    UsageError
        For settings that no comparison could be rendered with.
    """
    from vizgd.comparisons.gallery import GALLERY

    names = list(dict.fromkeys(names)) or list(GALLERY)
    format_name = _format(settings, len(names))
    order_for = _orders(settings, format_name)
    orders: list[tuple[str, Order]] = []
    codes: list[int] = []
    for name, path in zip(names, _paths(names, settings.output, format_name), strict=True):
        try:
            orders.append((name, order_for(name, path)))
        except (Exception, SystemExit) as error:  # the others are to be rendered whatever this one is
            codes.append(report(error))
    wanted = orders if settings.force else stale_only(orders)
    with Watch([stem(name) for name, _ in wanted]) as watch:
        for index, outcome in _produced([order for _, order in wanted], settings, watch):
            watch.finish(index)
            if isinstance(outcome, Exception):
                place = wanted[index][0]
                codes.append(report(outcome.at(place) if isinstance(outcome, UsageError) else outcome))
            else:
                print_path(outcome)
    return codes[0] if codes else 0


def _orders(settings: Settings, format_name: str) -> Callable[[str, Path], Order]:
    """Return the function that makes a name and a path an order, all settings checked."""
    from vizgd.films.look import look_for
    from vizgd.films.order import Order, checked_jobs
    from vizgd.renderers import RENDERERS

    look = look_for(
        format_name,
        size=parsed_size(settings.size),
        fps=settings.fps,
        quality=settings.quality,
        theme=settings.theme,
        seconds=settings.seconds,
        title=settings.title,
        transparent=settings.transparent,
        math=settings.math,
    )
    if settings.jobs is not None:
        checked_jobs(settings.jobs)
    renderer = RENDERERS.canonical(settings.renderer)

    def order_for(name: str, path: Path) -> Order:
        comparison = found(name, allow_code=settings.allow_code)
        return Order(comparison, path, format_name, look, renderer)

    return order_for


def stale_only(orders: Sequence[tuple[str, J]]) -> list[tuple[str, J]]:
    """Return the films that have to be made, and say why where they were made before; print the others."""
    from vizgd.films.cache import stale

    # What was killed has left something where films go, and this run may write none.
    temporary_files.remove_abandoned(*(order.target.parent for _, order in orders))
    wanted = []
    for name, order in orders:
        reason = stale(order.target, order.recipe)
        if reason is None:
            print_path(order.target)
            continue
        wanted.append((name, order))
        if reason:
            say(f"{order.target.stem} is rendered again: {reason}")
    if kept := len(orders) - len(wanted):
        say(f"{kept} {'film is as it was' if kept == 1 else 'films are as they were'}; --force renders again")
    return wanted


def _produced(
    orders: Sequence[Order], settings: Settings, watch: Watch
) -> Iterator[tuple[int, Path | Exception]]:
    if settings.cluster is not None:
        from vizgd.films.cluster import produced_by_cluster

        return produced_by_cluster(settings.cluster, orders)
    from vizgd.base.workers import cores
    from vizgd.films.batch import produced
    from vizgd.renderers import RENDERERS

    if orders:
        RENDERERS[settings.renderer]  # what is missing is told once, not for each film
    return produced(orders, settings.jobs or cores(), watch.advance)


def print_path(path: Path) -> None:
    """Write where a film is to standard output."""
    sys.stdout.write(f"{path}\n")
    sys.stdout.flush()


def _format(settings: Settings, count: int) -> str:
    """Return the format that the options ask for, and refuse options that contradict one another."""
    output = settings.output
    names_file = output is not None and is_one_file(output)
    if names_file and count > 1:
        raise UsageError(
            f"{str(output)!r} is one file, but there are {count} comparisons to render",
            hint="give -o a folder, and the format with -f",
        )
    if settings.format is not None:
        name = format_of(output or "", settings.format)
    elif names_file and output is not None:
        name = format_of(output)
    else:
        name = _usual_format(settings)
    if settings.every_frame and not FORMATS[name].still:
        raise UsageError(f"--frames writes PNG files, not {name}", hint="leave out -f, or use -f png")
    return frames_of(name) if settings.every_frame else name


def _usual_format(settings: Settings) -> str:
    if settings.every_frame:
        return "png"
    if settings.transparent:
        return "webm"
    return "mp4" if settings.renderer == "manim" else "gif"


def is_one_file(output: Path) -> bool:
    """Return whether what -o names is one film; anything else is a folder.

    A new name with the suffix of no format is refused: it was hardly meant for a folder.
    """
    if output.suffix.lower() in suffixes():
        return True
    if output.suffix and not output.is_dir():
        raise UsageError(
            f"{str(output)!r} has the suffix of no format",
            why=f"known: {', '.join(FORMATS)}",
            hint="for a folder of that name, make it first",
        )
    return False


def _paths(names: Sequence[str], output: Path | None, format_name: str) -> list[Path]:
    """Return where each comparison goes: into a folder, or to the one file that was named."""
    suffix = FORMATS[format_name].suffix
    if output is not None and is_one_file(output):
        return [output]
    return paths_in(output or DEFAULT_FOLDER, list(names), suffix)


def parsed_size(text: str | None) -> tuple[int, int] | None:
    """Return the size that was typed.

    Raises
    ------
    UsageError
    """
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d{1,5})\s*[xX×,]\s*(\d{1,5})\s*", text)
    if not match:
        raise UsageError(f"size is {text!r}", why="expected width x height, such as 960x540")
    return int(match[1]), int(match[2])
