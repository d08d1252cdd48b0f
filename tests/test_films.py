"""What holds for every film of the gallery, whoever draws it."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from vizgd.drawing import marks as marks_module
from vizgd.drawing.marks import Arrow, Line, Mark, Mesh, Points, Polygons, Text, Track, tracks
from vizgd.drawing.region import Region
from vizgd.renderers.manim.compositor import CairoCompositor
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.renderers.matplotlib.painter import MatplotlibPainter
from vizgd.renderers.matplotlib.renderer import draw

from . import polyline_renderer
from .gallery_films import NAMES, first_middle_last, in_pixels, storyboard

BOTH = pytest.mark.parametrize("renderer", [AggCompositor, CairoCompositor], ids=["matplotlib", "manim"])
ROUNDED = {AggCompositor: (6, 20), CairoCompositor: (20, 600)}
"""By how many levels, and in how many pixels, an edge may change: Cairo counts on 17 rows of a pixel."""
SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_is_the_one_that_was_looked_at(name):
    """Compare with `tests/snapshots`; after a change that was meant, run with VIZGD_UPDATE_SNAPSHOTS=1."""
    described = storyboard(name).describe()
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("VIZGD_UPDATE_SNAPSHOTS"):
        SNAPSHOTS.mkdir(exist_ok=True)
        path.write_text(described, encoding="utf-8")
    assert described == path.read_text(encoding="utf-8")


def test_no_snapshot_is_left_of_a_comparison_that_is_gone():
    assert {path.stem for path in SNAPSHOTS.glob("*.txt")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_the_plan_survives_pickling(name):
    board = storyboard(name)
    copy = pickle.loads(pickle.dumps(board))
    assert copy.describe() == board.describe()
    number = first_middle_last(board)[1]
    assert np.array_equal(AggCompositor(copy).frame(number), AggCompositor(board).frame(number))


@pytest.mark.parametrize("name", NAMES)
def test_a_resolved_frame_has_no_tracks(name):
    board = storyboard(name)
    for number in first_middle_last(board):
        assert not [m for layer in board.frame(number) for m in layer.marks if tracks(m)]


@pytest.mark.parametrize("name", NAMES)
def test_a_second_renderer_draws_the_same_plan(name):
    board = storyboard(name)
    for number in first_middle_last(board):
        pixels = polyline_renderer.frame(board, number)
        background = np.round(255 * np.array(board.background[:3]))
        assert 0.01 < (pixels != background).any(axis=-1).mean() < 0.9


def test_the_second_renderer_puts_markers_where_the_first_does():
    board = _with_markers_alone(storyboard("ravine"))
    number = first_middle_last(board)[1]
    compared = 0
    drawn = AggCompositor(board).frame(number)[..., :3].astype(int)
    lines = polyline_renderer.frame(board, number).astype(int)
    for mark in _moving_points(board, number):
        x, y = in_pixels(board, mark.xy)
        window = np.s_[round(y) - 12 : round(y) + 13, round(x) - 12 : round(x) + 13]
        color = np.round(255 * np.array(mark.fill[:3])).astype(int)
        filled = np.abs(drawn[window] - color).sum(axis=-1) < 40
        outlined = np.abs(lines[window] - color).sum(axis=-1) == 0
        if filled.sum() < 40 or outlined.sum() < 12:
            continue  # another run's marker lies on top
        rows, columns = np.nonzero(filled)
        rows2, columns2 = np.nonzero(outlined)
        assert abs(np.ptp(rows) - np.ptp(rows2)) <= 4
        assert abs((rows.min() + rows.max()) - (rows2.min() + rows2.max())) <= 4
        assert abs((columns.min() + columns.max()) - (columns2.min() + columns2.max())) <= 4
        compared += 1
    assert compared >= 2


def _with_markers_alone(board):
    """Return a board without the trails, which have the markers' colors and cross them."""

    def current(marks):
        return tuple(m for m in marks if isinstance(m, Points) and m.name.startswith("current"))

    panels = (replace(panel, marks=(), notes=current(panel.notes)) for panel in board.panels)
    return replace(board, panels=tuple(panels))


def _moving_points(board, number):
    return [
        mark
        for layer in board.moving(number)
        for mark in layer.marks
        if isinstance(mark, Points) and mark.name.startswith("current") and np.isfinite(mark.xy).all()
    ]


@BOTH
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_every_marker_is_within_a_pixel_of_where_the_plan_puts_it(name, theme, renderer):
    board = storyboard(name, theme)
    compositor = renderer(board)
    seen = 0
    for number in first_middle_last(board):
        for layer in board.frame(number):
            for mark in layer.marks:
                if isinstance(mark, Points) and mark.name and mark.name != "example":
                    seen += _check_marker(board, compositor, mark, layer.clip)
    assert seen >= 6


def _check_marker(board, compositor, mark, clip):
    """Draw a marker alone on the still ground and compare the centre of what changed with the plan."""
    place = np.asarray(mark.xy)
    if place.ndim != 1 or not np.isfinite(place).all() or mark.fill[3] < 1:
        return 0
    reach = mark.size
    if clip and not (
        clip.left + reach < place[0] < clip.right - reach
        and clip.bottom + reach < place[1] < clip.top - reach
    ):
        return 0
    compositor._pixels[:] = 255 - np.round(255 * np.array([*mark.fill[:3], 0])).astype(np.uint8)
    before = compositor._pixels[..., :3].astype(int).copy()
    compositor._painter.paint(mark, compositor._painter.clipped(clip))
    changed = np.abs(compositor._pixels[..., :3].astype(int) - before).sum(axis=-1)
    rows, columns = np.nonzero(changed > 60)
    expected = in_pixels(board, place)
    assert abs(columns.mean() + 0.5 - expected[0]) <= 1.0
    assert abs(rows.mean() + 0.5 - expected[1]) <= 1.0
    return 1


