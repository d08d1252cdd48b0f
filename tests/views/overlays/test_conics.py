"""Level sets of quadratics: against contourpy, and by what the quadratic is on them."""

from __future__ import annotations

import numpy as np
import pytest
from contourpy import contour_generator
from hypothesis import given
from hypothesis import strategies as st

from vizgd.views.overlays.conics import VERTICES, conic

WINDOW = np.array([[0.0, 0.0], [700.0, 500.0]])


def turned(angle, *curvatures):
    axes = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return axes @ np.diag(curvatures) @ axes.T


def height(places, point, gradient, matrix):
    way = places - point
    return way @ gradient + 0.5 * np.einsum("...i,ij,...j->...", way, matrix, way)


angles = st.floats(0.0, 6.3)
sizes = st.floats(-8.0, 0.0).map(lambda power: 10.0**power)
curvatures = st.one_of(st.just(0.0), sizes, sizes.map(lambda one: -one))


@given(st.floats(0, 700), st.floats(0, 500), angles, sizes, angles, curvatures, curvatures)
def test_every_vertex_lies_on_the_level_set(x, y, way, steepness, angle, first, second):
    point, matrix = np.array([x, y]), turned(angle, first, second)
    gradient = 10 * steepness * np.array([np.cos(way), np.sin(way)])
    curve = conic(point, gradient, matrix, WINDOW)
    assert curve.shape == (VERTICES + 3, 2)
    seen = curve[np.isfinite(curve).all(axis=1)]
    assert len(seen) >= 2
    slopes = np.linalg.norm(gradient + (seen - point) @ matrix, axis=1)
    apart = np.abs(height(seen, point, gradient, matrix))
    # In units of the picture, and where a saddle has no slope, in parts of what is added up.
    parts = np.abs((seen - point) @ gradient) + 1e-300
    assert ((apart <= 1e-2 * slopes) | (apart <= 1e-9 * parts)).all()


@pytest.mark.parametrize(
    ("gradient", "matrix"),
    [
        ((0.3, -0.5), turned(0.4, 0.002, 0.004)),  # an ellipse
        ((0.3, -0.5), turned(1.2, 0.0005, 0.02)),  # a long one
        ((0.3, -0.5), turned(0.4, -0.002, 0.004)),  # hyperbolas
        ((0.3, -0.5), turned(0.4, -0.02, 0.0001)),
        ((0.3, -0.5), turned(0.0, 0.0, 0.01)),  # a parabola
        ((0.0, -0.9), turned(0.0, 0.0, 0.01)),  # a valley: two lines
        ((0.3, -0.5), np.zeros((2, 2))),  # one line
        ((0.3, -0.5), turned(0.1, 1e-9, 0.01)),  # an ellipse whose center is far away
    ],
)
def test_all_of_it_is_there_that_is_seen(gradient, matrix):
    point, gradient = np.array([410.0, 260.0]), np.array(gradient)
    curve = conic(point, gradient, matrix, WINDOW)
    xs, ys = np.linspace(0, 700, 281), np.linspace(0, 500, 201)
    places = np.stack(np.meshgrid(xs, ys), axis=-1)
    # Of 0 itself, at the saddle of crossing lines, either way of joining them is right.
    lines = contour_generator(xs, ys, height(places, point, gradient, matrix)).lines(1e-9)
    begins, ends = curve[:-1], curve[1:]
    for vertex in np.concatenate(lines)[::7]:
        with np.errstate(invalid="ignore"):
            share = ((vertex - begins) * (ends - begins)).sum(axis=1) / ((ends - begins) ** 2).sum(axis=1)
            nearest = begins + np.clip(share, 0, 1)[:, None] * (ends - begins)
        assert np.nanmin(np.linalg.norm(nearest - vertex, axis=1)) < 2.0


def test_nothing_is_drawn_of_what_is_not_known():
    point, slope = np.array([10.0, 10.0]), np.array([1.0, 0.0])
    for bad in (
        (point, np.zeros(2), np.eye(2)),
        (point, slope, np.eye(2) * np.nan),
        (point * np.nan, slope, np.eye(2)),
    ):
        assert np.isnan(conic(*bad, WINDOW)).all()
