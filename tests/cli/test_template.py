"""`vizgd new`: a comparison file that renders as it is, written whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vizgd.cli.main import run

SMALL = ["--size", "320x180", "--seconds", "1", "--fps", "10"]


def test_a_new_file_renders_as_it_is(capsys):
    assert run(["new", "mine.toml"]) == 0
    out, err = capsys.readouterr()
    assert out == "mine.toml\n"
    assert "vizgd render mine.toml" in err
    assert run(["render", "mine.toml", *SMALL]) == 0
    assert Path("output/mine.gif").exists()
    assert run(["new", "mine.toml"]) == 2
    assert run(["new", "mine.toml", "--force"]) == 0


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
