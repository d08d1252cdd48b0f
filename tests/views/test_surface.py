"""The camera of a surface stands where what matters is seen, above all in the frames that stand still."""

from __future__ import annotations

import numpy as np
import pytest

import vizgd as vg
from vizgd.marks import Points

from ..films import first_middle_last, planned, storyboard


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
