"""Slope triangles: rise over run by finite differences; nothing that counts is covered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vizgd as vg
from vizgd.drawing.marks import Line, Polygons, Text, Track
from vizgd.drawing.theme import THEMES
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.views.moments import MOST_MOMENTS

from ...gallery_films import in_pixels, planned

DENTS = "x**4/4 - x**2 + 0.3*x"


def board_of(*runs, objective=DENTS, steps=6, domain=((-2.6, 2.6),), view=None, **look):
    view = view or vg.Curve(slope=True, arrows="parts")
    return planned(vg.Comparison("t", objective, runs, steps=steps, domain=domain, views=[view]), **look)


def panel_of(board):
    return next(panel for panel in board.panels if panel.name == "curve")


def triangles_in(board):
    return [m.vertices.values for m in panel_of(board).marks if isinstance(m, Polygons)]


def numbers_in(board, frame):
    marks = [m for layer in board.frame(frame) for m in layer.marks if isinstance(m, Text) and "f'" in m.text]
    return [m for m in marks if np.isfinite(m.xy).all()]


def descent(rate, start=2.2):
    return vg.Run(vg.GradientDescent(learning_rate=rate), (start,))


@pytest.mark.parametrize("start", [2.2, -2.2, 0.4, -0.9])
def test_rise_over_run_is_the_derivative(start):
    (corners,) = triangles_in(board_of(descent(0.05, start)))
    iterates = vg.record(DENTS, vg.GradientDescent(learning_rate=0.05), start, 6).iterates[:, 0]

    def value(x):
        return x**4 / 4 - x**2 + 0.3 * x

    for x, triangle in zip(iterates, corners, strict=True):
        point, right, tip, _ = triangle
        np.testing.assert_allclose(point, (x, value(x)), atol=1e-9)
        assert right[0] in {point[0], tip[0]}
        assert right[1] in {point[1], tip[1]}
        slope = (value(x + 1e-6) - value(x - 1e-6)) / 2e-6
        np.testing.assert_allclose((tip - point)[1] / (tip - point)[0], slope, rtol=1e-4, atol=1e-5)


def test_the_number_is_said():
    board = board_of(descent(0.2, 5.0), objective="x**2 + 5", domain=[(-6, 6)])
    (told,) = numbers_in(board, 0)
    assert told.text == r"\(g = f'\) = 10"
    (told,) = numbers_in(board, board.clock.frames - 1)
    assert told.text == r"\(g = f'\) = 0.467"


def test_the_triangle_stands_uphill_where_there_is_room_and_is_not_in_the_way_of_the_step():
    (corners,) = triangles_in(board_of(descent(0.05, 1.9)))
    iterates = vg.record(DENTS, vg.GradientDescent(learning_rate=0.05), 1.9, 6).iterates[:, 0]
    assert (corners[:3, :, 0].min(axis=1) >= iterates[:3] - 1e-9).all()  # the step goes left


@given(st.floats(-2.5, 2.5), st.floats(0.01, 0.6))
def test_numbers_stay_in_the_axes_and_off_the_marker(start, rate):
    board = board_of(descent(rate, start), size=(640, 360), seconds=1.0)
    box = panel_of(board).box
    for frame in (0, board.clock.intro + 5, board.clock.frames - 1):
        for told in numbers_in(board, frame):
            assert box.left < told.xy[0] < box.right
            assert box.bottom < told.xy[1] < box.top
        marker = next(
            m for layer in board.frame(frame) for m in layer.marks if getattr(m, "name", "") == "current 0"
        )
        assert all(np.abs(told.xy - marker.xy).max() > 12 for told in numbers_in(board, frame))


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_its_sides_are_painted_in_the_gradients_color(compositor, theme):
    board = board_of(descent(0.05, 1.9), theme=theme)
    corners = in_pixels(board, panel_of(board).to_frame(triangles_in(board)[0][0]))
    pixels = np.array(compositor(board).frame(0))[..., :3].astype(float)
    color = 255 * np.array(THEMES[theme].role("gradient").color[:3])
    middle = (corners[1] + corners[2]) / 2  # of the rise
    x, y = middle.astype(int)
    assert np.linalg.norm(pixels[y - 1 : y + 2, x - 2 : x + 3] - color, axis=-1).min() < 60


def test_of_several_runs_no_number_covers_another():
    runs = [descent(rate, start) for rate, start in ((0.05, 2.0), (0.1, 2.0), (0.2, 2.0), (0.05, 1.8))]
    board = board_of(*runs)
    assert len(triangles_in(board)) == 4
    told = numbers_in(board, 0)
    places = np.array([one.xy for one in told])
    apart = np.abs(places[:, None] - places)
    assert ((apart[..., 1] > 20) | (apart[..., 0] > 80) | np.eye(len(places), dtype=bool)).all()


def test_hard_runs_are_drawn():
    hard = [("log(x)", 1.0), ("1/x", 0.5), ("0*x + 3", 1.0), ("1e200*x**2", 1.0), ("abs(x)", 1.0)]
    for objective, start in hard:
        runs = [descent(rate, start) for rate in (0.1, 40.0)]
        board = board_of(*runs, objective=objective, domain=[(-2.0, 2.0)], steps=30)
        for mark in panel_of(board).marks:
            if isinstance(mark, Line) and isinstance(mark.xy, Track):
                assert not np.isinf(mark.xy.values).any()


def test_a_long_run_has_triangles_at_the_films_moments_only():
    (corners,) = triangles_in(board_of(descent(0.001), steps=5000))
    assert len(corners) <= MOST_MOMENTS + 1


def test_nobody_gets_one_unasked():
    assert not triangles_in(board_of(descent(0.05), view=vg.Curve(arrows="parts", tangent=True)))
