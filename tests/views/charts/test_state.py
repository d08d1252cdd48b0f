"""What a rule carries along: bars as high, and squares as large, as the recording says."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Polygons, Text, Track
from vizgd.optimizers.catalogue import optimizers
from vizgd.recording.quantities import quantities_of
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.testing.views import check_view

from ...gallery_films import first_middle_last, in_pixels, planned

RULES = {
    "momentum": vg.Momentum(learning_rate=0.04, beta=0.8),
    "adam": vg.Adam(learning_rate=0.4),
    "adagrad": vg.AdaGrad(learning_rate=1.0),
    "rmsprop": vg.RMSprop(learning_rate=0.15),
}
RAVINE, START, STEPS = "x**2 + 10*y**2", (5.0, 2.0), 20
BOTH = pytest.mark.parametrize("renderer", [AggCompositor, CairoCompositor], ids=["matplotlib", "manim"])


def ravine(*rules, steps=STEPS, start=START, objective=RAVINE, **settings):
    runs = [vg.Run(rule, start=start) for rule in rules]
    return vg.Comparison("t", objective, runs, steps=steps, views=[vg.State(**settings)])


@cache
def board(name, theme="light", **settings):
    return planned(ravine(RULES[name], **settings), size=(1280, 720), theme=theme)


def panel_of(board):
    return next(panel for panel in board.panels if panel.name == "state")


def rectangles(board):
    """Return the corners of each group's rectangles at each moment, ``(moments, slots, 4, 2)``."""
    found = []
    for mark in panel_of(board).marks:
        if isinstance(mark, Polygons) and isinstance(mark.vertices, Track):
            values = mark.vertices.values
            found.append(values.reshape(len(values), -1, 4, 2))
    return found


def recorded(rule, board, *names):
    """Return quantities at each moment: those of the step under way, as in an equation."""
    shown = quantities_of(rule, vg.record(RAVINE, rule, START, STEPS)).series
    clock = board.clock
    positions = clock.positions(0, np.linspace(0.0, 1.0, clock.run + 1))
    rows = np.minimum(positions.astype(int), STEPS - 1)
    return [shown[name].values[rows] for name in names]


def heights(corners):
    return corners[:, :, 2, 1] - corners[:, :, 1, 1]


def areas(corners):
    return heights(corners) * (corners[:, :, 1, 0] - corners[:, :, 0, 0])


SHOWN = {
    "momentum": ["gradient", "velocity", "step"],
    "adam": ["gradient", "first_moment", "effective_rate", "step"],
    "adagrad": ["gradient", "effective_rate", "step"],
    "rmsprop": ["gradient", "effective_rate", "step"],
}


@pytest.mark.parametrize("name", list(RULES))
def test_bars_are_as_high_as_the_recording_says(name):
    drawn = [heights(corners) for corners in rectangles(board(name))]
    for group, values in zip(drawn, recorded(RULES[name], board(name), *SHOWN[name]), strict=True):
        scale = np.abs(group).max() / np.abs(values).max()
        np.testing.assert_allclose(group, scale * values, rtol=1e-9, atol=1e-9 * np.abs(group).max())


def test_a_velocity_is_drawn_to_the_scale_of_the_gradient():
    gradient, velocity, _ = (heights(corners) for corners in rectangles(board("momentum")))
    np.testing.assert_allclose(velocity[0], gradient[0])


@pytest.mark.parametrize(("name", "square"), [("adagrad", "squared_sum"), ("rmsprop", "second_moment")])
def test_areas_of_squares_are_the_values_on_one_scale(name, square):
    film = board(name, kind="squares")
    gradient, whole, carried = rectangles(film)
    rows = np.arange(STEPS) * (len(whole) - 1) / STEPS
    at = np.round(rows).astype(int)
    positions = film.clock.positions(0, at / film.clock.run)
    exact = at[np.abs(positions - np.round(positions)) < 1e-9]
    steps = np.round(film.clock.positions(0, exact / film.clock.run)).astype(int)
    assert len(exact) >= 2
    shown = quantities_of(RULES[name], vg.record(RAVINE, RULES[name], START, STEPS)).series
    squared, values = shown["gradient"].values[steps] ** 2, shown[square].values[steps]
    scale = areas(whole)[exact].max() / values.max()
    np.testing.assert_allclose(areas(whole)[exact], scale * values, rtol=1e-6)
    np.testing.assert_allclose(areas(gradient)[exact], scale * squared, rtol=1e-6, atol=1e-6)
    added = 1.0 if name == "adagrad" else 1.0 - RULES[name].beta
    np.testing.assert_allclose(
        areas(carried)[exact], scale * (values - added * squared), rtol=1e-6, atol=1e-6 * scale * values.max()
    )


def covered(film, pixels, box, color):
    """Return how many pixels in a box have a color, those at edges in parts."""
    (left, bottom), (right, top) = in_pixels(film, np.array(box))
    cut = pixels[int(top) - 2 : int(bottom) + 3, int(left) - 2 : int(right) + 3, :3].astype(float)
    ground = 255 * np.array(panel_of(film).marks[0].fills[0][:3])
    way = 255 * np.array(color[:3]) - ground
    part = (cut - ground) @ way / (way @ way)
    return np.clip(part, 0.0, 1.0)


