"""Films drawn by Manim: the frames of the plan, in the look of Manim, whatever is configured."""

from __future__ import annotations

import logging
import os
import random
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import imageio.v3 as imageio
import manim
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.base.errors import MissingDependency, RenderError
from vizgd.cli.main import run
from vizgd.renderers import RENDERERS
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.manim.renderer import draw
from vizgd.renderers.manim_import import install_hint

from ..gallery_films import NAMES, storyboard

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


class Frames:
    """A sink that keeps the frames that it is asked for, and how many there were."""

    def __init__(self, *kept):
        self.kept, self.count, self.changed = dict.fromkeys(kept), 0, []

    def write(self, rgba, *, repeat=1, changed=None):
        for number in range(self.count, self.count + repeat):
            if number in self.kept:
                self.kept[number] = rgba.copy()
        self.count += repeat
        self.changed.append(changed)


def drawn(board, *kept):
    sink = Frames(*kept)
    draw(board, sink)
    return sink


@given(
    rate=st.sampled_from([25, 30, 60, Fraction(24000, 1001), Fraction(30000, 1001), Fraction(100, 7), 240]),
    intro=st.integers(0, 20),
    moving=st.integers(1, 40),
    hold=st.integers(0, 100),
)
@settings(max_examples=12, deadline=None)
def test_there_are_as_many_frames_as_the_clock_says(rate, intro, moving, hold):
    board = storyboard("descent-1d", size=SMALL)
    clock = replace(board.clock, rate=Fraction(rate), intro=intro, run=moving, hold=hold)
    assert drawn(replace(board, clock=clock)).count == clock.frames


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_a_film_is_drawn_in_then_shows_the_plan_and_is_held(name, theme):
    board = storyboard(name, theme, size=(480, 270), seconds=2.5)
    clock = board.clock
    first, last = clock.intro, clock.frames - 1
    middle = first + clock.run // 2
    frames = drawn(board, 0, first // 2, first - 1, first, middle, last)
    assert frames.count == clock.frames
    ground = np.round(255 * np.array(board.background)).astype(np.uint8)
    inks = [(frames.kept[k] != ground).any(axis=-1).sum() for k in (0, first // 2, first - 1)]
    assert inks[0] < 0.5 * inks[1]
    assert inks[1] < inks[2]
    compositor = CairoCompositor(board)
    # What was drawn in is the plan's first frame, but for how its edges are rounded.
    apart = np.abs(compositor.frame(0).astype(int) - frames.kept[first - 1]).max(axis=-1)
    assert apart.max() <= 60
    assert (apart > 20).sum() <= 60
    compositor.forget()
    for number in range(first, clock.frames):
        pixels = compositor.frame(number)
        if number in (first, middle, last):
            assert np.array_equal(pixels, frames.kept[number])


def test_only_what_changed_is_handed_over_while_the_film_runs():
    board = storyboard("momentum", seconds=3.0)
    clock = board.clock
    changed = drawn(board).changed
    assert changed[: clock.intro] == [None] * clock.intro
    running = changed[clock.intro + 1 : clock.intro + clock.run]
    area = board.size[0] * board.size[1]
    assert max(sum(region.area for region in regions) for regions in running) < area / 4


def test_two_films_one_after_another_are_as_each_alone():
    light, dark = storyboard("bowl", size=SMALL, seconds=1.0), storyboard("ravine", "dark", SMALL, 2.0)
    numbers = 3, 12, light.clock.frames - 1
    alone = drawn(light, *numbers).kept
    drawn(dark)
    again = drawn(light, *numbers).kept
    assert all(np.array_equal(alone[number], again[number]) for number in numbers)


@pytest.mark.parametrize("size", [(161, 91), (90, 160), (120, 120)])
def test_a_frame_may_have_any_shape(size):
    board = storyboard("bowl", size=size, seconds=1.0)
    clock = board.clock
    frames = drawn(board, clock.intro - 1, clock.intro).kept
    apart = np.abs(frames[clock.intro - 1].astype(int) - CairoCompositor(board).frame(0)).max(axis=-1)
    assert apart.max() <= 60
    assert np.array_equal(frames[clock.intro], CairoCompositor(board).frame(clock.intro))


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


def python(program, *arguments, cwd, env=None):
    """RunStoryboard a program in a process of its own."""
    env = {**(env or os.environ), "PYTHONPATH": str(Path(vg.__file__).parents[1])}
    command = [sys.executable, "-W", "error", "-c", f"import sys, vizgd; {program}", *arguments]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def test_a_manim_cfg_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "manim.cfg").write_text("[CLI]\nframe_rate = often\n", encoding="utf-8")
    program = "from vizgd.cli.main import run; sys.exit(run(sys.argv[1:]))"
    ended = python(program, "render", "bowl", "-o", "film.png", "--renderer", "manim", cwd=tmp_path)
    assert ended.returncode == RenderError.exit_code == 1
    assert "often" in ended.stderr
    assert "manim.cfg" in ended.stderr
    assert not (tmp_path / "film.png").exists()


def test_without_manim_one_line_says_what_to_type(tmp_path):
    program = "from vizgd.cli.main import run; sys.modules['manim'] = None; sys.exit(run(sys.argv[1:]))"
    ended = python(program, "render", "bowl", "ravine", "-o", ".", "--renderer", "manim", cwd=tmp_path)
    assert ended.returncode == MissingDependency.exit_code == 3
    assert ended.stdout == ""
    assert ended.stderr.count("Manim, which is not installed") == 1
    assert install_hint() in ended.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_the_line_to_type_brings_what_is_compiled_against(platform):
    line = install_hint(platform)
    assert line.endswith("pip install 'vizgd[manim]'")
    assert ("libpango1.0-dev" in line) == (platform == "linux")
    assert ("brew install" in line) == (platform == "darwin")


def test_the_renderer_is_listed():
    assert "manim" in RENDERERS
    assert RENDERERS["manim"] is draw


@pytest.mark.parametrize("suffix", ["gif", "mp4", "webm"])
def test_a_file_of_any_format_has_the_frames_of_the_plan(suffix, tmp_path):
    path = vg.render("bowl", tmp_path / f"film.{suffix}", renderer="manim", size=SMALL, fps=25, seconds=1.5)
    other = vg.render("bowl", tmp_path / f"other.{suffix}", size=SMALL, fps=25, seconds=1.5)
    assert _seconds(path) == _seconds(other) == pytest.approx(1.5, abs=0.05)
    last, expected = (imageio.imread(file, plugin="pyav")[-1].astype(int) for file in (path, other))
    assert np.abs(last - expected).mean() < 2.0


def _seconds(path):
    with av.open(str(path)) as container:
        return container.duration / av.time_base


def test_a_still_is_the_last_frame(tmp_path):
    path = vg.render("bowl", tmp_path / "still.png", renderer="manim", size=SMALL)
    board = storyboard("bowl", size=SMALL)
    assert np.array_equal(imageio.imread(path), CairoCompositor(board).frame(board.clock.frames - 1)[..., :3])


def test_the_command_line_renders_with_manim(tmp_path, capsys):
    arguments = ["render", "bowl", "-o", str(tmp_path), "-f", "mp4", "--renderer", "manim"]
    assert run([*arguments, "--size", "160x90", "--seconds", "1", "-j", "1"]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "bowl.mp4")
    assert run(["render", "bowl", "--renderer", "manin"]) == 2
    assert "did you mean 'manim'?" in capsys.readouterr().err
