"""Any line that may be typed ends with an exit code that says how, and with an error that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vizgd.cli.main import run

NAMES = [
    "bowl",
    "bowll",
    "",
    ".",
    "/",
    "nowhere.toml",
    "nowhere.npz",
    "\udcff",
    "ünï",
    "-",
    "x" * 300,
]
VALUES = [
    "",
    "0",
    "-1",
    "nan",
    "inf",
    "1e400",
    "abc",
    "960x540",
    "1x1",
    "99999x99999",
    "9" * 50,
    "gif",
    "é",
    "💥",
]
OPTIONS = {
    "-o": [*NAMES, "a.gif", "a.mp3", "a.npz", "/dev/null", "a.toml"],
    "-f": [*VALUES, "png", "webp"],
    "-q": [*VALUES, "l", "z"],
    "--size": VALUES,
    "--fps": VALUES,
    "--theme": [*VALUES, "dark"],
    "--seconds": VALUES,
    "--title": [*VALUES, "a\nb", r"\(\frac{", "$x$"],
    "--renderer": [*VALUES, "matplotlib"],
    "--math": [*VALUES, "mathtext"],
    "-j": VALUES,
    "--cluster": ["", "nowhere", "tcp://"],
    "--nothing": VALUES,
}
FLAGS = ["--frames", "--transparent", "--force", "--allow-code", "--scenes", "--debugg", "-h"]
SMALL = ["--size", "64x64", "--seconds", "0.2", "--fps", "5", "-f", "png", "-j", "1"]


@st.composite
def lines(draw):
    """A command, names, and options with values that are mostly wrong."""
    command = draw(st.sampled_from(["render", "record", "new", "list", "doctors", "", "\udcff"]))
    given_options = draw(st.lists(st.sampled_from(sorted(OPTIONS)), max_size=3, unique=True))
    line = [
        command,
        *draw(st.lists(st.sampled_from(NAMES), min_size=command in {"render", "record"}, max_size=3)),
    ]
    if command == "render":
        line += SMALL  # what stands later on the line counts
    for option in given_options:
        line += [option, draw(st.sampled_from(OPTIONS[option]))]
    return line + draw(st.lists(st.sampled_from(FLAGS), max_size=2, unique=True))


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(line=lines())
def test_any_line_ends_with_a_code_and_at_most_four_lines_for_each_error(line, tmp_path, monkeypatch, capsys):
    if "--cluster" in line and "bowl" in line:
        line.remove("bowl")  # which would wait for a scheduler
    if "--scenes" in line and len(line) > 1:
        line = [word for word in line if word != "."]
    monkeypatch.chdir(tmp_path)
    code = run(line)
    err = capsys.readouterr().err
    assert code in {0, 1, 2, 3}, (line, err)
    assert "Traceback" not in err, line
    assert "fault of vizgd" not in err, (line, err)
    said = err.split("error: ")[1:]
    assert bool(said) == (code != 0), (line, code, err)
    assert all(len(one.splitlines()) <= 4 for one in said), (line, err)
    assert not list(Path().rglob("*.tmp")), line


@pytest.mark.parametrize("line", [[], ["--version"], ["-h"], ["render", "-h"], ["list", "themes"]])
def test_what_asks_for_nothing_wrong_ends_with_zero(line, capsys):
    assert run(line) == 0
    assert capsys.readouterr().err == ""
