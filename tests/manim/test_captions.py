"""Titles and captions of scenes."""

from __future__ import annotations

import numpy as np
import pytest

from vizgd.manim import DescentScene, DescentScene3D

from .played_scenes import SIZE, played

SCENES = pytest.mark.parametrize("base", [DescentScene, DescentScene3D])


def ink(frame):
    """Return which pixels are written on."""
    return np.abs(frame.astype(int) - frame[0, 0]).max(axis=-1) > 60


@SCENES
def test_a_caption_takes_the_place_of_the_last_one(base):
    def construct(scene):
        first = scene.caption("first", wait=0)
        assert scene.mobjects == [first]
        second = scene.caption("second", wait=0)
        assert scene.mobjects == [second]
        scene.caption("", wait=0)
        assert scene.mobjects == []

    played(construct, base=base)


@SCENES
def test_a_caption_is_left_time_to_be_said(base):
    frames = played(lambda scene: scene.caption("words", wait=2.0), base=base, rate=5)
    assert len(frames) == pytest.approx(5 * (1.0 + 2.0), abs=1)
    assert np.array_equal(frames[-1], frames[-9])


def test_titles_stand_at_the_top_and_captions_at_the_bottom():
    def construct(scene):
        scene.title("Title")
        scene.caption("caption")

    *_, last = played(construct)
    rows, columns = np.nonzero(ink(last))
    half = SIZE[1] / 2
    assert {"top", "bottom"} == {"top" if row < half else "bottom" for row in rows}
    assert columns[rows < half].max() < SIZE[0] / 2
    assert not ink(last)[SIZE[1] // 5 : 4 * SIZE[1] // 5].any()


def test_words_stand_before_a_camera_that_turns():
    def flat(scene):
        scene.title("Title")
        scene.caption("caption")

    def turned(scene):
        scene.set_camera_orientation(phi=1.0, theta=0.5)
        flat(scene)

    plane, space = played(flat)[-1], played(turned, base=DescentScene3D)[-1]
    assert np.abs(plane.astype(int) - space).max() <= 8
