"""What the command line sets for libraries: a folder for matplotlib where there is none, threads of NumPy."""

from __future__ import annotations

import os
import signal

import pytest

from vizgd.cli.library_settings import configured_libraries
from vizgd.cli.main import run

from ..processes import ON_LINUX, ended, started, temporaries, wait_for

BOWL = ["render", "bowl", "-f", "png", "--size", "160x90", "-o", "out", "--force"]
NAMES = ("OPENBLAS_NUM_THREADS", "MPLCONFIGDIR")


@pytest.fixture
def homeless(tmp_path):
    """The variables of a user without a home that can be written to."""
    (tmp_path / "tmp").mkdir()
    changed = dict.fromkeys(("MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"))
    return changed | {"HOME": os.devnull, "TMPDIR": str(tmp_path / "tmp")}


@ON_LINUX
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_without_a_home_matplotlib_says_nothing_and_leaves_nothing(tmp_path, homeless, jobs):
    code, out, err = ended(*BOWL, "--jobs", jobs, folder=tmp_path, **homeless)
    assert (code, out, err) == (0, "out/bowl.png\n", "")
    assert [*(tmp_path / "tmp").iterdir()] == []


@ON_LINUX
def test_a_folder_of_a_killed_process_is_removed_by_the_next(tmp_path, homeless):
    process = started("render", "rosenbrock", "-q", "h", folder=tmp_path, **homeless)
    try:
        wait_for(lambda: temporaries(tmp_path / "tmp"))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    left = temporaries(tmp_path / "tmp")
    assert left
    assert ended(*BOWL, folder=tmp_path, **homeless)[0] == 0
    assert not {*left} & {*temporaries(tmp_path / "tmp")}


def test_what_is_set_stays_and_nothing_is_left_set(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", os.devnull)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    before = dict(os.environ)
    with configured_libraries():
        assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    assert run(["list", "views"]) == 0
    assert dict(os.environ) == before
    for name in NAMES:
        monkeypatch.setenv(name, "3")
    with configured_libraries():
        assert [os.environ[name] for name in NAMES] == ["3", "3"]


@ON_LINUX
def test_a_home_that_can_be_written_to_is_used(monkeypatch, tmp_path):
    monkeypatch.delenv("MPLCONFIGDIR", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with configured_libraries():
        assert "MPLCONFIGDIR" not in os.environ
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null/cache")
    with configured_libraries():
        folder = os.environ["MPLCONFIGDIR"]
        assert os.path.isdir(folder)  # noqa: PTH112 - as matplotlib asks
    assert not os.path.exists(folder)  # noqa: PTH110
