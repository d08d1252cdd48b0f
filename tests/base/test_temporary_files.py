"""What is temporary says whose it is; what dead processes left is swept, and what living ones make is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import vizgd as vg
from vizgd.base import temporary_files
from vizgd.cli.main import run

from ..processes import ON_LINUX


@pytest.fixture(autouse=True)
def _temporary(tmp_path, monkeypatch):
    """Have a folder for temporary files of one's own."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def dead():
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def of(process: int, *, start: int = 0, name: str | None = None) -> str:
    """Return the name of something temporary that another process made."""
    host = temporary_files.new_path(Path()).name.split("-")[1]
    return name or f".vizgd-{host}-{process}-{start}-00c0ffee.tmp"


def left(folder: Path, name: str, *, kind: str = "file") -> Path:
    path = folder / name
    if kind == "file":
        path.write_bytes(b"half")
    else:
        path.mkdir()
        (path / "0001.png").write_bytes(b"half")
    return path


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("place", ["output", "tmp"])
def test_what_a_dead_process_left_is_swept_by_the_next_run_though_it_writes_nothing(
    dead, kind, place, capsys
):
    command = ["render", "bowl", "-f", "png", "--size", "160x90"]
    assert run(command) == 0
    path = left(Path(place), of(dead), kind=kind)
    assert run(command) == 0
    assert "1 film is as it was" in capsys.readouterr().err
    assert not path.exists()


def test_a_film_that_is_there_sweeps_for_scripts_too(dead):
    vg.render("bowl", "out/b.png", size=(160, 90))
    paths = [left(Path("out"), of(dead)), left(Path("tmp"), of(dead, start=5), kind="folder")]
    vg.render("bowl", "out/b.png", size=(160, 90))
    assert not any(path.exists() for path in paths)


def test_what_a_living_process_makes_is_left_alone(tmp_path):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        paths = [left(tmp_path, of(process.pid)), left(tmp_path, of(os.getpid())[:-12] + "00c0fffe.tmp")]
        temporary_files.remove_abandoned(tmp_path)
        assert all(path.exists() for path in paths)
        process.communicate(b"\n")
    temporary_files.remove_abandoned(tmp_path)
    assert [path.exists() for path in paths] == [False, True]


@ON_LINUX
def test_the_number_of_a_dead_process_may_be_used_again(tmp_path):
    again = left(tmp_path, of(os.getpid(), start=1))
    temporary_files.remove_abandoned(tmp_path)
    assert not again.exists()


@ON_LINUX
def test_a_process_that_was_killed_and_not_yet_waited_for_is_dead(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    path = left(tmp_path, of(process.pid))
    process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    temporary_files.remove_abandoned(tmp_path)
    assert not path.exists()
    process.communicate()


def test_of_another_machine_only_what_is_old_is_swept(tmp_path):
    new, old = (left(tmp_path, f".vizgd-0badcafe-1-1-0000000{k}.tmp") for k in range(2))
    os.utime(old, (0, 0))
    temporary_files.remove_abandoned(tmp_path)
    assert new.exists()
    assert not old.exists()


def test_what_has_another_name_or_leads_elsewhere_is_nobodys_leftover(dead, tmp_path):
    kept = [left(tmp_path, name) for name in (f"x{of(dead)}", f"{of(dead)}x", ".vizgd-1.tmp", "film.gif")]
    elsewhere = left(tmp_path, "elsewhere", kind="folder")
    link = tmp_path / of(dead)
    link.symlink_to(elsewhere)
    temporary_files.remove_abandoned(tmp_path, tmp_path / "nowhere")
    assert all(path.exists() for path in kept)
    assert (elsewhere / "0001.png").exists()
    assert not link.is_symlink()


def test_a_process_that_ends_before_its_time_takes_its_own_with_it(tmp_path):
    one, other = temporary_files.new_path(tmp_path), temporary_files.new_path(tmp_path)
    one.write_bytes(b"half")
    other.mkdir()
    with temporary_files.temporary_folder() as folder:
        (folder / "a").touch()
        temporary_files.clear()
        assert not any(path.exists() for path in (one, other, folder))
