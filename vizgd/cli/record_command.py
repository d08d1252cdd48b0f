"""``vizgd record``: names and files to recorded runs, which are drawn another time or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from vizgd.base.errors import UsageError, at
from vizgd.base.progress import listening
from vizgd.cli.names import find_comparison, paths_in, stem
from vizgd.cli.progress_bar import ProgressBar
from vizgd.cli.reporting import Report, print_path

DEFAULT_FOLDER = Path("output")


def record_all(names: Sequence[str], output: Path | None, *, allow_code: bool, report: Report) -> int:
    """Record each comparison and print the path of its file; return the code of the first failure, or 0.

    Raises
    ------
    UsageError
        When the output cannot be meant for that many comparisons.
    """
    from vizgd.comparisons.run_file import save

    names = list(dict.fromkeys(names))
    codes: list[int] = []
    with ProgressBar([stem(name) for name in names]) as bar:
        for index, (name, path) in enumerate(zip(names, _paths(names, output), strict=True)):
            try:
                comparison = find_comparison(name, allow_code=allow_code)
                advance = partial(bar.advance, index)
                with at(name), listening(partial(_shared, advance)):
                    save(comparison, path, progress=advance)
            except (Exception, SystemExit) as error:  # the others are to be recorded whatever this one is
                bar.finish(index)
                codes.append(report(error))
                continue
            bar.finish(index)
            print_path(path)
    return codes[0] if codes else 0


def _shared(advance: Callable[[int, int], None], share: float) -> None:
    advance(round(1000 * share), 1000)


def _paths(names: list[str], output: Path | None) -> list[Path]:
    """Return where the runs of each comparison go: into a folder, or to the one file that was named."""
    if output is None or output.is_dir() or not output.suffix:
        return paths_in(output or DEFAULT_FOLDER, names, ".npz")
    if output.suffix.lower() != ".npz":
        raise UsageError(
            f"{str(output)!r} is no name for recorded runs",
            hint=f"name it {output.with_suffix('.npz').name}, or give a folder that is there",
        )
    if len(names) > 1:
        raise UsageError(
            f"{str(output)!r} is one file, but there are {len(names)} comparisons to record",
            hint="give -o a folder",
        )
    return [output]
