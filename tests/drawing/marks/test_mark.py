"""A new kind of mark is one class: both renderers draw it, in a panel and moving, where it says."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace

import numpy as np
import pytest

from tests.gallery_films import first_middle_last, in_pixels, storyboard
from vizgd.drawing.box import Box
from vizgd.drawing.canvas import Canvas, Color, ring
from vizgd.drawing.marks import Mark, Track, resolved
from vizgd.drawing.panel import Panel
from vizgd.drawing.track import settled
from vizgd.objectives.objective import Array
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor

BOTH = pytest.mark.parametrize("renderer", [AggCompositor, CairoCompositor], ids=["matplotlib", "manim"])
GREEN = (0.0, 1.0, 0.0, 1.0)
ANGLES = np.linspace(0, 2 * np.pi, 90, endpoint=False)


@dataclass(frozen=True, eq=False)
class Ellipse(Mark):
    xy: Array | Track
    half: Array | Track
    fill: Color

    def extent(self) -> Box | None:
        (x, y), (across, up) = settled(self.xy), settled(self.half)
        return Box(x - across, y - up, x + across, y + up)

    def paint(self, canvas: Canvas) -> None:
        circle = np.column_stack([np.cos(ANGLES), np.sin(ANGLES)])
        canvas.fill(ring(settled(self.xy) + settled(self.half) * circle), self.fill)


PATH = np.array([[400.0, 300.0], [900.0, 700.0], [1400.0, 500.0]])
HALVES = np.array([[200.0, 100.0], [100.0, 200.0], [150.0, 50.0]])
MOVING = Ellipse(Track(None, PATH), Track(None, HALVES), GREEN)


def board_of(*marks):
    panel = Panel("ellipse", Box(0.0, 0.0, 1600.0, 900.0), marks)
    return replace(storyboard("momentum", size=(640, 360)), background=(1.0, 1.0, 1.0, 1.0), panels=(panel,))


@BOTH
def test_a_new_kind_of_mark_is_drawn_where_it_says_at_every_frame(renderer):
    board = pickle.loads(pickle.dumps(board_of(MOVING), protocol=5))
    compositor = renderer(board)
    columns, rows = np.meshgrid(np.arange(640) + 0.5, np.arange(360) + 0.5)
    for frame in first_middle_last(board):
        ((mark,),) = (layer.marks for layer in board.moving(frame))
        x, y = in_pixels(board, mark.xy)
        across, up = mark.half * 360 / 1000
        away = np.hypot((columns - x) / across, (rows - y) / up)
        drawn = compositor.frame(frame)[..., :3]
        assert (drawn[away < 0.9] == (0, 255, 0)).all()
        assert (drawn[away > 1.1] == 255).all()


@BOTH
def test_it_changes_where_it_was_and_where_it_is(renderer):
    board = board_of(MOVING)
    first, middle, _ = first_middle_last(board)
    compositor = renderer(board)
    compositor.frame(first)
    assert (compositor.frame(middle) == renderer(board).frame(middle)).all()


def test_it_changes_nothing_where_it_stands_still():
    now = resolved(MOVING, lambda _: 1.0)
    assert now.changes(replace(now, xy=now.xy.copy(), half=now.half.copy())) == []
    assert now.changes(replace(now, xy=now.xy + 1.0)) is None
    assert now.changes(replace(now, half=now.half + 1.0)) is None


def test_it_is_moved_to_the_frame_with_the_data_of_its_panel():
    axes = next(panel for panel in storyboard("momentum").panels if panel.axes is not None).axes
    panel = Panel("data", Box(100.0, 100.0, 900.0, 700.0), (Ellipse(np.zeros(2), np.ones(2), GREEN),), axes)
    marks = [mark for layer in panel.layers for mark in layer.marks if isinstance(mark, Ellipse)]
    np.testing.assert_array_equal(marks[0].xy, panel.to_frame(np.zeros(2)))


@pytest.mark.parametrize("missing", ["extent", "paint"])
def test_what_does_not_say_how_far_it_reaches_or_how_it_is_painted_is_no_mark(missing):
    methods = {"extent": Ellipse.extent, "paint": Ellipse.paint}
    del methods[missing]
    half_done = dataclass(frozen=True)(type("HalfDone", (Mark,), methods))
    with pytest.raises(TypeError, match=missing):
        half_done()
