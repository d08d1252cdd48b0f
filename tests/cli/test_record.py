"""`vizgd record` and `vizgd render` of what it wrote, `--allow-code`, and `vizgd doctor`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import vizgd as vg
from vizgd.cli import doctor
from vizgd.cli.main import run
from vizgd.encoding.formats import FORMATS

SMALL = ["--size", "320x180", "--seconds", "1", "--fps", "10"]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def _pixels(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def test_a_recorded_run_is_drawn_as_if_at_once(capsys):
    assert run(["record", "momentum", "-o", "run.npz"]) == 0
    out, err = capsys.readouterr()
    assert out == "run.npz\n"
    assert err == ""
    assert run(["render", "run.npz", "momentum", "-f", "png", *SMALL]) == 0
    assert np.array_equal(_pixels("output/run.png"), _pixels("output/momentum.png"))


def test_recorded_runs_go_with_names_and_files_and_are_drawn_again_when_they_changed(capsys):
    assert run(["record", "bowl", "saddle"]) == 0
    assert capsys.readouterr().out == "output/bowl.npz\noutput/saddle.npz\n"
    assert run(["new", "mine.toml"]) == 0
    command = ["render", "output/saddle.npz", "bowl", "mine.toml", "-j", "2", *SMALL]
    assert run(command) == 0
    assert run(["record", "saddle", "-o", "again"]) == 0
    Path("again/saddle.npz").replace("output/saddle.npz")
    capsys.readouterr()
    assert run(command) == 0
    assert capsys.readouterr().err == "3 films are as they were; --force renders again\n"
    vg.save(vg.record("booth", vg.Adam(), steps=5), "output/saddle.npz")
    assert run(command) == 0
    assert "saddle is rendered again: title, objective, runs" in capsys.readouterr().err


BAD = {
    "no name": ([], "Missing argument"),
    "unknown name": (["momentun"], "did you mean momentum"),
    "two into one": (["bowl", "ravine", "-o", "x.npz"], "one file, but there are 2"),
    "a picture": (["bowl", "-o", "x.gif"], "name it x.npz"),
    "missing file": (["none.npz"], "No such file"),
    "two of one name": (["bowl", "a/bowl.npz"], "two comparisons"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_a_wrong_input_is_one_clear_error_and_leaves_nothing(case, capsys):
    arguments, said = BAD[case]
    assert run(["record", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert len(err.strip().splitlines()) <= 4
    assert list(Path.cwd().rglob("*")) == []


def test_a_file_that_is_no_recording_is_refused(capsys):
    Path("run.npz").write_bytes(b"PK\x03\x04")
    np.savez("data.npz", inputs=np.zeros(3))
    assert run(["render", "run.npz", "data.npz", "bowl", *SMALL]) == 2
    out, err = capsys.readouterr()
    assert out == "output/bowl.gif\n"
    assert "cut off or damaged" in err
    assert "does not hold recorded runs" in err


CODE = """
title = "t"
objective = "mine:loss"
start = [2, 1]
views = ["contour"]
[[runs]]
optimizer = "adam"
"""


def test_code_is_run_with_allow_code_only_in_this_process_and_in_others(capsys):
    Path("mine.py").write_text(
        "import numpy as np, vizgd as vg\n"
        "loss = vg.Objective('mine', lambda p: (np.asarray(p)**2).sum(-1), lambda p: 2*np.asarray(p), "
        "((-3, 3), (-3, 3)))\n"
    )
    for name in ("a.toml", "b.toml"):
        Path(name).write_text(CODE)
    assert run(["render", "a.toml", *SMALL]) == 2
    assert "--allow-code" in capsys.readouterr().err
    assert run(["render", "a.toml", "b.toml", "--allow-code", "-j", "2", *SMALL]) == 0
    assert sorted(capsys.readouterr().out.split()) == ["output/a.gif", "output/b.gif"]
    assert run(["record", "a.toml"]) == 2
    with pytest.warns(UserWarning, match="only charts can be drawn"):
        vg.save(vg.read_comparison("a.toml", allow_code=True), "a.npz")


def test_progress_of_recording_is_shown_where_somebody_watches(monkeypatch, capsys):
    seen = []
    monkeypatch.setattr("vizgd.cli.watch.Watch.advance", lambda _, *counts: seen.append(counts))
    assert run(["record", "bowl", "momentum", "-o", "runs"]) == 0
    assert {index for index, _, _ in seen} == {0, 1}
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("command", ["record", "doctor"])
def test_help_teaches_by_examples(command, capsys):
    assert run([command, "--help"]) == 0
    assert f"  vizgd {command}" in capsys.readouterr().out


def test_the_doctor_finds_everything_that_a_film_needs(capsys):
    assert run(["doctor"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    rows = [line.split("\t") for line in out.splitlines()]
    assert all(len(row) == 4 for row in rows)
    said = {name: (kind, state) for kind, name, state, _ in rows}
    assert said["numpy"] == ("base", np.__version__)
    assert {said[name] for name in FORMATS} == {("films", "works")}
    assert said["autograd"][0] == "base"
    assert said["cache"] == ("films", "writable")
    assert {"torch", "optax", "jax", "distributed", "manim", "pango", "latex"} <= said.keys()


def test_the_doctor_says_what_is_missing_and_how_to_get_it(capsys, monkeypatch):
    lacking = {"numpy", "torch", "manim", "manimpango"}
    real = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: None if name in lacking else real(name))
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert run(["doctor"]) == 1
    found = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    rows = {name: rest for _, name, *rest in found}
    assert rows["numpy"] == ["missing", "pip install 'numpy>=2.0'"]
    assert rows["torch"] == ["missing", "pip install 'vizgd[torch]'"]
    assert rows["manim"][1].endswith("pip install 'vizgd[manim]'")
    assert rows["pango"][0] == "missing"


def test_the_doctor_tries_the_encoders_and_the_cache(capsys, monkeypatch, tmp_path):
    def fails(path, kind):
        del path
        if kind == "webm":
            raise OSError("no VP9 here")

    monkeypatch.setattr(doctor, "_encode", fails)
    (tmp_path / "file").touch()
    monkeypatch.setenv("VIZGD_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert run(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "films\twebm\tfails\tno VP9 here" in out
    assert "films\tmp4\tworks" in out
    assert re.search(r"films\tcache\tread-only\t.*VIZGD_CACHE_DIR", out)


def test_the_doctor_loads_nothing_that_it_need_not():
    code = "import sys; from vizgd.cli.main import run; run(['doctor']); print('LOADED', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in re.search(r"LOADED (.*)", done.stdout)[1].split()}
    assert not loaded & {"torch", "optax", "jax", "autograd", "distributed", "manim", "scipy", "sympy"}
