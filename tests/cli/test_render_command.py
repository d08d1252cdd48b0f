"""`vizgd render`: what it writes, what it says, how it ends."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from vizgd.cli.main import run
from vizgd.comparisons.gallery import GALLERY

from ..processes import LONG, ON_LINUX, processes_of_session, spent, started, temporaries, wait_for

SMALL = ["--size", "320x180", "--seconds", "1", "--fps", "10"]


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


LONG_RUNS = """
title = "Thirty-six runs that take minutes"
objective = "(1 - x)**2 + 10*(y - x**2)**2"
steps = 1_000_000
""" + "".join(
    f'[[runs]]\noptimizer = "{name}"\nlearning_rate = {1e-6 * (1 + k)}\nstart = [1.0, {k / 36}]\n'
    for k in range(9)
    for name in ("gradient-descent", "momentum", "adam", "lion")
)


@ON_LINUX
@pytest.mark.parametrize("suffix", ["png", "gif"])
def test_an_interrupt_while_long_runs_are_recorded_leaves_nothing(tmp_path, suffix):
    (tmp_path / "long.toml").write_text(LONG_RUNS)
    (tmp_path / "tmp").mkdir()
    arguments = ["render", "long.toml", "-f", suffix, "-o", "films"]
    process = started(*arguments, folder=tmp_path, TMPDIR=str(tmp_path / "tmp"))
    # A second of work, most of it in the loop: nothing is to be seen of that from outside.
    wait_for(lambda: spent(process.pid) > 1.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=LONG)
    assert process.returncode == 130
    assert out == ""
    assert err == "interrupted; nothing is left half-written\n"
    assert not processes_of_session(process.pid)
    assert not list((tmp_path / "films").glob("*"))
    assert temporaries(tmp_path / "films", tmp_path / "tmp") == []


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
