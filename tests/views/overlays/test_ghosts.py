"""The other seeds of a run: thin paths beneath its own, dots where they are, in both renderers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgd as vg
from vizgd.drawing.marks import Line, Points
from vizgd.drawing.marks import resolved as resolved_mark
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.views.overlays.ghosts import WIDTH

from ...gallery_films import first_middle_last, in_pixels, planned

START = (-5.0, 3.0)
BOX = [(-6.0, 6.0), (-4.0, 4.0)]


def compared(*runs, objective="x**2 + 10*y**2", domain=BOX, steps=20, views=("contour",)):
    return vg.Comparison("t", objective, list(runs), steps=steps, domain=domain, views=list(views))


def noisy(rate=0.03, seeds=6, noise=8.0, start=START, **settings):
    return vg.Run(vg.GradientDescent(rate), start, noise=noise, seeds=seeds, **settings)


def panel_of(board, name="contour"):
    return next(panel for panel in board.panels if panel.name == name)


def dots_in(board, name="contour"):
    return [m for m in panel_of(board, name).marks if isinstance(m, Points) and m.name.startswith("seeds")]


def thin_in(board, name="contour"):
    return [m for m in panel_of(board, name).marks if isinstance(m, Line) and m.width == WIDTH]


def at(board, mark, frame):
    return resolved_mark(mark, lambda run: board.clock.position(run, frame))


def bowl(p):
    return np.sum(p**2 * np.arange(1, 7), axis=-1)


def distance_to(path, points):
    """Return how far points are from the nearest straight step of a path."""
    tails, steps = path[:-1], np.diff(path, axis=0)
    lengths = np.maximum((steps**2).sum(axis=1), 1e-300)
    shares = np.clip(((points[:, None] - tails) * steps).sum(axis=-1) / lengths, 0.0, 1.0)
    return np.linalg.norm(points[:, None] - tails - shares[..., None] * steps, axis=-1).min(axis=1)


@settings(max_examples=10, deadline=None)
@given(st.integers(2, 9), st.integers(0, 40), st.floats(0.5, 20.0), st.integers(1, 40))
def test_dots_and_paths_are_those_of_separate_recordings(seeds, seed, noise, steps):
    board = planned(compared(noisy(seeds=seeds, seed=seed, noise=noise), steps=steps))
    paths = [
        vg.record(
            "x**2 + 10*y**2", vg.GradientDescent(0.03), START, steps, noise=noise, seed=seed + 1 + k
        ).iterates
        for k in range(seeds - 1)
    ]
    (dots,) = dots_in(board)
    lows, highs = np.array(BOX).T
    for frame, position in ((0, 0), (board.clock.frames - 1, steps)):
        shown = at(board, dots, frame).xy
        for place, path in zip(shown, paths, strict=True):
            inside = ((path[position] >= lows) & (path[position] <= highs)).all()
            assert np.array_equal(place, path[position]) if inside else np.isnan(place).all()
    (line,) = thin_in(board)
    drawn = line.xy[np.isfinite(line.xy[:, 0])]
    assert np.min([distance_to(path, drawn) for path in paths], axis=0).max() < 1e-9


def test_all_of_each_path_lies_on_what_is_drawn():
    board = planned(compared(noisy(seeds=20), steps=60))
    panel = panel_of(board)
    unit = np.array([panel.box.width, panel.box.height]) / np.ptp(np.array(BOX), axis=1)
    (line,) = thin_in(board)
    pieces = line.xy.reshape(-1, 3, 2)[:, :2] * unit
    points = (
        pieces[:, 0, None] + np.linspace(0, 1, 9)[:, None] * (pieces[:, 1] - pieces[:, 0])[:, None]
    ).reshape(-1, 2)
    for seed in (1, 7, 19):
        path = vg.record("x**2 + 10*y**2", vg.GradientDescent(0.03), START, 60, noise=8.0, seed=seed).iterates
        inside = (np.abs(path) <= np.array(BOX)[:, 1]).all(axis=1)
        for place in path[inside] * unit:
            assert np.linalg.norm(points - place, axis=1).min() < 3 * WIDTH


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_at_each_frame_what_is_drawn_ends_where_the_dots_are(frame):
    run = noisy(seeds=3, noise=2.0)
    board = planned(compared(run, steps=7))
    frame = board.clock.intro + frame % board.clock.run
    steps = board.clock.position(0, frame)
    (line,) = thin_in(board)
    shown = line.xy[: int(at(board, line, frame).reveal) + 1]
    shown = shown[np.isfinite(shown[:, 0])]
    for seed in (1, 2):
        path = vg.record("x**2 + 10*y**2", vg.GradientDescent(0.03), START, 7, noise=2.0, seed=seed).iterates
        whole = int(steps)
        tip = path[whole] + (steps - whole) * (path[min(whole + 1, 7)] - path[whole])
        taken = np.concatenate([path[: whole + 1], tip[None]])
        other = vg.record(
            "x**2 + 10*y**2", vg.GradientDescent(0.03), START, 7, noise=2.0, seed=3 - seed
        ).iterates
        own = shown[(distance_to(path, shown) < 1e-9) & (distance_to(other, shown) > 0.05)]
        if len(own):
            # A piece ends with the part of a step in which the frame falls.
            assert distance_to(taken, own).max() < 0.06


def test_a_run_that_ends_early_does_not_stop_the_others():
    # Of these two seeds the first diverges and the second does not.
    rule = vg.GradientDescent(0.1)
    kinds = [
        vg.record("x**4", rule, 1.5, 60, noise=6.0, seed=seed).status.kind == "diverged" for seed in range(60)
    ]
    seed = next(k for k in range(59) if kinds[k] and not kinds[k + 1])
    run = vg.Run(rule, 1.5, noise=6.0, seed=seed, seeds=2)
    board = planned(compared(run, objective="x**4", domain=[(-3, 3)], steps=60, views=["curve"]))
    (dots,) = dots_in(board, "curve")
    end = vg.record("x**4", rule, 1.5, 60, noise=6.0, seed=seed + 1).iterates[-1, 0]
    assert at(board, dots, board.clock.frames - 1).xy[0, 0] == pytest.approx(end)


def test_it_is_said_which_seed_is_bold():
    board = planned(compared(noisy(seeds=5, seed=3)))
    assert panel_of(board).axes.title == "bold: seed 3; thin: seeds 4 to 7"
    two = planned(compared(noisy(seeds=5), noisy(seeds=9, rate=0.01)))
    assert "first seed" in panel_of(two).axes.title
    assert panel_of(planned(compared(vg.Run(vg.GradientDescent(0.03), START, noise=1.0)))).axes.title == ""


@pytest.mark.parametrize(
    "run",
    [
        {"objective": vg.objective_from(bowl, start=[1.0] * 6), "domain": None, "start": [1.0] * 6},
        {"objective": "0*x*y", "domain": [(-1, 1), (-1, 1)], "start": (0.5, 0.5)},
        {"objective": "sqrt(x) + y**2", "domain": [(-1, 3), (-2, 2)], "start": (0.3, 0.5)},
        {"objective": "x**4 + y**4", "domain": [(-2, 2), (-2, 2)], "start": (1.9, 1.9), "rate": 0.5},
    ],
    ids=["six dimensions", "constant", "undefined", "diverging"],
)
def test_hard_objectives_are_drawn(run):
    objective = run["objective"]
    own = noisy(run.get("rate", 0.1), seeds=4, noise=1.0, start=run["start"])
    views = ["contour", "convergence", "learning-rate"]
    board = planned(compared(own, objective=objective, domain=run["domain"], views=views))
    for frame in first_middle_last(board):
        assert AggCompositor(board).frame(frame).shape[2] == 4


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("compositor", [AggCompositor, CairoCompositor])
def test_dots_and_paths_are_seen_in_the_pixels(compositor, theme):
    from dataclasses import replace

    # Without a minimum in the picture, whose star would hide them.
    slope = compared(noisy(seeds=8, noise=12.0, start=(3.0, 1.0)), objective="2*x + 0.3*y**2", steps=15)
    board = planned(slope, theme=theme)
    panel = panel_of(board)
    others = [m for m in panel.marks if m not in dots_in(board) and m not in thin_in(board)]
    bare = replace(
        board, panels=tuple(replace(p, marks=tuple(others)) if p is panel else p for p in board.panels)
    )
    last = board.clock.intro + board.clock.run // 4
    with_them, without = (compositor(one).frame(last)[..., :3].astype(int).copy() for one in (board, bare))
    differ = np.abs(with_them - without).max(axis=2)
    assert differ.max() > 60
    (dots,) = dots_in(board)
    layers = [m for layer in board.frame(last) for m in layer.marks if getattr(m, "name", "") == dots.name]
    seen = []
    places = layers[0].xy[np.isfinite(layers[0].xy[:, 0])]
    for column, row in in_pixels(board, places).astype(int):
        seen.append(differ[row - 2 : row + 3, column - 2 : column + 3].max() > 20)
    assert sum(seen) >= len(seen) - 1  # the run's own marker may lie over one
