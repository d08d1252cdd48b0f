"""The options of ``vizgd render``, and the command that has them; what it does is imported when it runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from vizgd.base.options import Option
from vizgd.cli.names import ALLOW_CODE
from vizgd.cli.options import with_options
from vizgd.films.options import Options


@dataclass(frozen=True, kw_only=True)
class RenderOptions(Options):
    """The options of ``vizgd render``: those of a film, and those of the command line alone."""

    output: Annotated[
        Path | None, Option("A folder, or a file such as slide.gif.", default="output", letter="o")
    ] = None
    scenes: Annotated[
        bool, Option("Render lectures: every scene in the folder scenes, or in the Python files named.")
    ] = False
    cluster: Annotated[
        str | None, Option("A Dask scheduler whose workers render instead.", placeholder="ADDRESS")
    ] = None
    allow_code: Annotated[bool, Option(ALLOW_CODE)] = False


def command(help: str | None) -> Any:  # noqa: A002 - typer's word
    """Return the command with all its options and its help."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command("render", help=help)(_render)
    return typer.main.get_command(app)


@with_options(RenderOptions)
def _render(
    context: typer.Context,
    options: RenderOptions,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME|FILE.toml|RUNS.npz",
            help="Comparisons of the gallery, files, or recorded runs; the whole gallery without.",
            show_default=False,
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the full traceback of an error.")] = False,
) -> int:
    del debug
    if options.scenes:
        from vizgd.cli.scenes_command import render_scenes

        return render_scenes(names or [], options, context.obj)
    from vizgd.cli.render_command import render_all

    return render_all(names or [], options, context.obj)
