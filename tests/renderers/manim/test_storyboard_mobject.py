"""A storyboard as a mobject among others, in scenes of one's own."""

from __future__ import annotations

import manim
import numpy as np
import pytest

from vizgd.renderers.manim.camera import PlaneCamera, SpaceCamera
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.manim.configuration import configured
from vizgd.renderers.manim.storyboard_mobject import RunStoryboard, StoryboardMobject, play_storyboard

from ...gallery_films import storyboard
from .frames import seen

SIZE = (320, 180)
BOARD = storyboard("bowl", size=SIZE, seconds=1.5)
LAST = BOARD.clock.frames - 1


@pytest.fixture(autouse=True)
def _configured():
    with configured(BOARD.size, BOARD.clock.rate, BOARD.background):
        yield


@pytest.mark.parametrize("frame", [0, LAST // 2, LAST])
def test_a_storyboard_mobject_shows_a_frame_over_all_that_the_camera_sees(frame):
    camera = PlaneCamera()
    assert np.array_equal(
        seen(camera, StoryboardMobject(BOARD, camera, frame)), CairoCompositor(BOARD).frame(frame)
    )


def test_a_storyboard_mobject_is_moved_and_faded_as_any_mobject():
    camera = PlaneCamera()
    plain = seen(camera, StoryboardMobject(BOARD, camera, LAST)).astype(int)
    unit = SIZE[0] / camera.frame_width
    moved = seen(camera, StoryboardMobject(BOARD, camera, LAST).shift(40 / unit * manim.RIGHT)).astype(int)
    assert np.abs(moved[:, 40:] - plain[:, :-40]).max() <= 2
    faded = seen(camera, StoryboardMobject(BOARD, camera, LAST).fade(0.5)).astype(int)
    ground = seen(camera).astype(int)
    assert np.abs(faded - (plain + ground) / 2).max() <= 2


def test_a_storyboard_mobject_fades_in_and_out_of_a_scene():
    scene = manim.Scene(camera_class=PlaneCamera)
    mobject = StoryboardMobject(BOARD, scene.camera, LAST)
    scene.play(manim.FadeIn(mobject, run_time=0.2))
    assert mobject.opacity == 1.0
    scene.play(manim.FadeOut(mobject, run_time=0.2))
    assert mobject not in scene.mobjects


def test_a_run_may_take_another_time_than_the_storyboard_says():
    scene = manim.Scene(camera_class=PlaneCamera)
    mobject = StoryboardMobject(BOARD, scene.camera)
    shown = []
    mobject.add_updater(lambda one: shown.append(one.frame))
    scene.play(RunStoryboard(mobject, run_time=0.3))
    assert mobject.frame == BOARD.clock.intro + BOARD.clock.run - 1
    assert shown == sorted(shown)


@pytest.mark.parametrize(("scene", "camera"), [(manim.Scene, PlaneCamera), (manim.ThreeDScene, SpaceCamera)])
def test_a_comparison_plays_in_any_scene_and_leaves_what_was_there(scene, camera):
    made = scene(camera_class=camera)
    if camera is SpaceCamera:
        made.set_camera_orientation(phi=1.0, theta=0.5)
    dot = manim.Dot()
    made.add(dot)
    mobject = play_storyboard(made, BOARD)
    assert [m for m in made.mobjects if m.family_members_with_points()] == [dot, mobject]
    assert made.time == pytest.approx(BOARD.clock.seconds)
    # Where a frame goes on from the one before, edges are rounded anew.
    assert np.abs(seen(made.camera, mobject).astype(int) - CairoCompositor(BOARD).frame(LAST)).max() <= 20
