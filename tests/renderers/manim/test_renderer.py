"""Films drawn by Manim: the frames of the plan, in the look of Manim, whatever is configured."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import av
import imageio.v3 as imageio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.cli.main import run
from vizgd.renderers.manim.compositor import CairoCompositor

from ...gallery_films import NAMES, storyboard
from .frames import drawn

SMALL = (160, 90)


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
    board = storyboard(name, theme, size=(480, 270), seconds=1.5)
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
