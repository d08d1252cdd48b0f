"""``vizgd render``: names and files to finished films, with a progress bar where somebody is watching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vizgd.base.errors import UsageError
from vizgd.base.workers import cores
from vizgd.cli.films import DEFAULT_FOLDER, is_one_file, leave_unchanged
from vizgd.cli.names import find_comparison, paths_in, stem
from vizgd.cli.progress_bar import ProgressBar
from vizgd.cli.reporting import Report, print_path
from vizgd.comparisons.gallery import GALLERY
from vizgd.encoding.formats import FORMATS, format_of, frames_of
from vizgd.films.batch import make_all
from vizgd.films.fitting import fitted
from vizgd.films.request import ComparisonRequest
from vizgd.renderers import RENDERERS

if TYPE_CHECKING:
    from vizgd.cli.render_options import RenderOptions


def render_all(names: Sequence[str], options: RenderOptions, report: Report) -> int:
    """Render each comparison and print its path; return the exit code of the first that failed, or 0.

    Raises
    ------
    UsageError
        For options that no comparison could be rendered with.
    """
    names = list(dict.fromkeys(names)) or list(GALLERY)
    format_name = _format(options, len(names))
    look, renderer = fitted(options, format_name), RENDERERS.canonical(options.renderer)
    requests: list[tuple[str, ComparisonRequest]] = []
    codes: list[int] = []
    for name, path in zip(names, _paths(names, options.output, format_name), strict=True):
        try:
            comparison = find_comparison(name, allow_code=options.allow_code)
        except (Exception, SystemExit) as error:  # the others are to be rendered whatever this one is
            codes.append(report(error))
        else:
            requests.append((name, ComparisonRequest(comparison, path, format_name, look, renderer)))
    wanted = requests if options.force else leave_unchanged(requests)
    with ProgressBar([stem(name) for name, _ in wanted]) as bar:
        for index, outcome in _make([request for _, request in wanted], options, bar):
            bar.finish(index)
            if isinstance(outcome, Exception):
                place = wanted[index][0]
                codes.append(report(outcome.at(place) if isinstance(outcome, UsageError) else outcome))
            else:
                print_path(outcome)
    return codes[0] if codes else 0


def _make(
    requests: Sequence[ComparisonRequest], options: RenderOptions, bar: ProgressBar
) -> Iterator[tuple[int, Path | Exception]]:
    if options.cluster is not None:
        from vizgd.films.cluster import make_on_cluster

        return make_on_cluster(options.cluster, requests)
    if requests:
        RENDERERS[options.renderer]  # what is missing is told once, not for each film
    return make_all(requests, options.jobs or cores(), bar.advance)


def _format(options: RenderOptions, count: int) -> str:
    """Return the format that the options ask for, and refuse options that contradict one another."""
    output = options.output
    names_file = output is not None and is_one_file(output)
    if names_file and count > 1:
        raise UsageError(
            f"{str(output)!r} is one file, but there are {count} comparisons to render",
            hint="give -o a folder, and the format with -f",
        )
    if options.format is not None:
        name = format_of(output or "", options.format)
    elif names_file and output is not None:
        name = format_of(output)
    else:
        name = _usual_format(options)
    if options.every_frame and not FORMATS[name].still:
        raise UsageError(f"--frames writes PNG files, not {name}", hint="leave out -f, or use -f png")
    return frames_of(name) if options.every_frame else name


def _usual_format(options: RenderOptions) -> str:
    if options.every_frame:
        return "png"
    if options.transparent:
        return "webm"
    return "mp4" if options.renderer == "manim" else "gif"


def _paths(names: Sequence[str], output: Path | None, format_name: str) -> list[Path]:
    """Return where each comparison goes: into a folder, or to the one file that was named."""
    suffix = FORMATS[format_name].suffix
    if output is not None and is_one_file(output):
        return [output]
    return paths_in(output or DEFAULT_FOLDER, list(names), suffix)
