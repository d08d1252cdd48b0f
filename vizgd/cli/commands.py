"""The commands and their options, as ``--help`` shows them; what they do is imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from vizgd.cli.listing import KINDS
from vizgd.cli.names import ALLOW_CODE


class Commands(TyperGroup):
    """All commands; `render` gets its options when it is called, for they import those of a film."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the name of the command that is called, the command, and its arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        if name == "render" and command is not None:
            from vizgd.cli import render_options

            command = render_options.command(command.help)
        return name, command, rest


app = typer.Typer(
    name="vizgd",
    cls=Commands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from vizgd.base.version import __version__

        typer.echo(f"vizgd {__version__}")
        raise typer.Exit


@app.callback()
def vizgd(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the full traceback of an error.")] = False,
) -> None:
    """Animations that show how optimizers move.

    \b
    vizgd list                        what there is to see
    vizgd render                      every comparison as a GIF, into output/
    vizgd render momentum -f mp4      one of them as a video
    vizgd new my.toml                 a file to describe your own
    vizgd render my.toml --theme dark
    vizgd record my.toml -o run.npz   its runs, to be drawn elsewhere: vizgd render run.npz
    vizgd doctor                      what is installed, what is missing
    """
    del version, debug


@app.command("list")
def list_(
    kinds: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KIND",
            help=f"{', '.join(KINDS)}; all without.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """List what can be shown and used, with a line on each.

    \b
    vizgd list                        everything; of the objectives only their number
    vizgd list objectives             the test functions, 97 of them
    vizgd list optimizers schedules
    """
    from vizgd.cli.listing import print_lists

    print_lists(kinds or [])


@app.command()
def render() -> None:
    """Render comparisons to GIF, MP4, WebM or PNG.

    Without a name, every comparison of the gallery is rendered. The path of each finished file is printed; a
    file is replaced only when its successor is complete, and left alone if it would come out the same.

    \b
    vizgd render
    vizgd render momentum ravine -f mp4 -q h -o slides/
    vizgd render my.toml -o slide.gif --size 800x450 --theme dark
    vizgd render clips/*.toml -f mp4 --cluster tcp://10.0.0.5:8786
    vizgd render run.npz -o run.mp4   what `vizgd record` or vizgd.save has written
    vizgd render --scenes -q h
    """


@app.command()
def record(
    context: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="NAME|FILE.toml", help="Comparisons of the gallery, or files.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="A file such as run.npz, or a folder.  [default: output]",
            show_default=False,
        ),
    ] = None,
    allow_code: Annotated[bool, typer.Option("--allow-code", help=ALLOW_CODE, show_default=False)] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the full traceback of an error.")] = False,
) -> int:
    """Record the runs of comparisons to .npz files, without drawing them.

    A file has all that is drawn: every iterate, loss, gradient and term of the update rule, and what the
    comparison file says. It is read without running code. Where the objective is Python code, its landscape
    stays behind: of such a file charts are drawn, such as the convergence.

    \b
    vizgd record momentum -o run.npz  on one machine
    vizgd render run.npz -o run.gif   on another: the same film
    vizgd record clips/*.toml -o runs/
    vizgd record my.toml --allow-code
    """
    del debug
    from vizgd.cli.record_command import record_all

    return record_all(names, output, allow_code=allow_code, report=context.obj)


@app.command()
def new(
    path: Annotated[Path, typer.Argument(metavar="NAME.toml", help="The file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file of that name.")] = False,
) -> None:
    """Write a comparison file with comments, which renders as it is.

    \b
    vizgd new my.toml
    vizgd render my.toml
    """
    from vizgd.cli.template import write_template

    write_template(path, force=force)


@app.command()
def doctor() -> int:
    """Say what is installed, what is missing, and how to get it.

    A film of three frames is encoded in every format, to see that the encoders work. The exit code is 0 where
    everything works that needs no extra.

    \b
    vizgd doctor                      as a table
    vizgd doctor | grep missing       what could be added, and the line to type
    """
    from vizgd.cli.doctor import report

    return report()
