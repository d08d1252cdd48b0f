"""The camera of a surface stands where what matters is seen, above all in the frames that stand still."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import vizgd as vg
from vizgd.drawing.marks import Line, Points, Text
from vizgd.drawing.space import TurningPanel

from ..gallery_films import first_middle_last, planned, storyboard


def _points(board, frame):
    return [m for layer in board.frame(frame) for m in layer.marks if isinstance(m, Points)]


def _behind(board, frame):
    return [m for m in _points(board, frame) if m.name.startswith("behind") and np.isfinite(m.xy).all()]


@pytest.mark.parametrize("name", ["bowl", "optimizers-all", "plateau", "rosenbrock", "saddle"])
def test_nothing_that_matters_is_hidden_in_the_first_and_the_last_frame_nor_midway(name):
    board = storyboard(name)
    for frame in first_middle_last(board):
        assert not _behind(board, frame)
        stars = [m for m in _points(board, frame) if m.name == "minimum"]
        assert {star.fill[3] for star in stars} == {1.0}


def _surface(objective="x**2 + y**2", start=(1.5, 2.0), **settings):
    run = vg.Run(vg.GradientDescent(learning_rate=0.1), start)
    views = [vg.Surface(**settings)]
    domain = [(-3, 3), (-3, 3)]
    return planned(vg.Comparison("t", objective, [run], steps=6, domain=domain, views=views))


def _camera(board):
    panel = next(panel for panel in board.panels if panel.name == "surface")
    return panel.azimuth.values, panel.elevation


def test_the_camera_rises_only_where_that_shows_more():
    assert _camera(_surface(orbit=True))[1] == 38.0
    pit = "1 - exp(-0.55*(x**2 + y**2))"
    assert _camera(_surface(pit, (0.3, 0.1), orbit=True))[1] > 38.0


def test_a_camera_is_where_it_was_put():
    (first, last), elevation = _camera(_surface(orbit=True, azimuth=10.0, elevation=70.0, turn=33.0))
    assert (first, last, elevation) == (10.0, 43.0, 70.0)


def test_without_an_azimuth_the_camera_turns_the_way_round_that_hides_less():
    """Of mirrored starts on a bowl, what one way round hides of one the other hides of the other."""
    turned = [
        np.diff(_camera(_surface(start=start, orbit=True, turn=60.0))[0]) for start in ((1.5, 2), (-1.5, 2))
    ]
    assert np.ravel(turned).tolist() == [-60.0, 60.0]


def _written(panel, progress):
    """Return what is written on the ground's edges with its opacity, at a progress of the film."""
    marks = (mark for layer in panel.layers_at(progress) for mark in layer.marks)
    return [(mark.text, mark.color[3], mark.xy) for mark in marks if isinstance(mark, Text)]


@pytest.mark.parametrize("azimuth", [-60.0, 30.0, 150.0, -120.0, 0.0])
def test_no_two_numbers_meet_at_the_corner_of_the_ground(azimuth):
    panel = next(p for p in _surface(azimuth=azimuth).panels if p.name == "surface")
    places = [place for _, _, place in _written(panel, 0.0)]
    apart = [np.hypot(*(one - other)) for one, other in itertools.combinations(places, 2)]
    assert min(apart) > 20


def test_what_is_written_on_an_edge_fades_before_it_changes_sides():
    """From −45° by 90°: at 0° the x edge is seen from its end, and goes from one side to the other."""
    panel = next(p for p in _surface(orbit=True, azimuth=-45.0, turn=90.0).panels if p.name == "surface")
    opacity, sides = [], []
    for progress in np.linspace(0, 1, 91):
        names = {text: (alpha, place[0]) for text, alpha, place in _written(panel, progress)}
        opacity.append(names.get("x", (0.0, np.nan))[0])
        sides.append(names.get("x", (0.0, np.nan))[1])
        assert names["y"][0] == 1.0
    assert opacity[0] == opacity[-1] == 1.0
    assert min(opacity) == 0.0
    assert np.abs(np.diff(opacity)).max() < 0.2
    jump = int(np.nanargmax(np.abs(np.diff(np.nan_to_num(sides, nan=np.nanmean(sides))))))
    assert max(opacity[jump], opacity[jump + 1]) < 0.2


@pytest.mark.parametrize("elevation", [5, 30, 38, 48.5, 85])
@pytest.mark.parametrize("azimuth", [None, 20.0])
@pytest.mark.parametrize("orbit", [False, True])
def test_the_camera_stands_as_high_as_it_is_told(elevation, azimuth, orbit):
    view = vg.Surface(elevation=elevation, azimuth=azimuth, orbit=orbit, points=9)
    run = vg.Run(vg.GradientDescent(learning_rate=0.1), (3, 2))
    board = planned(vg.Comparison("t", "x**2 + y**2", [run], steps=2, views=[view]))
    panel = next(one for one in board.panels if one.name == "surface")
    if isinstance(panel, TurningPanel):
        assert panel.elevation == elevation
    else:
        # Of a square on the ground, the diagonals' squares add up to 8 across and to 8 sin² up.
        ground = next(mark for mark in panel.marks if isinstance(mark, Line)).xy[:4]
        across, up = np.square(ground[:2] - ground[2:]).sum(axis=0)
        assert up / across == pytest.approx(np.sin(np.radians(elevation)) ** 2)
