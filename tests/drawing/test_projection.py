"""Three dimensions to two, against interpolation by scipy and rays cast one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import RegularGridInterpolator

from vizgd.drawing.projection import Camera, HeightField, Horizon, shaded

XS = np.linspace(-1, 1, 81)


def _field(function):
    x, y = np.meshgrid(XS, XS)
    return HeightField(XS, XS, function(x, y))


HILLS = _field(lambda x, y: 0.5 + 0.45 * np.sin(4 * x) * np.cos(3 * y))
RIDGE = _field(lambda x, y: np.exp(-12 * x**2) + 0 * y)


def test_heights_between_grid_points_are_bilinear():
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (200, 2))
    judge = RegularGridInterpolator((XS, XS), HILLS.heights)
    np.testing.assert_allclose(HILLS.at(points[:, 0], points[:, 1]), judge(points[:, ::-1]), atol=1e-12)


def test_there_is_no_ground_outside():
    assert (HILLS.at(np.array([1.2, 0.0]), np.array([0.0, -3.0])) == -np.inf).all()


@given(st.floats(-180, 180), st.floats(5, 85))
def test_the_screen_is_a_view_along_the_cameras_direction(azimuth, elevation):
    camera = Camera(azimuth, elevation)
    np.testing.assert_allclose(camera.project(camera.direction), [0, 0], atol=1e-12)
    assert np.linalg.norm(camera.direction) == pytest.approx(1.0)
    up = camera.project(np.array([0.0, 0.0, 1.0]))
    assert up[0] == pytest.approx(0.0, abs=1e-12)
    assert up[1] > 0


def _hidden_by_rays(points, field, camera, slack=0.012):
    along = np.linspace(0.02, 3.0, 1500)
    rays = points[:, None, :] + along[None, :, None] * camera.direction
    return (field.at(rays[..., 0], rays[..., 1]) > rays[..., 2] + slack).any(axis=1)


@settings(max_examples=25, deadline=None)
@given(st.floats(-180, 180), st.floats(12, 70))
def test_what_the_horizon_hides_is_what_rays_hit(azimuth, elevation):
    camera = Camera(azimuth, elevation)
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-0.95, 0.95, (2, 400))
    points = np.column_stack([x, y, HILLS.at(x, y)])
    agree = Horizon(HILLS, camera).hidden(points) == _hidden_by_rays(points, HILLS, camera)
    assert agree.mean() > 0.95  # the rest lies at the rim of a hill, where a hair decides


def test_a_point_behind_a_ridge_is_hidden_and_one_before_it_is_not():
    points = np.array([[-0.6, 0.0, 0.05], [0.6, 0.0, 0.05]])
    assert Horizon(RIDGE, Camera(0.0, 20.0)).hidden(points).tolist() == [True, False]
    assert Horizon(RIDGE, Camera(180.0, 20.0)).hidden(points).tolist() == [False, True]


def test_a_point_that_is_not_there_is_not_hidden():
    assert not Horizon(RIDGE, Camera(0.0, 20.0)).hidden(np.full((2, 3), np.nan)).any()


@given(st.floats(-180, 180))
def test_faces_are_painted_from_far_to_near(azimuth):
    """Whatever covers a face is nearer and comes later: so it is for each pair of neighbors."""
    camera = Camera(azimuth, 30.0)
    rows, columns = HILLS.painters_order(camera)
    points = HILLS.points[rows, columns]
    level = camera.direction[:2]
    toward = points[..., :2] @ level
    down, across = np.diff(toward, axis=0), np.diff(toward, axis=1)
    assert (down >= -1e-12).all()
    assert (across >= -1e-12).all()


def test_slopes_are_shaded_differently():
    colors = shaded(RIDGE, np.ones((80, 80, 4)))
    assert colors[:, 20, 0].mean() != pytest.approx(colors[:, 60, 0].mean(), abs=0.02)
    assert ((colors >= 0) & (colors <= 1)).all()
