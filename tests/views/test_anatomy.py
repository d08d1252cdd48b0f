"""A window follows each run's point and zooms with its steps: what it shows is where the recording has it."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Arrow, Line, Panned, Text, resolved
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.views.windows import contour_lines

from ..gallery_films import first_middle_last, in_pixels, planned

RAVINE = "x**2/2 + 5*y**2"
MOMENTUM = vg.Momentum(learning_rate=0.05, beta=0.8)
START = (-8.0, 2.5)


def board_of(*rules, objective=RAVINE, start=START, view=None, parts=0, steps=12, domain=None, **look):
    runs = [vg.Run(rule, start) for rule in rules or (MOMENTUM,)]
    views = [view or vg.Anatomy()]
    return planned(
        vg.Comparison("t", objective, runs, steps=steps, domain=domain, views=views, parts=parts), **look
    )


def panels_of(board):
    return [panel for panel in board.panels if panel.name == "anatomy"]


def at_frame(board, mark, frame):
    return resolved(mark, lambda run: board.clock.position(run, frame))


def arrows_at(board, frame, panel=0):
    marks = [at_frame(board, m, frame) for m in panels_of(board)[panel].marks if isinstance(m, Arrow)]
    return [m for m in marks if m.color[3] == 1.0 and np.isfinite(m.head).all()]


def scale_at(board, frame, panel=0):
    """Return how much of x is one in the window, as its scale says."""
    notes = [at_frame(board, m, frame) for m in panels_of(board)[panel].notes]
    bar = next(m for m in notes if isinstance(m, Line))
    words = next(m.text for m in notes if isinstance(m, Text) and m.text[0].isdigit())
    return float(words.replace("×10", "e").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))) / (
        bar.xy[1, 0] - bar.xy[0, 0]
    )


def test_arrows_by_the_scale_are_the_parts_of_the_recorded_step():
    board = board_of(steps=8)
    trajectory = vg.record(RAVINE, MOMENTUM, START, 8)
    for step in range(1, 8):
        frame = next(f for f in range(board.clock.frames) if board.clock.position(0, f) >= step)
        if board.clock.position(0, frame) >= step + 1:
            continue
        whole, carried, pulled = arrows_at(board, frame)
        unit = scale_at(board, frame)
        np.testing.assert_allclose(
            (whole.head - whole.tail) * unit, trajectory.terms["step"][step], rtol=1e-6
        )
        carried_part = -0.05 * 0.8 * trajectory.terms["velocity"][step - 1]
        np.testing.assert_allclose((carried.head - carried.tail) * unit, carried_part, rtol=1e-6)
        np.testing.assert_allclose(pulled.tail, carried.head, atol=1e-9)
        np.testing.assert_allclose(pulled.head, whole.head, atol=1e-9)


def test_the_window_zooms_with_the_steps_and_holds_them():
    board = board_of(vg.GradientDescent(learning_rate=0.15), objective="x**2 + y**2", steps=20, parts=20)
    clock = board.clock
    units = [scale_at(board, frame) for frame in range(clock.intro, clock.frames)]
    assert units[-1] < units[0] / 100
    panel = panels_of(board)[0]
    reach = np.array([panel.axes.x.limits[1], panel.axes.y.limits[1]])
    steps = np.floor(clock.positions(0, clock.moments))
    for step in range(20):
        frame = clock.intro - 1 + int(np.flatnonzero(steps == step)[-8 if (steps == step).sum() > 8 else 0])
        for arrow in arrows_at(board, frame):
            assert (np.abs(arrow.tail) <= reach).all()


def test_the_point_is_in_the_window_in_every_frame_where_the_recording_has_it():
    board = board_of(steps=30)
    panel = panels_of(board)[0]
    marker = next(m for m in panel.marks if getattr(m, "name", "") == "current 0")
    star = next(m for m in panel.marks if getattr(m, "name", "") == "minimum")
    reach = np.array([panel.axes.x.limits[1], panel.axes.y.limits[1]])
    trajectory = vg.record(RAVINE, MOMENTUM, START, 30)
    for frame in range(board.clock.frames):
        place, minimum = at_frame(board, marker, frame).xy, at_frame(board, star, frame).xy[0]
        assert (np.abs(place) <= reach).all()
        position = board.clock.position(0, frame)
        after = min(int(position) + 1, 30)
        share = position - int(position)
        point = (1 - share) * trajectory.iterates[int(position)] + share * trajectory.iterates[after]
        np.testing.assert_allclose((place - minimum) * scale_at(board, frame), point, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("width", "gap"), [(1.0, 0.2), (30.0, 5.0), (2e-4, 2e-5)])
def test_contours_are_at_multiples_of_a_round_number(width, gap):
    low, high = np.array([3.01, -1.0]), np.array([3.01 + 2 * width, -1.0 + 2 * width])
    lines = contour_lines(vg.objective_from("x + 0*y"), low, high, 17)
    values = np.unique(np.round(lines[np.isfinite(lines).all(axis=1), 0] / gap, 6))
    np.testing.assert_allclose(values, np.round(values), atol=1e-5)
    np.testing.assert_allclose(np.diff(values), 1.0, atol=1e-5)
    assert len(values) >= 8


def test_contours_go_through_where_the_objective_has_their_value():
    board = board_of(steps=8)
    panel = panels_of(board)[0]
    star = next(m for m in panel.marks if getattr(m, "name", "") == "minimum")
    for frame in first_middle_last(board):
        lines = at_frame(board, panel.marks[0], frame).xy
        minimum, unit = at_frame(board, star, frame).xy[0], scale_at(board, frame)
        breaks = np.flatnonzero(~np.isfinite(lines).all(axis=1))
        for line in np.split(lines, breaks)[:-1]:
            places = (line[np.isfinite(line).all(axis=1)] - minimum) * unit
            values = places[:, 0] ** 2 / 2 + 5 * places[:, 1] ** 2
            if len(values) > 3:
                assert np.ptp(values) < 0.02 * max(1.0, values.max())


def test_a_window_for_each_run_of_more_than_four_the_first_and_it_says_so():
    rules = [vg.GradientDescent(learning_rate=0.01 * k) for k in range(1, 9)]
    board = board_of(*rules)
    assert len(panels_of(board)) == 4
    texts = [m.text for m in panels_of(board)[-1].notes if isinstance(m, Text)]
    assert "4 of 8 runs" in texts
    (alone,) = panels_of(board_of(*rules, view=vg.Anatomy(run=7)))
    assert alone.axes.title.endswith("α=0.07")
    with pytest.raises(UsageError, match="there is no run 9"):
        board_of(*rules, view=vg.Anatomy(run=9))


def test_one_parameter_is_refused():
    with pytest.raises(UsageError, match="anatomy"):
        board_of(objective="x**2", start=(3.0,))


@pytest.mark.parametrize("arrows", ["step", "gradient", "parts", "components"])
@pytest.mark.parametrize("parts", [0, 3])
def test_each_kind_of_arrows_is_drawn(arrows, parts):
    for rule in (MOMENTUM, vg.Adam(learning_rate=0.4), vg.Newton()):
        board = board_of(rule, view=vg.Anatomy(arrows=arrows), parts=parts)
        assert any(arrows_at(board, frame) for frame in range(board.clock.intro, board.clock.frames))


def test_hard_inputs_are_drawn():
    rules = [
        vg.Torch(lambda params: torch.optim.SGD(params, lr=0.1)),
        vg.GradientDescent(learning_rate=5.0),
        vg.GradientDescent(learning_rate=1e200),
        vg.Adam(learning_rate=1e-12),
    ]
    for objective in (RAVINE, "0*x + 0*y", "log(x + 9) + y**2", "sqrt(x + 9) + abs(y)"):
        for rule in rules:
            board = board_of(rule, objective=objective, parts=2)
            for frame in first_middle_last(board):
                assert board.frame(frame)
    board = board_of(objective="x**2 + 1e6*y**2", start=(900.0, 0.5), domain=[(-1000, 1000), (-1, 1)])
    texts = [
        m.text.values[0]
        for m in panels_of(board)[0].notes
        if isinstance(m, Text) and "Track" in str(type(m.text))
    ]
    assert any(text.startswith("x: ") for text in texts)
    assert any(text.startswith("y: ") for text in texts)


def test_many_parameters_are_shown_on_a_plane():
    weights = np.arange(1.0, 51.0)
    many = vg.Objective(
        "many",
        value=lambda p: (weights * p**2).sum(axis=-1) / 2,
        gradient=lambda p: weights * p,
        domain=((-1, 1),) * 50,
    )
    board = board_of(vg.Momentum(learning_rate=0.01), objective=many, start=(1.0,) * 50, parts=2)
    assert arrows_at(board, board.clock.frames - 1)


def test_a_long_run_has_no_more_contours_than_a_short_one_and_takes_little_memory():
    rule = vg.Momentum(learning_rate=1e-3, beta=0.9)
    tracemalloc.start()
    board = board_of(rule, steps=5000, parts=3, seconds=17.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    contours = panels_of(board)[0].marks[0].xy.values
    assert isinstance(contours, Panned)
    assert len(contours.rows) <= 300
    assert peak < 40e6


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
def test_the_point_in_pixels_is_where_the_plan_has_it(compositor):
    board = board_of(steps=8, size=(1280, 720), seconds=2.0)
    panel = panels_of(board)[0]
    marker = next(m for m in panel.marks if getattr(m, "name", "") == "current 0")
    frame = board.clock.intro + board.clock.run // 3
    place = in_pixels(board, panel.to_frame(at_frame(board, marker, frame).xy))
    pixels = np.array(compositor(board).frame(frame))[..., :3].astype(float)
    edge = 255 * np.array(marker.edge[:3])
    left, top = np.round(place).astype(int) - 16
    window = pixels[top : top + 33, left : left + 33]
    rows, columns = np.nonzero(np.linalg.norm(window - edge, axis=-1) < 60)
    distances = np.hypot(columns + left + 0.5 - place[0], rows + top + 0.5 - place[1])
    radius = np.median(distances)
    assert len(rows) > 20
    assert np.abs(distances - radius).mean() < 2.0
