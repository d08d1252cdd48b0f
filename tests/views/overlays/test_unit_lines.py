"""Lines of units: what enters a unit is zero on its line, and positive on the side of its triangle."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from vizgd.base.errors import UsageError
from vizgd.comparisons.comparison_file import comparison_from_text
from vizgd.drawing.marks import Polygons, Text
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.views.overlays.unit_lines import MOST_LINES, WIDEST

from ...gallery_films import in_pixels, planned

INPUTS, LABELS = vg.nn.moons(np.random.default_rng(0), 40)
SCALED = INPUTS * (1.0, 1e4) + (0.0, 5e4)
RULE = vg.Adam(learning_rate=0.1)
STEPS = 9


def film(objective, count=1, **look):
    runs = [vg.Run(RULE) for _ in range(count)]
    views = [vg.Decision(first_layer=True)]
    return planned(vg.Comparison("t", objective, runs, steps=STEPS, views=views), **look)


def panel_of(board):
    return next(one for one in board.panels if one.name == "decision")


def units_of(panel):
    """Return the corners of each unit's line and triangle at each moment, ``(moments, units, 7, 2)``."""
    (mark,) = (mark for mark in panel.marks if isinstance(mark, Polygons))
    values = mark.vertices.values
    return values.reshape(len(values), -1, 7, 2)


def entering(network, params, places):
    """Return what enters the units of the first layer at places, by plain NumPy."""
    if not network.batch_norm:
        weights, bias = (one[0] for one in network.split(params[None])[:2])
        return places @ weights.T + bias
    weights, scale, shift = (one[0] for one in network.split(params[None])[:3])
    before = INPUTS @ weights.T
    return scale * (places @ weights.T - before.mean(0)) / np.sqrt(before.var(0) + network.epsilon) + shift


@pytest.mark.parametrize("batch_norm", [False, True])
def test_on_the_line_what_enters_a_unit_is_zero_and_positive_at_the_triangle(batch_norm):
    network = vg.nn.Network((2, 6, 3, 1), batch_norm=batch_norm)
    objective = vg.nn.network_loss(network, INPUTS, LABELS)
    panel = panel_of(film(objective))
    units = units_of(panel)
    iterates = vg.record(objective, RULE, steps=STEPS).iterates
    low, high = np.array([panel.axes.x.limits, panel.axes.y.limits]).T
    for moment, params in ((0, iterates[0]), (-1, iterates[-1])):
        seen = 0
        for unit, corners in enumerate(units[moment]):
            if (corners == corners[0]).all():  # not in the panel
                continue
            seen += 1
            for share in (0.1, 0.5, 0.8):
                ends = (corners[0] + corners[3]) / 2, (corners[1] + corners[2]) / 2
                place = (1 - share) * ends[0] + share * ends[1]
                assert entering(network, params, place[None])[0, unit] == pytest.approx(0, abs=1e-9)
            middle, tip = (corners[4] + corners[5]) / 2, corners[6]
            assert entering(network, params, tip[None])[0, unit] > 1e-3
            assert entering(network, params, middle[None])[0, unit] == pytest.approx(0, abs=1e-9)
            assert ((middle > low) & (middle < high)).all()
        assert seen >= 3


def test_lines_lie_right_where_inputs_have_units_of_their_own():
    network = vg.nn.Network((2, 4, 1))
    objective = vg.nn.network_loss(network, SCALED, LABELS)
    start = np.random.default_rng(2).normal(size=network.dimension)
    start[1:8:2] /= 1e4
    start[8:12] -= 5e4 * start[1:8:2]
    run = vg.Run(vg.GradientDescent(learning_rate=1e-9), tuple(start))
    board = planned(vg.Comparison("t", objective, [run], steps=2, views=[vg.Decision(first_layer=True)]))
    panel = panel_of(board)
    units = units_of(panel)[0]
    shown = [unit for unit, corners in enumerate(units) if not (corners == corners[0]).all()]
    assert len(shown) > 1
    for unit in shown:
        corners = units[unit]
        middle = (corners[:4]).mean(axis=0)
        assert entering(network, start, middle[None])[0, unit] == pytest.approx(0, abs=1e-9)
        # Upright on the screen, whatever the units.
        along, across = (panel.to_frame(corners[a]) - panel.to_frame(corners[b]) for a, b in ((1, 0), (3, 0)))
        assert along @ across == pytest.approx(0, abs=1e-6 * np.linalg.norm(along))


def test_a_line_is_as_wide_as_its_outgoing_weights_are_large():
    network = vg.nn.Network((2, 6, 3, 1))
    objective = vg.nn.network_loss(network, INPUTS, LABELS)
    panel = panel_of(film(objective))
    units = units_of(panel)[-1]
    outgoing = network.split(vg.record(objective, RULE, steps=STEPS).iterates)[2]
    strengths = np.linalg.norm(outgoing, axis=1)
    for unit, corners in enumerate(units):
        if (corners == corners[0]).all():
            continue
        width = np.linalg.norm(panel.to_frame(corners[3]) - panel.to_frame(corners[0]))
        assert width == pytest.approx(max(WIDEST * strengths[-1, unit] / strengths.max(), 1.0))


def test_of_many_units_the_strongest_are_drawn_and_it_is_said():
    network = vg.nn.Network((2, 40, 1))
    board = film(vg.nn.network_loss(network, INPUTS, LABELS))
    panel = panel_of(board)
    assert units_of(panel).shape[1] == MOST_LINES
    assert panel.axes.title == f"decision boundary, {MOST_LINES} of 40 units as lines"
    board = film(vg.nn.network_loss(network, INPUTS, LABELS), count=2)
    assert f"{MOST_LINES} of 40 units" in [m.text for m in panel_of(board).notes if isinstance(m, Text)]


@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_are_in_the_pixels_inside_their_panel(compositor, theme):
    network = vg.nn.Network((2, 4, 1))
    board = film(vg.nn.network_loss(network, INPUTS, LABELS), theme=theme)
    panel = panel_of(board)
    pixels = np.array(compositor(board).frame(board.clock.frames - 1))[..., :3] / 255
    ground = np.array(panel.axes.style.background)[:3]
    found = []
    for corners in units_of(panel)[-1]:
        if (corners == corners[0]).all():
            continue
        foot = (corners[4] + corners[5] + corners[6]) / 3
        x, y = in_pixels(board, panel.to_frame(foot)).astype(int)
        found.append(np.abs(pixels[y, x] - ground).max())
    assert len(found) >= 2
    assert np.median(found) > 0.4


@pytest.mark.parametrize(
    ("objective", "why"),
    [
        (vg.nn.network_loss(vg.nn.Network((2, 1)), INPUTS, LABELS), "no hidden units"),
        (vg.logistic(INPUTS, LABELS), "not known"),
    ],
)
def test_what_has_no_hidden_units_is_refused(objective, why):
    with pytest.raises(UsageError, match=why) as caught:
        film(objective)
    assert "first layer" in str(caught.value)


def test_it_is_a_setting_in_a_file():
    text = """
    title = "t"
    objective = { network = [4], data = "moons", generate = 20 }
    steps = 3
    views = [{ view = "decision", regions = true, first_layer = true }]

    [[runs]]
    optimizer = "adam"
    """
    assert list(comparison_from_text(text, "t.toml").views) == [vg.Decision(regions=True, first_layer=True)]