def redrawn(board, number, renderer):
    """Return a frame drawn whole on an empty canvas, nothing kept from any other."""
    compositor = renderer(board)
    compositor._pixels[:] = np.round(255 * np.array(board.background)).astype(np.uint8)
    for layer in board.frame(number):
        for mark in layer.marks:
            compositor._painter.paint(mark, compositor._painter.clipped(layer.clip))
    return compositor._pixels.astype(int)


@BOTH
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_frames_drawn_one_after_another_equal_plain_full_redraws(name, theme, renderer):
    """Where a region cuts an edge, its coverage is counted anew: a few levels of 255 in few pixels."""
    board = storyboard(name, theme, seconds=6.0)
    compositor = renderer(board)
    clock = board.clock
    compared = {clock.intro, clock.intro + clock.run // 3, clock.frames - 1}
    for number in [*range(clock.intro + clock.run), clock.frames - 1]:
        frame = compositor.frame(number)
        if number in compared:
            apart = np.abs(frame - redrawn(board, number, renderer)).max(axis=-1)
            most, pixels = ROUNDED[renderer]
            assert apart.max() <= most
            assert (apart > 2).sum() <= pixels
            assert (apart > 0).mean() <= 0.005


@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_nothing_changes_outside_the_regions_that_a_frame_names(name, renderer):
    board = storyboard(name, seconds=4.0)
    compositor, clock = renderer(board), board.clock
    before = compositor.frame(0).copy()
    for number in range(clock.intro, clock.intro + clock.run):
        frame = compositor.frame(number)
        outside = np.ones(frame.shape[:2], bool)
        for region in compositor.changed:
            outside[region.slices] = False
        assert np.array_equal(frame[outside], before[outside])
        before = frame.copy()


@pytest.mark.parametrize("name", ["divergence", "rosenbrock", "schedules"])
def test_a_frame_does_not_depend_on_the_frames_before_it(name):
    board = storyboard(name)
    compositor = AggCompositor(board)
    numbers = [200, 3, 120, 201, 60]
    once = {number: compositor.frame(number).astype(int) for number in numbers}
    for number in reversed(numbers):
        assert np.abs(compositor.frame(number) - once[number]).max() <= 6


def test_each_frame_is_drawn_once_and_counted_exactly(monkeypatch):
    board = storyboard("bowl", size=(320, 180), seconds=2.0)
    drawn = []
    frame = AggCompositor.frame
    monkeypatch.setattr(AggCompositor, "frame", lambda self, k: drawn.append(k) or frame(self, k))

    class Counter:
        frames = 0

        def write(self, rgba, *, repeat=1, changed):
            assert changed
            assert rgba.shape == (180, 320, 4)
            self.frames += repeat

    sink = Counter()
    draw(board, sink)
    assert sink.frames == board.clock.frames
    assert len(drawn) == len(set(drawn)) == board.clock.run + 1


ONE_OF_EACH = [
    Line(np.array([[10.0, 10.0], [90.0, 60.0]]), (1.0, 0.0, 0.0, 1.0), 5.0),
    Points(np.array([50.0, 50.0]), "star", 40.0, (1.0, 0.0, 0.0, 1.0)),
    Polygons(
        np.array([[10.0, 10.0], [90.0, 10.0], [50.0, 80.0]]),
        np.array([0]),
        np.array([0]),
        np.array([[1.0, 0.0, 0.0, 1.0]]),
    ),
    Mesh(
        np.array([[[10.0, 10.0], [90.0, 10.0]], [[10.0, 80.0], [90.0, 80.0]]]),
        np.array([[[1.0, 0.0, 0.0, 1.0]]]),
    ),
    Arrow(np.array([10.0, 10.0]), np.array([90.0, 90.0]), (1.0, 0.0, 0.0, 1.0), 6.0, 30.0),
    Text(np.array([10.0, 40.0]), "loss", 40.0, (1.0, 0.0, 0.0, 1.0)),
]


def test_there_is_one_of_each_kind_of_mark():
    assert {type(mark) for mark in ONE_OF_EACH} == set(get_args(Mark))


@pytest.mark.parametrize("mark", ONE_OF_EACH, ids=lambda mark: type(mark).__name__)
def test_each_renderer_draws_each_kind_of_mark(mark):
    from matplotlib.backends.backend_agg import RendererAgg

    size = (1600, 900)
    canvas = RendererAgg(*size, 72)
    MatplotlibPainter(canvas, size).paint(mark, Region(0, 0, *size))
    drawn = np.asarray(canvas.buffer_rgba()).astype(int)
    assert ((drawn[..., 3] == 255) & (drawn[..., 0] > 200) & (drawn[..., 1] < 60)).sum() > 100
    assert any(len(points) > 1 for points, _ in polyline_renderer.polylines(mark))


def test_marks_are_frozen():
    mark = ONE_OF_EACH[0]
    with pytest.raises(AttributeError):
        mark.width = 3.0
    assert marks_module.is_static(mark)
    assert not marks_module.is_static(Points(Track(0, np.zeros((2, 2))), "circle", 3.0, (0, 0, 0, 1)))
