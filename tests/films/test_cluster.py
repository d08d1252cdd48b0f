"""Films made by a real Dask cluster of several processes on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

import vizgd.films.cluster
from vizgd.base.errors import MissingDependency, RenderError, UsageError
from vizgd.cli.main import run
from vizgd.comparisons.gallery import GALLERY
from vizgd.films.cluster import make_files, make_on_cluster
from vizgd.films.fitting import fitted
from vizgd.films.request import ComparisonRequest, make
from vizgd.storyboard.look import Look

from ..encoding.films import children

pytestmark = pytest.mark.xdist_group("cluster")


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """A scheduler's address, a client, and workers, each a process as an administrator would start it."""
    folder, workers = tmp_path_factory.mktemp("cluster"), 3
    address_file = folder / "scheduler.json"
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}

    def start(*arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    common = ["--scheduler-file", str(address_file)]
    started = [start("scheduler", *common, "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
    options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder)]
    started += [start("worker", *common, *options, "--name", f"w{index}") for index in range(workers)]
    try:
        from distributed import Client

        with Client(scheduler_file=str(address_file), timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
            yield client.scheduler.address, client, started[1:]
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait()


def request(name, path, **settings):
    settings = {"size": (320, 180), "seconds": 1.5} | settings
    return ComparisonRequest(GALLERY[name], path, path.suffix[1:], fitted(Look(**settings), path.suffix[1:]))


def test_a_cluster_makes_the_same_files_as_this_process(scheduler, tmp_path):
    address, _, _ = scheduler
    names = ["ravine", "bowl", "saddle", "divergence"]
    requests = [request(name, tmp_path / "there" / f"{name}.mp4") for name in names]
    done = dict(make_on_cluster(address, requests))
    assert [done[index] for index in range(len(requests))] == [one.path for one in requests]
    for one in requests:
        here = make(replace(one, path=tmp_path / "here" / one.path.name))
        assert one.path.read_bytes() == here.read_bytes()
    assert children(tmp_path / "there") == sorted(one.path.name for one in requests)


def test_frames_come_back_as_a_folder(scheduler, tmp_path):
    one = replace(request("bowl", tmp_path / "bowl.png", fps=4), format="frames")
    assert dict(make_on_cluster(scheduler[0], [one])) == {0: tmp_path / "bowl"}
    assert len(children(tmp_path / "bowl")) == 6


def test_what_goes_wrong_on_a_worker_is_said_here_and_the_others_are_made(scheduler, tmp_path):
    (tmp_path / "taken.gif").mkdir()
    requests = [request("bowl", tmp_path / "taken.gif"), request("bowl", tmp_path / "good.gif")]
    done = dict(make_on_cluster(scheduler[0], requests))
    assert isinstance(done[0], UsageError)
    assert done[1] == tmp_path / "good.gif"


def test_the_command_line_sends_its_films_to_a_cluster(scheduler, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    wanted = ["render", "bowl", "ravine", "--size", "320x180", "--seconds", "1", "--cluster", scheduler[0]]
    assert run(wanted) == 0
    assert sorted(capsys.readouterr().out.split()) == ["output/bowl.gif", "output/ravine.gif"]


def test_a_worker_that_is_killed_in_mid_render_loses_nothing_and_nothing_is_written_twice(
    scheduler, tmp_path
):
    address, client, workers = scheduler
    before = len(client.scheduler_info()["workers"])
    names = ["ravine", "saddle", "plateau", "optimizers", "bowl", "momentum"]
    folder = tmp_path / "films"
    requests = [request(name, folder / f"{name}.mp4", size=(640, 360), seconds=4.0) for name in names]
    written = []
    with pytest.MonkeyPatch.context() as patch:
        keep = vizgd.films.cluster.replacing
        patch.setattr(
            vizgd.films.cluster, "replacing", lambda path, **o: written.append(path) or keep(path, **o)
        )
        films = make_on_cluster(address, requests)
        done = dict([next(films)])
        victim = busy_worker(client, workers)
        victim.send_signal(signal.SIGKILL)
        done |= dict(films)
    assert victim.wait() == -signal.SIGKILL
    assert len(client.scheduler_info()["workers"]) == before - 1
    assert [done[index] for index in range(len(requests))] == [one.path for one in requests]
    assert sorted(written) == sorted(one.path for one in requests)
    assert children(folder) == sorted(one.path.name for one in requests)
    for one in requests:
        here = make(replace(one, path=tmp_path / "here" / one.path.name))
        assert one.path.read_bytes() == here.read_bytes()


def busy_worker(client, workers):
    """The process of a worker that is making a film."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for address, tasks in client.processing().items():
            if tasks:
                name = client.scheduler_info(n_workers=-1)["workers"][address]["name"]
                return workers[int(name[1:])]
        time.sleep(0.02)
    raise AssertionError("no worker had anything to do")


def test_a_worker_of_another_release_refuses():
    with pytest.raises(RenderError, match="a worker has vizgd"):
        make_files(b"", "0.0.1")


def test_where_no_scheduler_answers_the_error_says_how_to_start_one(tmp_path, monkeypatch):
    monkeypatch.setattr(vizgd.films.cluster, "PATIENCE", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(UsageError, match="no Dask scheduler answers") as caught:
            list(make_on_cluster(address, [request("bowl", tmp_path / "b.gif")]))
        assert len(str(caught.value).splitlines()) <= 4
    assert children(tmp_path) == []


def test_without_dask_the_error_gives_the_line_to_type(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingDependency, match=r"vizgd\[cluster\]") as caught:
        list(make_on_cluster("tcp://127.0.0.1:9", [request("bowl", tmp_path / "b.gif")]))
    assert caught.value.exit_code == 3
