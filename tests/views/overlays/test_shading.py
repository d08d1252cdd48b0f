"""Regions: each example's ground has the color of the class that torch predicts there."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.drawing.marks import Line, Mesh, resolved
from vizgd.drawing.theme import THEMES
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.testing import check_view
from vizgd.testing.themes import VISIONS, lab
from vizgd.views.overlays.shading import TINT, class_color, kept_odds

from ...gallery_films import first_middle_last, in_pixels, planned

INPUTS, LABELS = vg.nn.moons(np.random.default_rng(0), 40)
NETWORK = vg.nn.Network((2, 5, 1))
LOSS = vg.nn.network_loss(NETWORK, INPUTS, LABELS)
RULE = vg.Adam(learning_rate=0.1)


def film(*, objective=LOSS, count=1, theme="light", steps=12, size=(480, 270), **settings):
    runs = [vg.Run(vg.Adam(learning_rate=0.1 / (1 + k))) for k in range(count)]
    views = [vg.Decision(**({"regions": True} | settings))]
    return planned(vg.Comparison("t", objective, runs, steps=steps, views=views), size, theme=theme)


def panels(board):
    return [one for one in board.panels if one.name == "decision"]


def torch_says(params, places):
    """Return the probability of class 1 by the same network in torch."""
    first, bias, second, last = (torch.from_numpy(one[0].copy()) for one in NETWORK.split(params[None]))
    hidden = torch.tanh(torch.from_numpy(places) @ first.T + bias)
    return torch.sigmoid(hidden @ second.T + last)[:, 0].numpy()


def test_the_fills_are_what_torch_predicts_at_their_middles():
    board = film(points=41)
    (panel,) = panels(board)
    (mesh,) = (mark for mark in panel.marks if isinstance(mark, Mesh))
    frame = board.clock.frames - 1
    fills = resolved(mesh, lambda run: board.clock.position(run, frame)).fills
    middles = (mesh.vertices[1:, 1:] + mesh.vertices[:-1, :-1]) / 2
    iterates = vg.record(LOSS, RULE, steps=12).iterates
    said = torch_says(iterates[-1], middles.reshape(-1, 2)).reshape(fills.shape[:2])
    theme = THEMES["light"]
    share = TINT * np.abs(2 * said - 1)[..., None]
    colors = np.where((said > 0.5)[..., None], theme.regions[1], theme.regions[0])
    np.testing.assert_allclose(fills, (1 - share) * np.array(theme.panel) + share * colors, atol=0.02)


def test_the_line_upon_them_is_where_torch_gives_both_classes_the_same():
    board = film(points=101)
    (line,) = (mark for mark in panels(board)[0].marks if isinstance(mark, Line))
    xy = line.xy.values[-1]
    said = torch_says(vg.record(LOSS, RULE, steps=12).iterates[-1], xy[np.isfinite(xy).all(axis=1)])
    assert len(said) > 20
    np.testing.assert_allclose(said, 0.5, atol=2e-3)


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_in_the_pixels_each_side_of_the_boundary_has_the_color_of_its_class(compositor, theme):
    board = film(theme=theme)
    (panel,) = panels(board)
    drawn = compositor(board)
    look = THEMES[theme]
    for frame in first_middle_last(board)[1:]:
        pixels = np.array(drawn.frame(frame))[..., :3] / 255
        (mesh,) = (mark for mark in panel.marks if isinstance(mark, Mesh))
        fills = resolved(mesh, lambda run, at=frame: board.clock.position(run, at)).fills
        sure = np.abs(fills[..., :3] - np.array(look.panel)[:3]).max(axis=-1) > 0.15
        for number in (0, 1):
            tinted = (1 - TINT) * np.array(look.panel) + TINT * np.array(look.regions[number])
            own = sure & (np.abs(fills - tinted).max(axis=-1) < 0.06)
            rows, columns = np.nonzero(own)
            places = (mesh.vertices[rows, columns] + mesh.vertices[rows + 1, columns + 1]) / 2
            x, y = in_pixels(board, panel.to_frame(places)).astype(int).T
            apart = np.abs(pixels[y, x] - fills[rows, columns, :3]).max(axis=1)
            # All but what lies under the examples and the line.
            assert len(places) > 100
            assert np.mean(apart < 0.03) > 0.7


def test_each_run_has_a_panel_of_its_own_and_its_name():
    board = film(count=3)
    titles = [one.axes.title for one in panels(board)]
    assert [title[:6] for title in titles] == ["α=0.1", "α=0.05", "α=0.03"]


def test_of_a_fine_grid_some_points_are_kept():
    x = np.linspace(-2, 2, 202)
    second = np.stack(np.meshgrid(x, x), axis=-1).sum(axis=-1).reshape(-1)
    kept = kept_odds(np.stack([0 * second, second], axis=-1), 202)
    few = np.linspace(-2, 2, 101)
    np.testing.assert_allclose(kept[..., 0], few[:, None] + few, atol=2e-3)


def test_three_classes_have_three_colors():
    rng = np.random.default_rng(0)
    targets = np.repeat([0.0, 1.0, 2.0], 20)
    centers = np.array([(0, 1.5), (-1.5, -1), (1.5, -1)])
    inputs = centers[targets.astype(int)] + 0.3 * rng.standard_normal((60, 2))
    objective = vg.nn.network_loss(vg.nn.Network((2, 8, 3)), inputs, targets, "cross-entropy")
    board = film(objective=objective, steps=60)
    (panel,) = panels(board)
    (mesh,) = (mark for mark in panel.marks if isinstance(mark, Mesh))
    fills = mesh.fills.values[-1]
    look = THEMES["light"]
    for number in range(3):
        tinted = (1 - TINT) * np.array(look.panel) + TINT * np.array(look.regions[number])
        assert (np.abs(fills - tinted).max(axis=-1) < 0.05).mean() > 0.1


def test_regions_of_a_loss_without_classes_are_refused():
    with pytest.raises(UsageError, match="classes of two inputs"):
        film(objective="line")


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_regions_differ_for_every_vision_from_each_other_and_from_even_odds(theme, vision):
    look = THEMES[theme]
    tinted = TINT * np.array([class_color(look, k) for k in range(4)]) + (1 - TINT) * np.array(look.panel)
    labs = [lab(tuple(color), vision) for color in (*tinted, look.panel)]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(labs, 2)) > 16


def test_a_plan_of_it_is_plain_data():
    runs = [vg.Run(vg.Adam(learning_rate=0.1)), vg.Run(vg.GradientDescent(learning_rate=0.5))]
    comparison = vg.Comparison("t", LOSS, runs, steps=6, views=["decision"])
    check_view(vg.Decision(points=15, regions=True, first_layer=True), comparison)