@BOTH
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_squares_cover_as_many_pixels(renderer, theme):
    film = board("adagrad", theme, kind="squares")
    compositor = renderer(film)
    pixels = compositor.frame(film.clock.frames - 1)
    color = [mark.fills[0] for mark in panel_of(film).marks if isinstance(mark, Polygons)][-1]
    values = quantities_of(RULES["adagrad"], vg.record(RAVINE, RULES["adagrad"], START, STEPS)).series
    sums = values["squared_sum"].values[-1]
    corners = rectangles(film)[1][-1]
    pixel_areas = [covered(film, pixels, square[[0, 2]], color).sum() for square in corners]
    assert pixel_areas[0] / pixel_areas[1] == pytest.approx(sums[0] / sums[1], rel=0.01)
    unit = in_pixels(film, np.array([1.0, 0.0]))[0]
    assert pixel_areas[1] == pytest.approx(areas(rectangles(film)[1])[-1, 1] * unit**2, rel=0.01)


@BOTH
def test_bars_cover_as_many_pixels(renderer):
    film = board("momentum")
    compositor = renderer(film)
    marks = [mark for mark in panel_of(film).marks if isinstance(mark, Polygons)][1:]
    unit = in_pixels(film, np.array([1.0, 0.0]))[0]
    for frame in first_middle_last(film)[:2]:
        pixels = compositor.frame(frame)
        moment = round(film.clock.progress(frame) * film.clock.run)
        for mark, corners in zip(marks, rectangles(film), strict=True):
            for bar in corners[moment]:
                high = abs(bar[2, 1] - bar[1, 1]) * unit
                middle = bar[:, 0].mean()
                low, top = sorted((bar[1, 1], bar[2, 1]))
                column = covered(film, pixels, [(middle, low), (middle, top)], mark.fills[0])[:, 2]
                # The line at zero has a width of its own.
                assert column.sum() == pytest.approx(high, rel=0.01, abs=2.0)


@pytest.mark.parametrize("name", list(optimizers()))
def test_every_rule_is_drawn_or_refused(name):
    rule = optimizers()[name].load()()
    panel = panel_of(planned(ravine(rule, steps=3)))
    assert any(isinstance(mark, Polygons) for mark in panel.marks[1:])
    shown = quantities_of(rule, vg.record(RAVINE, rule, START, 3))
    if shown.of_kind("square"):
        panel_of(planned(ravine(rule, steps=3, kind="squares")))
        return
    with pytest.raises(UsageError, match="no run has squares to show"):
        planned(ravine(rule, steps=3, kind="squares"))


def test_adam_of_torch_is_drawn():
    adam = vg.Torch(torch.optim.Adam, lr=0.1)
    bars = [heights(corners) for corners in rectangles(planned(ravine(adam, steps=5)))]
    assert len(bars) >= 3
    assert len(rectangles(planned(ravine(adam, steps=5, kind="squares")))) == 2


def test_by_default_it_is_the_first_run_that_carries_something_along():
    rules = [vg.GradientDescent(learning_rate=0.04), RULES["momentum"], RULES["adam"]]
    texts = {mark.text for mark in panel_of(planned(ravine(*rules))).marks if isinstance(mark, Text)}
    assert any(str(text).startswith("Momentum") for text in texts)
    texts = {mark.text for mark in panel_of(planned(ravine(*rules, run=3))).marks if isinstance(mark, Text)}
    assert any(str(text).startswith("Adam") for text in texts)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"quantity": "velocit"}, "no run has a quantity 'velocit'"),
        ({"run": 4}, "there is no run 4"),
        ({"kind": "squares"}, "no run has squares to show"),
        ({"kind": "squares", "quantity": "velocity"}, "no run has squares to show by the name of velocity"),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(settings, said):
    with pytest.raises(UsageError, match=said):
        planned(ravine(RULES["momentum"], **settings))


def test_of_many_coordinates_the_largest_are_shown_and_that_is_said():
    scales = np.arange(1.0, 51.0)
    bowl = vg.Objective(
        "bowl50",
        lambda params: (scales * np.square(params)).sum(axis=-1),
        lambda params: 2.0 * scales * params,
        domain=((-5.0, 5.0),) * 50,
        variables=tuple(f"w{k}" for k in range(50)),
    )
    film = planned(ravine(vg.GradientDescent(learning_rate=1e-4), objective=bowl, start=(1.0,) * 50, steps=3))
    assert rectangles(film)[0].shape[1] == 6
    texts = [mark.text for mark in panel_of(film).marks if isinstance(mark, Text)]
    assert "6 of 50 coordinates, the largest at the end" in texts


def test_a_run_that_diverges_does_not_press_its_first_steps_flat():
    film = planned(ravine(vg.Momentum(learning_rate=1.7), steps=60))
    gradient = heights(rectangles(film)[0])
    assert np.abs(gradient[0]).max() > 0.3 * np.abs(gradient).max()
    texts = [mark.text for mark in panel_of(film).marks if isinstance(mark, Text)]
    assert any("cut at" in str(text) for text in texts)


@pytest.mark.parametrize("settings", [{}, {"quantity": ["gradient", "step"]}, {"run": 2, "kind": "squares"}])
def test_it_plans_what_any_renderer_can_draw(settings):
    check_view(vg.State(**settings))
