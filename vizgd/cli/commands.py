"""The commands and their options, as ``--help`` shows them; what they do is imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vizgd.cli.listing import KINDS

ALLOW_CODE = 'Import Python objects that a file names as "package.module:name".'

app = typer.Typer(
    name="vizgd",
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
def render(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME|FILE.toml|RUNS.npz",
            help="Comparisons of the gallery, files, or recorded runs; the whole gallery without.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="A folder, or a file such as slide.gif.  [default: output]",
            show_default=False,
        ),
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "-f",
            "--format",
            help="gif, mp4, webm, webp, apng, png (the last frame) or frames: see `vizgd list formats`.  "
            "[default: gif; mp4 by Manim; webm if transparent]",
            show_default=False,
        ),
    ] = None,
    quality: Annotated[
        str | None,
        typer.Option(
            "-q",
            "--quality",
            help="l, m, h, p or k: 480p15, 720p30, 1080p60, 1440p60, 2160p60, as in Manim.",
            show_default=False,
        ),
    ] = None,
    size: Annotated[
        str | None, typer.Option(help="Width and height in pixels, such as 960x540.", show_default=False)
    ] = None,
    fps: Annotated[float | None, typer.Option(help="Frames a second.", show_default=False)] = None,
    theme: Annotated[str, typer.Option(help="light or dark.")] = "light",
    seconds: Annotated[
        float | None, typer.Option(help="How long the film lasts.", show_default=False)
    ] = None,
    title: Annotated[
        str | None, typer.Option(help="In place of the comparison's own title.", show_default=False)
    ] = None,
    renderer: Annotated[str, typer.Option(help="matplotlib or manim: what draws the frames.")] = "matplotlib",
    frames: Annotated[
        bool, typer.Option("--frames", help="Every frame as a PNG, in a folder.", show_default=False)
    ] = False,
    scenes: Annotated[
        bool,
        typer.Option(
            "--scenes",
            help="Render lectures: every scene in the folder scenes, or in the Python files named.",
            show_default=False,
        ),
    ] = False,
    transparent: Annotated[
        bool,
        typer.Option(
            "--transparent", help="Nothing behind the picture, where the format can.", show_default=False
        ),
    ] = False,
    math: Annotated[
        str, typer.Option(help="mathtext, or latex where it is installed: what sets formulas.")
    ] = "mathtext",
    jobs: Annotated[
        int | None,
        typer.Option(
            "-j",
            "--jobs",
            help="How many processors to use.  [default: all]",
            show_default=False,
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="A Dask scheduler whose workers render instead.", show_default=False
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Render although nothing has changed.", show_default=False)
    ] = False,
    allow_code: Annotated[bool, typer.Option("--allow-code", help=ALLOW_CODE, show_default=False)] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the full traceback of an error.")] = False,
) -> int:
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
    del debug
    from vizgd.cli.names import typed
    from vizgd.cli.render_command import Settings, render_all

    settings = Settings(
        output=output,
        format=format_,
        quality=quality,
        size=size,
        fps=fps,
        theme=theme,
        seconds=seconds,
        title=None if title is None else typed(title),
        renderer=renderer,
        every_frame=frames,
        transparent=transparent,
        math=math,
        jobs=jobs,
        cluster=cluster,
        force=force,
        allow_code=allow_code,
    )
    if scenes:
        from vizgd.cli.scenes_command import render_scenes

        return render_scenes(names or [], settings, context.obj)
    return render_all(names or [], settings, context.obj)


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
