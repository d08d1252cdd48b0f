"""The theme of what is made in a scene, where none is given."""

from __future__ import annotations

from contextvars import copy_context

from vizgd.drawing.theme import DARK, LIGHT
from vizgd.manim.scene_theme import set_scene_theme, theme_of


def test_a_theme_may_be_given_by_its_name():
    assert theme_of("light") is theme_of(LIGHT) is LIGHT


def test_without_one_it_is_that_of_the_scene_made_last():
    def scene():
        set_scene_theme(LIGHT)
        assert theme_of(None) is LIGHT
        assert theme_of("dark") is DARK

    copy_context().run(scene)
