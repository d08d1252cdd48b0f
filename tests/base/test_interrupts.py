"""However a program is asked to end, it ends: cleanly, all of it, and with the exit code of the signal."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest

from vizgd.base import interrupts
from vizgd.cli.main import run

from ..processes import (
    LONG,
    MODULE,
    ON_LINUX,
    ended,
    interruptible,
    processes_of_session,
    started,
    temporaries,
    wait_for,
)

SEVERAL = ["-j", "2", "-f", "mp4", "-q", "h"]
TURNING = ["rosenbrock", "-j", "2", "-q", "h"]
MANIM = ["rosenbrock", "--renderer", "manim", "-q", "m"]
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture(autouse=True)
def _interruptible():
    """Let this process hear of signals too, though the tests may run in the background."""
    with interruptible():
        yield


@pytest.fixture
def drawing(tmp_path):
    """Start a render with a folder for temporary files, and return it when it draws."""
    begun = []

    def start(*arguments):
        (tmp_path / "tmp").mkdir()
        process = started("render", *arguments, folder=tmp_path, TMPDIR=str(tmp_path / "tmp"))
        begun.append(process)
        wait_for(lambda: temporaries(tmp_path / "output") or process.poll() is not None)
        return process

    yield start
    for process in begun:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@ON_LINUX
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
@pytest.mark.parametrize("arguments", [SEVERAL, TURNING, MANIM], ids=["several", "turning", "manim"])
def test_a_request_to_end_leaves_nothing_and_has_its_own_exit_code(drawing, tmp_path, arguments, number):
    process = drawing(*arguments)
    process.send_signal(number)
    out, err = process.communicate(timeout=LONG)
    assert process.returncode == CODES[number]
    assert err == f"ended by {number.name}; nothing is left half-written\n"
    wait_for(lambda: not processes_of_session(process.pid))
    assert temporaries(tmp_path / "output", tmp_path / "tmp") == []
    assert sorted(out.split()) == sorted(f"output/{path.name}" for path in (tmp_path / "output").iterdir())


@ON_LINUX
def test_a_request_that_is_made_several_times_is_one(drawing, tmp_path):
    process = drawing(*SEVERAL)
    for _ in range(5):  # `timeout` asks twice, a terminal that closes may, too
        os.killpg(process.pid, signal.SIGTERM)
    _, err = process.communicate(timeout=LONG)
    assert process.returncode == 143
    assert "Traceback" not in err
    assert err.endswith("ended by SIGTERM; nothing is left half-written\n")
    assert temporaries(tmp_path / "output", tmp_path / "tmp") == []


@ON_LINUX
def test_what_a_terminal_that_closes_does_not_end_goes_on(tmp_path):
    command = ["nohup", *MODULE]
    process = started("render", "bowl", "-q", "l", folder=tmp_path, command=command)
    wait_for(lambda: temporaries(tmp_path / "output") or process.poll() is not None)
    process.send_signal(signal.SIGHUP)
    out, _ = process.communicate(timeout=LONG)
    assert (process.returncode, out) == (0, "output/bowl.gif\n")


@ON_LINUX
@pytest.mark.parametrize("arguments", [SEVERAL, TURNING], ids=["several", "turning"])
def test_workers_end_with_a_parent_that_is_killed_and_the_next_run_sweeps(drawing, tmp_path, arguments):
    process = drawing(*arguments)
    wait_for(lambda: len(processes_of_session(process.pid)) >= 2)
    process.kill()
    process.communicate(timeout=LONG)
    wait_for(lambda: not processes_of_session(process.pid), 10)
    places = tmp_path / "output", tmp_path / "tmp"
    next_run = ["render", "bowl", "-f", "png", "--size", "160x90"]
    assert ended(*next_run, folder=tmp_path, TMPDIR=str(tmp_path / "tmp"))[0] == 0
    assert temporaries(*places) == []


@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
def test_an_interrupt_that_compiled_code_turns_into_another_error_is_an_interrupt(
    number, monkeypatch, capsys, tmp_path
):
    monkeypatch.chdir(tmp_path)
    films = []

    def render(request, **_):
        films.append(request.path.name)
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt:
            if len(films) == 1:
                # As compiled code does that calls Python and does not look for what comes back.
                raise SystemError("<built-in function> returned a result with an exception set") from None

    monkeypatch.setattr("vizgd.films.request.ComparisonRequest.render", render)
    assert run(["render", "bowl", "ravine", "-j", "1"]) == CODES[number]
    out, err = capsys.readouterr()
    assert (out, films) == ("", ["bowl.gif"])
    assert err.count("\n") == 1
    assert "nothing is left half-written" in err


def test_an_interrupt_that_is_swallowed_is_heard_at_the_next_frame_or_film(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    films = []

    def render(request, **_):
        films.append(request.path.name)
        with contextlib.suppress(BaseException):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("vizgd.films.request.ComparisonRequest.render", render)
    assert run(["render", "bowl", "ravine", "-j", "1"]) == 130
    assert films == ["bowl.gif"]
    assert "Traceback" not in capsys.readouterr().err


def test_an_interrupt_in_a_finalizer_is_asked_for_again(capsys):
    class Closing:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)

    def long():
        Closing()
        for _ in range(LONG * 100):
            time.sleep(0.01)

    with interrupts.caught(), pytest.raises(KeyboardInterrupt):
        long()
    assert "Exception ignored" not in capsys.readouterr().err


def test_afterwards_signals_do_what_they_did_before():
    before = {number: signal.getsignal(number) for number in CODES}
    assert run(["list", "themes"]) == 0
    assert {number: signal.getsignal(number) for number in CODES} == before
    assert interrupts.received_signal() == 0


def test_code_that_ends_the_program_is_told_and_the_others_are_made(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("leaves.py").write_text("import sys\ndef loss(p):\n    sys.exit('enough')\n")
    Path("l.toml").write_text(
        'title = "t"\nobjective = "leaves:loss"\nstart = [1, 1]\ndomain = [[-2, 2], [-2, 2]]\n'
        '[[runs]]\noptimizer = "adam"\n'
    )
    for jobs in ("1", "2"):
        options = ["--allow-code", "-f", "png", "--size", "160x90", "--force", "-j"]
        assert run(["render", "l.toml", "bowl", *options, jobs]) in {1, 2}
        out, err = capsys.readouterr()
        assert out == "output/bowl.png\n"
        assert len(err.splitlines()) <= 4
        assert err.startswith("error: ")
        assert "fault of vizgd" not in err
