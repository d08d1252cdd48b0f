"""The command line as a user meets it: what it prints, what it writes, how it ends."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from vizgd.cli.main import run
from vizgd.comparisons.gallery import GALLERY

from ..processes import started

SMALL = ["--size", "320x180", "--seconds", "1", "--fps", "10"]
PYTHON = [sys.executable, "-m", "vizgd"]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def _seconds_of(path):
    with Image.open(path) as image:
        total = 0
        for index in range(image.n_frames):
            image.seek(index)
            total += image.info["duration"]
        return total / 1000, image.size


@pytest.mark.parametrize("name", list(GALLERY))
def test_every_comparison_becomes_a_gif(name, capsys):
    assert run(["render", name, *SMALL]) == 0
    out, err = capsys.readouterr()
    assert out == f"output/{name}.gif\n"
    assert err == ""
    assert _seconds_of(Path("output", f"{name}.gif")) == (pytest.approx(1.0), (320, 180))


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_video_has_the_size_rate_and_length_that_were_asked_for(suffix):
    assert (
        run(
            [
                "render",
                "bowl",
                "-f",
                suffix,
                "-o",
                "films",
                "--size",
                "320x180",
                "--fps",
                "20",
                "--seconds",
                "2",
            ]
        )
        == 0
    )
    with av.open(f"films/bowl.{suffix}") as container:
        (stream,) = container.streams.video
        frames = sum(1 for _ in container.decode(stream))
        assert (stream.width, stream.height, stream.average_rate, frames) == (320, 180, 20, 40)


def test_quality_is_one_of_manims_presets():
    assert run(["render", "bowl", "-q", "l", "-o", "b.mp4", "--seconds", "1"]) == 0
    with av.open("b.mp4") as container:
        (stream,) = container.streams.video
        assert (stream.width, stream.height, stream.average_rate) == (854, 480, 15)


def test_png_is_the_last_frame_and_frames_are_all():
    assert run(["render", "bowl", "-o", "last.png", *SMALL]) == 0
    assert run(["render", "bowl", "--frames", "-o", "all", *SMALL]) == 0
    pictures = sorted(Path("all/bowl").glob("*.png"))
    assert len(pictures) == 10
    with Image.open("last.png") as last, Image.open(pictures[-1]) as also:
        apart = np.asarray(last.convert("RGB"), int) - np.asarray(also.convert("RGB"), int)
        assert np.abs(apart).max() <= 6


def test_theme_and_title_change_the_picture():
    pixels = {}
    for name, more in {"a": [], "b": ["--theme", "dark"], "c": ["--title", "Mine"]}.items():
        assert run(["render", "bowl", "-o", f"{name}.png", *SMALL, *more]) == 0
        with Image.open(f"{name}.png") as image:
            pixels[name] = image.convert("RGB").tobytes()
    assert pixels["a"][:3] == b"\xff\xff\xff"
    assert max(pixels["b"][:3]) < 40
    assert pixels["c"] != pixels["a"]


def test_a_new_file_renders_as_it_is(capsys):
    assert run(["new", "mine.toml"]) == 0
    out, err = capsys.readouterr()
    assert out == "mine.toml\n"
    assert "vizgd render mine.toml" in err
    assert run(["render", "mine.toml", *SMALL]) == 0
    assert Path("output/mine.gif").exists()
    assert run(["new", "mine.toml"]) == 2
    assert run(["new", "mine.toml", "--force"]) == 0


FILE = """
title = "t"
objective = "{objective}"
start = {start}
views = ["{view}"]
[[runs]]
optimizer = "adam"
"""


def _file(objective="x**2 + y**2", start="[1, 1]", view="contour"):
    Path("f.toml").write_text(FILE.format(objective=objective, start=start, view=view))
    return "f.toml"


BAD = {
    "unknown comparison": (lambda: ["momentun"], "did you mean momentum"),
    "unknown format": (lambda: ["bowl", "-f", "gfi"], "did you mean 'gif'"),
    "unknown theme": (lambda: ["bowl", "--theme", "drak"], "did you mean 'dark'"),
    "unknown renderer": (lambda: ["bowl", "--renderer", "matplotlb"], "did you mean 'matplotlib'"),
    "unknown quality": (lambda: ["bowl", "-q", "x"], "unknown quality"),
    "unknown option": (lambda: ["bowl", "--qualty", "h"], "No such option"),
    "missing file": (lambda: ["no.toml"], "No such file"),
    "size of nothing": (lambda: ["bowl", "--size", "0x0"], "size is 0x0"),
    "half a size": (lambda: ["bowl", "--size", "10x"], "such as 960x540"),
    "giant size": (lambda: ["bowl", "--size", "99999x1"], "8192"),
    "no frames a second": (lambda: ["bowl", "--fps", "0"], "fps is 0"),
    "negative seconds": (lambda: ["bowl", "--seconds", "-2"], "seconds is -2"),
    "nan seconds": (lambda: ["bowl", "--seconds", "nan"], "seconds is nan"),
    "frames of a gif": (lambda: ["bowl", "--frames", "-f", "gif"], "--frames"),
    "two into one file": (lambda: ["bowl", "ravine", "-o", "x.gif"], "one file"),
    "outside the domain": (lambda: [_file("log(x) + y**2", "[-1, 1]")], "not finite"),
    "start of a wrong dimension": (lambda: [_file(start="[1, 2, 3]")], "start"),
    "outside the grammar": (lambda: [_file("open('x')")], "open"),
    "three variables": (lambda: [_file("x + y + z")], "z"),
    "contour of a curve": (lambda: [_file("x**2", "1")], '"curve"'),
    "data of a formula": (lambda: [_file(view="data")], "data"),
    "a suffix of no format": (lambda: ["bowl", "-o", "x.avi"], "suffix of no format"),
    "a suffix of no format with a format": (lambda: ["bowl", "-o", "x.avi", "-f", "gif"], "known: gif, mp4"),
    "a suffix of another format": (
        lambda: ["bowl", "-o", "x.mp4", "-f", "gif"],
        "no name for the format gif",
    ),
    "a folder that is a file": (lambda: ["bowl", "-o", "f.toml/there"], "f.toml"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_a_wrong_input_is_one_clear_error_and_leaves_nothing(case, capsys):
    _file()
    arguments, said = BAD[case]
    assert run(["render", *arguments()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.startswith("error: ")
    assert len(err.strip().splitlines()) <= 4
    assert "Traceback" not in err
    assert not list(Path.cwd().rglob("*.gif"))
    assert not list(Path.cwd().rglob(".*"))


def test_a_folder_may_have_any_name_once_it_is_there(capsys):
    Path("slides.v2").mkdir()
    assert run(["render", "bowl", "-o", "slides.v2", *SMALL]) == 0
    assert capsys.readouterr().out == "slides.v2/bowl.gif\n"


@pytest.mark.filterwarnings("default")
def test_a_title_in_any_script_is_rendered_with_one_line_of_warning(capsys):
    assert run(["render", "bowl", "-o", "b.png", "--title", "日本語", *SMALL]) == 0
    assert capsys.readouterr().err == "warning: the font has no '日': a box stands in its place\n"


NEW_ON_A_FULL_DISK = """
import resource, sys
from vizgd.cli.main import run
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
sys.exit(run(["new", "my.toml", "--force"]))
"""


@pytest.mark.parametrize("before", [None, "# mine"])
def test_a_new_file_is_written_whole_or_not_at_all(before):
    if before:
        Path("my.toml").write_text(before)
    command = [sys.executable, "-c", NEW_ON_A_FULL_DISK]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot write my.toml" in done.stderr
    assert [path.read_text() for path in Path.cwd().iterdir()] == ([before] if before else [])


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_new_file_cannot_take_the_place_of_a_folder(force, capsys):
    Path("my.toml").mkdir()
    assert run(["new", "my.toml", *force]) == 2
    assert "my.toml" in capsys.readouterr().err


def test_debug_shows_the_traceback(capsys):
    assert run(["render", "momentun", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_failure_does_not_keep_the_others_from_being_rendered(capsys):
    assert run(["render", "bowl", "no.toml", "ravine", *SMALL]) == 2
    out, err = capsys.readouterr()
    assert sorted(out.splitlines()) == ["output/bowl.gif", "output/ravine.gif"]
    assert "no.toml" in err


def test_a_missing_dependency_ends_with_three_and_the_line_to_type(capsys, monkeypatch):
    from vizgd.base.errors import MissingDependency
    from vizgd.base.registry import Entry
    from vizgd.renderers import RENDERERS

    def load():
        raise MissingDependency("Manim is not installed", hint='pip install "vizgd[manim]"')

    monkeypatch.setitem(RENDERERS.entries, "manim", Entry(load))
    monkeypatch.setitem(RENDERERS._spellings, "manim", "manim")
    assert run(["render", "bowl", "--renderer", "manim"]) == 3
    assert "pip install" in capsys.readouterr().err


def test_a_fault_of_ours_is_one_line_and_ends_with_one(capsys, monkeypatch):
    monkeypatch.setattr("vizgd.storyboard.planning.plan", lambda *_, **__: 1 / 0)
    assert run(["render", "bowl", *SMALL]) == 1
    err = capsys.readouterr().err
    assert "ZeroDivisionError" in err
    assert "--debug" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("arguments", [[], ["render"], ["list"], ["new"]])
def test_every_command_has_help_with_examples(arguments, capsys):
    assert run([*arguments, "--help"]) == 0
    assert f"vizgd {arguments[0] if arguments else 'list'}" in capsys.readouterr().out


def test_without_arguments_there_is_help(capsys):
    assert run([]) == 0
    out, err = capsys.readouterr()
    assert "vizgd render momentum" in out
    assert err == ""


def test_the_help_names_every_kind_of_list_and_shows_how_names_are_given(capsys):
    from vizgd.cli.listing import KINDS

    assert run(["list", "--help"]) == 0
    said = capsys.readouterr().out
    assert all(kind in said for kind in KINDS)
    assert "[KIND]..." in said
    assert run(["render", "--help"]) == 0
    assert " [NAME|FILE.toml|RUNS.npz]...\n" in capsys.readouterr().out


def test_lists_name_everything(capsys):
    assert run(["list"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    counts = {kind: sum(row[0] == kind for row in rows) for kind in {row[0] for row in rows}}
    assert counts["objectives"] == 97
    assert counts["comparisons"] == len(list(GALLERY))
    assert counts["optimizers"] == 17
    assert counts["schedules"] == 8
    assert all(len(row) == 3 and row[2] for row in rows)
    assert run(["list", "optimisers"]) == 2
    assert "did you mean 'optimizers'" in capsys.readouterr().err


def _loaded(arguments):
    """Return which modules a command loads, beyond those of typer, with which every command begins."""
    code = (
        "import sys; from vizgd.cli.main import run; run(sys.argv[1:]); "
        "print('LOADED', *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    loaded = set(re.search(r"LOADED (.*)", done.stderr)[1].split())
    typer = "import sys, typer.main; print(*sys.modules)"
    common = subprocess.run([sys.executable, "-c", typer], capture_output=True, text=True, check=True)
    return loaded - set(common.stdout.split())


def test_help_and_lists_load_nothing_heavy():
    heavy = {"sympy", "scipy", "matplotlib", "av", "torch", "optax", "jax", "manim", "imageio", "PIL"}
    for command, most, forbidden in (
        (["--help"], 20, heavy | {"numpy", "rich", "msgspec"}),
        (["list"], 400, heavy | {"rich"}),
    ):
        loaded = _loaded(command)
        assert not {name.split(".")[0] for name in loaded} & forbidden
        assert len(loaded) <= most


def test_importing_vizgd_loads_nothing_heavy():
    code = "import sys, vizgd; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not set(loaded) & {"manim", "torch", "optax", "jax", "sympy", "scipy", "matplotlib", "av", "numpy"}


def test_an_interrupt_ends_with_130_and_leaves_the_old_file(tmp_path):
    target = tmp_path / "film.mp4"
    target.write_bytes(b"old")
    process = started("render", "rosenbrock", "-o", target, "-q", "h", folder=tmp_path)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert err.strip() == "interrupted; nothing is left half-written"
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_what_would_come_out_the_same_is_not_rendered_again_and_the_reason_is_said_where_it_is(capsys):
    command = ["render", "bowl", "ravine", *SMALL]
    assert run(command) == 0
    assert capsys.readouterr().err == ""
    assert run(command) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == ["output/bowl.gif", "output/ravine.gif"]
    assert err == "2 films are as they were; --force renders again\n"
    assert run([*command, "--force"]) == 0
    assert capsys.readouterr().err == ""
    Path("output/bowl.gif").unlink()
    assert run([*command, "--theme", "dark"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "bowl is rendered again: the file is gone",
        "ravine is rendered again: theme has changed",
    ]


@pytest.mark.parametrize("jobs", ["0", "-2", "257", "many"])
def test_a_number_of_processes_that_cannot_be_is_refused(jobs, capsys):
    assert run(["render", "bowl", "--jobs", jobs]) == 2
    assert "jobs" in capsys.readouterr().err
    assert not Path("output").exists()


@pytest.mark.parametrize(
    ("options", "suffix"), [(["--renderer", "manim"], "mp4"), (["--transparent"], "webm"), (["--frames"], "")]
)
def test_the_usual_format_is_the_one_that_suits(options, suffix, capsys):
    assert run(["render", "bowl", *SMALL, *options]) == 0
    assert capsys.readouterr().out == f"output/bowl{'.' if suffix else ''}{suffix}\n"
