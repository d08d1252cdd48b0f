"""Standard output and standard error, whoever reads them: a disk, nobody, a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

PYTHON = [sys.executable, "-m", "vizgd"]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


WRITING = ["--help", "list", "render bowl -o b.png --size 320x180", "new n.toml", "list objectives"]


@pytest.mark.parametrize("line", WRITING)
@pytest.mark.parametrize(("to", "why"), [("> /dev/full", "No space left"), (">&-", "it is closed")])
def test_an_output_that_cannot_be_written_is_named(line, to, why):
    command = f"{sys.executable} -m vizgd {line} {to}"
    done = subprocess.run(["bash", "-c", command], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == [
        "error: cannot write to standard output",
        f"  {done.stderr.splitlines()[-1].strip()}",
    ]
    assert why in done.stderr


@pytest.mark.parametrize("to", ["2>&-", "2> /dev/full"])
def test_nobody_need_read_the_messages(to):
    two = "render bowl ravine --size 320x180 --seconds 1 --fps 10"
    for line, code in {"list": 0, "new n.toml": 0, "render nothing": 2, two: 0}.items():
        command = f"{sys.executable} -m vizgd {line} {to}"
        done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, text=True, check=False)
        assert done.returncode == code
        assert "error:" not in done.stdout


def test_a_reader_that_has_seen_enough_hears_no_complaint():
    command = f"{sys.executable} -m vizgd list objectives | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_on_a_terminal_one_bar_names_what_is_rendered():
    parent, child = pty.openpty()
    command = [*PYTHON, "render", "bowl", "ravine", "--size", "640x360", "-j", "1"]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=child, text=True, env=environment)
    os.close(child)
    seen = b""
    while True:
        try:
            part = os.read(parent, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    out = process.communicate(timeout=120)[0]
    os.close(parent)
    assert process.returncode == 0
    assert sorted(out.splitlines()) == ["output/bowl.gif", "output/ravine.gif"]
    assert b"0/2 bowl" in seen
    assert b"1/2 ravine" in seen
    assert b"%" in seen
