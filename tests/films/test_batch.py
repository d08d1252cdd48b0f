"""Films made beside one another are the films made one after another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import vizgd as vg
from vizgd.base.errors import RenderError, UsageError
from vizgd.comparisons.gallery import GALLERY
from vizgd.films.batch import make_all
from vizgd.films.fitting import fitted
from vizgd.films.request import ComparisonRequest, make
from vizgd.storyboard.look import Look

from ..encoding.films import children
from ..processes import ON_LINUX, processes_of_session, started, wait_for


def request(name, path, **settings):
    settings = {"size": (320, 180), "seconds": 1.5} | settings
    kind = path.suffix[1:]
    return ComparisonRequest(GALLERY[name], path, kind, fitted(Look(**settings), kind))


def outcomes(requests, jobs):
    told = []
    found = dict(make_all(requests, jobs, lambda *news: told.append(news)))
    return [found[index] for index in range(len(requests))], told


def test_the_number_of_processes_does_not_change_the_files(tmp_path):
    names = ["ravine", "bowl", "rosenbrock", "divergence"]
    files = {}
    for jobs in (1, 2, 3):
        folder = tmp_path / str(jobs)
        requests = [
            request(name, folder / f"{name}.{kind}", size=(160, 90))
            for name in names
            for kind in ("gif", "mp4", "webm")
        ]
        paths, told = outcomes(requests, jobs)
        assert paths == [one.path for one in requests]
        assert {index for index, _, _ in told} <= set(range(len(requests)))
        files[jobs] = [path.read_bytes() for path in paths]
    assert files[1] == files[2] == files[3]


def test_files_go_where_this_process_is_though_the_others_began_elsewhere(tmp_path, monkeypatch):
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        monkeypatch.chdir(tmp_path / place)
        requests = [request(name, Path("films", f"{name}.gif")) for name in ("bowl", "ravine")]
        assert outcomes(requests, 2)[0] == [one.path for one in requests]
        assert children("films") == ["bowl.gif", "ravine.gif"]


@pytest.mark.parametrize("suffix", ["gif", "mp4"])
def test_a_turning_camera_is_drawn_by_several_processes_to_the_same_file(tmp_path, suffix):
    files = []
    for jobs in (1, 2, 3):
        one = request("rosenbrock", tmp_path / f"{jobs}.{suffix}", size=(160, 90), seconds=2.0)
        files.append(make(one, jobs=jobs).read_bytes())
    assert files[0] == files[1] == files[2]


def test_what_goes_wrong_with_one_film_is_said_of_it_and_the_others_are_made(tmp_path):
    (tmp_path / "taken.gif").mkdir()
    far = replace(GALLERY["bowl"], runs=[vg.Run(vg.GradientDescent(0.1), start=(1e9, 0))])
    requests = [
        request("ravine", tmp_path / "good.gif"),
        request("ravine", tmp_path / "taken.gif"),
        replace(request("bowl", tmp_path / "far.gif"), comparison=far),
        request("bowl", tmp_path / "also.gif"),
    ]
    for jobs in (1, 2):
        (good, taken, start, also), _ = outcomes(requests, jobs)
        assert good == tmp_path / "good.gif"
        assert also == tmp_path / "also.gif"
        assert isinstance(taken, UsageError)
        assert "it is a folder" in str(taken)
        assert isinstance(start, UsageError)
        assert "start is" in str(start)
        assert len(str(start).splitlines()) <= 4


SCRIPT = """
import sys, vizgd as vg
from vizgd.comparisons.gallery import GALLERY
vg.render(GALLERY["rosenbrock"], sys.argv[1], size=(160, 90), seconds=2, jobs=2)
print("once")
"""


def test_a_script_needs_no_guard_around_what_it_does(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, script, tmp_path / "r.gif"], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout == "once\n"
    assert (tmp_path / "r.gif").exists()


def command(*arguments, folder):
    return started("render", *arguments, folder=folder)


def drawing_processes(running, folder):
    """The processes in the midst of a film, by the names of their temporary files."""
    names = [name for name in children(folder) if name.endswith(".tmp")] if folder.is_dir() else []
    return [process for name in names if (process := int(name.split("-")[2])) != running.pid]


WAITING = ["ravine", "bowl", "saddle", "plateau", "momentum"]
"""More films than there are processes: some are drawn, and others wait."""


@ON_LINUX
def test_an_interrupt_ends_every_process_and_leaves_nothing_half_written(tmp_path):
    running = command(*WAITING, "-j", "2", "-f", "mp4", "-q", "m", "-o", "out", folder=tmp_path)
    wait_for(lambda: drawing_processes(running, tmp_path / "out"))
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 2
    wait_for(lambda: not processes_of_session(running.pid))
    assert all(name.endswith(".mp4") for name in children(tmp_path / "out"))


@ON_LINUX
def test_a_process_that_is_killed_fails_clearly_and_leaves_whole_files_only(tmp_path):
    running = command("ravine", "bowl", "-j", "2", "-f", "mp4", "-q", "m", "-o", "out", folder=tmp_path)
    victim = wait_for(lambda: drawing_processes(running, tmp_path / "out"))[0]
    os.kill(victim, signal.SIGKILL)
    printed, said = running.communicate(timeout=120)
    assert running.returncode == 1
    assert "its process was ended from outside" in said
    assert "Traceback" not in said
    assert sorted(children(tmp_path / "out")) == sorted(Path(line).name for line in printed.split())


def test_the_number_of_processes_is_checked(tmp_path):
    for wrong in (0, -1, 2.5, True, "all"):
        with pytest.raises(UsageError, match="jobs is"):
            vg.render(GALLERY["bowl"], tmp_path / "b.gif", jobs=wrong)


def test_errors_survive_the_way_between_processes():
    import pickle

    error = RenderError("what", "where", why="why", hint="hint").at("file")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
