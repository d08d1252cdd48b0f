"""Standard output and standard error, whoever reads them: a disk, nobody, a terminal."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
