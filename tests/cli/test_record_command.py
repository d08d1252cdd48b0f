"""`vizgd record`, `vizgd render` of what it wrote, and `--allow-code`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import vizgd as vg
from vizgd.cli.main import run

SMALL = ["--size", "320x180", "--seconds", "1", "--fps", "10"]


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


@pytest.mark.parametrize("command", ["record", "doctor"])
def test_help_teaches_by_examples(command, capsys):
    assert run([command, "--help"]) == 0
    assert f"  vizgd {command}" in capsys.readouterr().out
