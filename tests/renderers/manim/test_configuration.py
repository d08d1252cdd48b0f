"""Manim's configuration: ours while a film is drawn, and what it was afterwards, whatever is configured."""

from __future__ import annotations

import logging
import os
import random

import manim
import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import RenderError

from ...gallery_films import storyboard
from ...processes import python
from .frames import drawn

SMALL = (160, 90)
HOSTILE = """[CLI]
background_color = RED
background_opacity = 0.5
frame_rate = 7
pixel_width = 100
dry_run = True
renderer = opengl
verbosity = DEBUG
plugins = nothing
format = gif
from_animation_number = 2
upto_animation_number = 1
save_sections = True
log_to_file = True
disable_caching = False
progress_bar = display
"""


def test_what_is_configured_in_this_process_is_neither_used_nor_changed():
    board = storyboard("bowl", size=SMALL, seconds=1.0)
    before = drawn(board, 3, 20).kept
    changes = {"background_color": "#FF0000", "frame_rate": 7.0, "pixel_width": 333, "renderer": "opengl"}
    with manim.tempconfig(changes):
        known = {key: str(manim.config[key]) for key in manim.config}
        random.seed(5)
        np.random.seed(5)  # noqa: NPY002 - what is tested is that it is left alone
        states = random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002
        loggers = [logging.getLogger(name) for name in (None, "manim", "PIL", "matplotlib")]
        logs = [(logger.level, list(logger.handlers)) for logger in loggers]
        after = drawn(board, 3, 20).kept
        assert {key: str(manim.config[key]) for key in manim.config} == known
        assert random.getstate() == states[0]
        assert np.array_equal(np.random.get_state()[1], states[1])  # noqa: NPY002
        assert [(logger.level, list(logger.handlers)) for logger in loggers] == logs
    assert all(np.array_equal(before[number], after[number]) for number in before)


@pytest.mark.parametrize("place", ["folder", "user"])
def test_no_manim_cfg_changes_a_film(place, tmp_path):
    home, folder = tmp_path / "home", tmp_path / "folder"
    home.mkdir()
    folder.mkdir()
    file = folder / "manim.cfg" if place == "folder" else home / ".config" / "manim" / "manim.cfg"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(HOSTILE, encoding="utf-8")
    made = python(
        "vizgd.render('bowl', sys.argv[1], renderer='manim', size=(160, 90), seconds=1)",
        str(tmp_path / "film.gif"),
        cwd=folder,
        env={**os.environ, "HOME": str(home), "USERPROFILE": str(home)},
    )
    assert made.returncode == 0
    assert (made.stdout, made.stderr) == ("", "")
    vg.render("bowl", tmp_path / "plain.gif", renderer="manim", size=SMALL, seconds=1.0)
    assert (tmp_path / "film.gif").read_bytes() == (tmp_path / "plain.gif").read_bytes()
    assert {path.name for path in folder.iterdir()} <= {"manim.cfg"}


def test_a_manim_cfg_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "manim.cfg").write_text("[CLI]\nframe_rate = often\n", encoding="utf-8")
    program = "from vizgd.cli.main import run; sys.exit(run(sys.argv[1:]))"
    ended = python(program, "render", "bowl", "-o", "film.png", "--renderer", "manim", cwd=tmp_path)
    assert ended.returncode == RenderError.exit_code == 1
    assert "often" in ended.stderr
    assert "manim.cfg" in ended.stderr
    assert not (tmp_path / "film.png").exists()
