"""Where an objective has no value nothing is drawn, and a hint that names a domain works when it is typed."""

from __future__ import annotations

import re

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.comparisons.resolving import resolved
from vizgd.drawing.marks import Mesh
from vizgd.drawing.theme import THEMES
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.storyboard.look import Look
from vizgd.storyboard.planning import plan

from ..gallery_films import in_pixels, planned

BARRIER = "x - log(x) + y - log(y)"


def barrier(*views, objective=BARRIER, start=(0.5, 2.0), **settings):
    run = vg.Run(vg.GradientDescent(learning_rate=0.1), start)
    return planned(vg.Comparison("t", objective, [run], steps=10, views=views, **settings))


def panel_of(board, name):
    return next(one for one in board.panels if one.name == name)


def pixel_at(board, panel, place, frame=-1):
    """Return the color of a place of a panel's axes, from 0 to 255."""
    picture = AggCompositor(board).frame(frame % board.clock.frames)
    x, y = in_pixels(board, panel.to_frame(np.array(place, dtype=float))).round().astype(int)
    return picture[y, x, :3].astype(int)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_undefined_part_of_a_contour_has_the_color_of_the_ground(theme):
    run = vg.Run(vg.GradientDescent(learning_rate=0.1), (0.5, 2.0))
    comparison = vg.Comparison("t", BARRIER, [run], steps=10, views=["contour"])
    board = planned(comparison, theme=THEMES[theme])
    panel = panel_of(board, "contour")
    ground = np.round(255 * np.array(THEMES[theme].panel[:3])).astype(int)
    for place in ((-3, -3), (-3, 3), (3, -3), (-0.2, 4)):
        assert np.abs(pixel_at(board, panel, place) - ground).max() <= 2
    for place in ((4.5, 0.3), (0.3, 0.3), (4.5, 4.5)):
        assert np.abs(pixel_at(board, panel, place) - ground).max() > 8


def test_faces_of_a_surface_are_left_out_where_it_has_no_value():
    panel = panel_of(barrier("surface"), "surface")
    (mesh,) = [mark for mark in panel.marks if isinstance(mark, Mesh)]
    painted = np.isfinite(mesh.fills).all(axis=-1)
    assert 0.2 < painted.mean() < 0.3
    whole = np.isfinite(mesh.vertices).all(axis=-1)
    np.testing.assert_array_equal(painted, whole[1:, 1:] & whole[1:, :-1] & whole[:-1, 1:] & whole[:-1, :-1])


def test_a_run_that_steps_where_there_is_no_loss_is_told_of():
    run = vg.Run(vg.GradientDescent(learning_rate=5.0), start=(3.0,))
    board = planned(vg.Comparison("t", "x - log(x)", [run], steps=10, views=["curve"]))
    status = vg.record("x - log(x)", vg.GradientDescent(learning_rate=5.0), 3.0, 10).status
    texts = [
        m.text for layer in board.frame(board.clock.frames - 1) for m in layer.marks if hasattr(m, "text")
    ]
    assert f"undefined at step {status.iteration}" in texts


NOWHERE = [
    ("sqrt(1e-12 - x**2) + x", "[[-4, 5]]", "start = 1e-7"),
    ("sqrt(1e-10 - x**2 - y**2)", "[[-4, 5], [-3, 5]]", "start = [1e-6, 2e-6]"),
]


@pytest.mark.parametrize(("objective", "domain", "start"), NOWHERE)
def test_a_hint_with_a_domain_works_when_it_is_typed(objective, domain, start):
    def text(domain):
        return f"""
        title = "t"
        objective = "{objective}"
        domain = {domain}
        {start}
        steps = 3
        [[runs]]
        optimizer = "gradient-descent"
        learning_rate = 1e-9
        """

    look = Look(size=(320, 180), fps=10)
    with pytest.raises(UsageError, match="nothing that could be drawn") as caught:
        plan(resolved(comparison_from_text(text(domain), "f.toml")), look)
    found = re.search(r"domain = (\[\[.*\]\])", caught.value.hint)
    assert found, caught.value.hint
    assert plan(resolved(comparison_from_text(text(found[1]), "f.toml")), look)
