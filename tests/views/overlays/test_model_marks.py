"""Local models as drawn: level sets through the point, parabolas that touch, hollow markers."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from vizgd.drawing.marks import Line, Points, Text, Track
from vizgd.drawing.theme import THEMES
from vizgd.objectives.lookup import objective_from
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.views.moments import MOST_MOMENTS

from ...gallery_films import in_pixels, planned

SADDLE = "x**4/4 - x**2/2 + y**2/2"
QUARTIC = "x**4/4 - x**2 + 0.3*x"


def board_of(objective, *runs, view, steps=5, domain=None, **look):
    return planned(vg.Comparison("t", objective, runs, steps=steps, views=[view], domain=domain), **look)


def panel_of(board):
    return next(panel for panel in board.panels if panel.name in {"contour", "curve"})


def of_model(board, kind=Line):
    """Return the marks of models: they have the color of its role, faint or not."""
    color = THEMES["light"].role("model").color[:3]
    lines = [m for m in panel_of(board).marks if isinstance(m, kind)]
    return [m for m in lines if (m.edge if kind is Points else m.color)[:3] == color]


def words_in(board, frame):
    return {
        m.text
        for layer in board.frame(frame)
        for m in layer.marks
        if isinstance(m, Text) and np.isfinite(m.xy).all()
    }


def curves(board):
    return [m.xy.values for m in of_model(board) if m.xy.values.shape[1] > 10]


def test_the_first_level_set_goes_through_the_point_along_the_contour():
    run = vg.Run(vg.Newton(), (1.7, -1.1))
    board = board_of(SADDLE, run, view=vg.Contour(model=True), domain=[(-2, 2), (-2, 2)])
    outer, *inner = curves(board)
    assert len(inner) == 2
    objective, place = objective_from(SADDLE), np.array([1.7, -1.1])
    slope, bend = objective.gradient(place), objective.hessian(place)
    apart = np.linalg.norm(outer[0] - place, axis=1)
    assert np.nanmin(apart) < 0.05
    for curve in (outer[0], *(one[0] for one in inner)):
        way = curve[np.isfinite(curve).all(axis=1)] - place
        levels = way @ slope + np.einsum("ni,ij,nj->n", way, bend, way) / 2
        assert np.ptp(levels) < 1e-3 * abs(slope @ np.linalg.solve(bend, slope))
    at = int(np.nanargmin(apart))
    along = outer[0][at + 1] - outer[0][at - 1]
    assert abs(along @ slope) < 0.1 * np.linalg.norm(along) * np.linalg.norm(slope)


def test_a_saddle_is_marked_as_one():
    board = board_of(
        SADDLE, vg.Run(vg.Newton(), (-0.45, 1.2)), view=vg.Contour(model=True), domain=[(-2, 2)] * 2
    )
    (saddle, *_) = (m for m in of_model(board, Points) if m.marker == "diamond")
    np.testing.assert_allclose(
        saddle.xy.at(0), (-0.45 - (-0.45) * (0.45**2 - 1) / (3 * 0.45**2 - 1), 0.0), atol=1e-12
    )
    assert "model's saddle" in words_in(board, 0)
    assert len(curves(board)) == 4  # of both kinds


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_hollow_marker_is_where_newton_goes_next(compositor, theme):
    run = vg.Run(vg.Newton(), (-0.75, 1.1))
    board = board_of(SADDLE, run, view=vg.Contour(model=True), domain=[(-2, 2), (-2, 2)], theme=theme)
    after = vg.record(SADDLE, vg.Newton(), (-0.75, 1.1), 1).iterates[1]
    style = THEMES[theme].role("model")
    (ring, *_) = (m for m in panel_of(board).marks if isinstance(m, Points) and m.edge == style.color)
    np.testing.assert_allclose(ring.xy.at(0.5), after, atol=1e-9)
    center = in_pixels(board, panel_of(board).to_frame(ring.xy.at(0)))
    pixels = np.array(compositor(board).frame(0))[..., :3].astype(float)
    alike = np.linalg.norm(pixels - 255 * np.array(style.color[:3]), axis=-1) < 45
    ys, xs = np.nonzero(alike)
    window = np.hypot(xs + 0.5 - center[0], ys + 0.5 - center[1])
    radius = ring.size / 2 * 540 / 1000
    rim = np.abs(window - radius) < 2
    assert rim.sum() > 25
    assert abs(xs[rim].mean() + 0.5 - center[0]) < 1
    assert abs(ys[rim].mean() + 0.5 - center[1]) < 1


def test_a_parabola_touches_the_curve_and_drops_to_it():
    board = board_of(QUARTIC, vg.Run(vg.Newton(), (2.4,)), view=vg.Curve(model=True), domain=[(-2.6, 2.6)])
    (parabola,) = curves(board)
    objective = objective_from(QUARTIC)
    iterates = vg.record(QUARTIC, vg.Newton(), 2.4, 5).iterates[:, 0]
    for row, x in enumerate(iterates):
        at, bend = np.array([x]), float(objective.hessian(np.array([x]))[0, 0])
        way = parabola[row, :, 0] - x
        expected = objective.value(at) + objective.gradient(at)[0] * way + bend / 2 * way**2
        np.testing.assert_allclose(parabola[row, :, 1], expected, atol=1e-9 * np.abs(expected).max())
    (ring,) = of_model(board, Points)
    np.testing.assert_allclose(ring.xy.values[:-1, 0], iterates[1:], atol=1e-9)
    (drop,) = (m.xy.values for m in of_model(board) if m.dash and m.xy.values.shape[1] == 2)
    np.testing.assert_allclose(
        drop[:-1, 1], np.column_stack([iterates[1:], objective.value(iterates[1:, None])])
    )
    assert "model's minimum" in words_in(board, 0)


def test_a_parabola_that_opens_down_has_a_maximum_and_a_line_has_nothing():
    board = board_of(QUARTIC, vg.Run(vg.Newton(), (-0.55,)), view=vg.Curve(model=True), domain=[(-2.6, 2.6)])
    assert "model's maximum" in words_in(board, 0)
    line = board_of("3*x", vg.Run(vg.GradientDescent(learning_rate=0.1), (1.0,)), view=vg.Curve(model=True))
    assert "the model has no minimum" in words_in(line, 0)
    (straight,) = curves(line)
    np.testing.assert_allclose(straight[0, :, 1], 3 * straight[0, :, 0])


def test_the_radius_is_drawn_as_far_as_it_reaches():
    run = vg.Run(vg.Newton(radius=0.5), (1.0, 1.0))
    board = board_of("x**2 + 4*y**2", run, view=vg.Contour(model=True), domain=[(-2, 2), (-2, 2)])
    (square,) = (m.xy.values for m in of_model(board) if m.xy.values.shape[1] == 5)
    np.testing.assert_allclose(np.abs(square[0] - 1.0), 0.5)
    board = board_of("x**2", vg.Run(vg.Newton(radius=0.5), (1.0,)), view=vg.Curve(model=True))
    (bars,) = (m.xy.values for m in of_model(board) if m.xy.values.shape[1] == 5)
    np.testing.assert_allclose(bars[0, [0, 1, 3, 4], 0], [0.5, 0.5, 1.5, 1.5])


def test_names_leave_the_axes_and_each_other_alone():
    starts = [(-1.5, 1.0), (-1.2, -1.0), (1.3, 1.2), (1.6, -1.4)]
    runs = [vg.Run(vg.GradientDescent(learning_rate=0.05), start) for start in starts]
    board = board_of(SADDLE, *runs, view=vg.Contour(model=True), domain=[(-2, 2), (-2, 2)])
    box = panel_of(board).box
    for frame in (0, board.clock.intro + 20, board.clock.frames - 1):
        told = [
            m
            for layer in board.frame(frame)
            for m in layer.marks
            if isinstance(m, Text) and "model" in m.text
        ]
        places = np.array([m.xy for m in told if np.isfinite(m.xy).all()]).reshape(-1, 2)
        assert ((places > (box.left, box.bottom)) & (places < (box.right, box.top))).all()
        apart = np.abs(places[:, None] - places)
        assert ((apart[..., 1] > 20) | (apart[..., 0] > 100) | np.eye(len(places), dtype=bool)).all()


def test_nobody_gets_a_model_unasked():
    for view, objective, start in ((vg.Contour(), SADDLE, (1.0, 1.0)), (vg.Curve(), QUARTIC, (1.0,))):
        board = board_of(objective, vg.Run(vg.Newton(), start), view=view)
        assert not of_model(board)
        assert not of_model(board, Points)


@pytest.mark.parametrize(
    "formula", ["exp(40*x) + y**2", "log(x) + y**2", "1e200*(x**2 + y**2)", "0*x*y + 1", "x - y"]
)
def test_hard_functions_are_drawn(formula):
    runs = [vg.Run(rule, (1.0, 2.0)) for rule in (vg.Newton(), vg.GradientDescent(learning_rate=3.0))]
    board = board_of(formula, *runs, view=vg.Contour(model=True), steps=40)
    for mark in (m for m in panel_of(board).marks if isinstance(m, Line | Points)):
        if isinstance(mark.xy, Track):
            assert not np.isinf(mark.xy.values).any()
            assert len(mark.xy.values) <= MOST_MOMENTS + 1 or mark.xy.run is not None
