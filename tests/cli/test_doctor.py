"""`vizgd doctor`: what is there, what is missing, and how to get it."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np

from vizgd.cli import doctor
from vizgd.cli.main import run
from vizgd.encoding.formats import FORMATS


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
