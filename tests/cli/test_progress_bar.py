"""The bar that shows how far a command is, to those who watch."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

from vizgd.cli.main import run

PYTHON = [sys.executable, "-m", "vizgd"]


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


def test_progress_of_recording_is_shown_where_somebody_watches(monkeypatch, capsys):
    seen = []
    monkeypatch.setattr("vizgd.cli.progress_bar.ProgressBar.advance", lambda _, *counts: seen.append(counts))
    assert run(["record", "bowl", "momentum", "-o", "runs"]) == 0
    assert {index for index, _, _ in seen} == {0, 1}
    assert capsys.readouterr().err == ""
