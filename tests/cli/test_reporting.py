"""What went wrong, in a line or four; with --debug, the traceback."""

from __future__ import annotations

from vizgd.cli.main import run

SMALL = ["--size", "320x180", "--seconds", "1", "--fps", "10"]


def test_debug_shows_the_traceback(capsys):
    assert run(["render", "momentun", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_fault_of_ours_is_one_line_and_ends_with_one(capsys, monkeypatch):
    monkeypatch.setattr("vizgd.storyboard.planning.plan", lambda *_, **__: 1 / 0)
    assert run(["render", "bowl", *SMALL]) == 1
    err = capsys.readouterr().err
    assert "ZeroDivisionError" in err
    assert "--debug" in err
    assert "Traceback" not in err
